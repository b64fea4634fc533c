package kith

import (
	"encoding/json"
	"iter"
	"math"
	"runtime"
	"slices"
	"time"

	"kith/internal/capi"
)

// Snapshot is a consistent view for one viewer, from one goroutine at a time.
type Snapshot struct {
	c      *capi.Snapshot
	closed bool
	fields map[[2]string]Field // that were resolved by name
}

// Close ends it; again it does nothing.
func (s *Snapshot) Close() error {
	if !s.closed {
		s.closed = true
		runtime.SetFinalizer(s.c, nil)
		s.c.Free()
	}
	return nil
}

// Renew takes the newest state; records, rows and queries' runs from before are no longer good.
func (s *Snapshot) Renew() error {
	s.fields = nil
	return wrap(s.c.Renew())
}

// Sequence is where the snapshot stands in the feed.
func (s *Snapshot) Sequence() uint64 {
	return s.c.Sequence()
}

// Record is a record read in place; good while its snapshot is open.
type Record struct {
	s *Snapshot
	v capi.View
}

// ID of the record.
func (r Record) ID() ID { return ID(r.v.ID()) }

// Version for Batch.RequireVersion.
func (r Record) Version() uint64 { return r.v.Version() }

// Type is the name of the record's type.
func (r Record) Type() (string, error) {
	name, e := r.s.c.TypeName(r.v.Type())
	return name, wrap(e)
}

// Field is a field of a type, resolved once for many reads.
type Field struct {
	c    capi.Field
	name string
}

// Get reads a record; ErrNotFound when there is none that the viewer may see.
func (s *Snapshot) Get(id ID) (Record, error) {
	v, e := s.c.Get(uint64(id))
	if e != nil {
		return Record{}, missing(e, "record", id)
	}
	return Record{s, v}, nil
}

// Find reads a record by external reference; ErrNotFound as Get.
func (s *Snapshot) Find(typ string, ref Ref) (Record, error) {
	id, e := s.c.Find(typ, ref.c())
	if e != nil {
		return Record{}, missing(e, typ, ref)
	}
	return s.Get(ID(id))
}

// Field resolves a field of a type, the header's included: "id", "created", "updated", "owner", "unit", "version", "visibility".
func (s *Snapshot) Field(typ, field string) (Field, error) {
	c, e := s.c.Field(typ, field)
	return Field{c, field}, wrap(e)
}

// At reads a resolved field.
func (r Record) At(field Field) (Value, error) {
	v, e := r.s.c.At(r.v, field.c)
	if e != nil {
		return Value{}, wrap(e)
	}
	return r.value(v, func() (capi.Field, *capi.Error) { return field.c, nil }), nil
}

// Value reads a field by name.
func (r Record) Value(field string) (Value, error) {
	v, e := r.s.c.Named(r.v, field)
	if e != nil {
		return Value{}, wrap(e)
	}
	return r.value(v, func() (capi.Field, *capi.Error) {
		typ, e := r.s.c.TypeName(r.v.Type())
		if e != nil {
			return 0, e
		}
		return r.s.c.Field(typ, field)
	}), nil
}

func (r Record) value(v capi.Value, resolve func() (capi.Field, *capi.Error)) Value {
	k := Kind(v.Kind())
	if k != KindTextList && k != KindChoiceSet {
		return Value{c: &v}
	}
	return Value{c: &v, list: func(item int) (capi.Value, *capi.Error) {
		field, e := resolve()
		if e != nil {
			return capi.Value{}, e
		}
		return r.s.c.Item(r.v, field, item)
	}}
}

// JSON is the record with its fields.
func (r Record) JSON() (json.RawMessage, error) {
	text, e := r.s.c.RecordJSON(r.v.ID(), false, 0, 0)
	return text, wrap(e)
}

// Now is a moment for AsOf.
var Now time.Time

func micros(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return t.UnixMicro()
}

// AsOf is a record as it held at effective and was known at recorded, as JSON; Now on either axis. ErrNotFound when it did not exist then.
func (s *Snapshot) AsOf(id ID, effective, recorded time.Time) (json.RawMessage, error) {
	text, e := s.c.RecordJSON(uint64(id), true, micros(effective), micros(recorded))
	return text, wrap(e)
}

// Right to a record.
type Right int32

// The rights.
const (
	MayRead   Right = 0
	MayWrite  Right = 1
	MayDelete Right = 2
)

// May tells whether the viewer has a right to a record; ErrNotFound when they may not see it.
func (s *Snapshot) May(id ID, right Right) (bool, error) {
	may, e := s.c.May(uint64(id), int32(right))
	return may, wrap(e)
}

// TypeAccess is what the viewer may with a type.
type TypeAccess struct {
	Create bool     `json:"create"`
	Masked []string `json:"masked"` // fields that read as null
	Fixed  []string `json:"fixed"`  // fields that may not be set
}

// TypeAccess of a type.
func (s *Snapshot) TypeAccess(typ string) (TypeAccess, error) {
	text, e := s.c.TypeAccess(typ)
	return decode[TypeAccess](text, e)
}

// Origin of a field's value: the record that first had it, of those merged into this one, and when it was said there.
func (s *Snapshot) Origin(id ID, field string) (ID, time.Time, error) {
	origin, recorded, e := s.c.Origin(uint64(id), field)
	if e != nil {
		return 0, time.Time{}, wrap(e)
	}
	return ID(origin), time.UnixMicro(recorded).UTC(), nil
}

