package kith

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"kith/internal/capi"
)

// Fields are values by field name. A value is nil (clears), bool, int, int32, int64, float64, string (text, a choice's name), []string, Money,
// Decimal, Date, time.Time, ID (a record or a local reference) or []byte.
type Fields map[string]any

// Batch is changes with preconditions, in plain memory, applied as a whole or not at all. The first error of a call is kept for Apply, and what
// follows it is ignored. Targets are records' ids, or what Create and its like returned.
type Batch struct {
	c   *capi.Batch
	err error // of a value that C has no form for
}

// NewBatch makes an empty batch; actor and reason are kept in history.
func (db *DB) NewBatch(actor Ref, reason string) (*Batch, error) {
	c, e := db.c.NewBatch(actor.c(), reason)
	if e != nil {
		return nil, wrap(e)
	}
	return &Batch{c: c}, nil
}

// BatchFromJSON makes a batch from its JSON form, which kith/engine/batch.h describes.
func (db *DB) BatchFromJSON(json []byte) (*Batch, error) {
	c, e := db.c.BatchFromJSON(string(json))
	if e != nil {
		return nil, wrap(e)
	}
	return &Batch{c: c}, nil
}

// JSON is the batch's JSON form.
func (b *Batch) JSON() ([]byte, error) {
	text, e := b.c.JSON()
	return text, wrap(e)
}

// Err is the first error so far.
func (b *Batch) Err() error {
	if b.err != nil {
		return b.err
	}
	return wrap(b.c.Status())
}

// Clear takes all changes away.
func (b *Batch) Clear() {
	b.c.Clear()
	b.err = nil
}

// Create adds a new record.
func (b *Batch) Create(typ string, fields Fields) ID { return b.begin(capi.Create, typ, Ref{}, fields) }

// CreateExt adds a new record under an external reference, which must be free.
func (b *Batch) CreateExt(typ string, ref Ref, fields Fields) ID {
	return b.begin(capi.Create, typ, ref, fields)
}

// Upsert sets the fields of the record with the reference, which is created when absent.
func (b *Batch) Upsert(typ string, ref Ref, fields Fields) ID {
	return b.begin(capi.Upsert, typ, ref, fields)
}

// CreateIfAbsent leaves alone the record with the reference when there is one: then nothing that the batch sets or adds by the reference that it
// returns is done. Existing and Upsert change it either way.
func (b *Batch) CreateIfAbsent(typ string, ref Ref, fields Fields) ID {
	return b.begin(capi.CreateIfAbsent, typ, ref, fields)
}

// Existing names a record that must exist.
func (b *Batch) Existing(typ string, ref Ref) ID { return b.begin(capi.Existing, typ, ref, nil) }

func (b *Batch) begin(how capi.Start, typ string, ref Ref, fields Fields) ID {
	id := ID(b.c.Begin(how, typ, ref.c()))
	b.Set(id, fields)
	return id
}

// Set sets fields, in the order of their names: the same fields make the same batch, which Key asks for.
func (b *Batch) Set(target ID, fields Fields) {
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		b.set(uint64(target), field, fields[field])
	}
}

func (b *Batch) set(id uint64, field string, value any) {
	switch v := value.(type) {
	case nil:
		b.c.SetNull(id, field)
	case bool:
		b.c.SetBool(id, field, v)
	case int:
		b.c.SetInt(id, field, int64(v))
	case int32:
		b.c.SetInt(id, field, int64(v))
	case int64:
		b.c.SetInt(id, field, v)
	case float64:
		b.c.SetDouble(id, field, v)
	case string:
		b.c.SetText(id, field, v)
	case []string:
		b.c.SetTexts(id, field, v)
	case Money:
		b.c.SetMoney(id, field, v.Minor, v.Currency)
	case Decimal:
		b.c.SetDecimal(id, field, v.String())
	case Date:
		b.c.SetDate(id, field, v.days())
	case time.Time:
		if !fits(v) {
			b.fail(invalid("field %s: the year %d is too far away for a time", field, v.Year()))
			return
		}
		b.c.SetTime(id, field, v.UnixMicro())
	case ID:
		b.c.SetRef(id, field, uint64(v))
	case []byte:
		b.c.SetBytes(id, field, v)
	default:
		b.fail(invalid("field %s: a value of the Go type %T has no form here", field, value))
	}
}

