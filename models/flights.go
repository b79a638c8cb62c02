package models

import "sync"

// flights lets one of several who ask the same at the same time ask, and the others wait for what it records.
type flights struct {
	mu    sync.Mutex
	under map[string]chan struct{}
}

// begin says whether the caller is to ask; if not, wait is closed when whoever does is done. Who is to ask calls end.
func (f *flights) begin(key string) (wait <-chan struct{}, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if landing := f.under[key]; landing != nil {
		return landing, false
	}
	if f.under == nil {
		f.under = map[string]chan struct{}{}
	}
	f.under[key] = make(chan struct{})
	return nil, true
}

func (f *flights) end(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.under[key])
	delete(f.under, key)
}
