package capi

// #include "shim.h"
import "C"

import "runtime"

// Walk is a kith_walk_options.
type Walk struct {
	Direction    uint8
	Ever         bool
	At           int64
	Depth, Limit uint32
	Types        string // JSON
}

// Neighbours as JSON.
func (s *Snapshot) Neighbours(record uint64, relation string, w Walk) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_neighbours(s.p, C.kith_id(record), name(relation), C.uint8_t(w.Direction), flag(w.Ever), C.int64_t(w.At), &text, &err)
	return textOr(code, text, err)
}

// Traverse as JSON.
func (s *Snapshot) Traverse(start uint64, relations string, w Walk) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_traverse(s.p, C.kith_id(start), str(relations), C.uint8_t(w.Direction), flag(w.Ever), C.int64_t(w.At), C.uint32_t(w.Depth),
		C.uint32_t(w.Limit), str(w.Types), &text, &err)
	return textOr(code, text, err)
}

// Asked is what Ask asks of a record.
type Asked int

// The questions.
const (
	AskTies Asked = iota
	AskIntroductions
	AskCard
	AskBrief
	AskGroupTotal
	AskRankBuyers
	AskWorkList
	AskReceivables // of no record
	AskWorth
	AskTimeline
	AskActionLine
	AskRelationMap
)

// Ask gives the answer to a question of JSON about a record, as JSON.
func (s *Snapshot) Ask(what Asked, record uint64, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	var code C.kith_code
	id, asked := C.kith_id(record), str(question)
	switch what {
	case AskTies:
		code = C.kith_snapshot_ties(s.p, id, asked, &text, &err)
	case AskIntroductions:
		code = C.kith_snapshot_introductions(s.p, id, asked, &text, &err)
	case AskRelationMap:
		code = C.kith_snapshot_relation_map(s.p, id, asked, &text, &err)
	case AskCard:
		code = C.kith_snapshot_card(s.p, id, asked, &text, &err)
	case AskBrief:
		code = C.kith_snapshot_brief(s.p, id, asked, &text, &err)
	case AskGroupTotal:
		code = C.kith_snapshot_group_total(s.p, id, asked, &text, &err)
	case AskRankBuyers:
		code = C.kith_snapshot_rank_buyers(s.p, id, asked, &text, &err)
	case AskWorkList:
		code = C.kith_snapshot_worklist(s.p, id, asked, &text, &err)
	case AskReceivables:
		code = C.kith_snapshot_receivables(s.p, asked, &text, &err)
	case AskWorth:
		code = C.kith_snapshot_worth(s.p, id, asked, &text, &err)
	case AskTimeline:
		code = C.kith_snapshot_timeline(s.p, id, asked, &text, &err)
	case AskActionLine:
		code = C.kith_snapshot_action_line(s.p, id, asked, &text, &err)
	}
	return textOr(code, text, err)
}

// Relation as JSON.
func (s *Snapshot) Relation(subject, object uint64, question string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_relation(s.p, C.kith_id(subject), C.kith_id(object), str(question), &text, &err)
	return textOr(code, text, err)
}

// DefineSegment adds a segment to a batch.
func (b *Batch) DefineSegment(segment, forType, condition string) uint64 {
	defer runtime.KeepAlive(b)
	return uint64(C.kith_batch_define_segment(b.p, str(segment), str(forType), str(condition)))
}

// FillSegments completes segments.
func (d *DB) FillSegments() *Error {
	defer runtime.KeepAlive(d)
	var err *C.kith_error
	code := C.kith_db_fill_segments(d.p, &err)
	return failure(code, err)
}

// Segments as JSON.
func (s *Snapshot) Segments(forType string) ([]byte, *Error) {
	defer runtime.KeepAlive(s)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_snapshot_segments(s.p, optional(forType), &text, &err)
	return textOr(code, text, err)
}

// Members fills ids; how many there were.
func (s *Snapshot) Members(segment string, after uint64, ids []uint64) (int, *Error) {
	defer runtime.KeepAlive(s)
	var count C.size_t
	var err *C.kith_error
	code := C.kith_snapshot_members(s.p, name(segment), C.kith_id(after), (*C.kith_id)(&ids[0]), C.size_t(len(ids)), &count, &err)
	return int(count), failure(code, err)
}