// Whether a time has microseconds since 1970 in 64 bits: time.Unix of milliseconds may lie 300,000 years away, and would come out as another.
func fits(t time.Time) bool {
	seconds := t.Unix()
	return seconds > math.MinInt64/1_000_000 && seconds < math.MaxInt64/1_000_000
}

func (b *Batch) fail(err error) {
	if b.Err() == nil {
		b.err = err
	}
}

// Add adds an int64 or Money to what the record holds when the batch is applied.
func (b *Batch) Add(target ID, field string, amount any) {
	switch v := amount.(type) {
	case int:
		b.c.AddInt(uint64(target), field, int64(v))
	case int64:
		b.c.AddInt(uint64(target), field, v)
	case Money:
		b.c.AddMoney(uint64(target), field, v.Minor, v.Currency)
	default:
		b.fail(invalid("field %s: a value of the Go type %T cannot be added", field, amount))
	}
}

// Delete removes a record.
func (b *Batch) Delete(target ID) { b.c.Delete(uint64(target)) }

// Restore brings a deleted record back as it was, with what its deletion took along.
func (b *Batch) Restore(target ID) { b.c.Restore(uint64(target)) }

// Merge makes one record of two: what refers to from refers to into, which gets its external references and the values that it lacks. The id of
// from stands for into from then on. DB.Merge also chooses which values stay.
func (b *Batch) Merge(into, from ID) { b.c.Merge(uint64(into), uint64(from)) }

// Unmerge parts a record that was merged away: it gets back what the merge moved and nobody has changed since. What came later stays, and is
// named among the effects ("keeps contact.phone").
func (b *Batch) Unmerge(target ID) { b.c.Unmerge(uint64(target)) }

// Link gives a record a further external reference.
func (b *Batch) Link(target ID, ref Ref) { b.c.Link(uint64(target), ref.c()) }

// Unlink takes an external reference away.
func (b *Batch) Unlink(target ID, ref Ref) { b.c.Unlink(uint64(target), ref.c()) }

// RequireVersion refuses the batch (ErrConflict) when the record has another version.
func (b *Batch) RequireVersion(target ID, version uint64) {
	b.c.RequireVersion(uint64(target), version)
}

// RequireValue refuses the batch (reason "PreconditionFailed") unless the field has this value before it, nil: none. Values as of Fields, but for
// lists and bytes.
func (b *Batch) RequireValue(target ID, field string, value any) {
	expected := capi.Expected{}
	switch v := value.(type) {
	case nil:
	case bool:
		expected = capi.Expected{Kind: int32(KindBool), Number: int64(btoi(v))}
	case int:
		expected = capi.Expected{Kind: int32(KindInt), Number: int64(v)}
	case int32:
		expected = capi.Expected{Kind: int32(KindInt), Number: int64(v)}
	case int64:
		expected = capi.Expected{Kind: int32(KindInt), Number: v}
	case float64:
		expected = capi.Expected{Kind: int32(KindDouble), Real: v}
	case string:
		expected = capi.Expected{Kind: int32(KindText), Text: v}
	case Money:
		if len(v.Currency) > 3 {
			b.fail(invalid("field %s: %q is no currency", field, v.Currency))
			return
		}
		expected = capi.Expected{Kind: int32(KindMoney), Number: v.Minor, Currency: v.Currency}
	case Decimal:
		expected = capi.Expected{Kind: int32(KindDecimal), Number: v.Unscaled, Scale: v.Scale}
	case Date:
		expected = capi.Expected{Kind: int32(KindDate), Number: int64(v.days())}
	case time.Time:
		if !fits(v) {
			b.fail(invalid("field %s: the year %d is too far away for a time", field, v.Year()))
			return
		}
		expected = capi.Expected{Kind: int32(KindTime), Number: v.UnixMicro()}
	case ID:
		expected = capi.Expected{Kind: int32(KindRef), Number: int64(v)}
	default:
		b.fail(invalid("field %s: a value of the Go type %T cannot be required", field, value))
		return
	}
	b.c.RequireValue(uint64(target), field, expected)
}

