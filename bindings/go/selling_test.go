package kith_test

import (
	"errors"
	"fmt"
	"log"
	"testing"
	"time"

	"kith"
	"kith/crm"
)

const build = `{"name": "build", "for_type": "opportunity", "stages": [
	{"name": "design", "exit": [{"name": "budget", "condition": "budget != null", "mandatory": true}],
	 "steps": [{"name": "drawing", "evidence": "note"}], "actions": [{"name": "call"}], "max_dwell_days": 5},
	{"name": "built", "kind": "won"}]}`

func TestWhatADealNeedsNext(t *testing.T) { // D04, D07, D09
	db := open(t)
	write(t, db, func(b *kith.Batch) kith.ID { b.DefinePipeline(build); return 0 })
	house := write(t, db, func(b *kith.Batch) kith.ID {
		house := b.Create("opportunity", kith.Fields{"name": "House"})
		b.Move(house, "build/design")
		return house
	})
	track := func() kith.Track {
		var found []kith.Track
		must(t, db.View(func(now *kith.Snapshot) (err error) { found, err = now.Guide(house); return err }))
		if len(found) != 1 {
			t.Fatalf("tracks: %+v", found)
		}
		return found[0]
	}
	main := track()
	next := main.Next[0]
	if main.StageName != "design" || main.Kind != "open" || main.Actions[0].Name != "call" || main.StayUntil.Sub(main.Since) != 5*24*time.Hour ||
		next.Name != "built" || !next.Refused || len(next.Unmet) != 2 || next.Unmet[0].Kind != "exit" || !next.Unmet[0].Mandatory ||
		next.Unmet[1].NeedsEvidence != "note" {
		t.Errorf("%+v", main)
	}
	_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error { b.Move(house, "build/built"); return nil })
	var refused *kith.Error
	if !errors.As(err, &refused) || refused.Reason != "CheckFailed" || refused.Field != "budget" {
		t.Fatalf("%#v", err)
	}
	write(t, db, func(b *kith.Batch) kith.ID {
		return b.CompleteStep(house, "build/design/drawing", b.Create("note", kith.Fields{"regarding": house, "body": "Drawing 3"}), "seen")
	})
	if asked := track().Asked; !asked[1].Met || asked[1].Completion == 0 || asked[1].Evidence == 0 || asked[0].Met {
		t.Errorf("%+v", asked)
	}
	move := write(t, db, func(b *kith.Batch) kith.ID { return b.Override(house, "build/built", "paid in cash") })
	equal(t, track().Kind, "won")
	must(t, db.View(func(now *kith.Snapshot) error {
		record, err := now.Get(move)
		must(t, err)
		unmet, err := record.Value("unmet")
		must(t, err)
		equal(t, unmet.Any(), []string{"design/budget"})
		if _, err := now.Guide(house + 1); !errors.Is(err, kith.ErrNotFound) {
			t.Errorf("no record: %v", err)
		}
		return nil
	}))
}

// sold is a quote that was accepted and its line of four pumps.
func sold(t testing.TB, db *kith.DB) (acme, quote, line kith.ID) {
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		acme = b.Create("account", kith.Fields{"name": "Acme"})
		pump := b.Create("product", kith.Fields{"name": "Pump"})
		quote = b.Create("quote", kith.Fields{"account": acme, "status": "accepted"})
		line = b.Create("quote_line", kith.Fields{"quote": quote, "product": pump, "quantity": kith.Decimal{Unscaled: 4},
			"price": kith.Money{Minor: 1000, Currency: "CNY"}})
		return nil
	})
	must(t, err)
	return out.ID(acme), out.ID(quote), out.ID(line)
}

