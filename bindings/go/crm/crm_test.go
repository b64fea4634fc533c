package crm_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"kith"
	"kith/crm"
	"kith/internal/generate/model"
)

func TestTheSourceIsAsThePackageHasIt(t *testing.T) {
	definitions, err := os.ReadFile("../../../lib/packages/kith.crm.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := model.Source(definitions)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("crm_generated.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Fatal("crm_generated.go is not what the package gives; run go generate ./...")
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	db, err := kith.Open("", kith.Options{Create: true, Temporary: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var account, deal kith.ID
	date := kith.Date{Year: 2026, Month: 3, Day: 5}
	out, err := db.Update(context.Background(), func(_ *kith.Snapshot, b *kith.Batch) error {
		account = b.Create("account", nil)
		crm.Account.Name.Set(b, account, "Acme")
		crm.Account.Industry.Set(b, account, crm.AccountIndustryLaw)
		crm.Account.Roles.Set(b, account, []string{crm.AccountRolesCustomer})
		deal = b.Create("opportunity", nil)
		crm.Opportunity.Name.Set(b, deal, "Pilot")
		crm.Opportunity.Account.Set(b, deal, account)
		crm.Opportunity.Amount.Set(b, deal, kith.Money{Minor: 500, Currency: "EUR"})
		crm.Opportunity.CloseDate.Set(b, deal, date)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(now *kith.Snapshot) error {
		record, err := now.Get(out.ID(deal))
		if err != nil {
			return err
		}
		check(t, crm.Opportunity.Name, record, "Pilot")
		check(t, crm.Opportunity.Account, record, out.ID(account))
		check(t, crm.Opportunity.Amount, record, kith.Money{Minor: 500, Currency: "EUR"})
		check(t, crm.Opportunity.CloseDate, record, date)
		if _, found, err := crm.Opportunity.ClosedAt.Find(record); found || err != nil {
			t.Errorf("an open deal has no time of closing: %v %v", found, err)
		}
		if _, err := crm.Account.Name.Get(record); err == nil {
			t.Error("a deal was read as an account")
		}
		record, err = now.Get(out.ID(account))
		if err != nil {
			return err
		}
		check(t, crm.Account.Industry, record, crm.AccountIndustryLaw)
		roles, err := crm.Account.Roles.Get(record)
		if err != nil || len(roles) != 1 || roles[0] != crm.AccountRolesCustomer {
			t.Errorf("roles are %v, %v", roles, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func check[T interface {
	kith.Typed
	comparable
}](t *testing.T, field kith.FieldOf[T], record kith.Record, want T) {
	t.Helper()
	if got, err := field.Get(record); err != nil || got != want {
		t.Errorf("%s is %v, %v, want %v", field.Name, got, err, want)
	}
}