// Reverted is what Batch.Revert added, and what it left as it is.
type Reverted struct {
	Fields []string `json:"fields"`
	Kept   []struct {
		Field string `json:"field"`
		Why   string `json:"why"`
	} `json:"kept"`
}

// Revert makes a record what it was at (effective, recorded), in these fields or (none) all, from now on; a deleted one is restored.
func (b *Batch) Revert(s *Snapshot, record ID, effective, recorded time.Time, fields ...string) (Reverted, error) {
	if len(fields) == 1 && fields[0] == "" { // joined it would be no field, which is all
		return Reverted{}, invalid("a field to revert has no name; name it, or give none for all")
	}
	report, e := b.c.Revert(s.c, uint64(record), micros(effective), micros(recorded), fields)
	return decode[Reverted](report, e)
}

// RequireAbsent refuses the batch when the reference is taken.
func (b *Batch) RequireAbsent(typ string, ref Ref) { b.c.RequireAbsent(typ, ref.c()) }

// SetEffective says from when what is added after it holds, not in the future; the zero time: from apply.
func (b *Batch) SetEffective(t time.Time) {
	if t.IsZero() {
		b.c.SetEffective(math.MinInt64)
		return
	}
	if !fits(t) {
		b.fail(invalid("nothing holds from the year %d on", t.Year()))
		return
	}
	b.c.SetEffective(t.UnixMicro())
}

// Move moves a record to "pipeline/stage"; skips, steps back and reopening are free. Returns the move.
func (b *Batch) Move(target ID, stage string) ID { return b.MoveBecause(target, stage, "") }

// MoveBecause keeps a reason on the move.
func (b *Batch) MoveBecause(target ID, stage, reason string) ID {
	return ID(b.c.Move(uint64(target), stage, reason))
}

// Override moves a record although it does not meet what is mandatory in its stages; the reason and what is unmet stay on the move.
func (b *Batch) Override(target ID, stage, reason string) ID {
	return ID(b.c.Override(uint64(target), stage, reason))
}

// CompleteStep says that a step, "pipeline/stage/step", is done for a record, shown by a record as its evidence (0: none).
func (b *Batch) CompleteStep(target ID, step string, evidence ID, note string) ID {
	return ID(b.c.CompleteStep(uint64(target), step, uint64(evidence), note))
}

// DefinePipeline adds a pipeline given as JSON, whose form kith.h describes. One that is there gets what is given: list all its stages, since
// one that is left out stays in its place, where another is refused. DB.MigratePipeline gives a pipeline with deals other stages.
func (b *Batch) DefinePipeline(json string) { b.c.DefinePipeline(json) }

// SaveForecast keeps a forecast as a record, which is scored when its period is over.
func (b *Batch) SaveForecast(f *Forecast) ID { return ID(b.c.SaveForecast(f.c)) }

type applyOptions struct {
	actor  Ref
	reason string
	viewer Viewer
	c      capi.ApplyOptions
}

// ApplyOption of Apply and Update.
type ApplyOption func(*applyOptions)

// By says who writes; with Update.
func By(actor Ref) ApplyOption { return func(o *applyOptions) { o.actor = actor } }

// Because says why; with Update.
func Because(reason string) ApplyOption { return func(o *applyOptions) { o.reason = reason } }

// As is on whose behalf is read and written.
func As(viewer Viewer) ApplyOption { return func(o *applyOptions) { o.viewer = viewer } }

// DryRun gives the same outcome and changes nothing.
func DryRun() ApplyOption { return func(o *applyOptions) { o.c.DryRun = true } }

