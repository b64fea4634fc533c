package capi

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// ExportPerson as JSON.
func (d *DB) ExportPerson(person uint64) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_export_person(d.p, C.kith_id(person), &text, &err)
	return textOr(code, text, err)
}

// EraseOptions is a kith_erase_options.
type EraseOptions struct {
	DryRun, KeepShared, Overwrite bool
	Actor                         Ref
	Reason                        string
}

// ErasePerson gives the report.
func (d *DB) ErasePerson(person uint64, o EraseOptions) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_erase_person(d.p, C.kith_id(person), flag(o.DryRun), flag(o.KeepShared), flag(o.Overwrite), ref(o.Actor), str(o.Reason), &text,
		&err)
	return textOr(code, text, err)
}

// Purge gives the report.
func (d *DB) Purge(records []uint64, o EraseOptions) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_purge(d.p, ids(records), C.size_t(len(records)), flag(o.DryRun), flag(o.Overwrite), ref(o.Actor), str(o.Reason), &text, &err)
	return textOr(code, text, err)
}

// How something is written: by whom, why, under whose rights, or whether it is only tried.
type How struct {
	Actor  Ref
	Reason string
	DryRun bool
	Viewer Viewer
}

// Merge gives the report; options are JSON.
func (d *DB) Merge(records []uint64, options string, how How) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	code := C.kg_merge(d.p, ids(records), C.size_t(len(records)), ref(how.Actor), str(how.Reason), str(options), flag(how.DryRun),
		who(how.Viewer, &pin), &text, &err)
	return textOr(code, text, err)
}

// Convert gives the report; options are JSON.
func (d *DB) Convert(record uint64, options string, how How) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	code := C.kg_convert(d.p, C.kith_id(record), ref(how.Actor), str(how.Reason), str(options), flag(how.DryRun), who(how.Viewer, &pin), &text, &err)
	return textOr(code, text, err)
}

// ContinueDocument gives the report; options are JSON.
func (d *DB) ContinueDocument(document uint64, typ, options string, how How) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	code := C.kg_continue(d.p, C.kith_id(document), name(typ), ref(how.Actor), str(how.Reason), str(options), flag(how.DryRun),
		who(how.Viewer, &pin), &text, &err)
	return textOr(code, text, err)
}

// ChangeKind gives the report; the definition is JSON.
func (d *DB) ChangeKind(typ, field, definition string, how How, currency string, drop, abandon bool) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_change_kind(d.p, name(typ), name(field), str(definition), ref(how.Actor), str(how.Reason), str(currency), flag(how.DryRun),
		flag(drop), flag(abandon), &text, &err)
	return textOr(code, text, err)
}

func ids(records []uint64) *C.kith_id {
	if len(records) == 0 {
		return nil
	}
	return (*C.kith_id)(unsafe.Pointer(&records[0]))
}

// Erasures as JSON.
func (d *DB) Erasures() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_erasures(d.p, &text, &err)
	return textOr(code, text, err)
}

// BeginChain gives the head as JSON.
func (d *DB) BeginChain() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_begin_chain(d.p, &text, &err)
	return textOr(code, text, err)
}

// ChainHead as JSON.
func (d *DB) ChainHead() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_chain_head(d.p, &text, &err)
	return textOr(code, text, err)
}

// VerifyChain gives the report.
func (d *DB) VerifyChain(sequence uint64, hash string) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_verify_chain(d.p, C.uint64_t(sequence), str(hash), &text, &err)
	runtime.KeepAlive(hash)
	return textOr(code, text, err)
}

// OverwriteFreed gives the report.
func (d *DB) OverwriteFreed() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_overwrite_freed(d.p, &text, &err)
	return textOr(code, text, err)
}

// Prune gives the report.
func (d *DB) Prune(before int64) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_prune(d.p, C.int64_t(before), &text, &err)
	return textOr(code, text, err)
}

// Repair gives the problems left and the report.
func (d *DB) Repair() (uint64, []byte, *Error) {
	defer runtime.KeepAlive(d)
	var problems C.uint64_t
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_repair(d.p, &problems, &text, &err)
	report, e := textOr(code, text, err)
	return uint64(problems), report, e
}

// Metrics as text.
func (d *DB) Metrics() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_metrics(d.p, &text, &err)
	return textOr(code, text, err)
}

// Metrics of several databases, each under its name.
func Metrics(dbs []*DB, names []string) ([]byte, *Error) {
	defer runtime.KeepAlive(dbs)
	given := make([]*C.kith_db, len(dbs)+1)
	for i, d := range dbs {
		given[i] = d.p
	}
	var text *C.kith_text
	var err *C.kith_error
	var pin runtime.Pinner
	defer pin.Unpin()
	code := C.kith_metrics(&given[0], strs(names, &pin), C.size_t(len(dbs)), &text, &err)
	return textOr(code, text, err)
}

// Stats of a database.
type Stats struct {
	Readers                                       int
	FileBytes, UsedBytes, MapBytes                uint64
	Sequence, CatalogVersion, Types               uint64
	Applied, Refused, Groups, Syncs, OldestReader uint64
	OldestSnapshotSeconds                         float64
}

// Stats as they are now.
func (d *DB) Stats() (Stats, *Error) {
	defer runtime.KeepAlive(d)
	var s C.kith_db_stats
	var err *C.kith_error
	code := C.kg_stats(d.p, &s, &err)
	return Stats{int(s.readers), uint64(s.file_bytes), uint64(s.used_bytes), uint64(s.map_bytes), uint64(s.sequence),
		uint64(s.catalog_version), uint64(s.types), uint64(s.applied), uint64(s.refused), uint64(s.groups), uint64(s.syncs),
		uint64(s.oldest_reader_lag), float64(s.oldest_snapshot_seconds)}, failure(code, err)
}

// MigratePipeline gives the report.
func (d *DB) MigratePipeline(plan string, dryRun bool) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_migrate_pipeline(d.p, str(plan), flag(dryRun), &text, &err)
	return textOr(code, text, err)
}
