package kith

import (
	"encoding/json"
	"iter"
	"time"

	"kith/internal/capi"
)

// RepStage is one stage of a rep beside the team.
type RepStage struct {
	ID        ID                `json:"id"`
	Name      string            `json:"name"`
	Labels    map[string]string `json:"labels"`
	Rep       Rate              `json:"rep"`
	Team      Rate              `json:"team"`
	Shrunk    float64           `json:"shrunk"` // the rep's rate, drawn to the team's as far as there is little to go by
	Low       float64           `json:"low"`
	High      float64           `json:"high"`
	Below     float64           `json:"below"`    // probability of being below the team
	Surprise  float64           `json:"surprise"` // how rare that is among ordinary reps
	LostMinor float64           `json:"lost_minor"`
	Enough    bool              `json:"enough"`
	Weak      bool              `json:"weak"` // flagged
}

// Rep is one rep against the team.
type Rep struct {
	Owner     ID         `json:"owner"`
	Resolved  int64      `json:"resolved"`
	LogGap    float64    `json:"log_gap"`
	Summary   string     `json:"summary"`
	LookFirst string     `json:"look_first"` // the stage that would surprise most of an ordinary rep; empty: none
	Weakest   string     `json:"weakest"`    // the flagged stage that costs most; empty: none
	Stages    []RepStage `json:"stages"`
}

// Reps are all reps against the team, or the options' owner alone, the most costly gap first.
func (s *Snapshot) Reps(pipeline string, options InsightOptions) ([]Rep, error) {
	return tell[[]Rep](s, capi.TellReps, pipeline, "", "", 0, options)
}

// Drivers of what a period brought. Of collections where they are followed.
type Drivers struct {
	Worked    float64  `json:"worked"`
	Closed    float64  `json:"closed"`
	Won       float64  `json:"won"`
	Revenue   float64  `json:"revenue_minor"`
	Collected *float64 `json:"collected_minor"`
	Expected  *float64 `json:"expected_minor"`
}

// Cause is what one driver has to do with a change.
type Cause struct {
	Driver       string  `json:"driver"`
	Before       float64 `json:"before"`
	After        float64 `json:"after"`
	Contribution float64 `json:"contribution"` // minor units
	BeyondChance bool    `json:"beyond_chance"`
}

// Gap is why a period fell short. The causes' contributions sum to it.
type Gap struct {
	Currency    string  `json:"currency"`
	MinorDigits int     `json:"minor_digits"`
	Target      float64 `json:"target"`
	Reached     float64 `json:"reached"`
	Gap         float64 `json:"gap"`
	Usual       Drivers `json:"usual"`
	Actual      Drivers `json:"actual"`
	Causes      []Cause `json:"causes"` // the weightiest first
	Summary     string  `json:"summary"`
}

// Gap says why a period of whole months fell short of More "target", in minor units, or of what is usual.
func (s *Snapshot) Gap(pipeline, period string, options InsightOptions) (Gap, error) {
	return tell[Gap](s, capi.TellGap, pipeline, period, "", 0, options)
}

// WalkQuestion says between which moments a pipeline is compared.
type WalkQuestion struct {
	Since      time.Time  `json:"since"`
	Until      *time.Time `json:"until,omitempty"`       // else now
	AsKnown    bool       `json:"as_known,omitempty"`    // what the database showed at both; else what held, as known now
	Period     string     `json:"period,omitempty"`      // of PulledIn, PushedOut, Cash and Plan
	Notes      *bool      `json:"notes,omitempty"`       // false: without PushedTwice, Silent and NoNextStep, which cost every open deal's history
	SilentDays int        `json:"silent_days,omitempty"` // 14
	Collection string     `json:"collection,omitempty"`  // the pipeline whose won records are cash received
}

// WalkSum is an amount with its deals.
type WalkSum struct {
	Minor int64 `json:"minor"`
	Deals []ID  `json:"deals"`
}

