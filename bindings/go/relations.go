package kith

import (
	"encoding/json"
	"iter"
	"time"

	"kith/internal/capi"
)

// Direction of a walk along a relation.
type Direction uint8

// The directions.
const (
	Out  Direction = 0
	In   Direction = 1
	Both Direction = 2
)

// Walk says which edges are followed. A relation is named by its type ("account_relation"), by type and kind
// ("account_relation.subsidiary_of"), or by type and reference field ("account.parent").
type Walk struct {
	Direction Direction
	At        time.Time // edges valid then; the zero time: at the snapshot's recorded time
	Ever      bool      // edges of whatever valid time
	Depth     uint32    // of Traverse; 0: 4
	Limit     uint32    // visits of Traverse; 0: 10,000
	Types     []string  // of Traverse: others are neither listed nor walked through; none: all
}

func (w Walk) c() capi.Walk {
	c := capi.Walk{Direction: uint8(w.Direction), Ever: w.Ever, Depth: w.Depth, Limit: w.Limit}
	if !w.At.IsZero() {
		c.At = w.At.UnixMicro()
	}
	if len(w.Types) != 0 {
		types, _ := json.Marshal(w.Types)
		c.Types = string(types)
	}
	return c
}

// Neighbour is a record one edge away; what its edge has not is zero.
type Neighbour struct {
	Record    ID        `json:"record"`
	Edge      ID        `json:"edge"`
	Out       bool      `json:"out"`
	Kind      string    `json:"kind"`
	ValidFrom time.Time `json:"valid_from"`
	ValidTo   time.Time `json:"valid_to"`
}

// Visit is a record that a walk came to; Before is the index of the visit it came from.
type Visit struct {
	Neighbour
	Depth  int `json:"depth"`
	Before int `json:"before"`
}

// Neighbours are the records one edge away that the viewer may see, in id order.
func (s *Snapshot) Neighbours(record ID, relation string, walk Walk) ([]Neighbour, error) {
	text, e := s.c.Neighbours(uint64(record), relation, walk.c())
	return decode[[]Neighbour](text, e)
}

// Traverse walks breadth first along relations; truncated when Limit was reached.
func (s *Snapshot) Traverse(start ID, relations []string, walk Walk) (visits []Visit, truncated bool, err error) {
	names, _ := json.Marshal(relations)
	text, e := s.c.Traverse(uint64(start), string(names), walk.c())
	found, err := decode[struct {
		Truncated bool
		Visits    []Visit
	}](text, e)
	return found.Visits, found.Truncated, err
}

// GroupQuestion asks for a sum of money over a record and everything below it.
type GroupQuestion struct {
	Relation string     `json:"relation"`
	At       *time.Time `json:"at,omitempty"`
	Type     string     `json:"type,omitempty"` // records that refer to a member by Via; empty: the members themselves
	Via      string     `json:"via,omitempty"`
	Field    string     `json:"field,omitempty"` // of money
	Where    string     `json:"where,omitempty"` // which of them, in CEL
}

// GroupTotal is what a group amounts to, one sum a currency.
type GroupTotal struct {
	Members []ID    `json:"members"`
	Records int     `json:"records"`
	Totals  []Money `json:"totals"`
}

// GroupTotal adds up money over a record and everything below it.
func (s *Snapshot) GroupTotal(record ID, question GroupQuestion) (GroupTotal, error) {
	return ask[GroupTotal](s, capi.AskGroupTotal, record, question)
}

