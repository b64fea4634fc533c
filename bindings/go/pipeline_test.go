package kith_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"kith"
)

// pipeline has one deal won and one lost of Ann's, two that stand, of which one was put in after the moment it gives.
func pipeline(t *testing.T) (db *kith.DB, id map[string]kith.ID, between time.Time) {
	db = open(t)
	id = map[string]kith.ID{}
	local := map[string]kith.ID{}
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		local["ann"] = b.Create("employee", kith.Fields{"name": "Ann"})
		local["acme"] = b.Create("account", kith.Fields{"name": "Acme"})
		for _, name := range []string{"won", "lost", "open"} {
			local[name] = b.Create("opportunity", kith.Fields{"name": name, "owner": local["ann"], "account": local["acme"],
				"amount": kith.Money{Minor: 500, Currency: "CNY"}})
			b.Move(local[name], "default/qualified")
		}
		return nil
	})
	must(t, err)
	for name, made := range local {
		id[name] = out.ID(made)
	}
	between = time.Now()
	_, err = db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Move(id["won"], "default/won")
		b.Move(id["lost"], "default/lost")
		b.Set(id["open"], kith.Fields{"amount": kith.Money{Minor: 700, Currency: "CNY"}})
		return nil
	})
	must(t, err)
	id["new"] = write(t, db, func(b *kith.Batch) kith.ID {
		deal := b.Create("opportunity", kith.Fields{"name": "new", "account": id["acme"], "amount": kith.Money{Minor: 30, Currency: "CNY"}})
		b.Move(deal, "default/qualified")
		return deal
	})
	return db, id, between
}

func TestWalkRepsAndHealth(t *testing.T) { // F27
	db, id, between := pipeline(t)
	must(t, db.View(func(now *kith.Snapshot) error {
		walk, err := now.Walk("default", kith.WalkQuestion{Since: between, AsKnown: true})
		must(t, err)
		if len(walk.Walks) != 1 || walk.DealsBefore != 3 || walk.DealsAfter != 2 {
			t.Fatalf("walk: %+v", walk)
		}
		one, by := walk.Walks[0], map[string]kith.WalkStep{}
		sum := one.Before
		for _, step := range one.Steps {
			by[step.Kind] = step
			sum += step.Minor
		}
		equal(t, []int64{one.Before, one.After, sum}, []int64{1500, 730, 730})
		equal(t, by["won"].Deals, []kith.ID{id["won"]})
		equal(t, by["lost"].Deals, []kith.ID{id["lost"]})
		equal(t, by["new"].Deals, []kith.ID{id["new"]})
		equal(t, by["larger"].Minor, int64(200))
		_, err = now.Walk("default", kith.WalkQuestion{Since: between, Period: "soon"})
		if !errors.Is(err, &kith.Error{Code: kith.InvalidArgument}) {
			t.Errorf("no period: %v", err)
		}

		differing := map[kith.ID]*kith.Event{}
		for event, err := range now.Differences(kith.Moment{Recorded: between, Effective: between}, kith.Moment{}, kith.Types("opportunity")) {
			must(t, err)
			differing[event.Record] = event
		}
		if len(differing) != 4 || differing[id["new"]].Operation != "create" {
			t.Errorf("differences: %v", differing)
		}
		equal(t, differing[id["open"]].Before("amount"), any(kith.Money{Minor: 500, Currency: "CNY"}))
		equal(t, differing[id["open"]].After("amount"), any(kith.Money{Minor: 700, Currency: "CNY"}))

		reps, err := now.Reps("default", kith.InsightOptions{})
		must(t, err)
		if len(reps) != 1 || reps[0].Owner != id["ann"] || reps[0].Resolved == 0 || len(reps[0].Stages) == 0 {
			t.Errorf("reps: %+v", reps)
		}
		behind, err := now.DealsBehind("default", "qualified", kith.InsightOptions{})
		must(t, err)
		equal(t, behind, kith.CountedDeals{Advanced: []kith.ID{id["won"]}, Lost: []kith.ID{id["lost"]}})
		health, err := now.Health("default", kith.InsightOptions{})
		must(t, err)
		if len(health.Gaps) == 0 || health.Gaps[0].Text == "" {
			t.Errorf("health: %+v", health)
		}
		return nil
	}))
}

