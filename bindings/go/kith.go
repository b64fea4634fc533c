// Package kith is a CRM core that a Go program links into its own process: accounts, contacts, opportunities, pipelines, types of the host's
// own, with history, in one directory, without a server.
//
//	db, err := kith.Open("crm.kith", kith.Options{Create: true})
//	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
//		account := b.Upsert("account", kith.Ext("app.clients", "8841"), kith.Fields{"name": "Acme"})
//		deal := b.Create("opportunity", kith.Fields{"name": "Pilot", "account": account, "amount": kith.Money{Minor: 1250000, Currency: "CNY"}})
//		b.Move(deal, "default/qualified")
//		return nil
//	})
//
// A DB may be used from any goroutine; a Snapshot and what was read from it, and a Batch, from one at a time. Close is best explicit; what is
// forgotten is closed when it is collected. What is used after it was closed gives ErrClosed.
package kith

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync/atomic"
	"unsafe"

	"kith/internal/capi"
)

// Options of Open.
type Options struct {
	Create             bool // when there is none
	ReadOnly           bool
	Temporary          bool // path empty; gone when closed
	AllowAnyFileSystem bool
	Relaxed            bool   // an apply may return before it is on the disk
	Node               uint32 // 0 to 511, the middle part of new ids
	MapSize            uint64 // bytes of address space; 0: what fits
	MaxSize            uint64 // quota of the data file in bytes; 0: none
}

// DB is an open database. A process may have many; their writers share a small pool of threads.
type DB struct {
	c      *capi.DB
	closed *atomic.Bool
}

// Open opens the database in the directory path.
func Open(path string, options Options) (*DB, error) {
	c, e := capi.Open(path, capi.Options{Create: options.Create, ReadOnly: options.ReadOnly, Temporary: options.Temporary,
		AllowAnyFileSystem: options.AllowAnyFileSystem, Relaxed: options.Relaxed, Node: options.Node, MapSize: options.MapSize,
		MaxSize: options.MaxSize})
	if e != nil {
		return nil, wrap(e)
	}
	db := &DB{c, new(atomic.Bool)}
	runtime.SetFinalizer(c, (*capi.DB).Free)
	return db, nil
}

// Close drops the handle; again it does nothing. Snapshots that are open keep the database until they end, batches until they are collected.
func (db *DB) Close() error {
	if !db.closed.Swap(true) {
		runtime.SetFinalizer(db.c, nil)
		db.c.Free()
	}
	return nil
}

// Path of the directory.
func (db *DB) Path() string { return db.c.Path() }

// Viewer is somebody on whose behalf is read or written; the access policy binds them. The zero Viewer is the system.
type Viewer struct {
	ID    ID
	Units []uint32 // beside those that the records give
	Roles []string
}

func (v Viewer) c() capi.Viewer { return capi.Viewer{ID: uint64(v.ID), Units: v.Units, Roles: v.Roles} }

// View reads: the snapshot is consistent, sees everything, and ends when read returns.
func (db *DB) View(read func(*Snapshot) error) error { return db.ViewAs(Viewer{}, read) }

// ViewAs is View for a viewer's eyes.
func (db *DB) ViewAs(viewer Viewer, read func(*Snapshot) error) error {
	s, err := db.Snapshot(viewer)
	if err != nil {
		return err
	}
	defer s.Close()
	return read(s)
}

// Snapshot is View for longer than a function; close it.
func (db *DB) Snapshot(viewer Viewer) (*Snapshot, error) {
	c, e := db.c.Read(viewer.c())
	if e != nil {
		return nil, wrap(e)
	}
	runtime.SetFinalizer(c, (*capi.Snapshot).Free)
	return &Snapshot{c: c}, nil
}

// conflicts are how often Update tries.
const conflicts = 8

