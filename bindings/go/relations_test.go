package kith_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kith"
	"kith/crm"
)

// people has Ann and Bob of ours, Li of Acme whom Ann met, and Bloom, which belongs to Acme.
func people(t *testing.T) (db *kith.DB, id map[string]kith.ID) {
	db = open(t)
	local := map[string]kith.ID{}
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		local["ann"] = b.Create("employee", kith.Fields{"name": "Ann"})
		local["bob"] = b.Create("employee", kith.Fields{"name": "Bob"})
		local["acme"] = b.Create("account", kith.Fields{"name": "Acme"})
		local["bloom"] = b.Create("account", kith.Fields{"name": "Bloom", "parent": local["acme"]})
		local["li"] = b.Create("contact", kith.Fields{"name": "Li", "account": local["acme"], "email": "li@acme.example"})
		b.Create("interaction", kith.Fields{"kind": "meeting", "direction": "mutual", "at": time.Now(), "employee": local["ann"],
			"contact": local["li"]})
		b.Create("account_relation", kith.Fields{"from": local["bloom"], "to": local["acme"], "kind": "customer_of"})
		local["rival"] = b.Create("competitor", kith.Fields{"name": "Rival"})
		local["desk"] = b.Create("opportunity", kith.Fields{"name": "Desk", "account": local["bloom"], "amount": kith.Money{Minor: 300, Currency: "EUR"}})
		b.Create("opportunity", kith.Fields{"name": "Lamp", "account": local["acme"], "amount": kith.Money{Minor: 50, Currency: "EUR"}})
		return nil
	})
	must(t, err)
	id = map[string]kith.ID{}
	for name, made := range local {
		id[name] = out.ID(made)
	}
	return db, id
}

func TestWhoKnowsWhom(t *testing.T) {
	db, id := people(t)
	must(t, db.View(func(now *kith.Snapshot) error {
		ties, err := now.Ties(id["li"], kith.RelationshipQuestion{})
		must(t, err)
		if len(ties) != 1 || ties[0].Employee != id["ann"] || ties[0].Tie.Value <= 0 || len(ties[0].Tie.Contributions) != 1 {
			t.Errorf("ties: %+v", ties)
		}
		ways, err := now.Introductions(id["li"], kith.RelationshipQuestion{Count: 2})
		must(t, err)
		if len(ways) != 1 || len(ways[0].Hops) != 1 || ways[0].Hops[0].Kind != "tie" || ways[0].Hops[0].From != id["ann"] {
			t.Errorf("introductions: %+v", ways)
		}
		for _, read := range []func(kith.ID, kith.RelationshipQuestion) ([]kith.CardLine, error){now.Card, now.Brief} {
			lines, err := read(id["li"], kith.RelationshipQuestion{Each: 3})
			must(t, err)
			if !slices.ContainsFunc(lines, func(line kith.CardLine) bool { return strings.Contains(line.Text, "Li") }) {
				t.Errorf("card: %+v", lines)
			}
		}
		for which, of := range map[string][2]kith.ID{ // A13
			"key_person": {0, id["li"]}, "decision_chain": {0, id["desk"]}, "account": {0, id["acme"]},
			"employee": {id["ann"], 0}, "company": {0, 0}, "competitor": {id["rival"], 0},
		} {
			relation, err := now.Relation(of[0], of[1], kith.RelationshipQuestion{})
			must(t, err)
			if !strings.Contains(string(relation), `"which":"`+which+`"`) {
				t.Errorf("%s: %s", which, relation)
			}
		}
		at := time.Now().Truncate(time.Microsecond).Add(time.Microsecond + 1) // more digits than the database keeps
		drawn, err := now.RelationMap(0, kith.MapQuestion{AsOf: &at, Form: "graphml"})
		must(t, err)
		if !strings.Contains(string(drawn), "<graphml") || !strings.Contains(string(drawn), ">tie<") {
			t.Errorf("map: %s", drawn)
		}
		buyers, err := now.RankBuyers(0, kith.BuyerQuestion{HorizonDays: 30})
		must(t, err)
		if buyers.Verdict != "too_little" || buyers.HorizonDays != 30 || len(buyers.Buyers) == 0 {
			t.Errorf("buyers: %+v", buyers)
		}
		_, err = now.Ties(id["li"], kith.RelationshipQuestion{Hops: 3})
		if !errors.Is(err, &kith.Error{Code: kith.InvalidArgument}) {
			t.Errorf("ties have no hops: %v", err)
		}
		return nil
	}))
}

