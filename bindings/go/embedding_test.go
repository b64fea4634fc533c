package kith_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unsafe"

	"kith"
)

// stream is an ArrowArrayStream: five words, of which the host needs none to hand it on.
type stream [5]uintptr

// account makes an account with a name.
func account(t *testing.T, db *kith.DB, name string) kith.ID {
	t.Helper()
	return write(t, db, func(b *kith.Batch) kith.ID {
		return b.Create("account", kith.Fields{"name": name, "employees": 7, "annual_revenue": kith.Money{Minor: 100, Currency: "CNY"}})
	})
}

func names(t *testing.T, db *kith.DB) string {
	t.Helper()
	var found []string
	must(t, db.View(func(s *kith.Snapshot) error {
		for row, err := range s.Scan("account", "name") {
			must(t, err)
			found = append(found, row.Col(0).Text())
		}
		return nil
	}))
	return strings.Join(found, " ")
}

func TestSeveralBatchesAreDurableTogetherAndOneThatFailsHoldsNoneBack(t *testing.T) {
	db := open(t)
	before, err := db.Stats()
	must(t, err)
	var batches []*kith.Batch
	for _, fields := range []kith.Fields{{"name": "A"}, {"nme": "B"}, {"name": "C"}, {"name": make(chan int)}} {
		b, err := db.NewBatch(kith.Ext("app.users", "17"), "many")
		must(t, err)
		b.Create("account", fields)
		batches = append(batches, b)
	}
	done, err := db.ApplyMany(ctx, batches)
	must(t, err)
	for i, failed := range []bool{false, true, false, true} {
		if (done[i].Err != nil) != failed || (done[i].Outcome == nil) != failed {
			t.Errorf("batch %d: %+v", i, done[i])
		}
	}
	if !errors.Is(done[1].Err, &kith.Error{Code: kith.InvalidArgument}) {
		t.Errorf("an unknown field: %v", done[1].Err)
	}
	equal(t, names(t, db), "A C")
	stats, err := db.Stats()
	must(t, err)
	if stats.Groups-before.Groups != 1 || stats.Applied-before.Applied != 2 || stats.Sequence <= before.Sequence || stats.FileBytes == 0 {
		t.Errorf("before %+v, now %+v", before, stats)
	}
	if none, err := db.ApplyMany(ctx, nil); err != nil || len(none) != 0 {
		t.Errorf("no batches: %v, %v", none, err)
	}
	if _, err := db.ApplyMany(ctx, batches, kith.Key("k")); err == nil {
		t.Error("one key for several batches was taken")
	}
	both, err := kith.Metrics(map[string]*kith.DB{"north": db, "south": open(t)})
	must(t, err)
	if !strings.Contains(both, `database="north"`) || !strings.Contains(both, `database="south"`) {
		t.Error("metrics of several databases lack their names")
	}
}

func TestAFieldIsRequiredToHaveAValue(t *testing.T) {
	db := open(t)
	id := account(t, db, "Acme")
	set := func(field string, value any) error {
		_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error {
			b.RequireValue(id, field, value)
			b.Set(id, kith.Fields{"city": "Rome"})
			return nil
		}, kith.DryRun())
		return err
	}
	for field, value := range map[string]any{"name": "Acme", "employees": 7, "annual_revenue": kith.Money{Minor: 100, Currency: "CNY"}, "city": nil,
		"owner": nil} {
		must(t, set(field, value))
	}
	for field, value := range map[string]any{"name": "Bloom", "employees": int64(8), "annual_revenue": kith.Money{Minor: 100, Currency: "USD"},
		"city": "Rome", "owner": id} {
		if err := set(field, value); !errors.Is(err, &kith.Error{Reason: "PreconditionFailed"}) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := set("name", []string{"Acme"}); err == nil {
		t.Error("a list was taken")
	}
	if err := set("annual_revenue", kith.Money{Minor: 100, Currency: "CNYX"}); !errors.Is(err, &kith.Error{Reason: "BadValue"}) {
		t.Errorf("half of a currency was taken: %v", err)
	}
}

func TestWhatGoCanSayAndTheLibraryCannotIsRefused(t *testing.T) {
	db := open(t)
	far := time.Unix(time.Now().UnixMilli()*1000, 0) // 54 million years from now: milliseconds taken for seconds, twice
	for name, change := range map[string]func(b *kith.Batch){
		"a value": func(b *kith.Batch) {
			b.Create("interaction", kith.Fields{"kind": "call", "direction": "in", "at": far})
		},
		"a precondition": func(b *kith.Batch) { b.RequireValue(b.Create("visitor", nil), "first_seen", far) },
		"effective":      func(b *kith.Batch) { b.SetEffective(far) },
	} {
		_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error { change(b); return nil })
		if !errors.Is(err, &kith.Error{Reason: "BadValue"}) {
			t.Errorf("%s came out as another time: %v", name, err)
		}
	}
	for reason, change := range map[string]func(b *kith.Batch){
		"UnknownType":  func(b *kith.Batch) { b.Create("account\x00s", nil) },
		"UnknownField": func(b *kith.Batch) { b.Create("account", kith.Fields{"name\x00x": "Acme"}) },
	} {
		_, err := db.Update(ctx, func(_ *kith.Snapshot, b *kith.Batch) error { change(b); return nil })
		if !errors.Is(err, &kith.Error{Reason: reason}) {
			t.Errorf("a name ended at its NUL: %v", err)
		}
	}
	must(t, db.View(func(s *kith.Snapshot) error {
		if _, err := s.Forecast("default", "this-quarter", kith.InsightOptions{Currency: "EURO"}); !errors.Is(err, &kith.Error{Reason: "BadValue"}) {
			t.Errorf("half of a currency was taken: %v", err)
		}
		return nil
	}))
}

