package kith

import (
	"encoding/json"
	"slices"
	"strings"
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

// PurgeOptions of Purge.
type PurgeOptions struct {
	DryRun    bool
	Overwrite bool
	Actor     Ref
	Reason    string
}

// Purge takes from deleted records all that they were; they cannot be restored. How many were purged. A proof stays (Erasures).
func (db *DB) Purge(records []ID, o PurgeOptions) (int, error) {
	text, e := db.c.Purge(numbers(records), capi.EraseOptions{DryRun: o.DryRun, Overwrite: o.Overwrite, Actor: o.Actor.c(), Reason: o.Reason})
	report, err := decode[struct {
		Records int `json:"records"`
	}](text, e)
	return report.Records, err
}

// MergeOptions of DB.Merge.
type MergeOptions struct {
	Into   ID            `json:"into,omitempty"`   // the record that stays; else the one with the lowest id
	Prefer string        `json:"prefer,omitempty"` // whose value stays: "first" (of the record that was there first) or "latest"
	Choose map[string]ID `json:"choose,omitempty"` // field: the record whose value it gets
	DryRun bool          `json:"-"`
	Actor  Ref           `json:"-"`
	Reason string        `json:"-"`
	Viewer Viewer        `json:"-"`
}

// Merged is what DB.Merge did. Fields are those in which the records differed.
type Merged struct {
	Into   ID   `json:"into"`
	Merged []ID `json:"merged"`
	Fields []struct {
		Field  string          `json:"field"`
		Value  json.RawMessage `json:"value"`
		From   ID              `json:"from"`
		Others []struct {
			Record ID              `json:"record"`
			Value  json.RawMessage `json:"value"`
		} `json:"others"`
	} `json:"fields"`
	Effects []string `json:"effects"`
	Changes []struct {
		Record    ID     `json:"record"`
		Operation string `json:"operation"`
	} `json:"changes"` // of a dry run
}

// Merge makes one record of several that are the same, in one batch; whichever of their values stays does not depend on the order of merging.
// Batch.Unmerge parts them.
func (db *DB) Merge(records []ID, o MergeOptions) (Merged, error) {
	options, err := json.Marshal(o)
	if err != nil {
		return Merged{}, err
	}
	text, e := db.c.Merge(numbers(records), string(options), capi.How{Actor: o.Actor.c(), Reason: o.Reason, DryRun: o.DryRun, Viewer: o.Viewer.c()})
	return decode[Merged](text, e)
}

func numbers(records []ID) []uint64 {
	all := make([]uint64, len(records))
	for i, record := range records {
		all[i] = uint64(record)
	}
	return all
}

// Erasures are the proofs of all erasures and purges, oldest first, as JSON.
func (db *DB) Erasures() (json.RawMessage, error) {
	text, e := db.c.Erasures()
	return text, wrap(e)
}

// A ChainHead is where the hash chain stands: with the change of that sequence number. Without a hash there is no chain.
type ChainHead struct {
	Sequence uint64 `json:"sequence"`
	Hash     string `json:"hash"`
}

// ChainReport tells of a chain that was followed: Broken is the sequence number with which the first link ends that does not hold, 0: all
// hold; Withheld counts entries whose values were erased, purged or pruned.
type ChainReport struct {
	Head     ChainHead `json:"head"`
	Links    uint64    `json:"links"`
	Entries  uint64    `json:"entries"`
	Withheld uint64    `json:"withheld"`
	Broken   uint64    `json:"broken"`
	Problem  string    `json:"problem"`
}

// BeginChain begins a hash chain over all that history holds, which every batch goes on with. Keep heads outside the database.
func (db *DB) BeginChain() (ChainHead, error) {
	text, e := db.c.BeginChain()
	return decode[ChainHead](text, e)
}

// ChainHead is where the chain stands.
func (db *DB) ChainHead() (ChainHead, error) {
	text, e := db.c.ChainHead()
	return decode[ChainHead](text, e)
}

// VerifyChain follows the chain and compares every entry of history; known, when it has a hash, must be one of its heads.
func (db *DB) VerifyChain(known ChainHead) (ChainReport, error) {
	text, e := db.c.VerifyChain(known.Sequence, known.Hash)
	return decode[ChainReport](text, e)
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

// Metrics of several databases in one text, each with the label "database", its name in the map.
func Metrics(dbs map[string]*DB) (string, error) {
	names := make([]string, 0, len(dbs))
	for name := range dbs {
		if strings.Contains(name, "\n") {
			return "", invalid("%q: a name of a database has one line", name)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	given := make([]*capi.DB, len(names))
	for i, name := range names {
		given[i] = dbs[name].c
	}
	text, e := capi.Metrics(given, names)
	return string(text), wrap(e)
}

// Stats of a database, of which Applied to Syncs are this process's since it opened it.
type Stats struct {
	Readers         int // open snapshots, of all processes
	FileBytes       uint64
	UsedBytes       uint64
	MapBytes        uint64
	Sequence        uint64
	CatalogVersion  uint64
	Types           uint64
	Applied         uint64 // batches
	Refused         uint64
	Groups          uint64 // of batches that were made durable together
	Syncs           uint64 // waits for the disk that they cost
	OldestReaderLag uint64 // how many commits the oldest snapshot is behind
	OldestSnapshot  time.Duration
}

// Stats as they are now.
func (db *DB) Stats() (Stats, error) {
	s, e := db.c.Stats()
	return Stats{s.Readers, s.FileBytes, s.UsedBytes, s.MapBytes, s.Sequence, s.CatalogVersion, s.Types, s.Applied, s.Refused, s.Groups, s.Syncs,
		s.OldestReader, time.Duration(s.OldestSnapshotSeconds * float64(time.Second))}, wrap(e)
}

// KindOptions of ChangeKind.
type KindOptions struct {
	DryRun   bool   // names what could not be converted
	Drop     bool   // what cannot be converted becomes null; otherwise nothing is changed while there is any
	Abandon  bool   // gives up a change that was begun
	Currency string // of amounts that become numbers, or the other way
	Actor    Ref
	Reason   string
}

// KindChange is what ChangeKind did. The old values stay in the field Former.
type KindChange struct {
	Records  int `json:"records"`
	Values   int `json:"values"`
	Failed   int `json:"failed"`
	Failures []struct {
		Record  ID     `json:"record"`
		Value   string `json:"value"`
		Message string `json:"message"`
	} `json:"failures"` // the first of them
	Former         string   `json:"former"`
	Changes        []string `json:"changes"`
	CatalogVersion uint64   `json:"catalog_version"`
}

// ChangeKind changes the kind of a field to that of the definition, JSON as in a package without the name, while others read and write. Cut
// short, the next call goes on with it.
func (db *DB) ChangeKind(typ, field, definition string, o KindOptions) (KindChange, error) {
	how := capi.How{Actor: o.Actor.c(), Reason: o.Reason, DryRun: o.DryRun}
	text, e := db.c.ChangeKind(typ, field, definition, how, o.Currency, o.Drop, o.Abandon)
	return decode[KindChange](text, e)
}

// MigratePipeline brings a pipeline to a new version by a plan as JSON, whose form kith.h describes; the report as JSON.
func (db *DB) MigratePipeline(plan string, dryRun bool) (json.RawMessage, error) {
	text, e := db.c.MigratePipeline(plan, dryRun)
	return text, wrap(e)
}
