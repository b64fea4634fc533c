// Package capi is the one place that calls C. It turns pairs of pointer and size into Go's types and back, and adds nothing else: package
// kith is what hosts use.
//
// Handles of the C ABI are not addresses, and a handle that was freed gives an error, so that nothing here can crash by being used late.
// What C lends stays in C; what Go keeps is copied. Reads of many records cross once per Chunk of them.
package capi

/*
#cgo !kith_static pkg-config: kith
#cgo kith_static pkg-config: kith-static
#include "shim.h"
*/
import "C"

import (
	"runtime"
	"strings"
	"unsafe"
)

// Chunk is how many records or rows one crossing reads.
const Chunk = 256

// Error is what C says of a failure.
type Error struct {
	Code    int32
	Reason  string
	Message string
	Hint    string
	Type    string
	Record  uint64
	Field   string
	Value   string
	Change  int // index within the batch, -1: none
	OSError int
}

// Ref names a record by id, or by external reference when ID is 0.
type Ref struct {
	ID     uint64
	System string
	Key    string
}

// bare are codes that come without an error object.
func bare(code C.kith_code) *Error {
	return &Error{Code: int32(code), Message: C.GoString(C.kith_code_name(code)), Change: -1}
}

// failure turns a code with its error, which it frees, into an Error; nil for KITH_OK.
func failure(code C.kith_code, err *C.kith_error) *Error {
	if code == C.KITH_OK {
		return nil
	}
	if err == nil {
		return bare(code)
	}
	e := copyError(err)
	C.kith_error_free(err)
	return e
}

func copyError(err *C.kith_error) *Error {
	return &Error{
		Code:    int32(C.kith_error_code(err)),
		Reason:  C.GoString(C.kith_reason_name(C.kith_error_reason(err))),
		Message: copyStr(C.kith_error_message(err)),
		Hint:    copyStr(C.kith_error_hint(err)),
		Type:    copyStr(C.kith_error_type(err)),
		Record:  uint64(C.kith_error_record(err)),
		Field:   copyStr(C.kith_error_field(err)),
		Value:   copyStr(C.kith_error_value(err)),
		Change:  int(C.kith_error_change(err)),
		OSError: int(C.kith_error_os_error(err)),
	}
}

// CodeName gives "INVALID_ARGUMENT".
func CodeName(code int32) string { return C.GoString(C.kith_code_name(C.kith_code(code))) }

// BuildInfo names the loaded library and what it is built with.
func BuildInfo() string { return C.GoString(C.kith_build_info()) }

func copyStr(s C.kith_str) string {
	return strings.Clone(unsafe.String((*byte)(unsafe.Pointer(s.data)), int(s.size)))
}

// str lends a string for one call.
func str(s string) C.kith_str {
	return C.kith_str{data: (*C.char)(unsafe.Pointer(unsafe.StringData(s))), size: C.size_t(len(s))}
}

// strs lends strings for one call, each pinned meanwhile; NULL for none.
func strs(list []string, pin *runtime.Pinner) *C.kith_str {
	if len(list) == 0 {
		return nil
	}
	out := make([]C.kith_str, len(list))
	for i, s := range list {
		if s != "" {
			pin.Pin(unsafe.StringData(s))
		}
		out[i] = str(s)
	}
	return &out[0]
}

// name lends a string with the NUL that names end with, for one call. A NUL of its own would end it early, so that it named something else:
// with the picture of one in its place it names nothing.
func name(s string) *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(strings.ReplaceAll(s, "\x00", "\u2400") + "\x00")))
}

// optional is name, and NULL for an empty one.
func optional(s string) *C.char {
	if s == "" {
		return nil
	}
	return name(s)
}

func flag(on bool) C.uint8_t {
	if on {
		return 1
	}
	return 0
}

func ref(r Ref) C.kith_ref {
	return C.kith_ref{id: C.kith_id(r.ID), system: str(r.System), key: str(r.Key)}
}

// takeText copies and frees a text that C returned.
func takeText(text *C.kith_text) []byte {
	s := C.kith_text_str(text)
	out := C.GoBytes(unsafe.Pointer(s.data), C.int(s.size))
	C.kith_text_free(text)
	return out
}

func textOr(code C.kith_code, text *C.kith_text, err *C.kith_error) ([]byte, *Error) {
	if e := failure(code, err); e != nil {
		return nil, e
	}
	return takeText(text), nil
}

// DB is a kith_db.
type DB struct{ p *C.kith_db }

// Options of Open.
type Options struct {
	Create, ReadOnly, Temporary, AllowAnyFileSystem, Relaxed bool
	Node                                                     uint32
	MapSize, MaxSize                                         uint64
}