// Update reads and writes: change reads a snapshot and fills a batch, which is applied. It runs again when what it required (RequireVersion)
// has changed in between. The batch is of no use afterwards.
func (db *DB) Update(ctx context.Context, change func(*Snapshot, *Batch) error, options ...ApplyOption) (*Outcome, error) {
	o := gather(options)
	for try := 1; ; try++ {
		out, err := db.update(ctx, change, o)
		if !errors.Is(err, ErrConflict) || try == conflicts {
			return out, err
		}
	}
}

func (db *DB) update(ctx context.Context, change func(*Snapshot, *Batch) error, o applyOptions) (*Outcome, error) {
	b, err := db.NewBatch(o.actor, o.reason)
	if err != nil {
		return nil, err
	}
	defer b.c.Free()
	if err := db.ViewAs(o.viewer, func(s *Snapshot) error { return change(s, b) }); err != nil {
		return nil, err
	}
	return db.apply(ctx, b, o)
}

// EnsureReport says what Ensure changed.
type EnsureReport struct {
	CatalogVersion uint64   `json:"catalog_version"`
	Changes        []string `json:"changes"`
	Notes          []string `json:"notes"`
	Warnings       []any    `json:"warnings"`
}

// Ensure makes a package present: its definition and numbers (empty: allotted in order) as JSON.
func (db *DB) Ensure(definition, numbers string, dryRun bool) (EnsureReport, error) {
	text, e := db.c.Ensure(definition, numbers, dryRun)
	return decode[EnsureReport](text, e)
}

// EnsureShipped makes a package of the library present: "legal", "trade", "florist".
func (db *DB) EnsureShipped(name string) (EnsureReport, error) {
	text, e := db.c.EnsureShipped(name, false)
	return decode[EnsureReport](text, e)
}

// Schema of a type in FlatBuffers' language, for programs that read records with accessors of their own.
func (db *DB) Schema(typ string) (string, error) {
	text, e := db.c.Schema(typ)
	return string(text), wrap(e)
}

// Catalog gives all definitions as JSON.
func (db *DB) Catalog() (json.RawMessage, error) {
	text, e := db.c.Catalog()
	return text, wrap(e)
}

// Verify recomputes everything that is derived and checks every stored byte: the number of problems, and the report as JSON.
func (db *DB) Verify() (problems uint64, report json.RawMessage, err error) {
	problems, text, e := db.c.Verify()
	return problems, text, wrap(e)
}

// Backup writes a compact, checked copy into the new directory target; writers go on.
func (db *DB) Backup(target string) error { return wrap(db.c.Backup(target)) }

// Settings of a database. What is empty or 0 is not set by Configure.
type Settings struct {
	BaseCurrency     string // ISO 4217; CNY unless set
	TimeZone         string // IANA; UTC unless set
	FiscalStartMonth int    // 1 to 12; 1 unless set
	WeekStart        int    // 1 Monday to 7 Sunday
	Language         string // "zh" unless set
}

func settingsRef() Ref { return Ext("kith.setting", "database") }

// Settings that the database has, as far as the viewer may read them.
func (s *Snapshot) Settings() (Settings, error) {
	settings := Settings{BaseCurrency: "CNY", TimeZone: "UTC", FiscalStartMonth: 1, WeekStart: 1, Language: "zh"}
	record, err := s.Find("setting", settingsRef())
	if errors.Is(err, ErrNotFound) {
		return settings, nil
	}
	if err != nil {
		return Settings{}, err
	}
	texts := map[string]*string{"base_currency": &settings.BaseCurrency, "time_zone": &settings.TimeZone, "language": &settings.Language}
	for field, text := range texts {
		value, err := record.Value(field)
		if err != nil {
			return Settings{}, err
		}
		if !value.IsNull() {
			*text = value.Text()
		}
	}
	for field, number := range map[string]*int{"fiscal_start_month": &settings.FiscalStartMonth, "week_start": &settings.WeekStart} {
		value, err := record.Value(field)
		if err != nil {
			return Settings{}, err
		}
		if !value.IsNull() {
			*number = int(value.Int())
		}
	}
	return settings, nil
}