func TestAQuoteBecomesOrdersAndThoseWhatTheCustomerHas(t *testing.T) { // F05, B09
	db := open(t)
	acme, quote, line := sold(t, db)
	one := kith.ContinueOptions{Quantities: map[kith.ID]kith.Decimal{line: {Unscaled: 15, Scale: 1}}, External: kith.Ext("erp", "O-1")}
	tried := one
	tried.DryRun = true
	if made, err := db.ContinueDocument(quote, "order", tried); err != nil || made.Lines != 1 {
		t.Fatalf("%+v %v", made, err)
	}
	first, err := db.ContinueDocument(quote, "order", one)
	must(t, err)
	again, err := db.ContinueDocument(quote, "order", one)
	must(t, err)
	if first.Lines != 1 || first.Already || !again.Already || again.Document != first.Document {
		t.Errorf("%+v %+v", first, again)
	}
	rest, err := db.ContinueDocument(quote, "order", kith.ContinueOptions{})
	must(t, err)
	if _, err := db.ContinueDocument(quote, "order", kith.ContinueOptions{}); !errors.Is(err, &kith.Error{Reason: "PreconditionFailed"}) {
		t.Errorf("nothing is left: %v", err)
	}
	for _, status := range []string{"placed", "delivered"} {
		write(t, db, func(b *kith.Batch) kith.ID { b.Set(rest.Document, kith.Fields{"status": status}); return 0 })
	}
	must(t, db.View(func(now *kith.Snapshot) error {
		order, err := now.Get(rest.Document)
		must(t, err)
		total, err := crm.Order.Total.Get(order)
		must(t, err)
		equal(t, total, kith.Money{Minor: 2500, Currency: "CNY"})
		owned, err := now.Owned(acme, kith.Now)
		must(t, err)
		if len(owned) != 1 || owned[0].Quantity != (kith.Decimal{Unscaled: 2500, Scale: 3}) || owned[0].Document != rest.Document || owned[0].Since.IsZero() {
			t.Errorf("%+v", owned)
		}
		before, err := now.Owned(acme, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
		must(t, err)
		equal(t, len(before), 0)
		return nil
	}))
}

func TestStoresToVisit(t *testing.T) { // J05, J06
	db := open(t)
	shop := write(t, db, func(b *kith.Batch) kith.ID {
		shop := b.Create("account", kith.Fields{"name": "Corner shop", "kind": "store"})
		b.Create("visit_plan", kith.Fields{"account": shop, "every_days": 7, "starts": kith.Date{Year: 2026, Month: 3, Day: 1}})
		b.Create("interaction", kith.Fields{"kind": "visit", "direction": "out", "at": time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC), "account": shop})
		return shop
	})
	must(t, db.View(func(now *kith.Snapshot) error {
		report, err := now.Visits(kith.VisitQuestion{Today: &kith.Date{Year: 2026, Month: 3, Day: 20}})
		must(t, err)
		if len(report.Stores) != 1 || report.Compliance == nil || *report.Compliance != 0.5 {
			t.Fatalf("%+v", report)
		}
		store := report.Stores[0]
		if store.Account != shop || store.Due != 2 || store.Done != 1 || store.OverdueDays != 10 || store.Employee != 0 ||
			*store.Last != (kith.Date{Year: 2026, Month: 3, Day: 3}) || *store.Next != (kith.Date{Year: 2026, Month: 3, Day: 10}) {
			t.Errorf("%+v", store)
		}
		nobody, err := now.Visits(kith.VisitQuestion{Employee: shop})
		must(t, err)
		if len(nobody.Stores) != 0 || nobody.Compliance != nil {
			t.Errorf("%+v", nobody)
		}
		return nil
	}))
}

func TestAFieldGetsAnotherKind(t *testing.T) { // E17
	db := open(t)
	_, err := db.Ensure(`{"package": "acme.stock", "version": "1.0.0", "types": [{"name": "thing", "labels": {"en": "Thing"}, "fields": [
		{"name": "size", "kind": "text"}]}]}`, "", false)
	must(t, err)
	for _, size := range []string{"12", "large"} {
		write(t, db, func(b *kith.Batch) kith.ID { return b.Create("thing", kith.Fields{"size": size}) })
	}
	tried, err := db.ChangeKind("thing", "size", `{"kind": "int"}`, kith.KindOptions{DryRun: true})
	must(t, err)
	if tried.Records != 2 || tried.Failed != 1 || len(tried.Failures) != 1 || tried.Failures[0].Value != "large" {
		t.Errorf("%+v", tried)
	}
	if _, err := db.ChangeKind("thing", "size", `{"kind": "int"}`, kith.KindOptions{}); !errors.Is(err, &kith.Error{Reason: "OutOfRange"}) {
		t.Errorf("%v", err)
	}
	done, err := db.ChangeKind("thing", "size", `{"kind": "int"}`, kith.KindOptions{Drop: true, Reason: "sizes are numbers"})
	must(t, err)
	must(t, db.View(func(now *kith.Snapshot) error {
		for row, err := range now.Scan("thing", "size", done.Former) {
			must(t, err)
			if row.Col(0).Int() == 12 != (row.Col(1).Text() == "12") {
				t.Errorf("%v of %v", row.Col(0).Any(), row.Col(1).Any())
			}
		}
		return nil
	}))
}

