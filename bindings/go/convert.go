package kith

import (
	"encoding/json"

	"kith/internal/capi"
)

// ConvertOptions of DB.Convert.
type ConvertOptions struct {
	Person       ID     `json:"person,omitempty"` // existing records; else those that the record names, that are found, or new ones
	Organisation ID     `json:"organisation,omitempty"`
	Deal         ID     `json:"deal,omitempty"`
	New          bool   `json:"-"`                  // look for none
	WithoutDeal  bool   `json:"-"`                  // no deal comes of it
	Name         string `json:"name,omitempty"`     // of a new deal
	Pipeline     string `json:"pipeline,omitempty"` // of a new deal
	Owner        ID     `json:"owner,omitempty"`    // of what is new; else the record's
	DryRun       bool   `json:"-"`
	Actor        Ref    `json:"-"`
	Reason       string `json:"-"`
	Viewer       Viewer `json:"-"`
}

// ConvertedPart is a record that came of another one, and how: "created", "found" or "given".
type ConvertedPart struct {
	Record ID     `json:"record"`
	How    string `json:"how"`
}

// Converted is what DB.Convert did.
type Converted struct {
	Person       *ConvertedPart `json:"person"` // nil: none
	Organisation *ConvertedPart `json:"organisation"`
	Deal         *ConvertedPart `json:"deal"`
	Already      bool           `json:"already"` // converted before: nothing was written
	Kept         []struct {
		Record ID     `json:"record"`
		Field  string `json:"field"`
		From   string `json:"from"`
	} `json:"kept"` // what existing records have otherwise
	Stays    []string `json:"stays"`    // fields with values that are on the record alone
	Followed int      `json:"followed"` // activities that were written
	Effects  []string `json:"effects"`
}

// Convert makes a person, an organisation and a deal of a lead, or of any record whose type is convertible, in one batch and once.
func (db *DB) Convert(record ID, o ConvertOptions) (Converted, error) {
	options, err := json.Marshal(struct {
		ConvertOptions
		Find     bool `json:"find"`
		WithDeal bool `json:"with_deal"`
	}{o, !o.New, !o.WithoutDeal})
	if err != nil {
		return Converted{}, err
	}
	text, e := db.c.Convert(uint64(record), string(options), capi.How{Actor: o.Actor.c(), Reason: o.Reason, DryRun: o.DryRun, Viewer: o.Viewer.c()})
	return decode[Converted](text, e)
}
