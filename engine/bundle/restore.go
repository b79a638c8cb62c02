package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/broker/episodelog"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Check reads a bundle from its beginning to its end and says what it holds. The error wraps [ErrNotBundle], [ErrCutOff] or
// [ErrDamaged] where it is not whole.
func Check(r io.Reader) (*Report, error) {
	c := &checking{}
	if err := each(r, c.take); err != nil {
		return nil, err
	}
	return &c.report, nil
}

// checking is a bundle being checked.
type checking struct {
	report Report
	open   *Run // the run that has begun and not ended
}

func (c *checking) take(record *vignettev1.BundleRecord) error {
	switch kind := record.GetRecord().(type) {
	case *vignettev1.BundleRecord_Head:
	case *vignettev1.BundleRecord_Manifest:
		if c.open != nil || kind.Manifest.GetRun() == "" {
			return fmt.Errorf("%w: a run begins in the middle of another, or has no id", ErrDamaged)
		}
		c.open = &Run{ID: kind.Manifest.GetRun()}
	case *vignettev1.BundleRecord_RunEnd:
		return c.end(kind.RunEnd)
	case *vignettev1.BundleRecord_Answer:
		c.report.Answers++
	case *vignettev1.BundleRecord_Call:
		if c.open != nil {
			c.open.Calls++
		}
	case *vignettev1.BundleRecord_End:
		if c.open != nil || int(kind.End.GetRuns()) != len(c.report.Runs) || kind.End.GetAnswers() != c.report.Answers {
			return fmt.Errorf("%w: it does not hold what it says it does", ErrDamaged)
		}
	case *vignettev1.BundleRecord_Event, *vignettev1.BundleRecord_Note:
		if c.open == nil {
			return fmt.Errorf("%w: an entry of no run", ErrDamaged)
		}
		if record.GetEvent() != nil {
			c.open.Events++
		} else {
			c.open.Notes++
		}
	default:
		return fmt.Errorf("%w: it holds a record that this program does not know", ErrDamaged)
	}
	return nil
}

func (c *checking) end(end *vignettev1.BundleRunEnd) error {
	run := c.open
	if run == nil || end.GetRun() != run.ID || end.GetEvents() != run.Events || end.GetNotes() != run.Notes || end.GetCalls() != run.Calls {
		return fmt.Errorf("%w: run %q does not hold what it says it does", ErrDamaged, end.GetRun())
	}
	run.Digest = end.GetDigest()
	c.report.Runs, c.open = append(c.report.Runs, *run), nil
	return nil
}

// Target is where runs are restored to.
type Target struct {
	Log   episodelog.Log
	Calls calllog.Log
}

// There says which runs of a bundle are in a log already; those that were deleted there are among them.
func There(ctx context.Context, to Target, report *Report) ([]string, error) {
	var there []string
	for _, run := range report.Runs {
		_, err := to.Log.Manifest(ctx, run.ID)
		if errors.Is(err, episodelog.ErrNotFound) {
			_, err = to.Log.Tombstone(ctx, run.ID)
		}
		if errors.Is(err, episodelog.ErrNotFound) {
			continue
		}
		if err != nil && !isCorrupt(err) {
			return nil, fmt.Errorf("look for run %s: %w", run.ID, err)
		}
		there = append(there, run.ID)
	}
	return there, nil
}

// Restore writes the runs of a bundle that has been checked into a log, but those named in skip. A run appears in the log when all
// of it is there, its manifest last; when it is cut off before, restoring again goes on. An answer of a model that is on record
// under the same key already stays as it is. The error says if a restored run does not have the digest it had.
func Restore(ctx context.Context, r io.Reader, to Target, skip []string) (*Report, error) {
	s := &restoring{ctx: ctx, to: to, skip: map[string]bool{}}
	for _, run := range skip {
		s.skip[run] = true
	}
	if err := each(r, s.take); err != nil {
		return &s.report, err
	}
	return &s.report, nil
}

// restoring is a bundle being restored.
type restoring struct {
	ctx      context.Context
	to       Target
	skip     map[string]bool
	report   Report
	run      *Run
	manifest *vignettev1.Manifest
	plays    map[string]*play
	notes    map[string]map[string]bool // by episode, ids that are there
	calls    map[string]bool            // ids that are there, of this run
	outside  map[string]bool            // ids that are there, of no run
}

