package minds

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A part of a gain is told as its share of the whole: over the clients that have both, with an interval about it, and not at all where there is
// no gain to have a share of.
func TestShareOf(t *testing.T) {
	luck := rand.New(rand.NewPCG(4, 2))
	part, whole := values{}, values{}
	for i := range 40 {
		client, gain := fmt.Sprint("client ", i), 0.4+0.1*luck.Float64()
		whole[client] = []float64{gain, gain + 0.02}
		if i < 30 {
			part[client] = []float64{gain / 4, gain/4 + 0.005}
		} else {
			whole[client] = []float64{9} // Without the other arm they say nothing of the share.
		}
	}
	share, err := shareOf(part, whole, 1)
	if err != nil || share.Value == nil || share.CI95 == nil {
		t.Fatalf("%+v, %v", share, err)
	}
	if *share.Value < 0.249 || *share.Value > 0.251 || share.N != 30 || share.CI95.Low > *share.Value || share.CI95.High < *share.Value || share.CI95.High-share.CI95.Low > 0.01 {
		t.Errorf("share %v of %d clients, interval %v; a quarter was planted", *share.Value, share.N, share.CI95)
	}
	none, err := shareOf(values{"a": {0.1}, "b": {0.1}}, values{"a": {-0.2}, "b": {0.1}}, 1)
	if err != nil || none.Value != nil {
		t.Errorf("the share of what is no gain: %+v, %v", none, err)
	}
}
