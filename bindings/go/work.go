package kith

import (
	"time"

	"kith/internal/capi"
)

// WorkQuestion narrows a work list; what is not set is as the comments say.
type WorkQuestion struct {
	Now         *time.Time `json:"now,omitempty"`          // the snapshot's recorded time
	HorizonDays int        `json:"horizon_days,omitempty"` // of buying; 90
	SilentDays  int        `json:"silent_days,omitempty"`  // without a touch for so long a customer is silent; 30
	RestDays    *int       `json:"rest_days,omitempty"`    // who was touched within so many days is left alone; 7
	Limit       *int       `json:"limit,omitempty"`        // entries given out; 50, of which 0 is all
}

// WorkItem is one thing to do. Tasks are those due by the end of today or without a time.
type WorkItem struct {
	Kind     string   `json:"kind"`     // "task", "visit", "deal", "customer"
	Record   ID       `json:"record"`   // the task, the visit plan, the deal, the customer
	Name     string   `json:"name"`     // what people call it
	Customer ID       `json:"customer"` // 0: none is named
	About    ID       `json:"about"`    // of a task; of a customer: the oldest open complaint
	Promised bool     `json:"promised"`
	Due      string   `json:"due"`    // a time; empty: none
	Chance   *float64 `json:"chance"` // of winning, of buying
	Value    *Money   `json:"value"`  // expected
	Reasons  []struct {
		Reason string  `json:"reason"` // "due", "overdue", "over_stay", "no_next_step", "complaint", "never", "silent", "likely", "rhythm"
		Much   float64 `json:"much"`
	} `json:"reasons"`
	Action *struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
	} `json:"action"` // what the deal's stage suggests
}

// WorkList is what somebody should do next, what comes first first.
type WorkList struct {
	Currency string     `json:"currency"`
	Verdict  string     `json:"verdict"`
	Total    int        `json:"total"`  // entries there are
	Masked   []string   `json:"masked"` // "type.field" that the viewer may not read and that was not judged
	Items    []WorkItem `json:"items"`
}

// WorkList ranks what rep (0: everybody) should do next (kith/insight/worklist.h).
func (s *Snapshot) WorkList(rep ID, question WorkQuestion) (WorkList, error) {
	return ask[WorkList](s, capi.AskWorkList, rep, question)
}

// ReceivableQuestion says what to ask about what customers owe.
type ReceivableQuestion struct {
	AsOf       string `json:"as_of,omitempty"`       // a day, "2026-07-01"; else that of the snapshot's recorded time
	LateDays   []int  `json:"late_days,omitempty"`   // 30, 60, 90
	WindowDays int    `json:"window_days,omitempty"` // 90
	Into       string `json:"into,omitempty"`        // one currency for all; else each by itself
}

// Ageing is what is owed in one currency, in its minor units.
type Ageing struct {
	Currency  string   `json:"currency"`
	Invoices  int64    `json:"invoices"`
	Open      int64    `json:"open"`
	NotDue    int64    `json:"not_due"`
	Overdue   int64    `json:"overdue"`
	Late      []int64  `json:"late"` // by how late
	Overpaid  int64    `json:"overpaid"`
	Invoiced  int64    `json:"invoiced"`
	DSO       *float64 `json:"dso"`
	BestDSO   *float64 `json:"best_dso"`
	DaysToPay *float64 `json:"days_to_pay"`
}

// AgeingOf is what one account or owner has open; 0: those without one.
type AgeingOf struct {
	Group  ID       `json:"group"`
	Ageing []Ageing `json:"ageing"`
}

// Receivables is what customers owe.
type Receivables struct {
	AsOf      string     `json:"as_of"`
	Total     []Ageing   `json:"total"`
	ByAccount []AgeingOf `json:"by_account"`
	ByOwner   []AgeingOf `json:"by_owner"`
	Invoices  []struct {
		Invoice  ID     `json:"invoice"`
		Account  ID     `json:"account"`
		Owner    ID     `json:"owner"`
		Total    Money  `json:"total"`
		Open     Money  `json:"open"`
		Due      string `json:"due"`
		DaysLate int64  `json:"days_late"`
	} `json:"invoices"` // the longest late first
	Masked        []string `json:"masked"`         // "type.field" that the viewer may not read: such invoices are left out
	OtherCurrency []ID     `json:"other_currency"` // payments that are not counted
}

// Receivables tells days sales outstanding and ageing on a day (kith/insight/receivables.h).
func (s *Snapshot) Receivables(question ReceivableQuestion) (Receivables, error) {
	return ask[Receivables](s, capi.AskReceivables, 0, question)
}

// WorthQuestion says what to take for granted.
type WorthQuestion struct {
	AsOf   *time.Time `json:"as_of,omitempty"`
	Chance *float64   `json:"chance,omitempty"` // of winning; else the forecast's
}

// Worth is what a deal is worth; costs in minor units of its amount's currency.
type Worth struct {
	Deal          ID       `json:"deal"`
	Amount        *Money   `json:"amount"`
	Source        string   `json:"source"` // "typed", "quote", "predicted", "none"
	Chance        *float64 `json:"chance"`
	Delivery      int64    `json:"delivery"`
	ToWin         int64    `json:"to_win"`
	Spent         int64    `json:"spent"` // of ToWin
	Margin        *Money   `json:"margin"`
	Expected      *Money   `json:"expected"`
	Masked        []string `json:"masked"`         // "type.field" that the viewer may not read and that was not told
	OtherCurrency []ID     `json:"other_currency"` // costs that are not counted
	Budget        struct {
		Exists struct {
			Value      float64 `json:"value"` // -1 to 1
			Confidence float64 `json:"confidence"`
		} `json:"exists"`
		Amount     *Money  `json:"amount"`
		Confidence float64 `json:"confidence"`
		Apart      float64 `json:"apart"`
	} `json:"budget"`
}

// Worth tells margin, expected value and what is known of the customer's budget (kith/insight/worth.h).
func (s *Snapshot) Worth(deal ID, question WorthQuestion) (Worth, error) {
	return ask[Worth](s, capi.AskWorth, deal, question)
}
