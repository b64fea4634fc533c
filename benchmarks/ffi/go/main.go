// Reads through the Go binding, for ffi.py: ns of CPU a record as JSON, a list of rounds each.
//
//	ffi FOLDER ROUNDS READS
package main

import (
	"encoding/json"
	"log"
	"os"
	"strconv"
	"syscall"

	"kith"
)

const (
	typ  = "opportunity"
	hot  = 400  // records that are got, over and over: what a call costs, not what memory does
	step = 7919 // from one of them to the next, the same in each language
)

type plan struct {
	now    *kith.Snapshot
	amount kith.Field
	hot    []kith.ID
	reads  int
	sum    int64 // so that no read can be left out
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: ffi FOLDER ROUNDS READS")
	}
	rounds, _ := strconv.Atoi(os.Args[2])
	reads, _ := strconv.Atoi(os.Args[3])
	db, err := kith.Open(os.Args[1], kith.Options{ReadOnly: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(now *kith.Snapshot) error {
		took, err := measure(now, rounds, reads)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(took)
	})
	if err != nil {
		log.Fatal(err)
	}
}

func measure(now *kith.Snapshot, rounds, reads int) (map[string][]float64, error) {
	p := plan{now: now, reads: reads}
	var ids []kith.ID
	for record, err := range now.Records(typ) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, record.ID())
	}
	for i := range min(hot, len(ids)) {
		p.hot = append(p.hot, ids[i*step%len(ids)])
	}
	var err error
	if p.amount, err = now.Field(typ, "amount"); err != nil {
		return nil, err
	}
	parts := []struct {
		name    string
		run     func(*plan) error
		records int
	}{{"a call alone", call, reads}, {"get", get, reads}, {"get a field", getAndRead, reads}, {"scan two fields", scan, len(ids)},
		{"scan, texts copied", scanCopied, len(ids)}}
	took := map[string][]float64{}
	for range rounds {
		for _, part := range parts {
			start := cpuNanos()
			if err := part.run(&p); err != nil {
				return nil, err
			}
			took[part.name] = append(took[part.name], float64(cpuNanos()-start)/float64(part.records))
		}
	}
	return took, nil
}

// cpuNanos of all threads, the garbage collector's too.
func cpuNanos() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// call does next to nothing in C: what it takes is what the way there and back takes, of which each get has one.
func call(p *plan) error {
	for range p.reads {
		p.sum += int64(p.now.Sequence())
	}
	return nil
}

func get(p *plan) error {
	for i := range p.reads {
		record, err := p.now.Get(p.hot[i%len(p.hot)])
		if err != nil {
			return err
		}
		p.sum += int64(record.ID())
	}
	return nil
}

func getAndRead(p *plan) error {
	for i := range p.reads {
		record, err := p.now.Get(p.hot[i%len(p.hot)])
		if err != nil {
			return err
		}
		amount, err := record.At(p.amount)
		if err != nil {
			return err
		}
		p.sum += amount.Money().Minor
	}
	return nil
}

// scan reads texts in place, as C++ does.
func scan(p *plan) error { return scanned(p, kith.Value.UnsafeText) }

func scanCopied(p *plan) error { return scanned(p, kith.Value.Text) }

func scanned(p *plan, text func(kith.Value) string) error {
	for row, err := range p.now.Scan(typ, "name", "amount") {
		if err != nil {
			return err
		}
		p.sum += int64(len(text(row.Col(0)))) + row.Col(1).Money().Minor
	}
	return nil
}