// WalkStep is one kind of what moved: "new", "reopened", "larger", "smaller", "won", "lost" or "gone".
type WalkStep struct {
	Kind string `json:"kind"`
	WalkSum
}

// CurrencyWalk is what moved in one currency, in its minor units: Before and the steps make After.
type CurrencyWalk struct {
	Currency    string     `json:"currency"` // empty: deals without an amount
	Before      int64      `json:"before"`
	Steps       []WalkStep `json:"steps"`
	After       int64      `json:"after"`
	DealsBefore int64      `json:"deals_before"`
	DealsAfter  int64      `json:"deals_after"`
	PulledIn    WalkSum    `json:"pulled_in"`
	PushedOut   WalkSum    `json:"pushed_out"`
	Moved       []struct {
		ID    ID     `json:"id"`
		Kind  string `json:"kind"`
		Minor int64  `json:"minor"`
	} `json:"moved"` // the largest first
	Cash int64 `json:"cash"`
	Plan int64 `json:"plan"`
}

// PipelineWalk is what moved a pipeline between two moments, exact to the minor unit.
type PipelineWalk struct {
	Since       time.Time      `json:"since"`
	Until       time.Time      `json:"until"`
	AsKnown     bool           `json:"as_known"`
	DealsBefore int64          `json:"deals_before"`
	DealsAfter  int64          `json:"deals_after"`
	Walks       []CurrencyWalk `json:"walks"`
	PushedTwice []struct {
		ID    ID    `json:"id"`
		Times int64 `json:"times"`
	} `json:"pushed_twice"`
	Silent []struct {
		ID   ID    `json:"id"`
		Days int64 `json:"days"`
	} `json:"silent"`
	NoNextStep []ID `json:"no_next_step"`
}

// Walk is the Monday walk: what moved a pipeline between two moments (kith/insight/walk.h).
func (s *Snapshot) Walk(pipeline string, question WalkQuestion) (PipelineWalk, error) {
	text, err := jsonText(question)
	if err != nil {
		return PipelineWalk{}, err
	}
	answer, e := s.c.Walk(pipeline, text)
	return decode[PipelineWalk](answer, e)
}

// CountedDeals are the deals that a stage's counts are made of.
type CountedDeals struct {
	Advanced []ID `json:"advanced"`
	Lost     []ID `json:"lost"`
}

// DealsBehind are the deals behind a stage's counts in the funnel.
func (s *Snapshot) DealsBehind(pipeline, stage string, options InsightOptions) (CountedDeals, error) {
	return tell[CountedDeals](s, capi.TellDealsBehind, pipeline, stage, "", 0, options)
}

// DataGap is what is missing for statistics to become usable.
type DataGap struct {
	Kind    string `json:"kind"`
	Stage   ID     `json:"stage"`
	Missing int64  `json:"missing"`
	Text    string `json:"text"`
}

// StuckDeal stands still.
type StuckDeal struct {
	ID          ID      `json:"id"`
	Stage       ID      `json:"stage"`
	AgeDays     float64 `json:"age_days"`
	StillThere  float64 `json:"still_there"` // share of deals that stay as long
	LimitDays   float64 `json:"limit_days"`
	AmountMinor int64   `json:"amount_minor"`
	Currency    string  `json:"currency"`
}

// Health is what to enter next so that statistics become usable, and deals that stand still.
type Health struct {
	Gaps  []DataGap   `json:"gaps"`
	Stuck []StuckDeal `json:"stuck"`
}

// Health of a pipeline's data.
func (s *Snapshot) Health(pipeline string, options InsightOptions) (Health, error) {
	return tell[Health](s, capi.TellHealth, pipeline, "", "", 0, options)
}

