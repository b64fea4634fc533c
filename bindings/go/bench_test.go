package kith_test

import (
	"fmt"
	"testing"

	"kith"
)

// filled has n opportunities.
func filled(b *testing.B, n int) (*kith.DB, []kith.ID) {
	db := open(b)
	var ids []kith.ID
	for len(ids) < n {
		var locals []kith.ID
		out, err := db.Update(ctx, func(_ *kith.Snapshot, batch *kith.Batch) error {
			for i := range 1000 {
				locals = append(locals, batch.Create("opportunity", kith.Fields{"name": fmt.Sprint("Deal ", i), "amount": kith.Money{Minor: 1, Currency: "CNY"}}))
			}
			return nil
		})
		must(b, err)
		for _, local := range locals {
			ids = append(ids, out.ID(local))
		}
	}
	return db, ids
}

func BenchmarkGet(b *testing.B) {
	db, ids := filled(b, 10_000)
	must(b, db.View(func(s *kith.Snapshot) error {
		b.ResetTimer()
		for i := range b.N {
			if _, err := s.Get(ids[i*7919%len(ids)]); err != nil {
				return err
			}
		}
		return nil
	}))
}

func BenchmarkScanOfTwoFields(b *testing.B) {
	db, ids := filled(b, 10_000)
	must(b, db.View(func(s *kith.Snapshot) error {
		b.ResetTimer()
		for read := 0; read < b.N; read += len(ids) {
			for row, err := range s.Scan("opportunity", "amount", "close_date") {
				if err != nil {
					return err
				}
				if row.Col(0).Money().Minor != 1 {
					b.Fatal("another amount")
				}
			}
		}
		return nil
	}))
}
