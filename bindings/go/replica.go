package kith

import (
	"encoding/json"
	"time"

	"kith/internal/capi"
)

// Received is what a page of another replica brought.
type Received struct {
	Taken     int64 `json:"taken"`
	Known     int64 `json:"known"`
	Dropped   int64 `json:"dropped"`
	Conflicts []struct {
		Type    string          `json:"type"`
		Record  ID              `json:"record"`
		Field   string          `json:"field"`
		Value   json.RawMessage `json:"value"`
		Other   json.RawMessage `json:"other"`
		Message string          `json:"message"`
	} `json:"conflicts"`
}

// Node is this replica's: Options.Node of what a Backup made.
func (db *DB) Node() (uint32, error) {
	node, e := db.c.Node()
	return node, wrap(e)
}

// ReceivedFrom is where the next page of the replica with that node begins.
func (db *DB) ReceivedFrom(node uint32) (uint64, error) {
	after, e := db.c.ReceivedFrom(node)
	return after, wrap(e)
}

// ReadReplica gives a page of changes after `after` for the replica with the node receiver, about limit of them, as JSON Lines; "more" in its
// first line: there are others.
func (db *DB) ReadReplica(after uint64, receiver uint32, limit uint64) ([]byte, error) {
	page, e := db.c.ReadReplica(after, receiver, limit)
	return page, wrap(e)
}

// Receive takes a page that ReadReplica gave elsewhere; what is known is passed over.
func (db *DB) Receive(page []byte) (Received, error) {
	report, e := db.c.Receive(string(page))
	return decode[Received](report, e)
}

// Pull takes all that is new in another replica that this process has open.
func (db *DB) Pull(from *DB) (Received, error) {
	report, e := db.c.Pull(from.c)
	return decode[Received](report, e)
}

// RestoreTo writes the database as it stood after a change, or (0) at a moment (Now: now), as a new one; the report as JSON.
func (db *DB) RestoreTo(target string, sequence uint64, recorded time.Time) (json.RawMessage, error) {
	report, e := db.c.RestoreTo(target, sequence, micros(recorded))
	return report, wrap(e)
}

// Compact rewrites the data file without its free pages: bytes before and after. Close snapshots first.
func (db *DB) Compact() (before, after uint64, err error) {
	text, e := db.c.Compact()
	report, err := decode[struct {
		Before uint64 `json:"bytes_before"`
		After  uint64 `json:"bytes_after"`
	}](text, e)
	return report.Before, report.After, err
}

// SalvageOptions of Salvage.
type SalvageOptions struct {
	DefinitionsFrom string // another database of the kind, whose definitions stand in for lost ones
	WithOldPages    bool   // what was deleted or erased may come back
}

// Salvage writes what a damaged database still holds as a new one; the report as JSON.
func Salvage(damaged, target string, o SalvageOptions) (json.RawMessage, error) {
	report, e := capi.Salvage(damaged, target, o.DefinitionsFrom, o.WithOldPages)
	return report, wrap(e)
}

// RemovePackage takes a package out of use, with deleteData its data too; the report as JSON.
func (db *DB) RemovePackage(name string, deleteData, dryRun bool) (json.RawMessage, error) {
	report, e := db.c.RemovePackage(name, deleteData, dryRun)
	return report, wrap(e)
}

// PackageNumbers is the numbers file that goes with a package, the given one (empty: a new one) with what it lacks.
func PackageNumbers(definition, numbers string) (json.RawMessage, error) {
	text, e := capi.PackageNumbers(definition, numbers)
	return text, wrap(e)
}
