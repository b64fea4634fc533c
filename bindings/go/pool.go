package kith

import "time"

// Claim gives a free record of a pool to an owner. Of many who claim it one gets it; the pool's limits may refuse.
func (b *Batch) Claim(record, owner ID, reason string) {
	b.c.Claim(uint64(record), uint64(owner), reason)
}

// Release gives a record back to its pool; the snapshot says who holds it.
func (b *Batch) Release(s *Snapshot, record ID, reason string) error {
	return wrap(b.c.Release(s.c, uint64(record), reason))
}

// Assigned is a record that a pool handed out, and why to whom; Owner 0: nobody takes it.
type Assigned struct {
	Record ID     `json:"record"`
	Owner  ID     `json:"owner"`
	Reason string `json:"reason"`
}

// Assign gives free records (none: all, limit at most; 0: 1000) to the pool's members, in turn or by load.
func (b *Batch) Assign(s *Snapshot, pool string, records []ID, limit int) ([]Assigned, error) {
	question := map[string]any{}
	if len(records) != 0 {
		question["records"] = records
	}
	if limit != 0 {
		question["limit"] = limit
	}
	text, err := jsonText(question)
	if err != nil {
		return nil, err
	}
	answer, e := b.c.Assign(s.c, pool, text)
	return decode[[]Assigned](answer, e)
}

// Recycled is what pools took back, and whose owners got a warning.
type Recycled struct {
	Recycled []ID `json:"recycled"`
	Warned   []ID `json:"warned"`
	Exempt   int  `json:"exempt"`
	Kept     int  `json:"kept"`
}

// RecyclePools takes back what has been silent for too long at now (the zero time: time.Now), of one pool or (empty) all. Call it when you
// like, by as many processes as you like.
func (db *DB) RecyclePools(now time.Time, pool string, actor Ref) (Recycled, error) {
	if now.IsZero() {
		now = time.Now()
	}
	text, e := db.c.RecyclePools(now.UnixMicro(), pool, actor.c())
	return decode[Recycled](text, e)
}