// Open opens a database.
func Open(path string, o Options) (*DB, *Error) {
	var p *C.kith_db
	var err *C.kith_error
	code := C.kg_open(str(path), flag(o.Create), flag(o.ReadOnly), flag(o.Temporary), flag(o.AllowAnyFileSystem), flag(o.Relaxed),
		C.uint32_t(o.Node), C.uint64_t(o.MapSize), C.uint64_t(o.MaxSize), &p, &err)
	if e := failure(code, err); e != nil {
		return nil, e
	}
	return &DB{p}, nil
}

// Free drops the handle; children keep what they need.
func (d *DB) Free() { C.kith_db_free(d.p) }

// Path of the directory.
func (d *DB) Path() string {
	defer runtime.KeepAlive(d)
	return copyStr(C.kith_db_path(d.p))
}

// Ensure makes a package present.
func (d *DB) Ensure(definition, numbers string, dryRun bool) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_ensure(d.p, str(definition), str(numbers), flag(dryRun), &text, &err)
	return textOr(code, text, err)
}

// EnsureShipped makes a package of the library present.
func (d *DB) EnsureShipped(pkg string, dryRun bool) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_ensure_shipped(d.p, name(pkg), flag(dryRun), &text, &err)
	return textOr(code, text, err)
}

// Eval gives the value of an expression as JSON.
func Eval(expression string) ([]byte, *Error) {
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_eval(str(expression), &text, &err)
	return textOr(code, text, err)
}

// Schema is a type's FlatBuffers schema.
func (d *DB) Schema(typ string) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_schema(d.p, name(typ), &text, &err)
	return textOr(code, text, err)
}

// Catalog as JSON.
func (d *DB) Catalog() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_catalog(d.p, &text, &err)
	return textOr(code, text, err)
}

// Verify recomputes what is derived.
func (d *DB) Verify() (uint64, []byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	var problems C.uint64_t
	code := C.kith_db_verify(d.p, &problems, &text, &err)
	report, e := textOr(code, text, err)
	return uint64(problems), report, e
}

// Backup writes a checked copy.
func (d *DB) Backup(target string) *Error {
	defer runtime.KeepAlive(d)
	var err *C.kith_error
	code := C.kith_db_backup(d.p, str(target), &err)
	return failure(code, err)
}

// Wait blocks until the feed goes past sequence or the time is over.
func (d *DB) Wait(sequence uint64, milliseconds uint32) (uint64, *Error) {
	defer runtime.KeepAlive(d)
	var newest C.uint64_t
	var err *C.kith_error
	code := C.kith_db_wait(d.p, C.uint64_t(sequence), C.uint32_t(milliseconds), &newest, &err)
	return uint64(newest), failure(code, err)
}

// SetPolicy sets the access policy.
func (d *DB) SetPolicy(policy string, actor Ref, dryRun bool) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_set_policy(d.p, str(policy), ref(actor), flag(dryRun), &text, &err)
	return textOr(code, text, err)
}

// Policy that is set.
func (d *DB) Policy() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_policy(d.p, &text, &err)
	return textOr(code, text, err)
}

// ImportCSV imports a folder.
func (d *DB) ImportCSV(folder, mapping string, dryRun bool, actor Ref, reason, problemFile string) (uint64, []byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	var rejected C.uint64_t
	code := C.kg_import_csv(d.p, str(folder), str(mapping), flag(dryRun), ref(actor), str(reason), str(problemFile), &rejected, &text, &err)
	report, e := textOr(code, text, err)
	return uint64(rejected), report, e
}

// ImportLines imports JSON Lines from a path, or what a snapshot of another database sees, where one is given.
func (d *DB) ImportLines(path string, from *Snapshot, source string, dryRun, dropMissing bool, actor Ref, reason string) (uint64, []byte, *Error) {
	defer runtime.KeepAlive(d)
	defer runtime.KeepAlive(from)
	var other *C.kith_snapshot
	if from != nil {
		other = from.p
	}
	var text *C.kith_text
	var err *C.kith_error
	var rejected C.uint64_t
	code := C.kg_import_lines(d.p, str(path), other, str(source), flag(dryRun), flag(dropMissing), ref(actor), str(reason), &rejected, &text, &err)
	report, e := textOr(code, text, err)
	return uint64(rejected), report, e
}

// ImportArrow imports a table and releases the stream.
func (d *DB) ImportArrow(stream unsafe.Pointer, mapping string, dryRun bool, actor Ref, reason, problemFile string) (uint64, []byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	var rejected C.uint64_t
	code := C.kg_import_arrow(d.p, stream, str(mapping), flag(dryRun), ref(actor), str(reason), str(problemFile), &rejected, &text, &err)
	report, e := textOr(code, text, err)
	return uint64(rejected), report, e
}