func TestAtAGlance(t *testing.T) { // C13
	db, _, _ := pipeline(t)
	must(t, db.View(func(now *kith.Snapshot) error {
		told, err := now.Summary("default", "this-quarter", kith.InsightOptions{})
		must(t, err)
		funnel, err := now.Funnel("default", kith.InsightOptions{})
		must(t, err)
		if told.Funnel.Open != funnel.Open || told.Funnel.WinRate != funnel.WinRate || len(told.Funnel.Stages) == 0 || told.Forecast.Currency != "CNY" {
			t.Errorf("a summary that differs from the funnel: %+v", told)
		}
		if int64(len(told.Forecast.Deals)) != funnel.Open || told.GapsTotal < len(told.Gaps) || len(told.Gaps) == 0 || told.Gaps[0].Text == "" {
			t.Errorf("summary: %+v", told)
		}
		if _, err := now.Summary("default", "soon", kith.InsightOptions{}); !errors.Is(err, &kith.Error{Code: kith.InvalidArgument}) {
			t.Errorf("no period: %v", err)
		}
		last, err := now.Forecast("default", "last-year", kith.InsightOptions{})
		must(t, err)
		equal(t, last.Closed, 0.0)
		return nil
	}))
}

func TestGroupsOfCompanies(t *testing.T) { // C19
	db := open(t)
	var head kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		head = b.Create("account", kith.Fields{"name": "Head"})
		for i := range 4 {
			sub := b.Create("account", kith.Fields{"name": "Sub", "parent": head})
			if i < 3 {
				deal := b.Create("opportunity", kith.Fields{"name": "Deal", "account": sub, "amount": kith.Money{Minor: 500, Currency: "CNY"}})
				b.Move(deal, "default/won")
			}
		}
		return nil
	})
	must(t, err)
	suggest := func(question kith.PenetrationQuestion) (suggested int) {
		_, err := db.Update(ctx, func(now *kith.Snapshot, b *kith.Batch) (err error) {
			suggested, err = b.SuggestExpansions(now, "default", question)
			return err
		})
		must(t, err)
		return suggested
	}
	group := func() kith.Group {
		var found kith.Penetration
		must(t, db.View(func(now *kith.Snapshot) (err error) {
			found, err = now.Penetration("default", kith.PenetrationQuestion{})
			return err
		}))
		if len(found.Groups) != 1 {
			t.Fatalf("groups: %+v", found)
		}
		return found.Groups[0]
	}
	before := group()
	if before.Head != out.ID(head) || before.Subsidiaries != 4 || before.Active != 3 || before.Share != 0.75 || !before.Expand || before.Suggested != 0 {
		t.Errorf("group: %+v", before)
	}
	equal(t, suggest(kith.PenetrationQuestion{Threshold: 0.9}), 0)
	equal(t, suggest(kith.PenetrationQuestion{}), 1)
	equal(t, suggest(kith.PenetrationQuestion{}), 0) // once
	if after := group(); after.Suggested == 0 || after.Expand {
		t.Errorf("after it was suggested: %+v", after)
	}
}