func TestSettingsAreReadAndSet(t *testing.T) {
	db := open(t)
	read := func() (settings kith.Settings) {
		must(t, db.View(func(now *kith.Snapshot) (err error) { settings, err = now.Settings(); return err }))
		return settings
	}
	before := read()
	equal(t, before, kith.Settings{BaseCurrency: "CNY", TimeZone: "UTC", FiscalStartMonth: 1, WeekStart: 1, Language: "zh"})
	must(t, db.Configure(ctx, kith.Settings{TimeZone: "Asia/Shanghai", FiscalStartMonth: 4}, kith.Because("set up")))
	equal(t, read(), kith.Settings{BaseCurrency: "CNY", TimeZone: "Asia/Shanghai", FiscalStartMonth: 4, WeekStart: 1, Language: "zh"})
	for _, wrong := range []kith.Settings{{BaseCurrency: "XYZ"}, {TimeZone: "Asia/Shangai"}, {FiscalStartMonth: 13}, {WeekStart: 8}} {
		if err := db.Configure(ctx, wrong); !errors.Is(err, &kith.Error{Reason: "OutOfRange"}) {
			t.Errorf("%+v was set: %v", wrong, err)
		}
	}
}

func TestADatabaseIsTakenIntoAnother(t *testing.T) {
	head, branch := open(t), open(t)
	account(t, branch, "Acme")
	for range 2 { // a second run changes nothing
		must(t, branch.View(func(from *kith.Snapshot) error {
			rejected, _, err := head.Absorb(from, kith.ImportOptions{Source: "branch"})
			equal(t, rejected, uint64(0))
			return err
		}))
		equal(t, names(t, head), "Acme")
	}
}

func TestColumnsGoFromOneDatabaseToAnotherAsAnArrowStream(t *testing.T) {
	from, to := open(t), open(t)
	account(t, from, "Acme")
	account(t, from, "Bloom")
	mapping := `{"name": "t", "files": [{"file": "t", "type": "account", "system": "app", "key": ["name"], "columns": [{"column": "name", "field": "name"}]}]}`
	must(t, from.View(func(s *kith.Snapshot) error {
		var table, rest, history stream
		must(t, s.Arrow("account", unsafe.Pointer(&table), "name"))
		_, report, err := to.ImportArrow(unsafe.Pointer(&table), kith.ImportOptions{Mapping: mapping})
		must(t, err)
		if table != (stream{}) && table[3] != 0 {
			t.Error("the stream was not released")
		}
		if !strings.Contains(string(report), `"created":2`) {
			t.Errorf("%s", report)
		}
		rows, err := s.Query(ctx, `{"from": "account", "where": "name == 'Bloom'", "select": ["name"]}`, nil)
		must(t, err)
		must(t, rows.Arrow(unsafe.Pointer(&rest)))
		_, report, err = to.ImportArrow(unsafe.Pointer(&rest), kith.ImportOptions{Mapping: mapping})
		must(t, err)
		if strings.Contains(string(report), `"created":1`) {
			t.Errorf("what was there was created again: %s", report)
		}
		must(t, rows.Close())
		must(t, s.HistoryArrow("account", unsafe.Pointer(&history)))
		if _, _, err := to.ImportArrow(unsafe.Pointer(&history), kith.ImportOptions{Mapping: "{}"}); err == nil {
			t.Error("a mapping without a file was taken")
		}
		if err := s.Arrow("account", nil); err == nil {
			t.Error("no stream was filled")
		}
		return nil
	}))
	equal(t, names(t, to), "Acme Bloom")
}

func TestWhatARunDidIsExplainedAndATypeHasASchema(t *testing.T) {
	db := open(t)
	account(t, db, "Acme")
	must(t, db.View(func(s *kith.Snapshot) error {
		rows, err := s.Query(ctx, `{"from": "account", "where": "employees > 3", "select": ["name"]}`, nil)
		must(t, err)
		_, err = rows.JSON(10)
		must(t, err)
		plan, err := rows.Explain()
		must(t, err)
		if !json.Valid(plan) || !strings.Contains(string(plan), `"rows"`) {
			t.Errorf("%s", plan)
		}
		return rows.Close()
	}))
	schema, err := db.Schema("account")
	must(t, err)
	if !strings.Contains(schema, "table") || !strings.Contains(schema, "annual_revenue") {
		t.Error(schema)
	}
	if _, err := db.Schema("acount"); !errors.Is(err, kith.ErrNotFound) && !errors.Is(err, &kith.Error{Code: kith.InvalidArgument}) {
		t.Errorf("an unknown type: %v", err)
	}
}

func TestExpressionsAreEvaluatedAlone(t *testing.T) {
	for expression, want := range map[string]kith.Evaluated{
		"1 + 2":                     {Type: "int", Value: json.Number("3"), Text: "3"},
		"'a' + 'b'":                 {Type: "string", Value: "ab", Text: `"ab"`},
		"money('12.50', 'EUR') * 2": {Type: "money", Value: `money("25.00", "EUR")`, Text: `money("25.00", "EUR")`},
		"[1, 2].exists(x, x == 2)":  {Type: "bool", Value: true, Text: "true"},
	} {
		got, err := kith.Eval(expression)
		must(t, err)
		equal(t, got, want)
	}
	_, err := kith.Eval("1 +")
	var failure *kith.Error
	if !errors.As(err, &failure) || !strings.Contains(failure.Field, ":") {
		t.Errorf("%v", err)
	}
}
