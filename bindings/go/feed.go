package kith

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// FieldChange is what a field was and is: nil, bool, json.Number, string, Money, or lists and maps of these.
type FieldChange struct {
	Field     string    `json:"field"`
	Before    any       `json:"before"`
	After     any       `json:"after"`
	Effective time.Time `json:"effective"`
}

// Event is one record's change in one batch.
type Event struct {
	Record    ID              `json:"record"`
	Type      string          `json:"type"`
	Cursor    uint64          `json:"sequence"` // go on after it
	Operation string          `json:"operation"`
	Actor     json.RawMessage `json:"actor"`
	Reason    string          `json:"reason"`
	Recorded  time.Time       `json:"recorded"`
	Effective time.Time       `json:"effective"`
	Fields    []FieldChange   `json:"fields"`
	refs      map[string]string
}

// Before is what a field was; nil where it did not change.
func (e *Event) Before(field string) any { return e.change(field).Before }

// After is what a field is; nil where it did not change.
func (e *Event) After(field string) any { return e.change(field).After }

// Changed tells whether a field did.
func (e *Event) Changed(field string) bool { return e.change(field).Field != "" }

// External is the record's key in a system, empty when it has none now.
func (e *Event) External(system string) string { return e.refs[system] }

func (e *Event) change(field string) FieldChange {
	for _, change := range e.Fields {
		if change.Field == field {
			return FieldChange{change.Field, plain(change.Before), plain(change.After), change.Effective}
		}
	}
	return FieldChange{}
}

// plain makes Money of what is money.
func plain(value any) any {
	members, ok := value.(map[string]any)
	minor, isNumber := members["minor"].(json.Number)
	currency, isText := members["currency"].(string)
	if !ok || !isNumber || !isText || len(members) != 2 {
		return value
	}
	amount, err := minor.Int64()
	if err != nil {
		return value
	}
	return Money{amount, currency}
}

type feedFilter struct {
	Types      []string `json:"types,omitempty"`
	Fields     []string `json:"fields,omitempty"`
	Operations []string `json:"operations,omitempty"`
	Record     ID       `json:"record,omitempty"`
	viewer     Viewer
}

// FeedOption narrows a feed.
type FeedOption func(*feedFilter)

// Types narrows to records of these.
func Types(names ...string) FeedOption { return func(f *feedFilter) { f.Types = names } }

// ChangesOf narrows to changes of these fields.
func ChangesOf(fields ...string) FeedOption { return func(f *feedFilter) { f.Fields = fields } }

// Operations narrows to "create", "change", "delete".
func Operations(names ...string) FeedOption { return func(f *feedFilter) { f.Operations = names } }

// Of narrows to one record.
func Of(record ID) FeedOption { return func(f *feedFilter) { f.Record = record } }

// SeenBy is the feed for a viewer's eyes.
func SeenBy(viewer Viewer) FeedOption { return func(f *feedFilter) { f.viewer = viewer } }

const (
	feedPage = 256
	// feedWait is how late a cancelled context is noticed at most.
	feedWait = 100 * time.Millisecond
)

// History is what happened to a record, oldest first.
func (s *Snapshot) History(id ID) ([]*Event, error) {
	text, e := s.c.History(uint64(id))
	events, err := decode[[]*Event](text, e)
	for _, event := range events {
		event.Record = id
	}
	return events, err
}

// Feed gives what was committed after cursor up to the snapshot, in commit order.
func (s *Snapshot) Feed(cursor uint64, options ...FeedOption) iter.Seq2[*Event, error] {
	var filter feedFilter
	for _, option := range options {
		option(&filter)
	}
	narrowed, _ := json.Marshal(filter)
	return func(yield func(*Event, error) bool) {
		for cursor < s.Sequence() {
			text, e := s.c.Feed(cursor, string(narrowed), feedPage)
			page, err := decode[struct {
				Scanned uint64   `json:"scanned"`
				Entries []*Event `json:"entries"`
			}](text, e)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, event := range page.Entries {
				event.refs = s.refsOf(event.Record)
				if !yield(event, nil) {
					return
				}
			}
			cursor = page.Scanned
		}
	}
}

// Moment is a point in time on two axes: when something held, and when it was known; Now on either.
type Moment struct{ Effective, Recorded time.Time }

// Differences gives the records that differ between two moments, in id order, with the fields in which they do. Only Types and ChangesOf narrow
// it; an event has no cursor here.
func (s *Snapshot) Differences(from, to Moment, options ...FeedOption) iter.Seq2[*Event, error] {
	var filter feedFilter
	for _, option := range options {
		option(&filter)
	}
	narrowed, _ := json.Marshal(filter)
	return func(yield func(*Event, error) bool) {
		for after := uint64(0); ; {
			text, e := s.c.Differences([2]int64{micros(from.Effective), micros(from.Recorded)}, [2]int64{micros(to.Effective), micros(to.Recorded)},
				string(narrowed), after, feedPage)
			page, err := decode[struct {
				Next        *uint64  `json:"next"`
				Differences []*Event `json:"differences"`
			}](text, e)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, event := range page.Differences {
				event.refs = s.refsOf(event.Record)
				if !yield(event, nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			after = *page.Next
		}
	}
}

// refsOf are keys by system, none of a record that is gone.
func (s *Snapshot) refsOf(id ID) map[string]string {
	refs, err := s.ExternalRefs(id)
	if err != nil {
		return nil
	}
	out := make(map[string]string, len(refs))
	for _, ref := range refs {
		out[ref.System] = ref.Key
	}
	return out
}

// Changes gives what was committed after cursor and goes on with what comes, until ctx is done, whose error is then the last thing it gives.
// Keep Event.Cursor with what you did of it, and go on from there. The snapshot that a piece is read from is closed before waiting.
func (db *DB) Changes(ctx context.Context, cursor uint64, options ...FeedOption) iter.Seq2[*Event, error] {
	var filter feedFilter
	for _, option := range options {
		option(&filter)
	}
	return func(yield func(*Event, error) bool) {
		stopped := false
		for after := cursor; ; {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			err := db.ViewAs(filter.viewer, func(s *Snapshot) error {
				for event, err := range s.Feed(after, options...) {
					if err == nil {
						err = ctx.Err()
					}
					if err != nil {
						return err
					}
					if !yield(event, nil) {
						stopped = true
						return nil
					}
				}
				after = s.Sequence()
				return nil
			})
			if stopped {
				return
			}
			if err == nil {
				_, e := db.c.Wait(after, uint32(feedWait/time.Millisecond))
				if err = wrap(e); e != nil && Code(e.Code) == DeadlineExceeded {
					err = nil
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}
