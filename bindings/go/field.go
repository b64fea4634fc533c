package kith

import "time"

// Typed is what a field's values are in Go.
type Typed interface {
	bool | int64 | float64 | string | []string | Money | Decimal | Date | time.Time | ID | []byte
}

// FieldOf is a field of a type whose values are Ts, for those who know both when they write their program. Package kith/crm has those of the
// standard model:
//
//	amount, err := crm.Opportunity.Amount.Get(deal)
//	crm.Opportunity.Amount.Set(batch, deal, kith.Money{Minor: 1250000, Currency: "CNY"})
type FieldOf[T Typed] struct{ Type, Name string }

// Get reads the field; the zero T where it has no value.
func (f FieldOf[T]) Get(r Record) (T, error) {
	value, _, err := f.Find(r)
	return value, err
}

// Find reads the field and tells whether it has a value. A record of another type gives an error.
func (f FieldOf[T]) Find(r Record) (value T, found bool, err error) {
	field, err := r.s.resolved(f.Type, f.Name)
	if err != nil {
		return value, false, err
	}
	v, err := r.At(field)
	if err != nil || v.IsNull() {
		return value, false, err
	}
	value, ok := v.Any().(T)
	if !ok {
		return value, false, invalid("field %s.%s: its values are of the Go type %T", f.Type, f.Name, v.Any())
	}
	return value, true, nil
}

// Set sets the field of a record of a batch.
func (f FieldOf[T]) Set(b *Batch, target ID, value T) { b.set(uint64(target), f.Name, value) }

// Clear takes the value away.
func (f FieldOf[T]) Clear(b *Batch, target ID) { b.set(uint64(target), f.Name, nil) }

// resolved is Field, once for each name.
func (s *Snapshot) resolved(typ, name string) (Field, error) {
	key := [2]string{typ, name}
	if field, ok := s.fields[key]; ok {
		return field, nil
	}
	field, err := s.Field(typ, name)
	if err != nil {
		return Field{}, err
	}
	if s.fields == nil {
		s.fields = map[[2]string]Field{}
	}
	s.fields[key] = field
	return field, nil
}