// Configure sets what is given; a currency or zone that there is none, and a month that is none, are refused.
func (db *DB) Configure(ctx context.Context, settings Settings, options ...ApplyOption) error {
	fields := Fields{}
	for field, text := range map[string]string{"base_currency": settings.BaseCurrency, "time_zone": settings.TimeZone, "language": settings.Language} {
		if text != "" {
			fields[field] = text
		}
	}
	for field, number := range map[string]int{"fiscal_start_month": settings.FiscalStartMonth, "week_start": settings.WeekStart} {
		if number != 0 {
			fields[field] = number
		}
	}
	_, err := db.Update(ctx, func(_ *Snapshot, b *Batch) error {
		b.Set(b.Existing("setting", settingsRef()), fields)
		return nil
	}, options...)
	return err
}

// SetPolicy sets the access policy, a JSON document; its form stands in kith/catalog/policy.h.
func (db *DB) SetPolicy(policy string, actor Ref) error {
	_, e := db.c.SetPolicy(policy, actor.c(), false)
	return wrap(e)
}

// Policy that is set, as JSON.
func (db *DB) Policy() (json.RawMessage, error) {
	text, e := db.c.Policy()
	return text, wrap(e)
}

// ImportOptions of ImportCSV and ImportLines.
type ImportOptions struct {
	DryRun      bool
	Actor       Ref
	Reason      string // kept in history; empty: what is imported
	Mapping     string // JSON, of CSV and Arrow; empty: the folder's mapping.json or a shipped preset that fits
	ProblemFile string // of CSV and Arrow: every rejected row
	Source      string // of JSON Lines and Absorb: name of the database that the file comes from
	DropMissing bool   // of JSON Lines and Absorb: references to records that are nowhere are left out
}

// ImportCSV imports a folder of CSV files: the number of rows refused, and the report as JSON.
func (db *DB) ImportCSV(folder string, o ImportOptions) (rejected uint64, report json.RawMessage, err error) {
	rejected, text, e := db.c.ImportCSV(folder, o.Mapping, o.DryRun, o.Actor.c(), o.Reason, o.ProblemFile)
	return rejected, text, wrap(e)
}

// ImportLines imports JSON Lines that ExportLines wrote: the number of records refused, and the report as JSON.
func (db *DB) ImportLines(path string, o ImportOptions) (rejected uint64, report json.RawMessage, err error) {
	rejected, text, e := db.c.ImportLines(path, nil, o.Source, o.DryRun, o.DropMissing, o.Actor.c(), o.Reason)
	return rejected, text, wrap(e)
}

// Absorb takes another database into this one, without a file: what from's viewer may see, found again by o.Source and by shared external
// references, so that a second run changes nothing. The number of records refused, and the report as JSON.
func (db *DB) Absorb(from *Snapshot, o ImportOptions) (rejected uint64, report json.RawMessage, err error) {
	rejected, text, e := db.c.ImportLines("", from.c, o.Source, o.DryRun, o.DropMissing, o.Actor.c(), o.Reason)
	return rejected, text, wrap(e)
}

// ImportArrow imports a table by o.Mapping with one file: stream points to an ArrowArrayStream of the Arrow C stream interface, whose release it
// calls. The number of rows refused, and the report as JSON.
func (db *DB) ImportArrow(stream unsafe.Pointer, o ImportOptions) (rejected uint64, report json.RawMessage, err error) {
	rejected, text, e := db.c.ImportArrow(stream, o.Mapping, o.DryRun, o.Actor.c(), o.Reason, o.ProblemFile)
	return rejected, text, wrap(e)
}

// decode turns a JSON answer into a T.
func decode[T any](text []byte, e *capi.Error) (T, error) {
	var out T
	if e != nil {
		return out, wrap(e)
	}
	return out, unmarshal(text, &out)
}
