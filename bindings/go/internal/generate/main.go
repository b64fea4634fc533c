// Writes package crm, the fields of the standard model as typed values: go generate ./...
package main

import (
	"log"
	"os"

	"kith/internal/generate/model"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: generate PACKAGE.json OUT.go")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	source, err := model.Source(text)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[2], source, 0o644); err != nil {
		log.Fatal(err)
	}
}