func TestGapSumsToItsCauses(t *testing.T) {
	db := open(t)
	first := time.Now().UTC()
	first = time.Date(first.Year(), first.Month(), 1, 12, 0, 0, 0, time.UTC)
	_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		for back := 6; back >= 1; back-- {
			for i := range 4 {
				if back == 1 && i > 0 {
					break
				}
				at := first.AddDate(0, -back, 0)
				b.SetEffective(at)
				deal := b.Create("opportunity", kith.Fields{"name": "Deal", "amount": kith.Money{Minor: 500, Currency: "CNY"}})
				b.Move(deal, "default/qualified")
				b.SetEffective(at.AddDate(0, 0, 9))
				b.Move(deal, "default/won")
			}
		}
		return nil
	})
	must(t, err)
	must(t, db.View(func(now *kith.Snapshot) error {
		gap, err := now.Gap("default", first.AddDate(0, -1, 0).Format("2006-01"), kith.InsightOptions{More: map[string]any{"target": 2000}})
		must(t, err)
		causes := 0.0
		for _, cause := range gap.Causes {
			causes += cause.Contribution
		}
		if gap.Currency != "CNY" || gap.Target != 2000 || gap.Reached != 500 || len(gap.Causes) == 0 || math.Abs(causes-gap.Gap) > 1e-6 {
			t.Errorf("gap: %+v, causes %g", gap, causes)
		}
		return nil
	}))
}

func TestEverythingElseThatAPipelineTells(t *testing.T) {
	db, id, _ := pipeline(t)
	month := time.Now().UTC().Format("2006-01")
	must(t, db.View(func(now *kith.Snapshot) error {
		o := kith.InsightOptions{}
		for name, ask := range map[string]func() (json.RawMessage, error){
			"ways":        func() (json.RawMessage, error) { return now.Ways("default", o) },
			"before":      func() (json.RawMessage, error) { return now.Velocity("default", month, month, o) },
			"forecasts":   func() (json.RawMessage, error) { return now.SavedForecasts("default", o) },
			"submissions": func() (json.RawMessage, error) { return now.Submissions("default", o) },
			"coverage80":  func() (json.RawMessage, error) { return now.Backtest("default", "month", 2, o) },
			"practices":   func() (json.RawMessage, error) { return now.Scorecards("default", o) }, // K01
			"features":    func() (json.RawMessage, error) { return now.Winning("default", nil) },
			"missing":     func() (json.RawMessage, error) { return now.MineStages("default") },
			"reached": func() (json.RawMessage, error) {
				return now.ReplayStages("default", []map[string]any{{"name": "offer", "activities": []string{"quote:sent"}}})
			},
			"opportunity": func() (json.RawMessage, error) { return now.FourQuestions(id["open"], 0, nil) },
			"steps":       func() (json.RawMessage, error) { return now.ActionLine(id["open"], nil) },
			"mean": func() (json.RawMessage, error) {
				return kith.Habit(map[string]any{"past": []any{map[string]any{"value": 3}, map[string]any{"value": 4}}, "value": 3})
			},
			"units": func() (json.RawMessage, error) {
				return kith.Allocate(`{"deals": [{"deal": 1, "value": 10, "base": 0, "most": 1, "scale": 1}], "capacity": 1, "cost": 1}`)
			},
		} {
			var answer map[string]json.RawMessage
			text, err := ask()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if err = json.Unmarshal(text, &answer); err != nil || answer[name] == nil {
				t.Errorf("%s: %v %s", name, err, text)
			}
		}
		at := time.Now().Truncate(time.Microsecond).Add(1) // more digits than the database keeps, within lists too
		for name, ask := range map[string]func() (json.RawMessage, error){
			"biases": func() (json.RawMessage, error) { return now.Biases("default", o) },
			"credit": func() (json.RawMessage, error) {
				return kith.Credit(map[string]any{"journeys": []map[string]any{
					{"touches": []any{map[string]any{"channel": "web", "at": at.Add(-time.Hour)}}, "converted": at}}})
			},
		} {
			var answer []json.RawMessage
			text, err := ask()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if err = json.Unmarshal(text, &answer); err != nil || answer == nil {
				t.Errorf("%s: %v %s", name, err, text)
			}
		}
		asked := struct {
			Value float64   `json:"value"`
			Past  []any     `json:"past"`
			note  time.Time // of the caller's own
		}{3, []any{map[string]any{"value": 3}, map[string]any{"value": 4}}, at}
		if _, err := kith.Habit(asked); err != nil {
			t.Errorf("a question with a field of its own, %v: %v", asked.note, err)
		}
		if _, err := now.Biases("nowhere", o); !errors.Is(err, &kith.Error{Reason: "UnknownPipeline"}) {
			t.Errorf("no pipeline: %v", err)
		}
		batch, err := db.NewBatch(kith.Ref{}, "")
		must(t, err)
		planned, err := batch.PlanActions(now, id["open"])
		must(t, err)
		if planned == 0 {
			t.Error("nothing was planned")
		}
		return nil
	}))
}

