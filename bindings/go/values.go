package kith

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"kith/internal/capi"
)

// ID is a record's number; or, inside a batch, a local reference to a record that it creates. 0: none.
type ID uint64

// Ref names a record outside of Kith: a key of a system. As an actor it need not be a record; empty: the system itself.
type Ref struct {
	System string
	Key    string
}

// Ext is Ref{system, key}.
func Ext(system, key string) Ref { return Ref{system, key} }

func (r Ref) c() capi.Ref { return capi.Ref{System: r.System, Key: r.Key} }

// Money is an amount in minor units (fen, cents) of an ISO 4217 currency.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Decimal is Unscaled × 10^-Scale, exact.
type Decimal struct {
	Unscaled int64
	Scale    int
}

// String gives "12.50".
func (d Decimal) String() string {
	if d.Scale <= 0 {
		return strconv.FormatInt(d.Unscaled, 10) + strings.Repeat("0", -d.Scale*btoi(d.Unscaled != 0))
	}
	sign, magnitude := "", new(big.Int).Abs(big.NewInt(d.Unscaled)).String()
	if d.Unscaled < 0 {
		sign = "-"
	}
	if missing := d.Scale + 1 - len(magnitude); missing > 0 {
		magnitude = strings.Repeat("0", missing) + magnitude
	}
	return sign + magnitude[:len(magnitude)-d.Scale] + "." + magnitude[len(magnitude)-d.Scale:]
}

// MarshalText gives "12.50"; JSON has decimals so.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "12.50".
func (d *Decimal) UnmarshalText(text []byte) error {
	whole, fraction, _ := strings.Cut(string(text), ".")
	unscaled, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil || strings.ContainsAny(fraction, "+-") {
		return invalid("%q is no decimal; write 12.50", text)
	}
	*d = Decimal{unscaled, len(fraction)}
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Date is a day without a time zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf gives the day of a moment, in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String gives "2026-03-05".
func (d Date) String() string { return d.time().Format(time.DateOnly) }

// MarshalText gives "2026-03-05"; JSON has days so.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2026-03-05".
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return invalid("%q is no day; write 2026-03-05", text)
	}
	*d = DateOf(t)
	return nil
}

func (d Date) time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
func (d Date) days() int32     { return int32(math.Floor(float64(d.time().Unix()) / 86400)) }

// Kind of a value.
type Kind int32

// The kinds.
const (
	KindNull      Kind = 0
	KindBool      Kind = 1
	KindInt       Kind = 2
	KindDecimal   Kind = 3
	KindDouble    Kind = 4
	KindMoney     Kind = 5
	KindText      Kind = 6
	KindTextList  Kind = 7
	KindChoice    Kind = 8
	KindChoiceSet Kind = 9
	KindDate      Kind = 10
	KindTime      Kind = 11
	KindRef       Kind = 12
	KindBytes     Kind = 13
)

// Value is one value read. Its functions copy, so that what they return stays; the Value itself is good while its snapshot is open, and a row's
// until the next row. A value of another kind reads as zero.
type Value struct {
	c *capi.Value
	// list reads an item of a list.
	list func(item int) (capi.Value, *capi.Error)
	// of and at are the rows that it came with, whose texts are copied together, and its place among their values.
	of *columns
	at int
}

func (v Value) copied() string {
	if v.of != nil {
		return v.of.text(v.at)
	}
	return v.c.Text()
}

func (v Value) isList() bool {
	k := v.Kind()
	return k == KindTextList || k == KindChoiceSet
}

// Kind of the value.
func (v Value) Kind() Kind { return Kind(v.c.Kind()) }

// IsNull tells whether there is none.
func (v Value) IsNull() bool { return v.Kind() == KindNull }

// Bool gives a truth value.
func (v Value) Bool() bool { return v.Kind() == KindBool && v.c.Number() != 0 }

// Int gives a whole number.
func (v Value) Int() int64 {
	if v.Kind() != KindInt {
		return 0
	}
	return v.c.Number()
}

// Float gives a number of any kind, money in minor units.
func (v Value) Float() float64 {
	switch v.Kind() {
	case KindDouble:
		return v.c.Real()
	case KindInt, KindMoney:
		return float64(v.c.Number())
	case KindDecimal:
		return float64(v.c.Number()) * math.Pow10(-v.c.Scale())
	}
	return 0
}

// Decimal gives a decimal.
func (v Value) Decimal() Decimal {
	if v.Kind() != KindDecimal {
		return Decimal{}
	}
	return Decimal{v.c.Number(), v.c.Scale()}
}

// Money gives an amount.
func (v Value) Money() Money {
	if v.Kind() != KindMoney {
		return Money{}
	}
	return Money{v.c.Number(), v.c.Currency()}
}

// Text gives a text, or a choice's name.
func (v Value) Text() string {
	if k := v.Kind(); k != KindText && k != KindChoice {
		return ""
	}
	return v.copied()
}

// UnsafeText is Text without a copy, in the memory of C: a record's or a scan's is good only while the snapshot is open, a query's only until
// the next row.
func (v Value) UnsafeText() string {
	if k := v.Kind(); k != KindText && k != KindChoice {
		return ""
	}
	return v.c.UnsafeText()
}

// Bytes gives bytes.
func (v Value) Bytes() []byte {
	if v.Kind() != KindBytes {
		return nil
	}
	return []byte(v.copied())
}

// Texts gives the items of a list, or the names of a set of choices.
func (v Value) Texts() ([]string, error) {
	if k := v.Kind(); v.list == nil || (k != KindTextList && k != KindChoiceSet) {
		return nil, nil
	}
	out := make([]string, v.c.Number())
	for i := range out {
		item, e := v.list(i)
		if e != nil {
			return nil, wrap(e)
		}
		out[i] = item.Text()
	}
	return out, nil
}

// ID gives a reference.
func (v Value) ID() ID {
	if v.Kind() != KindRef {
		return 0
	}
	return ID(v.c.Number())
}

// Date gives a day.
func (v Value) Date() Date {
	if v.Kind() != KindDate {
		return Date{}
	}
	return DateOf(time.Unix(v.c.Number()*86400, 0).UTC())
}

// Time gives a moment in UTC.
func (v Value) Time() time.Time {
	if v.Kind() != KindTime {
		return time.Time{}
	}
	return time.UnixMicro(v.c.Number()).UTC()
}

// Any gives nil, bool, int64, Decimal, float64, Money, string, []string, Date, time.Time, ID or []byte.
func (v Value) Any() any {
	switch v.Kind() {
	case KindBool:
		return v.Bool()
	case KindInt:
		return v.Int()
	case KindDecimal:
		return v.Decimal()
	case KindDouble:
		return v.c.Real()
	case KindMoney:
		return v.Money()
	case KindText, KindChoice:
		return v.copied()
	case KindTextList, KindChoiceSet:
		texts, _ := v.Texts()
		return texts
	case KindDate:
		return v.Date()
	case KindTime:
		return v.Time()
	case KindRef:
		return v.ID()
	case KindBytes:
		return v.Bytes()
	}
	return nil
}

// unmarshal reads JSON that the library made; whole numbers above 2^53 stay exact where the target is any.
func unmarshal(text []byte, target any) error {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	return decoder.Decode(target)
}