// Summary is a pipeline and a period at a glance, short enough for a telephone.
type Summary struct {
	Funnel struct {
		Pipeline        string   `json:"pipeline"`
		Arrivals        int64    `json:"arrivals"`
		Won             int64    `json:"won"`
		Lost            int64    `json:"lost"`
		Open            int64    `json:"open"`
		WinRate         Rate     `json:"win_rate"`
		EndToEnd        float64  `json:"end_to_end"` // the stages' rates, multiplied
		Conformance     *float64 `json:"conformance"`
		MedianCycleDays *float64 `json:"median_cycle_days"`
		Stages          []struct {
			ID      ID      `json:"id"`
			Name    string  `json:"name"`
			Reached int64   `json:"reached"`
			Open    int64   `json:"open"`
			Rate    float64 `json:"rate"`
			Low     float64 `json:"low"`
			High    float64 `json:"high"`
		} `json:"stages"`
		Warnings []string `json:"warnings"`
	} `json:"funnel"`
	Forecast struct {
		Currency  string    `json:"currency"`
		Closed    float64   `json:"closed"`
		FromOpen  Quantiles `json:"from_open"`
		FromNew   Quantiles `json:"from_new"`
		Total     Quantiles `json:"total"`
		OpenDeals int64     `json:"open_deals"`
		Maturity  string    `json:"maturity"`
		Warnings  []string  `json:"warnings"`
		Deals     []struct {
			ID            ID      `json:"id"`
			Stage         ID      `json:"stage"`
			WinInPeriod   float64 `json:"win_in_period"`
			ExpectedMinor float64 `json:"expected_minor"`
		} `json:"deals"` // five at most
	} `json:"forecast"`
	Gaps       []DataGap   `json:"gaps"` // five at most, as Risks
	GapsTotal  int         `json:"gaps_total"`
	Risks      []StuckDeal `json:"risks"`
	RisksTotal int         `json:"risks_total"`
}

// Summary of a pipeline and a period, as Forecast takes it (kith/insight/summary.h).
func (s *Snapshot) Summary(pipeline, period string, options InsightOptions) (Summary, error) {
	return tell[Summary](s, capi.TellSummary, pipeline, period, "", 0, options)
}

// PenetrationQuestion narrows Penetration and SuggestExpansions; what is not set is as the comments say.
type PenetrationQuestion struct {
	Relation   string     `json:"relation,omitempty"`    // from the lower company to the upper one; what an account says it belongs to
	Now        *time.Time `json:"now,omitempty"`         // the snapshot's recorded time
	ActiveDays int        `json:"active_days,omitempty"` // who had a deal won within so many is active; 365
	Threshold  float64    `json:"threshold,omitempty"`   // of active ones, from which a deal with the head is worth suggesting; .5
	Fewest     int        `json:"fewest,omitempty"`      // subsidiaries, of which there must be so many; 3
}

// Group of companies, and how far we have come with it.
type Group struct {
	Head         ID      `json:"head"`
	Name         string  `json:"name"`
	Subsidiaries int64   `json:"subsidiaries"`
	Worked       int64   `json:"worked"` // those with a deal
	Won          int64   `json:"won"`
	Active       int64   `json:"active"`
	ActiveOnes   []ID    `json:"active_ones"`
	Share        float64 `json:"share"` // of active ones
	HeadOpen     bool    `json:"head_open"`
	Reach        float64 `json:"reach"`     // our strongest tie to the head's board
	Executive    ID      `json:"executive"` // to whom it leads; 0: nobody
	Expand       bool    `json:"expand"`    // a deal with the head is to be suggested
	Suggested    ID      `json:"suggested"` // the deal that was; 0: none
}

// Penetration is how far we have come with groups of companies.
type Penetration struct {
	Masked []string `json:"masked"` // "type.field" that the viewer may not read and that nothing was judged by
	Groups []Group  `json:"groups"`
}

// Penetration tells it for the deals of a pipeline (kith/insight/penetration.h).
func (s *Snapshot) Penetration(pipeline string, question PenetrationQuestion) (Penetration, error) {
	text, err := jsonText(question)
	if err != nil {
		return Penetration{}, err
	}
	answer, e := s.c.Penetration(pipeline, text)
	return decode[Penetration](answer, e)
}