func TestTimelineAndThread(t *testing.T) {
	db, id, _ := pipeline(t)
	_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		li := b.Create("contact", kith.Fields{"name": "Li", "account": id["acme"]})
		for i := 0; i < 120; i++ {
			b.Create("interaction", kith.Fields{"kind": "call", "direction": "in", "contact": li, "subject": "asks",
				"at": time.Now().Add(-time.Duration(i) * time.Minute)})
		}
		return nil
	})
	must(t, err)
	must(t, db.View(func(now *kith.Snapshot) error {
		calls, last := 0, time.Now().Add(time.Hour)
		for entry, err := range now.Timeline(id["acme"], kith.TimelineQuestion{Kinds: []string{"interaction"}}) {
			must(t, err)
			if entry.Kind != "interaction" || entry.Text != "asks" || entry.Initiator != "them" || entry.At.After(last) {
				t.Fatalf("entry: %+v", entry)
			}
			calls, last = calls+1, entry.At
		}
		equal(t, calls, 120) // of several pages
		told := 0
		for _, err := range now.Timeline(1, kith.TimelineQuestion{}) {
			told++
			if !errors.Is(err, kith.ErrNotFound) {
				t.Errorf("of no record: %v", err)
			}
		}
		equal(t, told, 1)
		thread, err := now.Thread(id["won"])
		must(t, err)
		if thread.ID != id["won"] || len(thread.Parts) != 1 || thread.Parts[0].Owner != id["ann"] {
			t.Errorf("thread: %+v", thread)
		}
		return nil
	}))

	var fair, lead kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		fair = b.Create("campaign", kith.Fields{"name": "Fair"})
		lead = b.Create("lead", kith.Fields{"name": "Wu", "campaign": fair})
		return nil
	})
	must(t, err)
	must(t, db.View(func(now *kith.Snapshot) error {
		thread, err := now.Thread(out.ID(lead))
		must(t, err)
		equal(t, len(thread.Parts), 1)
		equal(t, thread.Parts[0].Origin, out.ID(fair))
		return nil
	}))
}

func TestPoolsHandOutAndTakeBack(t *testing.T) {
	db := open(t)
	var ann, lead kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		north := b.Create("pool", kith.Fields{"name": "north", "capacity": 1, "recycle_days": 30})
		ann = b.Create("employee", kith.Fields{"name": "Ann"})
		b.Create("pool_member", kith.Fields{"pool": north, "employee": ann})
		lead = b.Create("lead", kith.Fields{"name": "Li", "pool": "north"})
		b.Create("lead", kith.Fields{"name": "Wu", "pool": "north"})
		return nil
	})
	must(t, err)
	ann, lead = out.ID(ann), out.ID(lead)
	_, err = db.Update(ctx, func(now *kith.Snapshot, b *kith.Batch) error {
		assigned, err := b.Assign(now, "north", []kith.ID{lead}, 0)
		if err == nil && (len(assigned) != 1 || assigned[0].Record != lead || assigned[0].Owner != ann) {
			t.Errorf("assigned: %+v", assigned)
		}
		return err
	})
	must(t, err)
	_, err = db.Update(ctx, func(now *kith.Snapshot, b *kith.Batch) error { return b.Release(now, lead, "too many") })
	must(t, err)
	_, err = db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error { b.Claim(lead, ann, "mine"); return nil })
	must(t, err)
	recycled, err := db.RecyclePools(time.Time{}, "", kith.Ref{})
	must(t, err)
	equal(t, len(recycled.Recycled), 0)
	must(t, db.View(func(now *kith.Snapshot) error {
		record, err := now.Get(lead)
		must(t, err)
		owner, err := record.Value("owner")
		must(t, err)
		equal(t, owner.ID(), ann)
		return nil
	}))
}

