// A small HTTP service over one database: POST /batches takes a batch in its JSON form (?dry_run=1 tries it, the header Idempotency-Key makes it
// safe to repeat), GET /funnel shows the default pipeline. Errors are JSON with code, reason, field and hint.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"

	"kith"
)

const largestBatch = 1 << 20

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: service FOLDER.kith ADDRESS")
	}
	db, err := kith.Open(os.Args[1], kith.Options{Create: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	log.Print(http.ListenAndServe(os.Args[2], handler(db)))
}

func handler(db *kith.DB) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /batches", func(w http.ResponseWriter, r *http.Request) {
		answer(w, func() (any, error) { return apply(db, w, r) })
	})
	mux.HandleFunc("GET /funnel", func(w http.ResponseWriter, _ *http.Request) {
		var funnel *kith.Funnel
		answer(w, func() (any, error) {
			err := db.View(func(now *kith.Snapshot) (err error) {
				funnel, err = now.Funnel("default", kith.InsightOptions{})
				return err
			})
			return funnel, err
		})
	})
	return mux
}

func apply(db *kith.DB, w http.ResponseWriter, r *http.Request) (any, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBatch))
	if err != nil {
		return nil, err
	}
	batch, err := db.BatchFromJSON(text)
	if err != nil {
		return nil, err
	}
	options := []kith.ApplyOption{kith.Key(r.Header.Get("Idempotency-Key"))}
	if r.URL.Query().Get("dry_run") != "" {
		options = append(options, kith.DryRun())
	}
	out, err := db.Apply(r.Context(), batch, options...)
	if err != nil {
		return nil, err
	}
	first, last := out.Sequences()
	return map[string]any{"first": first, "last": last, "replayed": out.Replayed(), "effects": out.Effects()}, nil
}

// answer writes what work gives, or its error.
func answer(w http.ResponseWriter, work func() (any, error)) {
	w.Header().Set("Content-Type", "application/json")
	body, err := work()
	if err != nil {
		var failure *kith.Error
		if !errors.As(err, &failure) {
			http.Error(w, `{"code": "UNKNOWN"}`, http.StatusBadRequest)
			return
		}
		w.WriteHeader(status(failure.Code))
		body = map[string]any{"code": failure.Code.String(), "reason": failure.Reason, "message": failure.Message, "field": failure.Field,
			"hint": failure.Hint}
	}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}

func status(code kith.Code) int {
	switch code {
	case kith.InvalidArgument, kith.OutOfRange:
		return http.StatusBadRequest
	case kith.NotFound:
		return http.StatusNotFound
	case kith.AlreadyExists, kith.Aborted, kith.FailedPrecondition:
		return http.StatusConflict
	case kith.PermissionDenied:
		return http.StatusForbidden
	case kith.DeadlineExceeded, kith.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