// SuggestExpansions adds a deal with the head of each group that Penetration finds to Expand, each once; how many.
func (b *Batch) SuggestExpansions(s *Snapshot, pipeline string, question PenetrationQuestion) (int, error) {
	text, err := jsonText(question)
	if err != nil {
		return 0, err
	}
	suggested, e := b.c.SuggestExpansions(s.c, pipeline, text)
	return int(suggested), wrap(e)
}

// Ways that deals went, and cohorts, as JSON.
func (s *Snapshot) Ways(pipeline string, options InsightOptions) (json.RawMessage, error) {
	return tell[json.RawMessage](s, capi.TellWays, pipeline, "", "", 0, options)
}

// Scorecards say how people are doing, everybody or the options' owner beside the team, as JSON.
func (s *Snapshot) Scorecards(pipeline string, options InsightOptions) (json.RawMessage, error) {
	return tell[json.RawMessage](s, capi.TellScorecards, pipeline, "", "", 0, options)
}

// Velocity of two periods of whole months and what changed it, as JSON.
func (s *Snapshot) Velocity(pipeline, before, after string, options InsightOptions) (json.RawMessage, error) {
	return tell[json.RawMessage](s, capi.TellVelocity, pipeline, before, after, 0, options)
}

// Biases are what reps typed about deals against what came of them, as JSON.
func (s *Snapshot) Biases(pipeline string, options InsightOptions) (json.RawMessage, error) {
	return tell[json.RawMessage](s, capi.TellBiases, pipeline, "", "", 0, options)
}

// SavedForecasts are those that Batch.SaveForecast kept, and how good they were, as JSON.
func (s *Snapshot) SavedForecasts(pipeline string, options InsightOptions) (json.RawMessage, error) {
	return tell[json.RawMessage](s, capi.TellSavedForecasts, pipeline, "", "", 0, options)
}

// Submissions are what people said that periods would bring, what came, and how far off each of them is, as JSON.
func (s *Snapshot) Submissions(pipeline string, options InsightOptions) (json.RawMessage, error) {
	return tell[json.RawMessage](s, capi.TellSubmissions, pipeline, "", "", 0, options)
}

// Backtest says how good forecasts of the last count periods of a unit ("month", "quarter") would have been, as JSON.
func (s *Snapshot) Backtest(pipeline, unit string, count int, options InsightOptions) (json.RawMessage, error) {
	return tell[json.RawMessage](s, capi.TellBacktest, pipeline, unit, "", count, options)
}

// Winning says what deals that are won have and others lack, and why deals are lost, as JSON; question as kith.h has it, or nil.
func (s *Snapshot) Winning(pipeline string, question any) (json.RawMessage, error) {
	text, err := jsonText(question)
	if err != nil {
		return nil, err
	}
	answer, e := s.c.Winning(pipeline, text)
	return answer, wrap(e)
}

// MineStages proposes stages from what was done about closed records, as JSON.
func (s *Snapshot) MineStages(pipeline string) (json.RawMessage, error) {
	answer, e := s.c.MineStages(pipeline)
	return answer, wrap(e)
}

// ReplayStages says what stages, [{"name", "activities"}], would have said of a pipeline's records, as JSON.
func (s *Snapshot) ReplayStages(pipeline string, stages any) (json.RawMessage, error) {
	text, err := jsonText(stages)
	if err != nil {
		return nil, err
	}
	answer, e := s.c.ReplayStages(pipeline, text)
	return answer, wrap(e)
}

func tell[T any](s *Snapshot, what capi.Told, pipeline, about, other string, count int, options InsightOptions) (T, error) {
	var none T
	o, err := options.c()
	if err != nil {
		return none, err
	}
	text, e := s.c.Tell(what, pipeline, about, other, count, o)
	return decode[T](text, e)
}

// TimelineQuestion narrows a timeline.
type TimelineQuestion struct {
	Alone bool       // without what is rolled up into it
	From  *time.Time // else from the beginning
	Until *time.Time
	Kinds []string // of "interaction", "task", "note", "ticket", "document", "deal", "move", "milestone"; none: all
}