// ExternalRefs of a record.
func (s *Snapshot) ExternalRefs(id ID) ([]Ref, error) {
	text, e := s.c.ExternalRefs(uint64(id))
	pairs, err := decode[[][2]string](text, e)
	refs := make([]Ref, len(pairs))
	for i, pair := range pairs {
		refs[i] = Ref{pair[0], pair[1]}
	}
	return refs, err
}

// Checkpoint is what an apply stored with the option Checkpoint; ErrNotFound when none did.
func (s *Snapshot) Checkpoint(name string) ([]byte, error) {
	text, e := s.c.Checkpoint(name)
	return text, wrap(e)
}

// Records gives the records of a type in id order.
func (s *Snapshot) Records(typ string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		e := s.c.Scan(typ, 0, nil, func(views []capi.View, _ []capi.Value) bool {
			for _, view := range views {
				if !yield(Record{s, view}, nil) {
					return false
				}
			}
			return true
		})
		if e != nil {
			yield(Record{}, wrap(e))
		}
	}
}

// Row is a record with the values that were asked for; good until the next.
type Row struct {
	of *chunk
	at int // its place in the chunk
}

// chunk is what came from C at once.
type chunk struct {
	columns
	s      *Snapshot
	fields []capi.Field
	views  []capi.View
}

// columns are the values of some rows, row after row, and the texts among them, copied a column at a time when one is asked for.
type columns struct {
	values []capi.Value
	count  int // of columns
	texts  []texts
}

type texts struct {
	copied bool
	all    string
	ends   [capi.Chunk]int
}

// next takes the values of further rows.
func (c *columns) next(values []capi.Value) {
	c.values = values
	for i := range c.texts {
		c.texts[i].copied = false
	}
}

// keep makes the values Go's own, when C is about to take back what it lent.
func (c *columns) keep() {
	for column := range c.count {
		c.text(column)
	}
	c.values = slices.Clone(c.values)
}

// text of the value at a place.
func (c *columns) text(at int) string {
	row, column := at/c.count, at%c.count
	if c.texts == nil {
		c.texts = make([]texts, c.count)
	}
	t := &c.texts[column]
	if !t.copied {
		t.copied, t.all = true, capi.Texts(c.values, column, c.count, &t.ends)
	}
	from := 0
	if row > 0 {
		from = t.ends[row-1]
	}
	return t.all[from:t.ends[row]]
}

// value at a place.
func (c *columns) value(at int) Value { return Value{c: &c.values[at], of: c, at: at} }

// Record of the row; good while the snapshot is open.
func (r Row) Record() Record { return Record{r.of.s, r.of.views[r.at]} }

// ID of the record.
func (r Row) ID() ID { return ID(r.of.views[r.at].ID()) }

// Version of the record for Batch.RequireVersion.
func (r Row) Version() uint64 { return r.of.views[r.at].Version() }

// Col is the i-th of the fields. Texts of up to 256 rows are copied together: who keeps few of many should strings.Clone them.
func (r Row) Col(i int) Value {
	v := r.of.value(r.at*r.of.count + i)
	if v.isList() {
		v.list = r.list(i)
	}
	return v
}

// list is apart from Col, which allocates nothing.
func (r Row) list(i int) func(item int) (capi.Value, *capi.Error) {
	return func(item int) (capi.Value, *capi.Error) { return r.of.s.c.Item(r.of.views[r.at], r.of.fields[i], item) }
}

// Scan gives fields of the records of a type in id order, from C once for 256 records: the fast way to read many.
func (s *Snapshot) Scan(typ string, fields ...string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		n := len(fields)
		of := &chunk{columns: columns{count: n}, s: s, fields: make([]capi.Field, n)}
		for i, field := range fields {
			resolved, err := s.Field(typ, field)
			if err != nil {
				yield(Row{}, err)
				return
			}
			of.fields[i] = resolved.c
		}
		e := s.c.Scan(typ, 0, of.fields, func(views []capi.View, values []capi.Value) bool {
			of.next(values)
			of.views = views
			for i := range views {
				if !yield(Row{of, i}, nil) {
					of.keep()
					of.views = slices.Clone(views)
					return false
				}
			}
			return true
		})
		if e != nil {
			yield(Row{}, wrap(e))
		}
	}
}

// Hit is a record that Search found.
type Hit struct {
	ID       ID      `json:"id"`
	Type     string  `json:"type"`
	Field    string  `json:"field"`
	Score    float64 `json:"score"`
	Misspelt bool    `json:"misspelt"`
}

// Search finds records by what somebody types, the best first; types "contact,account" (empty: all), limit 0: 20.
func (s *Snapshot) Search(text, types string, limit int) ([]Hit, error) {
	answer, e := s.c.Search(text, types, limit)
	found, err := decode[struct {
		Hits []Hit `json:"hits"`
	}](answer, e)
	return found.Hits, err
}

// ExportLines writes what the viewer may see as JSON Lines into a file that appears when it is whole.
func (s *Snapshot) ExportLines(path string, history bool) error {
	_, e := s.c.ExportLines(path, history)
	return wrap(e)
}