// RelationshipQuestion narrows what is asked about relationships; what is left out has the default that kith.h gives. Each call takes the
// members that concern it.
type RelationshipQuestion struct {
	AsOf          *time.Time `json:"as_of,omitempty"`         // what happened later counts nothing
	Recorded      *time.Time `json:"recorded,omitempty"`      // as was known then; of Ties and Relation
	Contributions *bool      `json:"contributions,omitempty"` // the records behind a score; of Ties and Relation
	From          ID         `json:"from,omitempty"`          // one of ours; of Introductions
	Count         int        `json:"count,omitempty"`         // of Introductions
	Hops          int        `json:"hops,omitempty"`          // of Introductions
	Each          int        `json:"each,omitempty"`          // lines of one kind; of Card and Brief
	Context       bool       `json:"context,omitempty"`       // also language, consent and what to do now; of Card and Brief
	Channel       string     `json:"channel,omitempty"`       // with Context: on which they are in touch
	Suggestions   *int       `json:"suggestions,omitempty"`   // of Relation
}

// Score is a measure with what it rests on, the weightiest first.
type Score struct {
	Value         float64 `json:"value"`
	Confidence    float64 `json:"confidence"`
	Low           float64 `json:"low"`
	High          float64 `json:"high"`
	Contributions []struct {
		Record ID      `json:"record"`
		Weight float64 `json:"weight"`
		Value  float64 `json:"value"`
	} `json:"contributions"`
}

// Tie of one of ours to a person, in 0 to 1.
type Tie struct {
	Employee ID     `json:"employee"`
	Active   bool   `json:"active"`
	Coverage string `json:"coverage"` // "unknown", "none", "brief", "multiple", "in_depth"
	Tie      Score  `json:"tie"`
}

// Introduction is a way to a person from one of ours.
type Introduction struct {
	Value float64 `json:"value"`
	Hops  []struct {
		From     ID      `json:"from"`
		To       ID      `json:"to"`
		Kind     string  `json:"kind"` // "tie", "knows", "colleague", "shared"
		Strength float64 `json:"strength"`
		Record   ID      `json:"record"` // the acquaintance
	} `json:"hops"`
}

// CardLine is one thing to know of a customer, as far as it has these parts.
type CardLine struct {
	Kind     string          `json:"kind"`
	Record   ID              `json:"record"`
	Text     string          `json:"text"`
	Choice   string          `json:"choice"`
	Value    json.RawMessage `json:"value"`
	Amount   *Money          `json:"amount"`
	At       string          `json:"at"` // a time or a day
	Evidence []ID            `json:"evidence"`
}

// Ties are who of us has a tie to a person, strongest first.
func (s *Snapshot) Ties(person ID, question RelationshipQuestion) ([]Tie, error) {
	return ask[[]Tie](s, capi.AskTies, person, question)
}

// Introductions are the best ways to be introduced to a person.
func (s *Snapshot) Introductions(person ID, question RelationshipQuestion) ([]Introduction, error) {
	return ask[[]Introduction](s, capi.AskIntroductions, person, question)
}

// Card of a person or an account.
func (s *Snapshot) Card(customer ID, question RelationshipQuestion) ([]CardLine, error) {
	return ask[[]CardLine](s, capi.AskCard, customer, question)
}

// Brief is what to know before calling a person: their card with the deals, issues and documents of their account.
func (s *Snapshot) Brief(person ID, question RelationshipQuestion) ([]CardLine, error) {
	return ask[[]CardLine](s, capi.AskBrief, person, question)
}

// Relation is one of the six quantifications (kith/insight/quantify.h), as JSON: by whose relations (subject; 0: ours) to what (object; 0:
// everything).
func (s *Snapshot) Relation(subject, object ID, question RelationshipQuestion) (json.RawMessage, error) {
	asked, err := jsonText(question)
	if err != nil {
		return nil, err
	}
	text, e := s.c.Relation(uint64(subject), uint64(object), asked)
	return text, wrap(e)
}

// MapQuestion asks for a map of relations.
type MapQuestion struct {
	AsOf     *time.Time `json:"as_of,omitempty"`
	Recorded *time.Time `json:"recorded,omitempty"`
	Party    ID         `json:"party,omitempty"` // whose standing with the people is told; 0: ours
	Most     int        `json:"most,omitempty"`  // people (10,000): more are refused
	Form     string     `json:"form,omitempty"`  // "json" or "graphml"
}

