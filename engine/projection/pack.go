package projection

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A play's events repeat each other, states above all: packed they take a fifth of the place, which is time too, since what is not
// there need not be read from the disk.
var packer = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
})

var unpacker = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostUnpacked))
})

// mostUnpacked bounds what a damaged row can make us set aside: far more than any episode has.
const mostUnpacked = 1 << 30

func pack(events []byte) []byte {
	encoder, err := packer()
	if err != nil {
		panic(fmt.Sprintf("options of the packer: %v", err)) // they are ours, and constant
	}
	return encoder.EncodeAll(events, nil)
}

// unpack returns the events of a play, if they are those that were packed for this episode.
func unpack(episode string, sum int64, packed []byte) ([]byte, error) {
	if sumOf(episode, packed) != sum {
		return nil, fmt.Errorf("%w: episode %s", errDamaged, episode)
	}
	decoder, err := unpacker()
	if err != nil {
		return nil, err
	}
	events, err := decoder.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: episode %s: %w", errDamaged, episode, err)
	}
	return events, nil
}
