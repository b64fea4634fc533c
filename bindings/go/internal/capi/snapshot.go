package capi

// #include "shim.h"
import "C"

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Value is a kith_value; its text is C's until Text copies it.
type Value struct{ v C.kith_value }

// Kind is a KITH_KIND_*.
func (v *Value) Kind() int32 { return int32(v.v.kind) }

// Number is the whole number: of money minor units, of a time microseconds, of a date days, of a reference the id, of a list its length.
func (v *Value) Number() int64 { return int64(v.v.number) }

// Scale of a decimal.
func (v *Value) Scale() int { return int(v.v.scale) }

// Real is the floating number.
func (v *Value) Real() float64 { return float64(v.v.real) }

// Text is a copy.
func (v *Value) Text() string { return copyStr(v.v.text) }

// UnsafeText is C's own.
func (v *Value) UnsafeText() string {
	return unsafe.String((*byte)(unsafe.Pointer(v.v.text.data)), int(v.v.text.size))
}

// Texts copies the texts of one of the columns of some rows, one after the other; ends gets where each ends.
func Texts(values []Value, column, columns int, ends *[Chunk]int) string {
	size, row := 0, 0
	for i := column; i < len(values) && row < Chunk; i, row = i+columns, row+1 {
		size += values[i].textSize()
		ends[row] = size
	}
	all := make([]byte, size)
	from, row := 0, 0
	for i := column; i < len(values) && row < Chunk; i, row = i+columns, row+1 {
		copy(all[from:ends[row]], unsafe.Slice((*byte)(unsafe.Pointer(values[i].v.text.data)), ends[row]-from))
		from = ends[row]
	}
	return unsafe.String(unsafe.SliceData(all), len(all))
}

// textSize is 0 of what is no text, whatever its memory holds.
func (v *Value) textSize() int {
	switch v.v.kind {
	case C.KITH_KIND_TEXT, C.KITH_KIND_CHOICE, C.KITH_KIND_BYTES:
		return int(v.v.text.size)
	}
	return 0
}

// Currency of money.
func (v *Value) Currency() string {
	packed := *(*uint32)(unsafe.Pointer(&v.v.currency[0]))
	slot := &currencies[packed*0x9E3779B1>>24]
	if known := slot.Load(); known != nil && known.packed == packed {
		return known.text
	}
	made := &currency{packed, C.GoString(&v.v.currency[0])}
	slot.Store(made)
	return made.text
}

// currency is a code as C has it and as Go does; those met lately, so that an amount allocates nothing.
type currency struct {
	packed uint32
	text   string
}

var currencies [256]atomic.Pointer[currency]

// View is a record in the map.
type View struct{ v C.kith_view }

// ID of the record.
func (v *View) ID() uint64 { return uint64(v.v.id) }

// Version of the record.
func (v *View) Version() uint64 { return uint64(v.v.version) }

// Type of the record, as a number.
func (v *View) Type() uint32 { return uint32(v.v._type) }

// Field is a resolved field.
type Field = uint64

// Snapshot is a kith_snapshot.
type Snapshot struct{ p *C.kith_snapshot }

// Read takes a snapshot.
func (d *DB) Read(v Viewer) (*Snapshot, *Error) {
	defer runtime.KeepAlive(d)
	var p *C.kith_snapshot
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	code := C.kith_db_read(d.p, who(v, &pin), &p, &err)
	if e := failure(code, err); e != nil {
		return nil, e
	}
	return &Snapshot{p}, nil
}

// Free ends the snapshot.
func (s *Snapshot) Free() { C.kith_snapshot_free(s.p) }

// Renew takes the newest state.
func (s *Snapshot) Renew() *Error {
	defer runtime.KeepAlive(s)
	var err *C.kith_error
	code := C.kith_snapshot_renew(s.p, &err)
	return failure(code, err)
}

// Origin of a field's value: the record that first had it, and when that was recorded.
func (s *Snapshot) Origin(record uint64, field string) (uint64, int64, *Error) {
	defer runtime.KeepAlive(s)
	var origin C.kith_id
	var recorded C.int64_t
	var err *C.kith_error
	code := C.kith_snapshot_origin(s.p, C.kith_id(record), name(field), &origin, &recorded, &err)
	return uint64(origin), int64(recorded), failure(code, err)
}

// TypeAccess as JSON.
func (s *Snapshot) TypeAccess(typ string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_type_access(s.p, name(typ), &text, &err)
	return textOr(code, text, err)
}