// RelationMap is a graph to be drawn, as JSON or in GraphML (kith/insight/relation_map.h): the people in a deal, of an account, or (0) of all
// accounts, how they stand to one another and to us.
func (s *Snapshot) RelationMap(object ID, question MapQuestion) ([]byte, error) {
	asked, err := jsonText(question)
	if err != nil {
		return nil, err
	}
	text, e := s.c.Ask(capi.AskRelationMap, uint64(object), asked)
	return text, wrap(e)
}

// BuyerQuestion asks who is likely to buy; what is left out has the default that kith.h gives.
type BuyerQuestion struct {
	AsOf        *time.Time `json:"as_of,omitempty"`
	HorizonDays int        `json:"horizon_days,omitempty"` // 90
	Moments     int        `json:"moments,omitempty"`      // earlier ones learnt from; 6
	Limit       int        `json:"limit,omitempty"`        // customers given out; 0: all
}

// BuyerRanking has the customers of a rep, or all, likeliest to buy first, and how good such rankings were in the past.
type BuyerRanking struct {
	HorizonDays int     `json:"horizon_days"`
	Verdict     string  `json:"verdict"` // "skill", "no_skill", "too_little"
	Usual       float64 `json:"usual"`   // share that buys within such a horizon
	Trial       struct {
		Customers int     `json:"customers"`
		Buyers    int     `json:"buyers"`
		AUC       float64 `json:"auc"`
		AUCLow    float64 `json:"auc_low"`
		AUCHigh   float64 `json:"auc_high"`
		Lift      float64 `json:"lift"`
		Brier     float64 `json:"brier"`
	} `json:"trial"`
	Buyers []struct {
		Customer ID      `json:"customer"`
		Chance   float64 `json:"chance"`
		Low      float64 `json:"low"`
		High     float64 `json:"high"`
		Reasons  []struct {
			Feature string  `json:"feature"`
			Effect  float64 `json:"effect"` // log odds over the usual customer's
		} `json:"reasons"`
	} `json:"buyers"`
}

// RankBuyers ranks the customers whose owner is rep (0: all) by their chance of buying within a horizon (kith/insight/buyers.h).
func (s *Snapshot) RankBuyers(rep ID, question BuyerQuestion) (BuyerRanking, error) {
	return ask[BuyerRanking](s, capi.AskRankBuyers, rep, question)
}

func ask[T any](s *Snapshot, what capi.Asked, record ID, question any) (T, error) {
	var none T
	asked, err := jsonText(question)
	if err != nil {
		return none, err
	}
	text, e := s.c.Ask(what, uint64(record), asked)
	return decode[T](text, e)
}

// Segment is a kept set of records of a type.
type Segment struct {
	ID        ID     `json:"id"`
	Name      string `json:"name"`
	ForType   string `json:"for_type"`
	Condition string `json:"condition"`
}

// DefineSegment adds a segment of the records for which a condition in CEL holds; it is kept with every write. Large types are looked at by
// FillSegments.
func (b *Batch) DefineSegment(name, forType, condition string) ID {
	return ID(b.c.DefineSegment(name, forType, condition))
}

// FillSegments looks at the existing records that new segments have not looked at yet.
func (db *DB) FillSegments() error { return wrap(db.c.FillSegments()) }

// Segments of a type, or all.
func (s *Snapshot) Segments(forType string) ([]Segment, error) {
	text, e := s.c.Segments(forType)
	return decode[[]Segment](text, e)
}

// Members are the ids of a segment's records, in order.
func (s *Snapshot) Members(segment string) iter.Seq2[ID, error] {
	return func(yield func(ID, error) bool) {
		var page [capi.Chunk]uint64
		for after := uint64(0); ; {
			n, e := s.c.Members(segment, after, page[:])
			if e != nil {
				yield(0, wrap(e))
				return
			}
			if n == 0 {
				return
			}
			for _, id := range page[:n] {
				if !yield(ID(id), nil) {
					return
				}
			}
			after = page[n-1]
		}
	}
}
