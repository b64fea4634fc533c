package kith_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"kith"
)

// step of a vector in tests/conformance; its README describes the form.
type step struct {
	Apply      json.RawMessage `json:"apply"`
	Key        string          `json:"key"`
	DryRun     bool            `json:"dry_run"`
	Replayed   *bool           `json:"replayed"`
	Changed    *bool           `json:"changed"`
	Query      json.RawMessage `json:"query"`
	Parameters json.RawMessage `json:"parameters"`
	Effective  string          `json:"effective"`
	Recorded   string          `json:"recorded"`
	Rows       any             `json:"rows"`
	Feed       *struct{ Types, Fields, Operations []string }
	Entries    any    `json:"entries"`
	Convert    string `json:"convert"`
	Options    struct {
		Person       string `json:"person"`
		Organisation string `json:"organisation"`
		WithDeal     *bool  `json:"with_deal"`
	} `json:"options"`
	Report   any             `json:"report"`
	Continue string          `json:"continue"`
	Take     [][2]string     `json:"take"`
	Guide    string          `json:"guide"`
	Tracks   any             `json:"tracks"`
	Policy   json.RawMessage `json:"policy"`
	Viewer   string          `json:"viewer"`
	Keep     string          `json:"keep"`
	Type     string          `json:"type"`
	Ref      [2]string       `json:"ref"`
	Mark     string          `json:"mark"`
	Error    *struct {
		Code, Reason string
		Field        *string
	} `json:"error"`
}

func TestConformance(t *testing.T) {
	files, err := filepath.Glob("../../tests/conformance/*.json")
	must(t, err)
	ran := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		var vectors []struct {
			Name  string
			Steps []step
		}
		must(t, exactly(text, &vectors))
		for _, vector := range vectors {
			ran++
			t.Run(vector.Name, func(t *testing.T) {
				v := running{t, open(t), map[string]kith.ID{}, map[string]time.Time{}}
				for i, s := range vector.Steps {
					s.check(t, i, v.run(s))
				}
			})
		}
	}
	if ran < 55 {
		t.Fatalf("only %d vectors", ran)
	}
}

// running is one vector as it runs: "@name" stands for what a step kept, an id or a moment.
type running struct {
	t       *testing.T
	db      *kith.DB
	ids     map[string]kith.ID
	moments map[string]time.Time
}

func (v running) run(s step) error {
	switch {
	case s.Apply != nil:
		return v.apply(s)
	case s.Query != nil:
		return v.view(s, func(now *kith.Snapshot) error { return v.query(s, now) })
	case s.Feed != nil:
		return v.view(s, func(now *kith.Snapshot) error { return v.feed(s, now) })
	case s.Convert != "":
		return v.convert(s)
	case s.Continue != "":
		return v.continues(s)
	case s.Guide != "":
		return v.view(s, func(now *kith.Snapshot) error { return v.guide(s, now) })
	case s.Policy != nil:
		return v.db.SetPolicy(string(s.Policy), kith.Ref{})
	case s.Keep != "":
		return v.db.View(func(now *kith.Snapshot) error {
			record, err := now.Find(s.Type, kith.Ext(s.Ref[0], s.Ref[1]))
			v.ids["@"+s.Keep] = record.ID()
			return err
		})
	}
	v.moments["@"+s.Mark] = time.Now()
	return nil
}

func (v running) view(s step, read func(*kith.Snapshot) error) error {
	return v.db.ViewAs(kith.Viewer{ID: v.ids[s.Viewer]}, read)
}

func (v running) apply(s step) error {
	text := string(s.Apply)
	for name, id := range v.ids {
		text = strings.ReplaceAll(text, strconv.Quote(name), fmt.Sprint(uint64(id)))
	}
	b, err := v.db.BatchFromJSON([]byte(text))
	if err != nil {
		return err
	}
	options := []kith.ApplyOption{kith.Key(s.Key), kith.As(kith.Viewer{ID: v.ids[s.Viewer]})}
	if s.DryRun {
		options = append(options, kith.DryRun())
	}
	out, err := v.db.Apply(ctx, b, options...)
	if err != nil {
		return err
	}
	if s.Replayed != nil {
		equal(v.t, out.Replayed(), *s.Replayed)
	}
	if first, _ := out.Sequences(); s.Changed != nil {
		equal(v.t, first != 0, *s.Changed)
	}
	return nil
}

