// The same in Go: opens a database at the path given, writes one account and reads it back.
package main

import (
	"context"
	"errors"
	"log"
	"os"

	"kith"
	"kith/crm"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: host FOLDER.kith")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(path string) error {
	db, err := kith.Open(path, kith.Options{Create: true})
	if err != nil {
		return err
	}
	defer db.Close()
	var account kith.ID
	out, err := db.Update(context.Background(), func(_ *kith.Snapshot, b *kith.Batch) error {
		account = b.Upsert("account", kith.Ext("app.clients", "8841"), kith.Fields{"name": "Acme"})
		return nil
	})
	if err != nil {
		return err
	}
	return db.View(func(now *kith.Snapshot) error {
		record, err := now.Get(out.ID(account))
		if err != nil {
			return err
		}
		name, err := crm.Account.Name.Get(record)
		if err == nil && name != "Acme" {
			err = errors.New("another name was read: " + name)
		}
		return err
	})
}
