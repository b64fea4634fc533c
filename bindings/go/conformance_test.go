package kith_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

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
	Rows       any             `json:"rows"`
	Error      *struct {
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
				db := open(t)
				for i, s := range vector.Steps {
					s.check(t, i, s.run(t, db))
				}
			})
		}
	}
	if ran < 25 {
		t.Fatalf("only %d vectors", ran)
	}
}

func (s step) run(t *testing.T, db *kith.DB) error {
	if s.Apply == nil {
		return db.View(func(now *kith.Snapshot) error { return s.query(t, now) })
	}
	b, err := db.BatchFromJSON(s.Apply)
	if err != nil {
		return err
	}
	options := []kith.ApplyOption{kith.Key(s.Key)}
	if s.DryRun {
		options = append(options, kith.DryRun())
	}
	out, err := db.Apply(ctx, b, options...)
	if err != nil {
		return err
	}
	if s.Replayed != nil {
		equal(t, out.Replayed(), *s.Replayed)
	}
	if first, _ := out.Sequences(); s.Changed != nil {
		equal(t, first != 0, *s.Changed)
	}
	return nil
}

func (s step) query(t *testing.T, now *kith.Snapshot) error {
	rows, err := now.Query(ctx, s.Query, s.Parameters)
	if err != nil {
		return err
	}
	defer rows.Close()
	text, err := rows.JSON(1000)
	if err != nil {
		return err
	}
	var got any
	must(t, exactly(text, &got))
	if got = withoutIDs(got); !reflect.DeepEqual(got, s.Rows) {
		t.Fatalf("got %v, want %v", got, s.Rows)
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