func TestWalksAlongRelations(t *testing.T) {
	db, id := people(t)
	must(t, db.View(func(now *kith.Snapshot) error {
		found, err := now.Neighbours(id["acme"], "account_relation.customer_of", kith.Walk{Direction: kith.In})
		must(t, err)
		if len(found) != 1 || found[0].Record != id["bloom"] || found[0].Kind != "customer_of" {
			t.Errorf("neighbours: %+v", found)
		}
		visits, truncated, err := now.Traverse(id["bloom"], []string{"account.parent"}, kith.Walk{Depth: 3})
		must(t, err)
		if truncated || len(visits) != 2 || visits[1].Record != id["acme"] || visits[1].Depth != 1 {
			t.Errorf("visits: %+v", visits)
		}
		total, err := now.GroupTotal(id["acme"], kith.GroupQuestion{Relation: "account.parent", Type: "opportunity", Via: "account", Field: "amount"})
		must(t, err)
		equal(t, total.Totals, []kith.Money{{Minor: 350, Currency: "EUR"}})
		_, err = now.Neighbours(id["acme"], "friendship", kith.Walk{})
		if !errors.Is(err, &kith.Error{Code: kith.InvalidArgument}) {
			t.Errorf("a relation that there is not: %v", err)
		}
		return nil
	}))
}

func TestSegmentsAreKept(t *testing.T) {
	db, id := people(t)
	_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.DefineSegment("law", "account", "industry == 'law'")
		crm.Account.Industry.Set(b, id["bloom"], crm.AccountIndustryLaw)
		return nil
	})
	must(t, err)
	must(t, db.FillSegments())
	must(t, db.View(func(now *kith.Snapshot) error {
		segments, err := now.Segments("account")
		must(t, err)
		if len(segments) != 1 || segments[0].Name != "law" {
			t.Errorf("segments: %+v", segments)
		}
		var members []kith.ID
		for member, err := range now.Members("law") {
			must(t, err)
			members = append(members, member)
		}
		equal(t, members, []kith.ID{id["bloom"]})
		for _, err := range now.Members("nobody") {
			if !errors.Is(err, kith.ErrNotFound) {
				t.Errorf("a segment that there is not: %v", err)
			}
		}
		return nil
	}))
}

func TestAPersonIsExportedAndErased(t *testing.T) {
	db, id := people(t)
	exported, err := db.ExportPerson(id["li"])
	must(t, err)
	if !strings.Contains(string(exported), "li@acme.example") {
		t.Errorf("export: %s", exported)
	}
	tried, err := db.ErasePerson(id["li"], kith.EraseOptions{DryRun: true})
	must(t, err)
	erased, err := db.ErasePerson(id["li"], kith.EraseOptions{Reason: "asked for", Overwrite: true})
	must(t, err)
	if tried.Values == 0 || tried.Values != erased.Values {
		t.Errorf("tried %+v, erased %+v", tried, erased)
	}
	exported, err = db.ExportPerson(id["li"])
	must(t, err)
	if strings.Contains(string(exported), "li@acme.example") {
		t.Errorf("still there: %s", exported)
	}
	proofs, err := db.Erasures()
	must(t, err)
	var list []json.RawMessage
	must(t, json.Unmarshal(proofs, &list))
	equal(t, len(list), 1)
	problems, _, err := db.Verify()
	must(t, err)
	equal(t, problems, uint64(0))
}