func TestFunnelsAndForecastsByTeam(t *testing.T) { // C02
	db := open(t)
	var east, west kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		east, west = b.Create("team", kith.Fields{"name": "East"}), b.Create("team", kith.Fields{"name": "West"})
		for i, team := range []kith.ID{east, east, west} {
			rep := b.Create("employee", kith.Fields{"name": fmt.Sprint("Rep ", i), "team": team})
			for range i + 1 {
				b.Move(b.Create("opportunity", kith.Fields{"name": "D", "owner": rep, "amount": kith.Money{Minor: 100, Currency: "CNY"}}), "default/qualified")
			}
		}
		return nil
	})
	must(t, err)
	by := kith.InsightOptions{More: map[string]any{"by": "owner.team"}}
	want := map[kith.ID]int64{out.ID(east): 3, out.ID(west): 3}
	must(t, db.View(func(now *kith.Snapshot) error {
		funnel, err := now.Funnel("default", by)
		must(t, err)
		got := map[kith.ID]int64{}
		for _, part := range funnel.Parts {
			got[part.Part] = part.Open
			equal(t, part.Stages[1].Open, part.Open)
		}
		equal(t, got, want)
		forecast, err := now.Forecast("default", "this-quarter", by)
		must(t, err)
		clear(got)
		for _, part := range forecast.Parts {
			got[part.Part] = part.OpenDeals
		}
		equal(t, got, want)
		return nil
	}))
}

func TestDaysAndDecimalsAsText(t *testing.T) {
	for text, want := range map[string]kith.Decimal{"12.50": {Unscaled: 1250, Scale: 2}, "-0.5": {Unscaled: -5, Scale: 1}, "7": {Unscaled: 7}} {
		var got kith.Decimal
		must(t, got.UnmarshalText([]byte(text)))
		equal(t, got, want)
		equal(t, got.String(), text)
	}
	var decimal kith.Decimal
	var day kith.Date
	for _, wrong := range []string{"", ".", "1.-5", "1,5", "x"} {
		if decimal.UnmarshalText([]byte(wrong)) == nil || day.UnmarshalText([]byte(wrong)) == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
	must(t, day.UnmarshalText([]byte("2024-02-29")))
	equal(t, day, kith.Date{Year: 2024, Month: 2, Day: 29})
}

func ExampleDB_ContinueDocument() {
	db, err := kith.Open("", kith.Options{Create: true, Temporary: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	var quote kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		quote = b.Create("quote", kith.Fields{"status": "accepted"})
		b.Create("quote_line", kith.Fields{"quote": quote, "quantity": kith.Decimal{Unscaled: 4}, "price": kith.Money{Minor: 1000, Currency: "CNY"}})
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	made, err := db.ContinueDocument(out.ID(quote), "order", kith.ContinueOptions{Reason: "the customer called"})
	if err != nil {
		log.Fatal(err)
	}
	err = db.View(func(now *kith.Snapshot) error {
		order, err := now.Get(made.Document)
		if err != nil {
			return err
		}
		total, err := crm.Order.Total.Get(order)
		fmt.Println(made.Lines, total.Minor, total.Currency)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: 1 4000 CNY
}

func TestWhatABatchBroughtAbout(t *testing.T) { // R06
	db := open(t)
	var deal kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		deal = b.CreateExt("opportunity", kith.Ext("app", "1"), kith.Fields{"name": "Pilot"})
		b.Move(deal, "default/qualified")
		return nil
	})
	must(t, err)
	deal = out.ID(deal)
	changed, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Move(deal, "default/proposal")
		return nil
	})
	must(t, err)
	tried, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error { b.Set(deal, kith.Fields{"name": "X"}); return nil }, kith.DryRun())
	must(t, err)
	must(t, db.View(func(now *kith.Snapshot) error {
		told, err := now.Told(changed)
		must(t, err)
		kinds := map[string]string{}
		for _, event := range told.Entries {
			kinds[event.Type] = event.Operation
			if event.Type == "opportunity" && (event.Before("stage") == event.After("stage") || event.External("app") != "1") {
				t.Errorf("the deal's stage follows from its move: %+v", event)
			}
		}
		equal(t, kinds, map[string]string{"move": "create", "opportunity": "change"})
		if len(told.Next) != 1 || told.Next[0].Record != deal || told.Next[0].Kind != "action" || told.Next[0].Labels["zh"] == "" {
			t.Errorf("next: %+v", told.Next)
		}
		first, err := now.Told(tried)
		must(t, err)
		if len(first.Entries) != 0 {
			t.Errorf("a dry run brought about %+v", first)
		}
		return nil
	}))
}

func ExampleSnapshot_Guide() {
	db, err := kith.Open("", kith.Options{Create: true, Temporary: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error { b.DefinePipeline(build); return nil }); err != nil {
		log.Fatal(err)
	}
	var house kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		house = b.Create("opportunity", kith.Fields{"name": "House"})
		b.Move(house, "build/design")
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	err = db.View(func(now *kith.Snapshot) error {
		tracks, err := now.Guide(out.ID(house))
		for _, track := range tracks {
			for _, stage := range track.Next {
				fmt.Println(track.StageName, "to", stage.Name, "refused:", stage.Refused)
				for _, one := range stage.Unmet {
					fmt.Println(one.Kind, one.Name, one.Mandatory)
				}
			}
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// design to built refused: true
	// exit budget true
	// step drawing false
}