func (v running) query(s step, now *kith.Snapshot) error {
	query, err := now.Prepare(s.Query)
	if err != nil {
		return err
	}
	rows, err := query.Run(ctx, now, kith.RunOptions{Parameters: s.Parameters, InPast: s.Effective+s.Recorded != "",
		Effective: v.moment(s.Effective), Recorded: v.moment(s.Recorded)})
	if err != nil {
		return err
	}
	defer rows.Close()
	text, err := rows.JSON(1000)
	if err != nil {
		return err
	}
	var got any
	must(v.t, exactly(text, &got))
	if got = withoutIDs(got); !reflect.DeepEqual(got, s.Rows) {
		v.t.Fatalf("got %v, want %v", got, s.Rows)
	}
	return nil
}

func (v running) convert(s step) error {
	options := kith.ConvertOptions{Person: v.ids[s.Options.Person], Organisation: v.ids[s.Options.Organisation]}
	options.WithoutDeal = s.Options.WithDeal != nil && !*s.Options.WithDeal
	report, err := v.db.Convert(v.ids[s.Convert], options)
	if err != nil {
		return err
	}
	how := func(part *kith.ConvertedPart) any {
		if part == nil {
			return nil
		}
		return part.How
	}
	stays := []any{}
	for _, field := range report.Stays {
		stays = append(stays, field)
	}
	got := map[string]any{"person": how(report.Person), "organisation": how(report.Organisation), "deal": how(report.Deal),
		"already": report.Already, "stays": stays}
	if !reflect.DeepEqual(got, s.Report) {
		v.t.Fatalf("got %v, want %v", got, s.Report)
	}
	return nil
}

func (v running) continues(s step) error {
	options := kith.ContinueOptions{External: kith.Ext(s.Ref[0], s.Ref[1])}
	for _, part := range s.Take {
		if options.Quantities == nil {
			options.Quantities = map[kith.ID]kith.Decimal{}
		}
		var quantity kith.Decimal
		must(v.t, quantity.UnmarshalText([]byte(part[1])))
		options.Quantities[v.ids[part[0]]] = quantity
	}
	made, err := v.db.ContinueDocument(v.ids[s.Continue], s.Type, options)
	if err != nil {
		return err
	}
	got := map[string]any{"lines": json.Number(strconv.Itoa(made.Lines)), "already": made.Already}
	if !reflect.DeepEqual(got, s.Report) {
		v.t.Fatalf("got %v, want %v", got, s.Report)
	}
	return nil
}

func (v running) guide(s step, now *kith.Snapshot) error {
	tracks, err := now.Guide(v.ids[s.Guide])
	if err != nil {
		return err
	}
	got := []any{}
	for _, track := range tracks {
		ahead := []any{}
		for _, stage := range track.Next {
			unmet := []any{}
			for _, one := range stage.Unmet {
				unmet = append(unmet, one.Name)
			}
			ahead = append(ahead, map[string]any{"name": stage.Name, "refused": stage.Refused, "unmet": unmet})
		}
		got = append(got, map[string]any{"stage": track.StageName, "kind": track.Kind, "next": ahead})
	}
	if !reflect.DeepEqual(got, s.Tracks) {
		v.t.Fatalf("got %v, want %v", got, s.Tracks)
	}
	return nil
}

func (v running) moment(text string) time.Time {
	if text == "" {
		return kith.Now
	}
	if kept, ok := v.moments[text]; ok {
		return kept
	}
	moment, err := time.Parse(time.RFC3339, text)
	must(v.t, err)
	return moment
}

func (v running) feed(s step, now *kith.Snapshot) error {
	got := []any{}
	for event, err := range now.Feed(0, kith.Types(s.Feed.Types...), kith.ChangesOf(s.Feed.Fields...), kith.Operations(s.Feed.Operations...)) {
		if err != nil {
			return err
		}
		fields := map[string]any{}
		for _, change := range event.Fields {
			fields[change.Field] = []any{change.Before, change.After}
		}
		got = append(got, map[string]any{"type": event.Type, "operation": event.Operation, "reason": event.Reason, "fields": fields})
	}
	if !reflect.DeepEqual(got, s.Entries) {
		v.t.Fatalf("got %v, want %v", got, s.Entries)
	}
	return nil
}

func (s step) check(t *testing.T, index int, err error) {
	t.Helper()
	if s.Error == nil {
		must(t, err)
		return
	}
	var e *kith.Error
	if !errors.As(err, &e) || e.Code.String() != s.Error.Code || e.Reason != s.Error.Reason ||
		(s.Error.Field != nil && e.Field != *s.Error.Field) {
		t.Fatalf("step %d: got %#v, want %+v", index, err, *s.Error)
	}
}

// exactly reads JSON without making floating numbers of large whole ones.
func exactly(text []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(target)
}

func withoutIDs(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = withoutIDs(v[i])
		}
	case map[string]any:
		delete(v, "id")
		for name := range v {
			v[name] = withoutIDs(v[name])
		}
	}
	return value
}
