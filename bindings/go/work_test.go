package kith_test

import (
	"errors"
	"testing"
	"time"

	"kith"
)

func TestWorkReceivablesAndWorth(t *testing.T) {
	db := open(t)
	var ann, deal kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		ann = b.Create("employee", kith.Fields{"name": "Ann"})
		acme := b.Create("account", kith.Fields{"name": "Acme", "owner": ann})
		deal = b.Create("opportunity", kith.Fields{"name": "Desk", "amount": kith.Money{Minor: 100000, Currency: "CNY"}, "owner": ann})
		b.Move(deal, "default/prospecting")
		b.Create("cost", kith.Fields{"opportunity": deal, "kind": "delivery", "amount": kith.Money{Minor: 40000, Currency: "CNY"}})
		day := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
		b.Create("invoice", kith.Fields{"account": acme, "status": "issued", "date": kith.DateOf(day), "due": kith.DateOf(day),
			"total": kith.Money{Minor: 7000, Currency: "CNY"}})
		return nil
	})
	must(t, err)
	must(t, db.View(func(now *kith.Snapshot) error {
		list, err := now.WorkList(out.ID(ann), kith.WorkQuestion{})
		must(t, err)
		if list.Total != 2 || list.Items[0].Kind != "deal" || list.Items[0].Action == nil || list.Items[0].Value == nil ||
			list.Items[1].Kind != "customer" || list.Items[1].Reasons[0].Reason != "never" {
			t.Errorf("work: %+v", list)
		}
		owed, err := now.Receivables(kith.ReceivableQuestion{AsOf: "2026-02-10"})
		must(t, err)
		if len(owed.Total) != 1 || owed.Total[0].Overdue != 7000 || *owed.Total[0].DSO != 90 || owed.Invoices[0].DaysLate != 10 {
			t.Errorf("receivables: %+v", owed)
		}
		chance := 0.5
		worth, err := now.Worth(out.ID(deal), kith.WorthQuestion{Chance: &chance})
		must(t, err)
		if worth.Source != "typed" || worth.Margin.Minor != 60000 || worth.Expected.Minor != 30000 {
			t.Errorf("worth: %+v", worth)
		}
		_, err = now.Worth(out.ID(ann), kith.WorthQuestion{})
		if !errors.Is(err, &kith.Error{Code: kith.InvalidArgument}) {
			t.Errorf("an employee is no deal: %v", err)
		}
		return nil
	}))
}
