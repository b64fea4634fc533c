package capi

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// Viewer of a snapshot or batch; ID 0 is the system.
type Viewer struct {
	ID    uint64
	Units []uint32
	Roles []string
}

// who lends a viewer for one call, what it points to pinned meanwhile; NULL for the system.
func who(v Viewer, pin *runtime.Pinner) *C.kith_viewer {
	if v.ID == 0 {
		return nil
	}
	c := &C.kith_viewer{struct_size: C.uint32_t(unsafe.Sizeof(C.kith_viewer{})), id: C.kith_id(v.ID)}
	if len(v.Units) != 0 {
		pin.Pin(&v.Units[0])
		c.units, c.unit_count = (*C.uint32_t)(unsafe.Pointer(&v.Units[0])), C.size_t(len(v.Units))
	}
	if c.roles = strs(v.Roles, pin); c.roles != nil {
		pin.Pin(c.roles)
		c.role_count = C.size_t(len(v.Roles))
	}
	return c
}

// Batch is a kith_batch.
type Batch struct{ p *C.kith_batch }

// Free ends the batch.
func (b *Batch) Free() {
	runtime.SetFinalizer(b, nil)
	C.kith_batch_free(b.p)
}

// NewBatch makes an empty batch.
func (d *DB) NewBatch(actor Ref, reason string) (*Batch, *Error) {
	defer runtime.KeepAlive(d)
	var p *C.kith_batch
	var err *C.kith_error
	code := C.kith_batch_new(d.p, ref(actor), str(reason), &p, &err)
	return keepBatch(code, p, err)
}

// BatchFromJSON makes a batch from its JSON form.
func (d *DB) BatchFromJSON(json string) (*Batch, *Error) {
	defer runtime.KeepAlive(d)
	var p *C.kith_batch
	var err *C.kith_error
	code := C.kith_batch_from_json(d.p, str(json), &p, &err)
	return keepBatch(code, p, err)
}

func keepBatch(code C.kith_code, p *C.kith_batch, err *C.kith_error) (*Batch, *Error) {
	if e := failure(code, err); e != nil {
		return nil, e
	}
	b := &Batch{p}
	runtime.SetFinalizer(b, func(b *Batch) { C.kith_batch_free(b.p) })
	return b, nil
}

// Status is the first error of a setter.
func (b *Batch) Status() *Error {
	defer runtime.KeepAlive(b)
	var err *C.kith_error
	code := C.kith_batch_status(b.p, &err)
	return failure(code, err)
}

// JSON is the batch's JSON form.
func (b *Batch) JSON() ([]byte, *Error) {
	defer runtime.KeepAlive(b)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_batch_to_json(b.p, &text, &err)
	return textOr(code, text, err)
}

// Clear takes all changes away.
func (b *Batch) Clear() {
	defer runtime.KeepAlive(b)
	C.kith_batch_clear(b.p)
}

// Start is how a record comes into a batch.
type Start int

// The ways.
const (
	Create Start = iota
	Upsert
	CreateIfAbsent
	Existing
)

// Begin adds a change that defines a local reference, and returns it.
func (b *Batch) Begin(how Start, typ string, r Ref) uint64 {
	defer runtime.KeepAlive(b)
	switch how {
	case Upsert:
		return uint64(C.kith_batch_upsert(b.p, name(typ), ref(r)))
	case CreateIfAbsent:
		return uint64(C.kith_batch_create_if_absent(b.p, name(typ), ref(r)))
	case Existing:
		return uint64(C.kith_batch_existing(b.p, name(typ), ref(r)))
	}
	if r == (Ref{}) {
		return uint64(C.kith_batch_create(b.p, name(typ)))
	}
	return uint64(C.kith_batch_create_ext(b.p, name(typ), ref(r)))
}

// SetNull clears.
func (b *Batch) SetNull(id uint64, field string) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_null(b.p, C.kith_id(id), name(field))
}

// SetBool sets a truth value.
func (b *Batch) SetBool(id uint64, field string, v bool) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_bool(b.p, C.kith_id(id), name(field), flag(v))
}

// SetInt sets a whole number.
func (b *Batch) SetInt(id uint64, field string, v int64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_int(b.p, C.kith_id(id), name(field), C.int64_t(v))
}

// SetDouble sets a floating number.
func (b *Batch) SetDouble(id uint64, field string, v float64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_double(b.p, C.kith_id(id), name(field), C.double(v))
}

// SetDecimal sets a decimal from its text.
func (b *Batch) SetDecimal(id uint64, field, v string) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_decimal(b.p, C.kith_id(id), name(field), str(v))
}

