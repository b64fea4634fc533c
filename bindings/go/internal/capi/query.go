package capi

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// Query is a kith_query.
type Query struct{ p *C.kith_query }

// Prepare plans a query.
func (s *Snapshot) Prepare(json string) (*Query, *Error) {
	defer runtime.KeepAlive(s)
	var p *C.kith_query
	var err *C.kith_error
	code := C.kith_query_prepare(s.p, str(json), &p, &err)
	if e := failure(code, err); e != nil {
		return nil, e
	}
	q := &Query{p}
	runtime.SetFinalizer(q, func(q *Query) { C.kith_query_free(q.p) })
	return q, nil
}

// Explain is the plan as JSON.
func (q *Query) Explain() ([]byte, *Error) {
	defer runtime.KeepAlive(q)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_query_explain(q.p, &text, &err)
	return textOr(code, text, err)
}

// RunOptions of Run.
type RunOptions struct {
	InPast              bool
	Effective, Recorded int64
	LimitMicros, Cost   uint64
	After               string
}

// Rows is a kith_rows.
type Rows struct{ p *C.kith_rows }

// Run runs a query.
func (q *Query) Run(s *Snapshot, parameters string, o RunOptions) (*Rows, *Error) {
	defer runtime.KeepAlive(q)
	defer runtime.KeepAlive(s)
	var p *C.kith_rows
	var err *C.kith_error
	code := C.kg_run(q.p, s.p, str(parameters), flag(o.InPast), C.int64_t(o.Effective), C.int64_t(o.Recorded), C.uint64_t(o.LimitMicros),
		C.uint64_t(o.Cost), str(o.After), &p, &err)
	if e := failure(code, err); e != nil {
		return nil, e
	}
	return &Rows{p}, nil
}

// Free ends a run.
func (r *Rows) Free() { C.kith_rows_free(r.p) }

// Cancel lets a call that runs end; from any goroutine.
func (r *Rows) Cancel() { C.kith_rows_cancel(r.p) }

// Columns are the names.
func (r *Rows) Columns() []string {
	defer runtime.KeepAlive(r)
	out := make([]string, C.kith_rows_column_count(r.p))
	for i := range out {
		var column C.kith_column
		C.kith_rows_column(r.p, C.size_t(i), &column)
		out[i] = copyStr(column.name)
	}
	return out
}

// Next gives the next chunk, in memory of C that lives until the next call; none is the end.
func (r *Rows) Next(columns int) (ids []uint64, values []Value, e *Error) {
	defer runtime.KeepAlive(r)
	var v *C.kith_value
	var i *C.kith_id
	var count C.size_t
	var err *C.kith_error
	code := C.kith_rows_next(r.p, Chunk, &v, &i, &count, &err)
	if e := failure(code, err); e != nil || count == 0 {
		return nil, nil, e
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(i)), int(count)), unsafe.Slice((*Value)(unsafe.Pointer(v)), int(count)*columns), nil
}

// JSON gives the next rows as a list of objects; an empty list is the end.
func (r *Rows) JSON(limit int) ([]byte, *Error) {
	defer runtime.KeepAlive(r)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_rows_json(r.p, C.size_t(limit), &text, &err)
	return textOr(code, text, err)
}

// Item is one of a list in the chunk that Next gave.
func (r *Rows) Item(row, column, item int) (Value, *Error) {
	defer runtime.KeepAlive(r)
	var v C.kith_value
	var err *C.kith_error
	code := C.kith_rows_item(r.p, C.size_t(row), C.size_t(column), C.size_t(item), &v, &err)
	return Value{v}, failure(code, err)
}

// Explain is the plan with what was done, as JSON.
func (r *Rows) Explain() ([]byte, *Error) {
	defer runtime.KeepAlive(r)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_rows_explain(r.p, &text, &err)
	return textOr(code, text, err)
}

// Arrow fills the stream with the rows to come.
func (r *Rows) Arrow(stream unsafe.Pointer) *Error {
	defer runtime.KeepAlive(r)
	var err *C.kith_error
	code := C.kg_rows_arrow(r.p, stream, &err)
	return failure(code, err)
}

// Arrow fills the stream with records of a type; fields as JSON, empty: all.
func (s *Snapshot) Arrow(typ, fields string, stream unsafe.Pointer) *Error {
	defer runtime.KeepAlive(s)
	var err *C.kith_error
	code := C.kg_arrow(s.p, name(typ), str(fields), stream, &err)
	return failure(code, err)
}

// HistoryArrow fills the stream with what happened to records of a type.
func (s *Snapshot) HistoryArrow(typ string, stream unsafe.Pointer) *Error {
	defer runtime.KeepAlive(s)
	var err *C.kith_error
	code := C.kg_history_arrow(s.p, name(typ), stream, &err)
	return failure(code, err)
}

// Token is where the last row stands.
func (r *Rows) Token() (string, *Error) {
	defer runtime.KeepAlive(r)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_rows_token(r.p, &text, &err)
	out, e := textOr(code, text, err)
	return string(out), e
}