// Differences as JSON; from and to are (effective, recorded).
func (s *Snapshot) Differences(from, to [2]int64, filter string, after uint64, limit int) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_differences(s.p, C.kith_as_of{effective: C.int64_t(from[0]), recorded: C.int64_t(from[1])},
		C.kith_as_of{effective: C.int64_t(to[0]), recorded: C.int64_t(to[1])}, str(filter), C.kith_id(after), C.size_t(limit), &text, &err)
	return textOr(code, text, err)
}

// Sequence of the feed that the snapshot stands at.
func (s *Snapshot) Sequence() uint64 {
	defer runtime.KeepAlive(s)
	return uint64(C.kith_snapshot_sequence(s.p))
}

// Find gives the id of a reference.
func (s *Snapshot) Find(typ string, r Ref) (uint64, *Error) {
	defer runtime.KeepAlive(s)
	var id C.kith_id
	var err *C.kith_error
	code := C.kith_snapshot_find(s.p, name(typ), ref(r), &id, &err)
	return uint64(id), failure(code, err)
}

// Get gives a record.
func (s *Snapshot) Get(id uint64) (View, *Error) {
	defer runtime.KeepAlive(s)
	out := C.kg_get(s.p, C.kith_id(id))
	if out.code != C.KITH_OK {
		return View{}, failure(out.code, out.err)
	}
	return View{out.view}, nil
}

// TypeName of a number.
func (s *Snapshot) TypeName(number uint32) (string, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_type_name(s.p, C.uint32_t(number), &text, &err)
	out, e := textOr(code, text, err)
	return string(out), e
}

// Field resolves a name once.
func (s *Snapshot) Field(typ, field string) (Field, *Error) {
	defer runtime.KeepAlive(s)
	var out C.kith_field
	var err *C.kith_error
	code := C.kith_snapshot_field(s.p, name(typ), name(field), &out, &err)
	return Field(out), failure(code, err)
}

// At reads a resolved field.
func (s *Snapshot) At(v View, field Field) (Value, *Error) {
	defer runtime.KeepAlive(s)
	out := C.kg_field(s.p, v.v, C.kith_field(field))
	if out.code != C.KITH_OK {
		return Value{}, failure(out.code, out.err)
	}
	return Value{out.value}, nil
}

// Named reads a field by name.
func (s *Snapshot) Named(v View, field string) (Value, *Error) {
	defer runtime.KeepAlive(s)
	out := C.kg_named(s.p, v.v, name(field))
	if out.code != C.KITH_OK {
		return Value{}, failure(out.code, out.err)
	}
	return Value{out.value}, nil
}

// Item reads an item of a list.
func (s *Snapshot) Item(v View, field Field, item int) (Value, *Error) {
	defer runtime.KeepAlive(s)
	out := C.kg_item(s.p, v.v, C.kith_field(field), C.size_t(item))
	if out.code != C.KITH_OK {
		return Value{}, failure(out.code, out.err)
	}
	return Value{out.value}, nil
}

// RecordJSON is a record with its fields, as it held at (effective, recorded) when asOf.
func (s *Snapshot) RecordJSON(id uint64, asOf bool, effective, recorded int64) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	var code C.kith_code
	if asOf {
		code = C.kith_snapshot_record_json_as_of(s.p, C.kith_id(id), C.int64_t(effective), C.int64_t(recorded), &text, &err)
	} else {
		code = C.kith_snapshot_record_json(s.p, C.kith_id(id), &text, &err)
	}
	return textOr(code, text, err)
}

// May asks for a right.
func (s *Snapshot) May(id uint64, right int32) (bool, *Error) {
	defer runtime.KeepAlive(s)
	var may C.uint8_t
	var err *C.kith_error
	code := C.kith_snapshot_may(s.p, C.kith_id(id), C.kith_right(right), &may, &err)
	return may != 0, failure(code, err)
}

// ExternalRefs as JSON.
func (s *Snapshot) ExternalRefs(id uint64) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_external_refs(s.p, C.kith_id(id), &text, &err)
	return textOr(code, text, err)
}

// History as JSON.
func (s *Snapshot) History(id uint64) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_history(s.p, C.kith_id(id), &text, &err)
	return textOr(code, text, err)
}

// Checkpoint is what Apply stored.
func (s *Snapshot) Checkpoint(checkpoint string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_checkpoint(s.p, name(checkpoint), &text, &err)
	return textOr(code, text, err)
}

// Feed as JSON.
func (s *Snapshot) Feed(after uint64, filter string, limit int) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_feed(s.p, C.uint64_t(after), str(filter), C.size_t(limit), &text, &err)
	return textOr(code, text, err)
}

// Pipelines as JSON.
func (s *Snapshot) Pipelines(forType string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_pipelines(s.p, optional(forType), &text, &err)
	return textOr(code, text, err)
}

