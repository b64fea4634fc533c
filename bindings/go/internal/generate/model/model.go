// Package model makes Go source of a package of definitions.
package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"strings"
)

type labels struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

type definitions struct {
	Package string `json:"package"`
	Types   []struct {
		Name   string
		Labels labels
		Fields []field
	}
}

type field struct {
	Name     string
	Kind     string
	Labels   labels
	To       []string
	Required bool
	Derived  bool
	Choices  []struct {
		Name   string
		Labels labels
	}
}

// What the values of a kind are in Go.
var goTypes = map[string]string{"bool": "bool", "int": "int64", "double": "float64", "text": "string", "text_list": "[]string", "choice": "string",
	"choice_set": "[]string", "money": "kith.Money", "decimal": "kith.Decimal", "date": "kith.Date", "time": "time.Time", "ref": "kith.ID",
	"bytes": "[]byte"}

// What every record has, whatever its type.
var header = []field{{Name: "owner", Kind: "ref", Labels: labels{En: "Owner"}}, {Name: "created", Kind: "time", Labels: labels{En: "Created"}, Derived: true},
	{Name: "updated", Kind: "time", Labels: labels{En: "Updated"}, Derived: true}}

// Source of package crm.
func Source(packageJSON []byte) ([]byte, error) {
	var d definitions
	if err := json.Unmarshal(packageJSON, &d); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "// Code generated from package %s by go generate; DO NOT EDIT.\n\n", d.Package)
	out.WriteString("package crm\n\nimport (\n\t\"time\"\n\n\t\"kith\"\n)\n")
	for _, t := range d.Types {
		fields := append(append([]field{}, t.Fields...), missing(t.Fields)...)
		fmt.Fprintf(&out, "\n// %s has the fields of the type %s: %s, %s.\nvar %s = struct {\n", camel(t.Name), t.Name, t.Labels.En, t.Labels.Zh, camel(t.Name))
		for _, f := range fields {
			fmt.Fprintf(&out, "\t%s kith.FieldOf[%s] // %s\n", camel(f.Name), goTypes[f.Kind], f.comment())
		}
		out.WriteString("}{\n")
		for _, f := range fields {
			fmt.Fprintf(&out, "\t%s: kith.FieldOf[%s]{Type: %q, Name: %q},\n", camel(f.Name), goTypes[f.Kind], t.Name, f.Name)
		}
		out.WriteString("}\n")
		for _, f := range t.Fields {
			f.choices(&out, t.Name)
		}
	}
	return format.Source(out.Bytes())
}

// missing are the header's fields but those that the type has by its own names.
func missing(own []field) []field {
	var out []field
	for _, f := range header {
		taken := false
		for _, other := range own {
			taken = taken || other.Name == f.Name
		}
		if !taken {
			out = append(out, f)
		}
	}
	return out
}

func (f field) choices(out *bytes.Buffer, typ string) {
	if len(f.Choices) == 0 {
		return
	}
	fmt.Fprintf(out, "\n// Choices of %s.%s.\nconst (\n", typ, f.Name)
	for _, c := range f.Choices {
		fmt.Fprintf(out, "\t%s%s%s = %q\n", camel(typ), camel(f.Name), camel(c.Name), c.Name)
	}
	out.WriteString(")\n")
}

func (f field) comment() string {
	words := []string{f.Labels.En}
	if f.Labels.Zh != "" {
		words = append(words, f.Labels.Zh)
	}
	if len(f.To) != 0 {
		words = append(words, "to "+strings.Join(f.To, ", "))
	}
	if f.Required {
		words = append(words, "required")
	}
	if f.Derived {
		words = append(words, "derived: read it only")
	}
	return strings.Join(words, "; ")
}

// camel makes "ClosedAt" of "closed_at", and "AccountID" of "account_id".
func camel(name string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		switch word {
		case "id", "url", "crm":
			out.WriteString(strings.ToUpper(word))
		default:
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}