// play is an episode being restored: what is there of it, which may have come in an earlier attempt.
type play struct {
	there []string // ids of events that are there and have not come yet
	last  uint64
}

func (s *restoring) take(record *vignettev1.BundleRecord) error {
	if m := record.GetManifest(); m != nil {
		return s.begin(m)
	}
	if s.run != nil && s.skip[s.run.ID] {
		if record.GetRunEnd() != nil {
			s.run = nil
		}
		if record.GetAnswer() == nil {
			return nil
		}
	}
	switch kind := record.GetRecord().(type) {
	case *vignettev1.BundleRecord_Event:
		return s.event(kind.Event)
	case *vignettev1.BundleRecord_Note:
		return s.note(kind.Note)
	case *vignettev1.BundleRecord_Call:
		return s.call(kind.Call)
	case *vignettev1.BundleRecord_Answer:
		s.report.Answers++
		_, err := s.to.Calls.Keep(s.ctx, kind.Answer.GetKey(), kind.Answer.GetAnswer())
		return err
	case *vignettev1.BundleRecord_RunEnd:
		return s.end(kind.RunEnd)
	}
	return nil
}

func (s *restoring) begin(manifest *vignettev1.Manifest) error {
	s.run, s.manifest = &Run{ID: manifest.GetRun()}, manifest
	s.plays, s.notes, s.calls = map[string]*play{}, map[string]map[string]bool{}, nil
	return nil
}

func (s *restoring) event(record *vignettev1.BundleEvent) error {
	p := s.plays[record.GetEpisode()]
	if p == nil {
		entries, err := s.to.Log.Play(s.ctx, s.run.ID, record.GetEpisode())
		if err != nil {
			return err
		}
		p = &play{}
		for _, entry := range entries {
			p.there, p.last = append(p.there, entry.Event.GetId()), entry.Sequence
		}
		s.plays[record.GetEpisode()] = p
	}
	s.run.Events++
	if len(p.there) > 0 {
		if p.there[0] != record.GetEvent().GetId() {
			return fmt.Errorf("episode %s of run %s is there with other events", record.GetEpisode(), s.run.ID)
		}
		p.there = p.there[1:]
		return nil
	}
	var err error
	p.last, err = s.to.Log.Append(s.ctx, s.run.ID, record.GetEpisode(), record.GetEvent(), p.last)
	return err
}

func (s *restoring) note(record *vignettev1.BundleNote) error {
	ids := s.notes[record.GetEpisode()]
	if ids == nil {
		entries, err := s.to.Log.Notes(s.ctx, s.run.ID, record.GetEpisode())
		if err != nil {
			return err
		}
		ids = map[string]bool{}
		for _, entry := range entries {
			ids[entry.Note.GetId()] = true
		}
		s.notes[record.GetEpisode()] = ids
	}
	s.run.Notes++
	if ids[record.GetNote().GetId()] {
		return nil
	}
	_, err := s.to.Log.AppendNote(s.ctx, s.run.ID, record.GetEpisode(), record.GetNote())
	return err
}

func (s *restoring) call(call *vignettev1.ModelCall) error {
	ids, run := &s.outside, calllog.Outside
	if s.run != nil {
		ids, run = &s.calls, s.run.ID
		s.run.Calls++
	}
	if *ids == nil {
		*ids = map[string]bool{}
		for there, err := range s.to.Calls.Calls(s.ctx, run, "") {
			if err != nil {
				return err
			}
			(*ids)[there.GetId()] = true
		}
	}
	if (*ids)[call.GetId()] {
		return nil
	}
	return s.to.Calls.Book(s.ctx, call)
}

// end makes a run appear, and looks at what it has become.
func (s *restoring) end(end *vignettev1.BundleRunEnd) error {
	if _, err := s.to.Log.WriteManifest(s.ctx, s.manifest); err != nil {
		return fmt.Errorf("restore run %s: %w", s.run.ID, err)
	}
	digest, err := digestOf(s.ctx, s.to.Log, s.manifest)
	if err != nil {
		return fmt.Errorf("read the restored run %s: %w", s.run.ID, err)
	}
	if digest != end.GetDigest() {
		return fmt.Errorf("run %s was restored with digest %q; it had %q: it was made by a program that reads runs in another way", s.run.ID, digest, end.GetDigest())
	}
	s.run.Digest = end.GetDigest()
	s.report.Runs, s.run = append(s.report.Runs, *s.run), nil
	return nil
}
