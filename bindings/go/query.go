package kith

import (
	"context"
	"encoding/json"
	"iter"
	"reflect"
	"runtime"
	"time"
	"unsafe"

	"kith/internal/capi"
)

// Query is checked and planned; any goroutine. Its form stands in kith/query/query.h.
type Query struct{ c *capi.Query }

// Prepare plans a query, a JSON text or what marshals to one:
//
//	s.Prepare(`{"from": "opportunity", "where": "owner == $who", "select": ["name", "account.name"], "order": ["-close_date"], "limit": 50}`)
func (s *Snapshot) Prepare(query any) (*Query, error) {
	text, err := jsonText(query)
	if err != nil {
		return nil, err
	}
	c, e := s.c.Prepare(text)
	if e != nil {
		return nil, wrap(e)
	}
	return &Query{c}, nil
}

func jsonText(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case json.RawMessage:
		return string(v), nil
	}
	text, err := json.Marshal(exact(value))
	return string(text), err
}

// exact is a question whose times have no more digits than the database keeps.
func exact(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Truncate(time.Microsecond)
	case *time.Time:
		if v != nil {
			return exact(*v)
		}
	case map[string]any:
		members := make(map[string]any, len(v))
		for name, member := range v {
			members[name] = exact(member)
		}
		return members
	case []any:
		members := make([]any, len(v))
		for i, member := range v {
			members[i] = exact(member)
		}
		return members
	case []map[string]any:
		members := make([]any, len(v))
		for i, member := range v {
			members[i] = exact(member)
		}
		return members
	}
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Struct {
		return value
	}
	question := reflect.New(v.Type()).Elem()
	question.Set(v)
	for i := range question.NumField() {
		if !question.Field(i).CanInterface() { // not exported
			continue
		}
		switch t := question.Field(i).Interface().(type) {
		case time.Time:
			question.Field(i).Set(reflect.ValueOf(exact(t)))
		case *time.Time:
			if t != nil {
				at := t.UTC().Truncate(time.Microsecond)
				question.Field(i).Set(reflect.ValueOf(&at))
			}
		}
	}
	return question.Interface()
}

// Explain is the plan as JSON.
func (q *Query) Explain() (json.RawMessage, error) {
	text, e := q.c.Explain()
	return text, wrap(e)
}

// RunOptions of Query.Run.
type RunOptions struct {
	Parameters          any  // a JSON object, or what marshals to one
	InPast              bool // the state at (Effective, Recorded); Now on either axis
	Effective, Recorded time.Time
	Cost                uint64 // index entries and records touched at most; 0: no limit
	After               string // token of an earlier page
}

// Rows of a run, for one goroutine. Close it, or read it to the end.
type Rows struct {
	s       *Snapshot
	c       *capi.Rows
	ctx     context.Context
	release func() bool
	columns []string
	closed  bool
}

// Run runs a query under a context: cancelled, a call that runs ends soon with an error that is ctx.Err().
func (q *Query) Run(ctx context.Context, s *Snapshot, o RunOptions) (*Rows, error) {
	parameters, err := jsonText(o.Parameters)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	run := capi.RunOptions{InPast: o.InPast, Effective: micros(o.Effective), Recorded: micros(o.Recorded), Cost: o.Cost, After: o.After}
	if deadline, ok := ctx.Deadline(); ok {
		run.LimitMicros = uint64(max(1, time.Until(deadline).Microseconds()))
	}
	c, e := q.c.Run(s.c, parameters, run)
	if e != nil {
		return nil, wrapIn(ctx, e)
	}
	r := &Rows{s: s, c: c, ctx: ctx, release: context.AfterFunc(ctx, c.Cancel), columns: c.Columns()}
	runtime.SetFinalizer(c, (*capi.Rows).Free)
	return r, nil
}