func TestReplicasRestoresAndReverts(t *testing.T) {
	db, id, _ := pipeline(t)
	folder := t.TempDir()
	must(t, db.Backup(folder+"/there"))
	there, err := kith.Open(folder+"/there", kith.Options{Node: 7})
	must(t, err)
	defer there.Close()
	node, err := there.Node()
	must(t, err)
	equal(t, node, uint32(7))
	_, err = there.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Set(id["open"], kith.Fields{"name": "renamed"})
		return nil
	})
	must(t, err)
	after, err := db.ReceivedFrom(7)
	must(t, err)
	page, err := there.ReadReplica(after, 0, 1000)
	must(t, err)
	received, err := db.Receive(page)
	must(t, err)
	if received.Taken == 0 || len(received.Conflicts) != 0 {
		t.Errorf("received: %+v", received)
	}
	again, err := db.Pull(there)
	must(t, err)
	equal(t, again.Taken, int64(0))
	must(t, db.View(func(now *kith.Snapshot) error {
		record, err := now.Get(id["open"])
		must(t, err)
		name, err := record.Value("name")
		must(t, err)
		equal(t, name.Text(), "renamed")
		origin, _, err := now.Origin(id["open"], "name")
		must(t, err)
		equal(t, origin, id["open"])
		access, err := now.TypeAccess("opportunity")
		must(t, err)
		equal(t, access.Create, true)
		return nil
	}))

	before := time.Now()
	_, err = db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Set(id["open"], kith.Fields{"name": "wrong", "next_step": "call"})
		return nil
	})
	must(t, err)
	_, err = db.Update(ctx, func(now *kith.Snapshot, b *kith.Batch) error {
		if _, err := b.Revert(now, id["open"], kith.Now, before, ""); !errors.Is(err, &kith.Error{Code: kith.InvalidArgument}) {
			t.Errorf("a field without a name: %v", err)
		}
		reverted, err := b.Revert(now, id["open"], kith.Now, before, "name")
		equal(t, reverted.Fields, []string{"name"})
		return err
	})
	must(t, err)
	now, err := db.Snapshot(kith.Viewer{})
	must(t, err)
	defer now.Close()
	name := func() string {
		record, err := now.Get(id["open"])
		must(t, err)
		value, err := record.Value("name")
		must(t, err)
		return value.Text()
	}
	equal(t, name(), "renamed")
	_, err = db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Set(id["open"], kith.Fields{"name": "later"})
		return nil
	})
	must(t, err)
	equal(t, name(), "renamed")
	must(t, now.Renew())
	equal(t, name(), "later")

	// Both take seconds: here only that a wrong folder is said so.
	if _, err = db.RestoreTo(folder+"/there", 0, before); !errors.Is(err, &kith.Error{Reason: "BadOptions"}) {
		t.Errorf("a target that is there: %v", err)
	}
	if _, err = kith.Salvage(folder+"/nowhere", folder+"/saved", kith.SalvageOptions{}); !errors.Is(err, &kith.Error{Reason: "DatabaseMissing"}) {
		t.Errorf("nothing to salvage: %v", err)
	}
	must(t, now.Close())
	bytes, left, err := there.Compact()
	must(t, err)
	if left == 0 || left > bytes {
		t.Errorf("compacted %d to %d", bytes, left)
	}
	must(t, there.Close())
	moved := folder + "/moved"
	must(t, os.Rename(folder+"/there", moved))
	there, err = kith.Open(moved, kith.Options{}) // nothing has the old one open: Update's batches ended with it
	must(t, err)
	must(t, there.Close())
	numbers, err := kith.PackageNumbers(custom, "")
	must(t, err)
	if !json.Valid(numbers) {
		t.Errorf("numbers: %s", numbers)
	}
	_, err = db.Ensure(custom, "", false)
	must(t, err)
	if _, err = db.RemovePackage("kinds", false, false); err != nil {
		t.Error(err)
	}
}
