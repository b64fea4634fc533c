package kith

import (
	"encoding/json"
	"time"

	"kith/internal/capi"
)

// ExportPerson gives everything about a person as JSON: the record and all records about it, with history, external references and parts.
func (db *DB) ExportPerson(person ID) (json.RawMessage, error) {
	text, e := db.c.ExportPerson(uint64(person))
	return text, wrap(e)
}

// EraseOptions of ErasePerson.
type EraseOptions struct {
	DryRun     bool // counts what would go
	KeepShared bool // leaves records that are about others too, and lists them
	Overwrite  bool // no byte of it stays in the data file
	Actor      Ref
	Reason     string // kept; do not name the person
}

// Erased is what ErasePerson did.
type Erased struct {
	Records         []ID   `json:"records"`
	Values          int    `json:"values"`
	HistoryValues   int    `json:"history_values"`
	ExternalRefs    int    `json:"external_refs"`
	IdempotencyKeys int    `json:"idempotency_keys"`
	Shared          []ID   `json:"shared"`
	Sequence        uint64 `json:"sequence"`
}

// ErasePerson erases a person everywhere in the file: personal values now and throughout history, search terms, external references. Ids,
// amounts, stages and times stay, so totals do; a proof stays too.
func (db *DB) ErasePerson(person ID, o EraseOptions) (Erased, error) {
	text, e := db.c.ErasePerson(uint64(person), capi.EraseOptions{DryRun: o.DryRun, KeepShared: o.KeepShared, Overwrite: o.Overwrite,
		Actor: o.Actor.c(), Reason: o.Reason})
	return decode[Erased](text, e)
}

// Erasures are the proofs of all erasures, oldest first, as JSON.
func (db *DB) Erasures() (json.RawMessage, error) {
	text, e := db.c.Erasures()
	return text, wrap(e)
}

// OverwriteFreed overwrites what the data file holds beside the newest state: pages written, and those that a snapshot still reads.
func (db *DB) OverwriteFreed() (pages, keptBack uint64, err error) {
	text, e := db.c.OverwriteFreed()
	report, err := decode[struct {
		Pages    uint64 `json:"pages"`
		KeptBack uint64 `json:"kept_back"`
	}](text, e)
	return report.Pages, report.KeptBack, err
}

// Prune forgets what was recorded before a moment; present values and the past from then on stay. The report as JSON.
func (db *DB) Prune(before time.Time) (json.RawMessage, error) {
	text, e := db.c.Prune(before.UnixMicro())
	return text, wrap(e)
}

// Repair puts right what Verify finds in derived data: the number of problems left, and the report as JSON.
func (db *DB) Repair() (problems uint64, report json.RawMessage, err error) {
	problems, text, e := db.c.Repair()
	return problems, text, wrap(e)
}

// Metrics are statistics as OpenMetrics text.
func (db *DB) Metrics() (string, error) {
	text, e := db.c.Metrics()
	return string(text), wrap(e)
}

// MigratePipeline brings a pipeline to a new version by a plan as JSON, whose form kith.h describes; the report as JSON.
func (db *DB) MigratePipeline(plan string, dryRun bool) (json.RawMessage, error) {
	text, e := db.c.MigratePipeline(plan, dryRun)
	return text, wrap(e)
}
