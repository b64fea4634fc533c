package capi

// #include "shim.h"
import "C"

import "runtime"

// Told is what Tell tells of a pipeline.
type Told int

// What there is to tell; of some, about a stage, a period or two, or so many periods of a unit.
const (
	TellWays Told = iota
	TellDealsBehind
	TellReps
	TellScorecards
	TellVelocity
	TellGap
	TellBiases
	TellHealth
	TellSavedForecasts
	TellSubmissions
	TellBacktest
	TellSummary
)

// Tell gives what a pipeline's history says, as JSON.
func (s *Snapshot) Tell(what Told, pipeline, about, other string, count int, o InsightOptions) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	defer runtime.KeepAlive(o)
	var text *C.kith_text
	var err *C.kith_error
	var code C.kith_code
	of, asked := name(pipeline), insight(o)
	switch what {
	case TellWays:
		code = C.kg_ways(s.p, of, asked, &text, &err)
	case TellDealsBehind:
		code = C.kg_deals_behind(s.p, of, name(about), asked, &text, &err)
	case TellReps:
		code = C.kg_reps(s.p, of, asked, &text, &err)
	case TellScorecards:
		code = C.kg_scorecards(s.p, of, asked, &text, &err)
	case TellVelocity:
		code = C.kg_velocity(s.p, of, name(about), name(other), asked, &text, &err)
	case TellGap:
		code = C.kg_gap(s.p, of, name(about), asked, &text, &err)
	case TellBiases:
		code = C.kg_biases(s.p, of, asked, &text, &err)
	case TellHealth:
		code = C.kg_health(s.p, of, asked, &text, &err)
	case TellSavedForecasts:
		code = C.kg_saved_forecasts(s.p, of, asked, &text, &err)
	case TellSubmissions:
		code = C.kg_submissions(s.p, of, asked, &text, &err)
	case TellBacktest:
		code = C.kg_backtest(s.p, of, name(about), C.size_t(count), asked, &text, &err)
	case TellSummary:
		code = C.kg_summary(s.p, of, name(about), asked, &text, &err)
	}
	return textOr(code, text, err)
}

// Brought is what a batch brought about, by the sequences of its outcome, as JSON.
func (s *Snapshot) Brought(first, last uint64) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_told(s.p, C.uint64_t(first), C.uint64_t(last), &text, &err)
	return textOr(code, text, err)
}

// Penetration as JSON.
func (s *Snapshot) Penetration(pipeline, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_penetration(s.p, name(pipeline), str(question), &text, &err)
	return textOr(code, text, err)
}

// SuggestExpansions adds deals with the heads of groups; how many.
func (b *Batch) SuggestExpansions(s *Snapshot, pipeline, question string) (uint64, *Error) {
	defer runtime.KeepAlive(b)
	defer runtime.KeepAlive(s)
	var suggested C.uint64_t
	var err *C.kith_error
	code := C.kith_batch_suggest_expansions(b.p, s.p, name(pipeline), str(question), &suggested, &err)
	return uint64(suggested), failure(code, err)
}

// Walk as JSON.
func (s *Snapshot) Walk(pipeline, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_walk(s.p, name(pipeline), str(question), &text, &err)
	return textOr(code, text, err)
}

// Winning as JSON.
func (s *Snapshot) Winning(pipeline, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_winning(s.p, name(pipeline), str(question), &text, &err)
	return textOr(code, text, err)
}

// MineStages as JSON.
func (s *Snapshot) MineStages(pipeline string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_mine_stages(s.p, name(pipeline), &text, &err)
	return textOr(code, text, err)
}

// ReplayStages as JSON.
func (s *Snapshot) ReplayStages(pipeline, stages string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_replay_stages(s.p, name(pipeline), str(stages), &text, &err)
	return textOr(code, text, err)
}

// Duplicates as JSON.
func (s *Snapshot) Duplicates(typ, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_duplicates(s.p, name(typ), str(question), &text, &err)
	return textOr(code, text, err)
}

// WhoIs as JSON.
func (s *Snapshot) WhoIs(typ, question, model string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_who_is(s.p, name(typ), str(question), str(model), &text, &err)
	return textOr(code, text, err)
}

// FourQuestions as JSON.
func (s *Snapshot) FourQuestions(deal, party uint64, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_four_questions(s.p, C.kith_id(deal), C.kith_id(party), str(question), &text, &err)
	return textOr(code, text, err)
}

// Thread as JSON.
func (s *Snapshot) Thread(record uint64) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_thread(s.p, C.kith_id(record), &text, &err)
	return textOr(code, text, err)
}

// Decision is a function of what is asked alone.
type Decision int

// The decisions.
const (
	Allocate Decision = iota
	Credit
	Habit
)

// Decide as JSON.
func Decide(what Decision, question string) ([]byte, *Error) {
	var text *C.kith_text
	var err *C.kith_error
	var code C.kith_code
	switch what {
	case Allocate:
		code = C.kith_allocate(str(question), &text, &err)
	case Credit:
		code = C.kith_credit(str(question), &text, &err)
	case Habit:
		code = C.kith_habit(str(question), &text, &err)
	}
	return textOr(code, text, err)
}

// Claim adds a claim to a batch.
func (b *Batch) Claim(record, owner uint64, reason string) {
	defer runtime.KeepAlive(b)
	C.kith_batch_claim(b.p, C.kith_id(record), C.kith_id(owner), str(reason))
}

// Release adds a return to a batch.
func (b *Batch) Release(s *Snapshot, record uint64, reason string) *Error {
	defer runtime.KeepAlive(b)
	defer runtime.KeepAlive(s)
	var err *C.kith_error
	code := C.kith_batch_release(b.p, s.p, C.kith_id(record), str(reason), &err)
	return failure(code, err)
}

// Assign adds assignments to a batch and gives them as JSON.
func (b *Batch) Assign(s *Snapshot, pool, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(b)
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_batch_assign(b.p, s.p, name(pool), str(question), &text, &err)
	return textOr(code, text, err)
}

// PlanActions adds tasks to a batch; how many.
func (b *Batch) PlanActions(s *Snapshot, deal uint64) (uint64, *Error) {
	defer runtime.KeepAlive(b)
	defer runtime.KeepAlive(s)
	var changed C.uint64_t
	var err *C.kith_error
	code := C.kith_batch_plan_actions(b.p, s.p, C.kith_id(deal), &changed, &err)
	return uint64(changed), failure(code, err)
}

// Revert adds what makes a record what it was, in these fields, and gives the report as JSON.
func (b *Batch) Revert(s *Snapshot, record uint64, effective, recorded int64, fields []string) ([]byte, *Error) {
	defer runtime.KeepAlive(b)
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	at := C.kith_as_of{effective: C.int64_t(effective), recorded: C.int64_t(recorded)}
	code := C.kith_batch_revert(b.p, s.p, C.kith_id(record), at, strs(fields, &pin), C.size_t(len(fields)), &text, &err)
	return textOr(code, text, err)
}

// RecyclePools as JSON.
func (d *DB) RecyclePools(now int64, pool string, actor Ref) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_recycle_pools(d.p, C.int64_t(now), optional(pool), ref(actor), &text, &err)
	return textOr(code, text, err)
}
