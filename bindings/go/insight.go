package kith

import (
	"encoding/json"
	"time"

	"kith/internal/capi"
)

// InsightOptions of Funnel and Forecast.
type InsightOptions struct {
	Strict   bool // refuse (NotEnoughData) instead of widening
	AsOf     time.Time
	Owner    ID
	Currency string  // of forecasts; empty: the most frequent
	Level    float64 // of intervals; 0: 0.95
	Seed     uint64
	More     map[string]any // "period", "by", "group", "what_if" and others, as kith_insight_options.more
}

func (o InsightOptions) c() (capi.InsightOptions, error) {
	if len(o.Currency) > 3 { // C would take the first three letters
		return capi.InsightOptions{}, invalid("%q is no currency", o.Currency)
	}
	out := capi.InsightOptions{Strict: o.Strict, Owner: uint64(o.Owner), Currency: o.Currency, Level: o.Level, Seed: o.Seed}
	if !o.AsOf.IsZero() {
		out.AsOfMicros = o.AsOf.UnixMicro()
	}
	if len(o.More) == 0 {
		return out, nil
	}
	more, err := jsonText(o.More)
	out.More = more
	return out, err
}

// Rate is a share with its interval and how far it can be trusted: "learning", "provisional", "stable".
type Rate struct {
	Value     float64 `json:"value"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Successes int64   `json:"successes"`
	Trials    int64   `json:"trials"`
	Maturity  string  `json:"maturity"`
}

// FunnelStage is one stage's counts.
type FunnelStage struct {
	ID         ID                `json:"id"`
	Name       string            `json:"name"`
	Labels     map[string]string `json:"labels"`
	Reached    int64             `json:"reached"`
	Open       int64             `json:"open"`
	Advanced   int64             `json:"advanced"`
	Lost       int64             `json:"lost"`
	Entries    int64             `json:"entries"`
	Rework     int64             `json:"rework"`
	Skipped    int64             `json:"skipped"`
	Rate       Rate              `json:"rate"`
	MedianDays *float64          `json:"median_days"` // nil: not reached
	MeanDays   *float64          `json:"mean_days"`
}

// Funnel of a pipeline.
type Funnel struct {
	Pipeline        string        `json:"pipeline"`
	AsOf            time.Time     `json:"as_of"`
	Arrivals        int64         `json:"arrivals"`
	Won             int64         `json:"won"`
	Lost            int64         `json:"lost"`
	Open            int64         `json:"open"`
	WinRate         Rate          `json:"win_rate"`
	Conformance     *float64      `json:"conformance"` // share of stages entered once and in order
	MedianCycleDays *float64      `json:"median_cycle_days"`
	Currency        string        `json:"currency"`
	Warnings        []string      `json:"warnings"`
	Stages          []FunnelStage `json:"stages"`
	Parts           []FunnelPart  `json:"parts"` // with the option "by"
}

// FunnelPart is the funnel of an owner, a team and so on; 0: of deals that have none.
type FunnelPart struct {
	Part ID     `json:"part"` // of choices: the choice's number
	Name string `json:"name"` // what it is called; empty: nothing, or not for the viewer
	Funnel
}

// Funnel of a pipeline.
func (s *Snapshot) Funnel(pipeline string, options InsightOptions) (*Funnel, error) {
	o, err := options.c()
	if err != nil {
		return nil, err
	}
	text, e := s.c.Funnel(pipeline, o)
	f, err := decode[Funnel](text, e)
	return &f, err
}

// Quantiles of an amount in minor units.
type Quantiles struct {
	P10  float64 `json:"p10"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
}

// Forecast of a period as a distribution, split into what is closed, comes from open deals and from new ones; of cash (More "measure") also
// from open invoices and from wins not invoiced yet.
type Forecast struct {
	Currency   string    `json:"currency"`
	Measure    string    `json:"measure"`
	Closed     float64   `json:"closed"`
	FromIssued Quantiles `json:"from_issued"`
	FromWon    Quantiles `json:"from_won"`
	FromOpen   Quantiles `json:"from_open"`
	FromNew    Quantiles `json:"from_new"`
	Total      Quantiles `json:"total"`
	Maturity   string    `json:"maturity"`
	Warnings   []string  `json:"warnings"`
	Parts      []struct {
		Part      ID        `json:"part"`
		Name      string    `json:"name"` // as of a FunnelPart
		Closed    float64   `json:"closed"`
		FromOpen  Quantiles `json:"from_open"`
		FromNew   Quantiles `json:"from_new"`
		Total     Quantiles `json:"total"`
		OpenDeals int64     `json:"open_deals"`
	} `json:"parts"` // with the option "by", the largest first
	// JSON is all of it, parts and deals included.
	JSON json.RawMessage `json:"-"`
	c    *capi.Forecast
}

// AtLeast is the probability of an amount in minor units or more.
func (f *Forecast) AtLeast(minor float64) float64 { return f.c.AtLeast(minor) }

// Forecast of a period: "2026-Q3", "2026-07", "FY2026-Q1", "2026-W07", or as seen from now "this-month", "next-quarter", "last-year".
func (s *Snapshot) Forecast(pipeline, period string, options InsightOptions) (*Forecast, error) {
	o, err := options.c()
	if err != nil {
		return nil, err
	}
	c, e := s.c.Forecast(pipeline, period, o)
	if e != nil {
		return nil, wrap(e)
	}
	text, e := c.JSON()
	f, err := decode[Forecast](text, e)
	f.JSON, f.c = text, c
	return &f, err
}

// Pipelines that there are, of one type or (empty) all, as JSON.
func (s *Snapshot) Pipelines(forType string) (json.RawMessage, error) {
	text, e := s.c.Pipelines(forType)
	return text, wrap(e)
}