// Query prepares and runs.
func (s *Snapshot) Query(ctx context.Context, query, parameters any) (*Rows, error) {
	q, err := s.Prepare(query)
	if err != nil {
		return nil, err
	}
	return q.Run(ctx, s, RunOptions{Parameters: parameters})
}

// Close ends the run; again it does nothing.
func (r *Rows) Close() error {
	if !r.closed {
		r.closed = true
		r.release()
		runtime.SetFinalizer(r.c, nil)
		r.c.Free()
	}
	return nil
}

// Columns are the names.
func (r *Rows) Columns() []string { return r.columns }

// ResultRow is a row of a query; good until the next.
type ResultRow struct {
	ID    ID // of the record, 0 in groups
	rows  *Rows
	of    *columns
	index int
}

// Col is the i-th column. Amounts of several currencies read as null. Texts are copied as those of Row.Col.
func (r ResultRow) Col(i int) Value {
	v := r.of.value(r.index*r.of.count + i)
	if v.isList() {
		v.list = r.list(i)
	}
	return v
}

// list is apart from Col, which allocates nothing.
func (r ResultRow) list(i int) func(item int) (capi.Value, *capi.Error) {
	return func(item int) (capi.Value, *capi.Error) { return r.rows.c.Item(r.index, i, item) }
}

// All gives the rows, from C once for 256 of them, and closes.
func (r *Rows) All() iter.Seq2[ResultRow, error] {
	return func(yield func(ResultRow, error) bool) {
		defer r.Close()
		of := &columns{count: len(r.columns)}
		for {
			if err := r.ctx.Err(); err != nil {
				yield(ResultRow{}, err)
				return
			}
			ids, values, e := r.c.Next(of.count)
			if e != nil {
				yield(ResultRow{}, wrapIn(r.ctx, e))
				return
			}
			if len(ids) == 0 {
				return
			}
			of.next(values)
			for i, id := range ids {
				if !yield(ResultRow{ID(id), r, of, i}, nil) {
					of.keep()
					return
				}
			}
		}
	}
}

// JSON gives the next rows, at most limit, as a list of objects with related records; an empty list is the end.
func (r *Rows) JSON(limit int) (json.RawMessage, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	text, e := r.c.JSON(limit)
	return text, wrapIn(r.ctx, e)
}

// Explain is the plan with what was done so far, entries, records, rows and time, as JSON.
func (r *Rows) Explain() (json.RawMessage, error) {
	text, e := r.c.Explain()
	return text, wrap(e)
}

// Arrow fills the ArrowArrayStream (of the Arrow C stream interface) that stream points to with the rows that are still to come. Call its release;
// an Arrow library that imports it does. It holds what it needs of the snapshot, whose goroutine uses it. Cancelling the context ends it until Close.
func (r *Rows) Arrow(stream unsafe.Pointer) error { return wrapIn(r.ctx, r.c.Arrow(stream)) }

// Arrow is Rows.Arrow of the records of a type in id order; without fields: the id and all of them.
func (s *Snapshot) Arrow(typ string, stream unsafe.Pointer, fields ...string) error {
	names := ""
	if len(fields) != 0 {
		text, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		names = string(text)
	}
	return wrap(s.c.Arrow(typ, names, stream))
}

// HistoryArrow is Rows.Arrow of what happened to the records of a type, in commit order: one row for each field that changed.
func (s *Snapshot) HistoryArrow(typ string, stream unsafe.Pointer) error {
	return wrap(s.c.HistoryArrow(typ, stream))
}

// Evaluated is the value of an expression: its type, what JSON has for it (else a text), and as the expression language writes it.
type Evaluated struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
	Text  string `json:"text"`
}

// Eval gives the value of a CEL expression without records; the Field of its error is "line:column".
func Eval(expression string) (Evaluated, error) {
	text, e := capi.Eval(expression)
	return decode[Evaluated](text, e)
}

// Token is where the last row stands, for RunOptions.After.
func (r *Rows) Token() (string, error) {
	token, e := r.c.Token()
	return token, wrap(e)
}
