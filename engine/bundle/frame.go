package bundle

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"google.golang.org/protobuf/encoding/protodelim"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// SchemaVersion is the version of the format that is written.
const SchemaVersion = 1

// mostRecord bounds one record, and so what reading one takes of memory: a message of the log and an answer of a model have 8 MiB
// at most each.
const mostRecord = 16 << 20

// Errors that a file which is no whole bundle gives, to tell apart with errors.Is.
var (
	// ErrNotBundle says that the file is something else.
	ErrNotBundle = errors.New("this is no bundle")
	// ErrCutOff says that the file ends in the middle.
	ErrCutOff = errors.New("the file is cut off")
	// ErrDamaged says that the file was changed after it was made.
	ErrDamaged = errors.New("the file is damaged")
)

// writer writes records and hashes them.
type writer struct {
	zip  *gzip.Writer
	both io.Writer
	hash hash.Hash
}

func newWriter(w io.Writer) *writer {
	zip := gzip.NewWriter(w)
	h := sha256.New()
	return &writer{zip: zip, both: io.MultiWriter(zip, h), hash: h}
}

func (w *writer) write(record *vignettev1.BundleRecord) error {
	_, err := protodelim.MarshalTo(w.both, record)
	return err
}

// end writes the last record.
func (w *writer) end(end *vignettev1.BundleEnd) error {
	end.Sha256 = w.hash.Sum(nil)
	if err := w.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_End{End: end}}); err != nil {
		return err
	}
	return w.zip.Close()
}

// each reads records to the end of a bundle and hands them on, the head and the end among them, once each. It finds out whether
// the file is whole; what is handed on before the end may be of one that is not.
func each(r io.Reader, take func(*vignettev1.BundleRecord) error) error {
	zip, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotBundle, err)
	}
	in := &hashing{r: bufio.NewReaderSize(zip, 1<<16), hash: sha256.New()}
	for n := 0; ; n++ {
		before := in.hash.Sum(nil)
		record := &vignettev1.BundleRecord{}
		if err := (protodelim.UnmarshalOptions{MaxSize: mostRecord}).UnmarshalFrom(in, record); err != nil {
			return broken(n, err)
		}
		if (n == 0) != (record.GetHead() != nil) {
			return fmt.Errorf("%w: record %d", ErrNotBundle, n)
		}
		if v := record.GetHead().GetSchemaVersion(); n == 0 && (v < 1 || v > SchemaVersion) {
			return fmt.Errorf("the bundle has format %d; this program reads up to %d: use a newer one", v, SchemaVersion)
		}
		if end := record.GetEnd(); end != nil {
			if string(end.GetSha256()) != string(before) {
				return fmt.Errorf("%w: its hash is not the one it names", ErrDamaged)
			}
			// The rest is gzip's own checksum.
			if _, err := in.ReadByte(); err != io.EOF {
				return fmt.Errorf("%w: something comes after its end", ErrDamaged)
			}
		}
		if err := take(record); err != nil || record.GetEnd() != nil {
			return err
		}
	}
}

// broken says what it means that a record could not be read.
func broken(n int, err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w after %d records", ErrCutOff, n)
	case n == 0:
		return fmt.Errorf("%w: %w", ErrNotBundle, err)
	}
	return fmt.Errorf("%w at record %d: %w", ErrDamaged, n, err)
}

// hashing hashes what is read.
type hashing struct {
	r    *bufio.Reader
	hash hash.Hash
}

func (h *hashing) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.hash.Write(p[:n])
	return n, err
}

func (h *hashing) ReadByte() (byte, error) {
	b, err := h.r.ReadByte()
	if err == nil {
		h.hash.Write([]byte{b})
	}
	return b, err
}
