package kith_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"kith"
)

var ctx = context.Background()

func open(t testing.TB) *kith.DB {
	t.Helper()
	db, err := kith.Open("", kith.Options{Create: true, Temporary: true})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %#v, want %#v", got, want)
	}
}

// write applies what fill fills and gives the record of the local reference that it returns.
func write(t testing.TB, db *kith.DB, fill func(*kith.Batch) kith.ID, options ...kith.ApplyOption) kith.ID {
	t.Helper()
	var local kith.ID
	out, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error { local = fill(b); return nil }, options...)
	must(t, err)
	return out.ID(local)
}

func deal(t testing.TB, db *kith.DB, name string, minor int64) kith.ID {
	return write(t, db, func(b *kith.Batch) kith.ID {
		return b.CreateExt("opportunity", kith.Ext("app.deals", name), kith.Fields{"name": name, "amount": kith.Money{Minor: minor, Currency: "CNY"}})
	})
}

const custom = `{"package": "kinds", "version": "1.0.0", "types": [{"name": "thing", "labels": {"en": "Thing"}, "fields": [
	{"name": "flag", "kind": "bool"}, {"name": "count", "kind": "int"}, {"name": "share", "kind": "decimal", "scale": 4},
	{"name": "ratio", "kind": "double"}, {"name": "price", "kind": "money"}, {"name": "title", "kind": "text"},
	{"name": "tags", "kind": "text_list"}, {"name": "day", "kind": "date"}, {"name": "moment", "kind": "time"},
	{"name": "blob", "kind": "bytes"}, {"name": "parent", "kind": "ref", "to": ["thing"]}]}]}`

func TestEveryKindReadsBackAsItWasWritten(t *testing.T) {
	db := open(t)
	if _, err := db.Ensure(custom, "", false); err != nil {
		t.Fatal(err)
	}
	root := write(t, db, func(b *kith.Batch) kith.ID { return b.Create("thing", nil) })
	values := kith.Fields{
		"flag": true, "count": int64(-1) << 53, "share": kith.Decimal{Unscaled: -5, Scale: 4}, "ratio": 0.1,
		"price": kith.Money{Minor: -1 << 40, Currency: "EUR"}, "title": "Acme 律所\x00end", "tags": []string{"a", "", "乙"},
		"day": kith.Date{Year: 1969, Month: 12, Day: 31}, "moment": time.Date(1901, 2, 3, 4, 5, 6, 7000, time.UTC), "blob": []byte{0, 255, 1},
		"parent": root,
	}
	id := write(t, db, func(b *kith.Batch) kith.ID { return b.Create("thing", values) })
	must(t, db.View(func(s *kith.Snapshot) error {
		record, err := s.Get(id)
		must(t, err)
		empty, err := s.Get(root)
		must(t, err)
		for field, want := range values {
			got, err := record.Value(field)
			must(t, err)
			if !reflect.DeepEqual(got.Any(), want) {
				t.Errorf("%s: got %#v, want %#v", field, got.Any(), want)
			}
			null, err := empty.Value(field)
			must(t, err)
			if !null.IsNull() {
				t.Errorf("%s: got %#v, want null", field, null.Any())
			}
			resolved, err := s.Field("thing", field)
			must(t, err)
			got, err = record.At(resolved)
			must(t, err)
			equal(t, got.Any(), want)
		}
		return nil
	}))
}

