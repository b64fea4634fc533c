#!/usr/bin/env bash
# The Go binding is formatted, passes vet, and its tests pass with the race detector and with the check of what Go lends to C.
set -euo pipefail
cd bindings/go
unformatted=$(gofmt -l . ../../benchmarks/ffi ../../tests/outside)
[ -z "$unformatted" ] || { echo "not as gofmt has it: $unformatted"; exit 1; }
cgo=$(grep -rlE '^import "C"' --include='*.go' . | grep -v '^./internal/capi/' || true)
[ -z "$cgo" ] || { echo "cgo outside of internal/capi: $cgo"; exit 1; }
go vet ./...
(cd ../../benchmarks/ffi/go && go vet .)
go test -count=1 -short -race ./...
GOEXPERIMENT=cgocheck2 go test -count=1 -short ./...
