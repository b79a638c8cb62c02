package judging

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const format = 1

// Reading is all that a model said of anchors at one time.
type Reading struct {
	Format int    `json:"format"`
	Model  string `json:"model"`
	// Anchors is the digest of the file, PromptHash names the words: readings that differ in either are not comparable.
	Anchors    string `json:"anchors"`
	PromptHash string `json:"prompt_hash"`
	// Number is which reading it is, from 0.
	Number   int       `json:"number"`
	Samples  int       `json:"samples"`
	Verdicts []Verdict `json:"verdicts"`
}

// place is the folder of all readings of the same anchors by the same model in the same words and as many samples.
func place(directory, anchors, model string, samples int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", anchors, model, question.Hash(), samples))
	return filepath.Join(directory, hex.EncodeToString(sum[:12]))
}

// First is the first reading kept in a directory, and how many there are; nil and 0 where there are none.
func First(directory string, anchors *Anchors, model string, samples int) (*Reading, int, error) {
	folder := place(directory, anchors.SHA256, model, samples)
	text, err := os.ReadFile(filepath.Join(folder, "0.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("first reading: %w", err)
	}
	first := &Reading{}
	if err := json.Unmarshal(text, first); err != nil || first.Format != format || first.Anchors != anchors.SHA256 {
		return nil, 0, fmt.Errorf("%s is damaged or of another version; remove its folder to begin anew: %w", filepath.Join(folder, "0.json"), errors.Join(err, fs.ErrInvalid))
	}
	count := 1
	for ; ; count++ {
		if _, err := os.Stat(filepath.Join(folder, fmt.Sprintf("%d.json", count))); err != nil {
			return first, count, nil
		}
	}
}

// Write keeps a reading; none is overwritten.
func (r *Reading) Write(directory string) error {
	folder := place(directory, r.Anchors, r.Model, r.Samples)
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keep the reading: %w", err)
	}
	whole, err := os.CreateTemp(folder, "reading-*")
	if err != nil {
		return fmt.Errorf("keep the reading: %w", err)
	}
	defer os.Remove(whole.Name())
	_, err = whole.Write(text)
	if err := errors.Join(err, whole.Sync(), whole.Close()); err != nil {
		return fmt.Errorf("keep the reading: %w", err)
	}
	if err := os.Link(whole.Name(), filepath.Join(folder, fmt.Sprintf("%d.json", r.Number))); err != nil {
		return fmt.Errorf("keep the reading: another one took its place; run it again: %w", err)
	}
	return nil
}