func TestAScanAndAQueryGiveWhatTheRecordsHold(t *testing.T) {
	db := open(t)
	const n = 1000 // several chunks, the last one not full
	var want []int64
	write(t, db, func(b *kith.Batch) kith.ID {
		for i := int64(0); i < n; i++ {
			want = append(want, i*i%977)
			b.Create("opportunity", kith.Fields{"name": fmt.Sprint("Deal ", i), "amount": kith.Money{Minor: want[i], Currency: "CNY"}})
		}
		return 0
	})
	must(t, db.View(func(s *kith.Snapshot) error {
		var scanned []int64
		var names []string // stay what they are when their rows are gone
		for row, err := range s.Scan("opportunity", "amount", "name") {
			must(t, err)
			name := row.Col(1)
			equal(t, name.UnsafeText(), fmt.Sprint("Deal ", len(scanned)))
			equal(t, name.Text(), name.UnsafeText())
			names = append(names, name.Text())
			again, err := row.Record().Value("name")
			must(t, err)
			equal(t, again.UnsafeText(), name.Text())
			equal(t, row.Record().ID(), row.ID())
			scanned = append(scanned, row.Col(0).Money().Minor)
		}
		equal(t, scanned, want)
		for i, name := range names {
			equal(t, name, fmt.Sprint("Deal ", i))
		}

		rows, err := s.Query(ctx, map[string]any{"from": "opportunity", "where": "name.startsWith($beginning)", "select": []string{"name", "amount"},
			"order": []string{"-amount"}}, map[string]any{"beginning": "Deal 9"})
		must(t, err)
		last, got := int64(1000), 0
		for row, err := range rows.All() {
			must(t, err)
			if minor := row.Col(1).Money().Minor; minor > last {
				t.Fatalf("%d after %d", minor, last)
			} else {
				last = minor
			}
			got++
		}
		equal(t, got, 1+10+100) // 9, 90 to 99, 900 to 999

		records := 0
		for _, err := range s.Records("opportunity") {
			must(t, err)
			if records++; records == 300 { // stops within the second chunk
				break
			}
		}
		equal(t, records, 300)
		return nil
	}))
}

func TestErrorsSayWhichRecordAndField(t *testing.T) {
	db := open(t)
	id := deal(t, db, "Pilot", 100)
	b, err := db.NewBatch(kith.Ref{}, "")
	must(t, err)
	b.Set(id, kith.Fields{"amount": "a lot"})
	_, err = db.Apply(ctx, b)
	var e *kith.Error
	if !errors.As(err, &e) || e.Code != kith.InvalidArgument || e.Type != "opportunity" || e.Field != "amount" || e.Reason != "WrongKind" || e.Record != id {
		t.Fatalf("%#v", err)
	}
	b.Clear()
	b.Set(id, kith.Fields{"name": struct{}{}})
	if _, err := db.Apply(ctx, b); !errors.As(err, &e) || e.Reason != "BadValue" {
		t.Fatalf("%#v", err)
	}
	b.Clear()
	b.Create("opportunity", nil)
	if _, err := db.Apply(ctx, b); !errors.Is(err, kith.ErrRequired) || errors.Is(err, kith.ErrUnique) {
		t.Fatalf("%#v", err)
	}
	b.Clear()
	b.RequireVersion(id, 1<<40)
	if _, err := db.Apply(ctx, b); !errors.Is(err, kith.ErrConflict) {
		t.Fatalf("%#v", err)
	}
	must(t, db.View(func(s *kith.Snapshot) error {
		if _, err := s.Get(id + 1); !errors.Is(err, kith.ErrNotFound) {
			t.Fatalf("%#v", err)
		}
		for _, err := range s.Scan("opportunity", "no_such_field") {
			if !errors.As(err, &e) || e.Reason != "UnknownField" {
				t.Fatalf("%#v", err)
			}
		}
		return nil
	}))
	if _, err := kith.Open(filepath.Join(t.TempDir(), "none"), kith.Options{}); !errors.Is(err, kith.ErrNotFound) {
		t.Fatalf("%#v", err)
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	db := open(t)
	must(t, db.View(func(now *kith.Snapshot) error {
		_, err := now.Find("account", kith.Ext("app", "8841"))
		if !errors.Is(err, kith.ErrNotFound) || !strings.Contains(err.Error(), "account") || !strings.Contains(err.Error(), "8841") {
			t.Errorf("find: %v", err)
		}
		_, err = now.Get(12345)
		if !errors.Is(err, kith.ErrNotFound) || !strings.Contains(err.Error(), "12345") {
			t.Errorf("get: %v", err)
		}
		return nil
	}))
}

func TestUpdateRunsAgainOnAConflict(t *testing.T) {
	db := open(t)
	id := deal(t, db, "Pilot", 0)
	const writers, times = 4, 5
	var all sync.WaitGroup
	for range writers {
		all.Add(1)
		go func() {
			defer all.Done()
			for range times {
				for {
					_, err := db.Update(ctx, func(s *kith.Snapshot, b *kith.Batch) error {
						record, err := s.Get(id)
						if err != nil {
							return err
						}
						amount, err := record.Value("amount")
						if err != nil {
							return err
						}
						b.RequireVersion(id, record.Version())
						b.Set(id, kith.Fields{"amount": kith.Money{Minor: amount.Money().Minor + 1, Currency: "CNY"}})
						return nil
					})
					if err == nil {
						break
					}
					if !errors.Is(err, kith.ErrConflict) {
						t.Error(err)
						return
					}
				}
			}
		}()
	}
	all.Wait()
	must(t, db.View(func(s *kith.Snapshot) error {
		record, err := s.Get(id)
		must(t, err)
		amount, err := record.Value("amount")
		must(t, err)
		equal(t, amount.Money().Minor, int64(writers*times))
		return nil
	}))
}

// A map has no order, and a batch has: what is written again with its key must be the same batch.
func TestFieldsOfAMapMakeTheSameBatchEachTime(t *testing.T) {
	db := open(t)
	for range 20 {
		_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
			b.Create("account", kith.Fields{"name": "Acme", "industry": "law", "employees": 7, "website": "acme.example", "phone": "1"})
			return nil
		}, kith.Key("once"))
		must(t, err)
	}
}