func TestHashChain(t *testing.T) {
	db, id := people(t)
	none, err := db.ChainHead()
	must(t, err)
	equal(t, none, kith.ChainHead{})
	head, err := db.BeginChain()
	must(t, err)
	_, err = db.ErasePerson(id["li"], kith.EraseOptions{})
	must(t, err)
	report, err := db.VerifyChain(head)
	must(t, err)
	if report.Broken != 0 || report.Withheld == 0 || report.Head == head {
		t.Errorf("%+v", report)
	}
	report, err = db.VerifyChain(kith.ChainHead{Sequence: head.Sequence, Hash: "00"})
	must(t, err)
	equal(t, report.Broken, head.Sequence)
}

func TestCareOfAFile(t *testing.T) {
	db, _ := people(t)
	problems, _, err := db.Repair()
	must(t, err)
	equal(t, problems, uint64(0))
	_, err = db.Prune(time.Now())
	must(t, err)
	for _, err := range readFeed(t, db) {
		if !errors.Is(err, &kith.Error{Reason: "CursorExpired"}) {
			t.Errorf("the feed from before: %v", err)
		}
	}
	if _, _, err = db.OverwriteFreed(); err != nil {
		t.Error(err)
	}
	metrics, err := db.Metrics()
	must(t, err)
	if !strings.Contains(metrics, "kith_") {
		t.Errorf("metrics: %s", metrics)
	}
}

func readFeed(t *testing.T, db *kith.DB) (errs []error) {
	must(t, db.View(func(now *kith.Snapshot) error {
		for _, err := range now.Feed(0) {
			if err != nil {
				errs = append(errs, err)
			}
		}
		return nil
	}))
	if len(errs) == 0 {
		t.Error("the feed from before was read")
	}
	return errs
}

func TestOneRecordOnce(t *testing.T) { // B07
	db, id := people(t)
	var lee kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		lee = b.Create("contact", kith.Fields{"name": "Lee", "phone": "123"})
		return nil
	})
	must(t, err)
	lee = out.ID(lee)
	dry, err := db.Merge([]kith.ID{lee, id["li"]}, kith.MergeOptions{DryRun: true})
	must(t, err)
	if len(dry.Changes) != 2 {
		t.Errorf("a dry run: %+v", dry)
	}
	merged, err := db.Merge([]kith.ID{lee, id["li"]}, kith.MergeOptions{Choose: map[string]kith.ID{"name": lee}, Reason: "one card"})
	must(t, err)
	if merged.Into != id["li"] || len(merged.Merged) != 1 || merged.Fields[0].From != lee {
		t.Errorf("merged: %+v", merged)
	}
	out, err = db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Set(id["li"], kith.Fields{"phone": "456"})
		return nil
	})
	must(t, err)
	out, err = db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Unmerge(lee)
		return nil
	})
	must(t, err)
	if !slices.Contains(out.Effects(), "keeps contact.phone") {
		t.Errorf("effects: %v", out.Effects())
	}
	_, err = db.Purge([]kith.ID{lee}, kith.PurgeOptions{})
	var refused *kith.Error
	if !errors.As(err, &refused) || refused.Reason != "PreconditionFailed" {
		t.Errorf("a purge of what is there: %v", err)
	}
	batch, err := db.NewBatch(kith.Ref{}, "gone")
	must(t, err)
	batch.Delete(lee)
	out, err = db.Apply(ctx, batch, kith.DryRun())
	must(t, err)
	if out.Changes()[lee] != "delete" {
		t.Errorf("a dry run: %v", out.Changes())
	}
	_, err = db.Apply(ctx, batch)
	must(t, err)
	purged, err := db.Purge([]kith.ID{lee}, kith.PurgeOptions{Reason: "kept long enough"})
	must(t, err)
	if purged != 1 {
		t.Errorf("purged: %d", purged)
	}
}
