package capi

// #include "shim.h"
import "C"

import "runtime"

// Node of this replica.
func (d *DB) Node() (uint32, *Error) {
	defer runtime.KeepAlive(d)
	var node C.uint32_t
	var err *C.kith_error
	code := C.kith_db_node(d.p, &node, &err)
	return uint32(node), failure(code, err)
}

// ReceivedFrom is where the next page of another replica begins.
func (d *DB) ReceivedFrom(node uint32) (uint64, *Error) {
	defer runtime.KeepAlive(d)
	var after C.uint64_t
	var err *C.kith_error
	code := C.kith_db_received_from(d.p, C.uint32_t(node), &after, &err)
	return uint64(after), failure(code, err)
}

// ReadReplica gives a page.
func (d *DB) ReadReplica(after uint64, receiver uint32, limit uint64) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_read_replica(d.p, C.uint64_t(after), C.uint32_t(receiver), C.uint64_t(limit), &text, &err)
	return textOr(code, text, err)
}

// Receive takes a page and gives the report.
func (d *DB) Receive(page string) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_receive(d.p, str(page), &text, &err)
	return textOr(code, text, err)
}

// Pull takes all that is new in another replica and gives the report.
func (d *DB) Pull(from *DB) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	defer runtime.KeepAlive(from)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_pull_replica(d.p, from.p, &text, &err)
	return textOr(code, text, err)
}

// RestoreTo gives the report.
func (d *DB) RestoreTo(target string, sequence uint64, recorded int64) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_restore_to(d.p, str(target), C.uint64_t(sequence), C.int64_t(recorded), &text, &err)
	return textOr(code, text, err)
}

// Compact gives the report.
func (d *DB) Compact() ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_compact(d.p, &text, &err)
	return textOr(code, text, err)
}

// Salvage gives the report.
func Salvage(damaged, target, definitionsFrom string, withOldPages bool) ([]byte, *Error) {
	var text *C.kith_text
	var err *C.kith_error
	code := C.kg_salvage(str(damaged), str(target), str(definitionsFrom), flag(withOldPages), &text, &err)
	return textOr(code, text, err)
}

// RemovePackage gives the report.
func (d *DB) RemovePackage(pkg string, deleteData, dryRun bool) ([]byte, *Error) {
	defer runtime.KeepAlive(d)
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_db_remove_package(d.p, name(pkg), flag(deleteData), flag(dryRun), &text, &err)
	return textOr(code, text, err)
}

// PackageNumbers gives the numbers file of a package.
func PackageNumbers(definition, numbers string) ([]byte, *Error) {
	var text *C.kith_text
	var err *C.kith_error
	code := C.kith_package_numbers(str(definition), str(numbers), &text, &err)
	return textOr(code, text, err)
}