// A row is good until the next, so it is good where there is none.
func TestARowIsGoodAfterALoopThatItEnded(t *testing.T) {
	db := open(t)
	for i := range 300 {
		write(t, db, func(b *kith.Batch) kith.ID {
			return b.Create("account", kith.Fields{"name": fmt.Sprint("account ", i), "employees": i})
		})
	}
	must(t, db.View(func(s *kith.Snapshot) error {
		var scanned kith.Row
		for row, err := range s.Scan("account", "name", "employees") {
			must(t, err)
			if scanned = row; row.Col(1).Int() == 270 {
				break
			}
		}
		rows, err := s.Query(ctx, `{"from": "account", "select": ["name", "employees"], "order": ["employees"]}`, nil)
		must(t, err)
		var asked kith.ResultRow
		for row, err := range rows.All() {
			must(t, err)
			if asked = row; row.Col(1).Int() == 270 {
				break
			}
		}
		for range s.Records("account") { // other memory of C
		}
		equal(t, []string{scanned.Col(0).Text(), asked.Col(0).Text()}, []string{"account 270", "account 270"})
		equal(t, []int64{scanned.Col(1).Int(), asked.Col(1).Int()}, []int64{270, 270})
		equal(t, scanned.ID(), asked.ID)
		return nil
	}))
}

func TestADryRunChangesNothingAndAKeyIsAppliedOnce(t *testing.T) {
	db := open(t)
	b, err := db.NewBatch(kith.Ext("app.users", "17"), "enquiry")
	must(t, err)
	local := b.Create("account", kith.Fields{"name": "Acme"})
	_, err = db.Apply(ctx, b, kith.DryRun())
	must(t, err)
	first, err := db.Apply(ctx, b, kith.Key("enquiry-1"), kith.Checkpoint("outbox", []byte("7")))
	must(t, err)
	second, err := db.Apply(ctx, b, kith.Key("enquiry-1"))
	must(t, err)
	equal(t, []bool{first.Replayed(), second.Replayed()}, []bool{false, true})
	equal(t, second.ID(local), first.ID(local))
	must(t, db.View(func(s *kith.Snapshot) error {
		accounts := 0
		for _, err := range s.Records("account") {
			must(t, err)
			accounts++
		}
		equal(t, accounts, 1)
		checkpoint, err := s.Checkpoint("outbox")
		must(t, err)
		equal(t, string(checkpoint), "7")
		history, err := s.History(first.ID(local))
		must(t, err)
		equal(t, history[0].Reason, "enquiry")
		return nil
	}))
}