// SetMoney sets an amount.
func (b *Batch) SetMoney(id uint64, field string, minor int64, currency string) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_money(b.p, C.kith_id(id), name(field), C.int64_t(minor), name(currency))
}

// SetText sets a text, or a choice by name.
func (b *Batch) SetText(id uint64, field, v string) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_text(b.p, C.kith_id(id), name(field), str(v))
}

// SetTexts sets a list, or choices by name.
func (b *Batch) SetTexts(id uint64, field string, v []string) {
	defer runtime.KeepAlive(b)
	var pin runtime.Pinner
	defer pin.Unpin()
	C.kith_batch_set_texts(b.p, C.kith_id(id), name(field), strs(v, &pin), C.size_t(len(v)))
}

// SetDate sets a day since 1970-01-01.
func (b *Batch) SetDate(id uint64, field string, days int32) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_date(b.p, C.kith_id(id), name(field), C.int32_t(days))
}

// SetTime sets a moment in microseconds.
func (b *Batch) SetTime(id uint64, field string, micros int64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_time(b.p, C.kith_id(id), name(field), C.int64_t(micros))
}

// SetRef sets a reference.
func (b *Batch) SetRef(id uint64, field string, target uint64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_ref(b.p, C.kith_id(id), name(field), C.kith_id(target))
}

// SetBytes sets bytes.
func (b *Batch) SetBytes(id uint64, field string, v []byte) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_bytes(b.p, C.kith_id(id), name(field),
		C.kith_bytes{data: (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(v))), size: C.size_t(len(v))})
}

// AddInt adds to a number.
func (b *Batch) AddInt(id uint64, field string, v int64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_add_int(b.p, C.kith_id(id), name(field), C.int64_t(v))
}

// AddMoney adds to an amount.
func (b *Batch) AddMoney(id uint64, field string, minor int64, currency string) {
	defer runtime.KeepAlive(b)
	C.kith_batch_add_money(b.p, C.kith_id(id), name(field), C.int64_t(minor), name(currency))
}

// Delete removes a record.
func (b *Batch) Delete(id uint64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_delete(b.p, C.kith_id(id))
}

// Restore brings a deleted record back.
func (b *Batch) Restore(id uint64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_restore(b.p, C.kith_id(id))
}

// Merge makes one record of two.
func (b *Batch) Merge(into, from uint64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_merge(b.p, C.kith_id(into), C.kith_id(from))
}

// Unmerge parts a record that was merged away.
func (b *Batch) Unmerge(id uint64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_unmerge(b.p, C.kith_id(id))
}

// Link adds an external reference.
func (b *Batch) Link(id uint64, r Ref) {
	defer runtime.KeepAlive(b)
	C.kith_batch_link(b.p, C.kith_id(id), ref(r))
}

// Unlink takes an external reference away.
func (b *Batch) Unlink(id uint64, r Ref) {
	defer runtime.KeepAlive(b)
	C.kith_batch_unlink(b.p, C.kith_id(id), ref(r))
}

// RequireVersion is a precondition.
func (b *Batch) RequireVersion(id, version uint64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_require_version(b.p, C.kith_id(id), C.uint64_t(version))
}

// Expected is a value that a field is to have, of a kind of C; a null where it has none.
type Expected struct {
	Kind     int32
	Number   int64
	Scale    int
	Real     float64
	Text     string
	Currency string
}

// RequireValue is a precondition.
func (b *Batch) RequireValue(id uint64, field string, v Expected) {
	defer runtime.KeepAlive(b)
	value := C.kith_value{kind: C.kith_kind(v.Kind), scale: C.int32_t(v.Scale), number: C.int64_t(v.Number), real: C.double(v.Real),
		text: str(v.Text)}
	for i := 0; i < len(v.Currency) && i < 3; i++ {
		value.currency[i] = C.char(v.Currency[i])
	}
	C.kith_batch_require_value(b.p, C.kith_id(id), name(field), value)
}

// RequireAbsent is a precondition.
func (b *Batch) RequireAbsent(typ string, r Ref) {
	defer runtime.KeepAlive(b)
	C.kith_batch_require_absent(b.p, name(typ), ref(r))
}

// SetEffective says from when what follows holds.
func (b *Batch) SetEffective(micros int64) {
	defer runtime.KeepAlive(b)
	C.kith_batch_set_effective(b.p, C.int64_t(micros))
}

// Move adds a move.
func (b *Batch) Move(id uint64, stage, because string) uint64 {
	defer runtime.KeepAlive(b)
	return uint64(C.kith_batch_move_because(b.p, C.kith_id(id), name(stage), str(because)))
}

