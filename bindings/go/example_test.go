package kith_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"kith"
)

// Follow a pipeline's deals into another system, and go on where it stopped.
func ExampleDB_Changes() {
	db, err := kith.Open("", kith.Options{Create: true, Temporary: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	for _, stage := range []string{"default/qualified", "default/won"} {
		_, err := db.Update(context.Background(), func(_ *kith.Snapshot, b *kith.Batch) error {
			deal := b.Upsert("opportunity", kith.Ext("app.deals", "7"), kith.Fields{"name": "Pilot"})
			b.Move(deal, stage)
			return nil
		})
		if err != nil {
			log.Fatal(err)
		}
	}

	ctx, stop := context.WithCancel(context.Background())
	cursor := uint64(0)
	save := func(key string, before, after any, reached uint64) {
		fmt.Println(key, before != nil, after != nil, reached > cursor)
		cursor = reached
		if before != nil {
			stop() // all of it was seen
		}
	}
	follow := func() error {
		for ev, err := range db.Changes(ctx, cursor, kith.Types("opportunity")) {
			if err != nil {
				return err
			}
			save(ev.External("app.deals"), ev.Before("stage"), ev.After("stage"), ev.Cursor)
		}
		return nil
	}
	fmt.Println(errors.Is(follow(), context.Canceled))
	// Output:
	// 7 false true true
	// 7 true true true
	// true
}