func TestChangesFollowsUntilItsContextIsDone(t *testing.T) {
	db := open(t)
	var start uint64
	must(t, db.View(func(s *kith.Snapshot) error { start = s.Sequence(); return nil }))
	id := deal(t, db, "first", 100)
	following, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var seen []string
	for ev, err := range db.Changes(following, start, kith.Types("opportunity")) {
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			break
		}
		seen = append(seen, fmt.Sprint(ev.Operation, " ", ev.External("app.deals"), " ", ev.Before("amount"), " ", ev.After("amount")))
		switch len(seen) {
		case 1: // the loop waits for what is written now
			go write(t, db, func(b *kith.Batch) kith.ID {
				b.Set(id, kith.Fields{"amount": kith.Money{Minor: 300, Currency: "CNY"}})
				return 0
			})
		case 2:
			cancel()
		}
	}
	equal(t, seen, []string{"create first <nil> {100 CNY}", "change first {100 CNY} {300 CNY}"})

	var again []uint64 // from a cursor on, without waiting
	must(t, db.View(func(s *kith.Snapshot) error {
		for ev, err := range s.Feed(start, kith.Types("opportunity"), kith.Operations("change")) {
			must(t, err)
			again = append(again, ev.Cursor)
		}
		return nil
	}))
	equal(t, len(again), 1)
}

func TestACancelledContextEndsAQuery(t *testing.T) {
	db := open(t)
	deal(t, db, "Pilot", 1)
	must(t, db.View(func(s *kith.Snapshot) error {
		cancelled, cancel := context.WithCancel(ctx)
		rows, err := s.Query(cancelled, `{"from": "opportunity", "select": ["name"]}`, nil)
		must(t, err)
		cancel()
		if _, err := rows.JSON(1); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		must(t, rows.Close())
		if _, err := s.Query(cancelled, `{"from": "opportunity"}`, nil); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		return nil
	}))
	past, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()
	if _, err := db.Update(past, func(*kith.Snapshot, *kith.Batch) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestFunnelForecastAndTheirTypes(t *testing.T) {
	db := open(t)
	for i := range 6 {
		id := deal(t, db, fmt.Sprint("Deal ", i), 100_000)
		write(t, db, func(b *kith.Batch) kith.ID { return b.MoveBecause(id, "default/qualified", "call") })
	}
	must(t, db.View(func(s *kith.Snapshot) error {
		funnel, err := s.Funnel("default", kith.InsightOptions{})
		must(t, err)
		equal(t, funnel.Open, int64(6))
		equal(t, []any{funnel.Stages[1].Name, funnel.Stages[1].Open, funnel.Stages[1].Rate.Maturity}, []any{"qualified", int64(6), "learning"})
		forecast, err := s.Forecast("default", "next-quarter", kith.InsightOptions{Seed: 7, More: map[string]any{"by": "owner"}})
		must(t, err)
		equal(t, forecast.Currency, "CNY")
		if forecast.Total.P10 > forecast.Total.P90 || forecast.Total.Mean <= 0 || forecast.AtLeast(0) != 1 {
			t.Fatalf("%+v", forecast)
		}
		if _, err := s.Forecast("default", "2026-Q9", kith.InsightOptions{}); err == nil {
			t.Fatal("a period that cannot be")
		}
		write(t, db, func(b *kith.Batch) kith.ID { return b.SaveForecast(forecast) })
		return nil
	}))
}

func TestThePastIsReadOnBothAxes(t *testing.T) {
	db := open(t)
	id := deal(t, db, "Pilot", 100)
	before := time.Now()
	time.Sleep(2 * time.Millisecond)
	write(t, db, func(b *kith.Batch) kith.ID { b.Set(id, kith.Fields{"name": "Rollout"}); return 0 })
	must(t, db.View(func(s *kith.Snapshot) error {
		for recorded, want := range map[time.Time]string{before: "Pilot", kith.Now: "Rollout"} {
			text, err := s.AsOf(id, kith.Now, recorded)
			must(t, err)
			var record struct{ Fields map[string]any }
			must(t, json.Unmarshal(text, &record))
			equal(t, record.Fields["name"], any(want))
		}
		if _, err := s.AsOf(id, before.Add(-time.Hour), kith.Now); !errors.Is(err, kith.ErrNotFound) {
			t.Fatal(err)
		}
		return nil
	}))
}

func TestAViewerSeesWhatThePolicyAllows(t *testing.T) {
	db := open(t)
	employee := func(name string) kith.ID {
		return write(t, db, func(b *kith.Batch) kith.ID { return b.Create("employee", kith.Fields{"name": name}) })
	}
	mine, other := employee("Mine"), employee("Other")
	var deals [2]kith.ID
	for i, owner := range []kith.ID{mine, other} {
		deals[i] = write(t, db, func(b *kith.Batch) kith.ID {
			return b.Create("opportunity", kith.Fields{"name": fmt.Sprint("Deal ", i), "owner": owner})
		})
	}
	must(t, db.SetPolicy(`{"types": {"opportunity": {"read": ["owner"], "delete": ["role:admin"]}}}`, kith.Ref{}))
	must(t, db.ViewAs(kith.Viewer{ID: mine}, func(s *kith.Snapshot) error {
		may, err := s.May(deals[0], kith.MayDelete)
		must(t, err)
		equal(t, may, false)
		if _, err := s.Get(deals[1]); !errors.Is(err, kith.ErrNotFound) {
			t.Fatal(err)
		}
		return nil
	}))
	_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
		b.Delete(deals[0])
		return nil
	}, kith.As(kith.Viewer{ID: mine, Roles: []string{"reader", "guest", "", "guest\nadmin"}}))
	if !errors.Is(err, kith.ErrPermissionDenied) {
		t.Fatal(err)
	}
	many := make([]string, 100, 101) // roles are as many as a host has
	for i := range many {
		many[i] = fmt.Sprint("guest ", i)
	}
	many = append(many, "admin")
	must(t, db.ViewAs(kith.Viewer{ID: mine, Units: []uint32{7, 8}, Roles: many}, func(s *kith.Snapshot) error {
		may, err := s.May(deals[0], kith.MayDelete)
		must(t, err)
		equal(t, may, true)
		return nil
	}))
	write(t, db, func(b *kith.Batch) kith.ID { b.Delete(deals[0]); return 0 }, kith.As(kith.Viewer{ID: mine, Roles: many}))
}