// Override moves a record although something mandatory is unmet.
func (b *Batch) Override(id uint64, stage, because string) uint64 {
	defer runtime.KeepAlive(b)
	return uint64(C.kith_batch_override(b.p, C.kith_id(id), name(stage), str(because)))
}

// CompleteStep adds a step's completion.
func (b *Batch) CompleteStep(id uint64, step string, evidence uint64, note string) uint64 {
	defer runtime.KeepAlive(b)
	return uint64(C.kith_batch_complete_step(b.p, C.kith_id(id), name(step), C.kith_id(evidence), str(note)))
}

// DefinePipeline adds a pipeline.
func (b *Batch) DefinePipeline(json string) {
	defer runtime.KeepAlive(b)
	C.kith_batch_define_pipeline(b.p, str(json))
}

// ApplyOptions of Apply.
type ApplyOptions struct {
	DryRun          bool
	TimeoutMicros   uint64
	Key             string
	Checkpoint      string
	CheckpointValue []byte
	Vendor          string
	Viewer          Viewer
}

// Outcome is a kith_outcome.
type Outcome struct{ p *C.kith_outcome }

// Apply applies a batch.
func (d *DB) Apply(b *Batch, o ApplyOptions) (*Outcome, *Error) {
	defer runtime.KeepAlive(d)
	defer runtime.KeepAlive(b)
	var p *C.kith_outcome
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	value := C.kith_bytes{data: (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(o.CheckpointValue))), size: C.size_t(len(o.CheckpointValue))}
	code := C.kg_apply(d.p, b.p, flag(o.DryRun), C.uint64_t(o.TimeoutMicros), str(o.Key), optional(o.Checkpoint), value, optional(o.Vendor),
		who(o.Viewer, &pin), &p, &err)
	if e := failure(code, err); e != nil {
		return nil, e
	}
	return keepOutcome(p), nil
}

func keepOutcome(p *C.kith_outcome) *Outcome {
	out := &Outcome{p}
	runtime.SetFinalizer(out, func(o *Outcome) { C.kith_outcome_free(o.p) })
	return out
}

// ApplyMany applies batches in order: an outcome or an error of each, or an error of the call, which applied none.
func (d *DB) ApplyMany(batches []*Batch, o ApplyOptions) ([]*Outcome, []*Error, *Error) {
	defer runtime.KeepAlive(d)
	defer runtime.KeepAlive(batches)
	given := make([]*C.kith_batch, len(batches)+1)
	for i, b := range batches {
		given[i] = b.p
	}
	made := make([]*C.kith_outcome, len(given))
	failed := make([]*C.kith_error, len(given))
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	code := C.kg_apply_many(d.p, &given[0], C.size_t(len(batches)), flag(o.DryRun), C.uint64_t(o.TimeoutMicros), optional(o.Vendor),
		who(o.Viewer, &pin), &made[0], &failed[0], &err)
	outcomes, errors := make([]*Outcome, len(batches)), make([]*Error, len(batches))
	whole := failure(code, err)
	for i := range batches {
		if made[i] != nil {
			outcomes[i], whole = keepOutcome(made[i]), nil
		} else if failed[i] != nil {
			errors[i], whole = copyError(failed[i]), nil
			C.kith_error_free(failed[i])
		}
	}
	return outcomes, errors, whole
}

// ID of a local reference.
func (o *Outcome) ID(local uint64) uint64 {
	defer runtime.KeepAlive(o)
	return uint64(C.kith_outcome_id(o.p, C.kith_id(local)))
}

// Sequences are the first and last of the feed; 0: nothing changed.
func (o *Outcome) Sequences() (first, last uint64) {
	defer runtime.KeepAlive(o)
	return uint64(C.kith_outcome_first_sequence(o.p)), uint64(C.kith_outcome_last_sequence(o.p))
}

// Replayed tells whether the key was known.
func (o *Outcome) Replayed() bool {
	defer runtime.KeepAlive(o)
	return C.kith_outcome_replayed(o.p) != 0
}

// Changes of a dry run.
func (o *Outcome) Changes() (records []uint64, operations []uint32) {
	defer runtime.KeepAlive(o)
	for i := C.size_t(0); i < C.kith_outcome_change_count(o.p); i++ {
		var operation C.uint32_t
		records = append(records, uint64(C.kith_outcome_change(o.p, i, &operation)))
		operations = append(operations, uint32(operation))
	}
	return records, operations
}

// Effects say what rules added.
func (o *Outcome) Effects() []string {
	defer runtime.KeepAlive(o)
	out := make([]string, C.kith_outcome_effect_count(o.p))
	for i := range out {
		out[i] = copyStr(C.kith_outcome_effect(o.p, C.size_t(i)))
	}
	return out
}