// TimelineEntry is one thing that happened.
type TimelineEntry struct {
	Record    ID        `json:"record"`
	At        time.Time `json:"at"`
	Kind      string    `json:"kind"`
	Process   string    `json:"process"` // "marketing", "sales" or "service"
	Text      string    `json:"text"`
	Initiator string    `json:"initiator"` // of an interaction: "us", "them" or "both"
	About     ID        `json:"about"`
}

// Timeline is what happened with a record, newest first, read page by page.
func (s *Snapshot) Timeline(record ID, question TimelineQuestion) iter.Seq2[TimelineEntry, error] {
	return func(yield func(TimelineEntry, error) bool) {
		asked := map[string]any{"whole": !question.Alone}
		if question.From != nil {
			asked["from"] = question.From
		}
		if question.Until != nil {
			asked["until"] = question.Until
		}
		if len(question.Kinds) != 0 {
			asked["kinds"] = question.Kinds
		}
		for {
			page, err := ask[struct {
				Entries []TimelineEntry `json:"entries"`
				Next    *string         `json:"next"`
			}](s, capi.AskTimeline, record, asked)
			if err != nil {
				yield(TimelineEntry{}, err)
				return
			}
			for _, entry := range page.Entries {
				if !yield(entry, nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			asked["after"] = *page.Next
		}
	}
}

// Thread is a customer's matter, from the first touch to service.
type Thread struct {
	ID    ID `json:"id"` // the first record
	Parts []struct {
		Record ID     `json:"record"`
		After  ID     `json:"after"`  // 0: none
		Origin ID     `json:"origin"` // such as a campaign; 0: not said
		Owner  ID     `json:"owner"`
		Since  string `json:"since"`
	} `json:"parts"`
	HandOvers []struct {
		At     time.Time       `json:"at"`
		Record ID              `json:"record"`
		From   ID              `json:"from"`
		To     ID              `json:"to"`
		Actor  json.RawMessage `json:"actor"`
		Reason string          `json:"reason"`
	} `json:"hand_overs"`
}

// Thread is the one that a record belongs to.
func (s *Snapshot) Thread(record ID) (Thread, error) {
	text, e := s.c.Thread(uint64(record))
	return decode[Thread](text, e)
}

// FourQuestions of a deal as a party (0: we) sees it, as JSON: is there an opportunity, can we compete, can we win, is it worth it.
func (s *Snapshot) FourQuestions(deal, party ID, question any) (json.RawMessage, error) {
	text, err := jsonText(question)
	if err != nil {
		return nil, err
	}
	answer, e := s.c.FourQuestions(uint64(deal), uint64(party), text)
	return answer, wrap(e)
}

// ActionLine is the five steps of winning a deal with what is to be done now, as JSON.
func (s *Snapshot) ActionLine(deal ID, question any) (json.RawMessage, error) {
	text, err := jsonText(question)
	if err != nil {
		return nil, err
	}
	answer, e := s.c.Ask(capi.AskActionLine, uint64(deal), text)
	return answer, wrap(e)
}

// PlanActions adds what makes a deal's tasks those of its action line now; how many tasks that are. Apply it soon.
func (b *Batch) PlanActions(s *Snapshot, deal ID) (int, error) {
	changed, e := b.c.PlanActions(s.c, uint64(deal))
	return int(changed), wrap(e)
}

// Allocate says where scarce support does most, as JSON; the question's form stands in kith.h, as of the two below.
func Allocate(question any) (json.RawMessage, error) { return decide(capi.Allocate, question) }

// Credit says what channels return.
func Credit(question any) (json.RawMessage, error) { return decide(capi.Credit, question) }

// Habit says how a customer usually does a thing, and whether a value is unusual.
func Habit(question any) (json.RawMessage, error) { return decide(capi.Habit, question) }

func decide(what capi.Decision, question any) (json.RawMessage, error) {
	text, err := jsonText(question)
	if err != nil {
		return nil, err
	}
	answer, e := capi.Decide(what, text)
	return answer, wrap(e)
}