func TestBackupExportAndImport(t *testing.T) {
	db := open(t)
	id := deal(t, db, "Pilot", 100)
	folder := t.TempDir()
	must(t, db.Backup(filepath.Join(folder, "copy.kith")))
	copied, err := kith.Open(filepath.Join(folder, "copy.kith"), kith.Options{ReadOnly: true})
	must(t, err)
	defer copied.Close()
	must(t, copied.View(func(s *kith.Snapshot) error { _, err := s.Get(id); return err }))

	must(t, db.View(func(s *kith.Snapshot) error { return s.ExportLines(filepath.Join(folder, "all.jsonl"), true) }))
	other := open(t)
	rejected, _, err := other.ImportLines(filepath.Join(folder, "all.jsonl"), kith.ImportOptions{})
	must(t, err)
	equal(t, rejected, uint64(0))
	problems, _, err := other.Verify()
	must(t, err)
	equal(t, problems, uint64(0))
	must(t, other.View(func(s *kith.Snapshot) error {
		record, err := s.Find("opportunity", kith.Ext("app.deals", "Pilot"))
		must(t, err)
		equal(t, record.ID(), id)
		return nil
	}))
}

func TestAFleetOfDatabasesAndLateUse(t *testing.T) {
	fleet := make([]*kith.DB, 8)
	for i := range fleet {
		fleet[i] = open(t)
	}
	var all sync.WaitGroup
	for _, db := range fleet {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range 20 {
				deal(t, db, fmt.Sprint(i), int64(i))
			}
		}()
	}
	all.Wait()
	for range 3 { // forgotten snapshots and batches are freed while others are in use
		_, err := fleet[0].Snapshot(kith.Viewer{})
		must(t, err)
		_, err = fleet[0].NewBatch(kith.Ref{}, "")
		must(t, err)
		runtime.GC()
	}
	s, err := fleet[1].Snapshot(kith.Viewer{})
	must(t, err)
	record, err := s.Find("opportunity", kith.Ext("app.deals", "7"))
	must(t, err)
	must(t, fleet[1].Close())
	must(t, fleet[1].Close())
	if _, err := record.Value("name"); err != nil { // the snapshot holds its database
		t.Fatal(err)
	}
	must(t, s.Close())
	if _, err := record.Value("name"); err == nil {
		t.Fatal("a record was read after its snapshot was closed")
	}
	if err := fleet[1].View(func(*kith.Snapshot) error { return nil }); err == nil {
		t.Fatal("a database was read after it was closed")
	}
}
