package kith

import (
	"encoding/json"
	"time"

	"kith/internal/capi"
)

// StageItem is something that a stage asks for or suggests; Kind is "entry", "exit", "step", "event" or "action".
type StageItem struct {
	Item          ID                `json:"item"`
	Kind          string            `json:"kind"`
	Name          string            `json:"name"`
	Labels        map[string]string `json:"labels"`
	Condition     string            `json:"condition"`      // in CEL
	NeedsEvidence string            `json:"needs_evidence"` // type of the record that shows a step; empty: none is needed
}

// Asked is an item with how a record stands to it.
type Asked struct {
	StageItem
	Stage      ID     `json:"stage"`
	Mandatory  bool   `json:"mandatory"`
	Met        bool   `json:"met"`
	Completion ID     `json:"completion"` // of a step that is done
	Evidence   ID     `json:"evidence"`
	Trouble    string `json:"trouble"` // why the condition could not be answered
}

// NextStage is where a record may go; Refused: something mandatory is unmet, and only Batch.Override goes through.
type NextStage struct {
	Stage    ID      `json:"stage"`
	Name     string  `json:"name"`
	Optional bool    `json:"optional"`
	Refused  bool    `json:"refused"`
	Unmet    []Asked `json:"unmet"`
}

// Track is where a record stands in one pipeline, what its stage asks for, and what comes next.
type Track struct {
	Pipeline  ID          `json:"pipeline"`
	Name      string      `json:"name"`
	Parallel  bool        `json:"parallel"`
	Stage     ID          `json:"stage"`
	StageName string      `json:"stage_name"`
	Kind      string      `json:"kind"` // of the stage: "open", "won", "lost"
	Since     time.Time   `json:"since"`
	StayUntil time.Time   `json:"stay_until"` // zero: the stage has no limit
	Over      bool        `json:"over"`
	Progress  float64     `json:"progress"`
	Asked     []Asked     `json:"asked"`
	Actions   []StageItem `json:"actions"` // suggested
	Next      []NextStage `json:"next"`
}

// Told is what a batch brought about.
type Told struct {
	Entries []*Event `json:"entries"` // what rules added included
	Next    []struct {
		Record ID `json:"record"`
		Stage  ID `json:"stage"`
		StageItem
	} `json:"next"` // of every open deal that the batch wrote, or that a record it wrote names
}

// Told tells what a batch brought about, with values before and after, and what comes next for the deals that it concerns: the first action
// that their stage suggests, else the first thing unmet there. For a snapshot of after the batch; of a dry run nothing is told.
func (s *Snapshot) Told(out *Outcome) (Told, error) {
	first, last := out.Sequences()
	if first == 0 {
		return Told{}, nil
	}
	text, e := s.c.Brought(first, last)
	told, err := decode[Told](text, e)
	for _, event := range told.Entries {
		event.refs = s.refsOf(event.Record)
	}
	return told, err
}

// Guide tells where a record stands in its pipelines, the main one first, what their stages still ask for, and what comes next.
func (s *Snapshot) Guide(record ID) ([]Track, error) {
	text, e := s.c.Guide(uint64(record))
	guide, err := decode[struct {
		Tracks []Track `json:"tracks"`
	}](text, e)
	return guide.Tracks, err
}

// ContinueOptions of DB.ContinueDocument.
type ContinueOptions struct {
	Quantities map[ID]Decimal // how much of which lines; nil: what is left of all
	External   Ref            // of the new document: with it the call is safe to repeat
	Owner      ID
	DryRun     bool
	Actor      Ref
	Reason     string
	Viewer     Viewer
}

// Continued is what DB.ContinueDocument did.
type Continued struct {
	Document ID       `json:"document"`
	Lines    int      `json:"lines"`
	Already  bool     `json:"already"` // there was one with the external reference: nothing was written
	Sequence uint64   `json:"sequence"`
	Effects  []string `json:"effects"`
}

// ContinueDocument makes a draft that continues a document: an order of a quote, an invoice or return of an order, with what is left of its
// lines; of the same type, a new revision. However many continue a document at once, they never take more than there is.
func (db *DB) ContinueDocument(document ID, typ string, o ContinueOptions) (Continued, error) {
	given := struct {
		Quantities map[ID]Decimal `json:"quantities,omitempty"`
		External   []string       `json:"external,omitempty"`
		Owner      ID             `json:"owner,omitempty"`
	}{o.Quantities, nil, o.Owner}
	if o.External != (Ref{}) {
		given.External = []string{o.External.System, o.External.Key}
	}
	options, err := json.Marshal(given)
	if err != nil {
		return Continued{}, err
	}
	how := capi.How{Actor: o.Actor.c(), Reason: o.Reason, DryRun: o.DryRun, Viewer: o.Viewer.c()}
	text, e := db.c.ContinueDocument(uint64(document), typ, string(options), how)
	return decode[Continued](text, e)
}

// OwnedProduct is a product that a customer has of us.
type OwnedProduct struct {
	Product  ID        `json:"product"`
	Quantity Decimal   `json:"quantity"`
	Document ID        `json:"document"`
	Line     ID        `json:"line"`
	Since    time.Time `json:"since"`
}

// Owned are the products of delivered orders that did not come back, by since; at Now or a moment.
func (s *Snapshot) Owned(account ID, at time.Time) ([]OwnedProduct, error) {
	text, e := s.c.Owned(uint64(account), micros(at))
	return decode[[]OwnedProduct](text, e)
}

// VisitQuestion narrows Visits; nil and 0 do not.
type VisitQuestion struct {
	Today    *Date `json:"today,omitempty"` // else the snapshot's day
	Since    *Date `json:"since,omitempty"`
	Employee ID    `json:"employee,omitempty"`
}

// PlannedVisits is a store to be visited every so many days, and how that went.
type PlannedVisits struct {
	Plan        ID    `json:"plan"`
	Account     ID    `json:"account"`
	Employee    ID    `json:"employee"` // 0: whoever
	EveryDays   int   `json:"every_days"`
	Due         int   `json:"due"`
	Done        int   `json:"done"`
	Last        *Date `json:"last"`
	Next        *Date `json:"next"`
	OverdueDays int   `json:"overdue_days"`
}

// VisitReport has the stores, the longest overdue first.
type VisitReport struct {
	Stores     []PlannedVisits `json:"stores"`
	Due        int             `json:"due"`
	Done       int             `json:"done"`
	Compliance *float64        `json:"compliance"` // visits done of those due; nil: nothing was due
}

// Visits are stores to be visited beside whether they were.
func (s *Snapshot) Visits(question VisitQuestion) (VisitReport, error) {
	asked, err := jsonText(question)
	if err != nil {
		return VisitReport{}, err
	}
	text, e := s.c.Visits(asked)
	return decode[VisitReport](text, e)
}