// Key makes apply idempotent: up to 64 bytes, kept 30 days.
func Key(key string) ApplyOption { return func(o *applyOptions) { o.c.Key = key } }

// Vendor is on whose behalf a package writes: types and fields of other vendors are refused.
func Vendor(vendor string) ApplyOption { return func(o *applyOptions) { o.c.Vendor = vendor } }

// Checkpoint stores a value under a name with the batch, atomically.
func Checkpoint(name string, value []byte) ApplyOption {
	return func(o *applyOptions) { o.c.Checkpoint, o.c.CheckpointValue = name, value }
}

func gather(options []ApplyOption) applyOptions {
	var o applyOptions
	for _, option := range options {
		option(&o)
	}
	o.c.Viewer = o.viewer.c()
	return o
}

// Outcome is what an applied batch did.
type Outcome struct{ c *capi.Outcome }

// ID of the record that a local reference became.
func (o *Outcome) ID(local ID) ID { return ID(o.c.ID(uint64(local))) }

// Sequences are the first and last place in the feed; 0: nothing changed.
func (o *Outcome) Sequences() (first, last uint64) { return o.c.Sequences() }

// Replayed tells whether the key had been applied before; nothing was done again.
func (o *Outcome) Replayed() bool { return o.c.Replayed() }

// Changes of a dry run: each record that would be written, with what would happen to it ("create", "change", "delete").
func (o *Outcome) Changes() map[ID]string {
	records, operations := o.c.Changes()
	changes := make(map[ID]string, len(records))
	for i, record := range records {
		changes[ID(record)] = [...]string{"", "create", "change", "delete"}[operations[i]]
	}
	return changes
}

// Effects say what rules added.
func (o *Outcome) Effects() []string { return o.c.Effects() }

// Apply applies a batch; it is durable when it returns. With a deadline, a batch that still waits then is cancelled; one that has begun gives the
// reason OutcomeUnknown: apply it again with the same Key.
func (db *DB) Apply(ctx context.Context, b *Batch, options ...ApplyOption) (*Outcome, error) {
	return db.apply(ctx, b, gather(options))
}

// Applied is what came of one of several batches: an outcome or an error.
type Applied struct {
	Outcome *Outcome
	Err     error
}

// ApplyMany applies batches in order, each atomic on its own, durable together: one that fails holds none of the others back. An error of the
// whole applied none. The option Key is for single batches.
func (db *DB) ApplyMany(ctx context.Context, batches []*Batch, options ...ApplyOption) ([]Applied, error) {
	o := gather(options)
	if o.c.Key != "" || o.c.Checkpoint != "" {
		return nil, invalid("a key or checkpoint is of one batch; use Apply")
	}
	if err := o.begin(ctx); err != nil {
		return nil, err
	}
	done := make([]Applied, len(batches))
	var given []*capi.Batch
	var places []int
	for i, b := range batches {
		if b.err != nil {
			done[i].Err = b.err
			continue
		}
		given, places = append(given, b.c), append(places, i)
	}
	outcomes, errs, e := db.c.ApplyMany(given, o.c)
	if e != nil {
		return nil, wrapIn(ctx, e)
	}
	for at, i := range places {
		if outcomes[at] != nil {
			done[i].Outcome = &Outcome{outcomes[at]}
		}
		done[i].Err = wrapIn(ctx, errs[at])
	}
	return done, nil
}

// begin takes the context's deadline.
func (o *applyOptions) begin(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		o.c.TimeoutMicros = uint64(max(1, time.Until(deadline).Microseconds()))
	}
	return ctx.Err()
}

func (db *DB) apply(ctx context.Context, b *Batch, o applyOptions) (*Outcome, error) {
	if b.err != nil {
		return nil, b.err
	}
	if err := o.begin(ctx); err != nil {
		return nil, err
	}
	c, e := db.c.Apply(b.c, o.c)
	if e != nil {
		return nil, wrapIn(ctx, e)
	}
	return &Outcome{c}, nil
}