// Guide as JSON.
func (s *Snapshot) Guide(record uint64) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_guide(s.p, C.kith_id(record), &text, &err)
	return textOr(code, text, err)
}

// Visits as JSON.
func (s *Snapshot) Visits(question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_visits(s.p, str(question), &text, &err)
	return textOr(code, text, err)
}

// Owned as JSON.
func (s *Snapshot) Owned(account uint64, at int64) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_owned(s.p, C.kith_id(account), C.int64_t(at), &text, &err)
	return textOr(code, text, err)
}

// Search as JSON.
func (s *Snapshot) Search(what, types string, limit int) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_search(s.p, str(what), str(types), C.uint32_t(limit), &text, &err)
	return textOr(code, text, err)
}

// ExportLines writes JSON Lines.
func (s *Snapshot) ExportLines(path string, history bool) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_export_lines(s.p, str(path), flag(history), &text, &err)
	return textOr(code, text, err)
}

// InsightOptions of Funnel and Forecast.
type InsightOptions struct {
	Strict     bool
	AsOfMicros int64
	Owner      uint64
	Currency   string
	Level      float64
	Seed       uint64
	More       string // JSON
}

func insight(o InsightOptions) C.kith_insight_options {
	return C.kg_insight(flag(o.Strict), C.int64_t(o.AsOfMicros), C.kith_id(o.Owner), str(o.Currency), C.double(o.Level), C.uint64_t(o.Seed),
		str(o.More))
}

// Funnel as JSON.
func (s *Snapshot) Funnel(pipeline string, o InsightOptions) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_funnel(s.p, name(pipeline), insight(o), &text, &err)
	runtime.KeepAlive(o)
	return textOr(code, text, err)
}

// Forecast is a kith_forecast.
type Forecast struct{ p *C.kith_forecast }

// Forecast of a period.
func (s *Snapshot) Forecast(pipeline, period string, o InsightOptions) (*Forecast, *Error) {
	defer runtime.KeepAlive(s)
	var p *C.kith_forecast
	var err *C.kith_error
	code := C.kg_forecast(s.p, name(pipeline), name(period), insight(o), &p, &err)
	runtime.KeepAlive(o)
	if e := failure(code, err); e != nil {
		return nil, e
	}
	f := &Forecast{p}
	runtime.SetFinalizer(f, func(f *Forecast) { C.kith_forecast_free(f.p) })
	return f, nil
}

// JSON of a forecast.
func (f *Forecast) JSON() ([]byte, *Error) {
	defer runtime.KeepAlive(f)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_forecast_to_json(f.p, &text, &err)
	return textOr(code, text, err)
}

// AtLeast is the probability of an amount or more.
func (f *Forecast) AtLeast(minor float64) float64 {
	defer runtime.KeepAlive(f)
	return float64(C.kith_forecast_probability_at_least(f.p, C.double(minor)))
}

// SaveForecast adds a forecast to a batch.
func (b *Batch) SaveForecast(f *Forecast) uint64 {
	defer runtime.KeepAlive(b)
	defer runtime.KeepAlive(f)
	return uint64(C.kith_batch_save_forecast(b.p, f.p))
}

// Scan gives the records of a type after an id, with the fields, in chunks in memory of C that lives until it returns. It crosses once a
// chunk. give returns false to stop.
func (s *Snapshot) Scan(typ string, after uint64, fields []Field, give func(views []View, values []Value) bool) *Error {
	defer runtime.KeepAlive(s)
	var cursor *C.kith_cursor
	var err *C.kith_error
	code := C.kith_snapshot_scan(s.p, name(typ), C.kith_id(after), &cursor, &err)
	if e := failure(code, err); e != nil {
		return e
	}
	defer C.kith_cursor_free(cursor)
	views := (*C.kith_view)(C.calloc(Chunk, C.sizeof_kith_view))
	values := (*C.kith_value)(C.calloc(C.size_t(Chunk*len(fields)+1), C.sizeof_kith_value))
	defer C.free(unsafe.Pointer(views))
	defer C.free(unsafe.Pointer(values))
	count := new(C.size_t)
	for {
		code := C.kith_cursor_read(cursor, (*C.kith_field)(unsafe.Pointer(unsafe.SliceData(fields))), C.size_t(len(fields)), views, values,
			Chunk, count, &err)
		if e := failure(code, err); e != nil {
			return e
		}
		n := int(*count)
		if n == 0 {
			return nil
		}
		if !give(unsafe.Slice((*View)(unsafe.Pointer(views)), n), unsafe.Slice((*Value)(unsafe.Pointer(values)), n*len(fields))) {
			return nil
		}
	}
}
