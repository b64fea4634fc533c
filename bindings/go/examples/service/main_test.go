package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kith"
)

func TestTheService(t *testing.T) {
	db, err := kith.Open("", kith.Options{Create: true, Temporary: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	service := httptest.NewServer(handler(db))
	defer service.Close()
	const deal = `{"changes": [{"create": "opportunity", "as": "d", "set": {"name": "Pilot", "amount": "5.00 CNY"}}, {"create": "move", "set":
		{"record": "$d", "to": {"type": "stage", "ref": ["kith.stage", "default/qualified"]}, "at": "2026-01-05T09:00:00Z"}}]}`
	for _, step := range []struct {
		method, path, body string
		status             int
		has                string
	}{
		{"POST", "/batches?dry_run=1", deal, 200, `"replayed":false`},
		{"GET", "/funnel", "", 200, `"arrivals":0`}, // the dry run left nothing
		{"POST", "/batches", deal, 200, `"replayed":false`},
		{"POST", "/batches", deal, 200, `"replayed":true`}, // the same key
		{"GET", "/funnel", "", 200, `"arrivals":1`},
		{"POST", "/batches", `{"changes": [{"create": "opportunity", "set": {"colour": "red"}}]}`, 400, `"reason":"UnknownField"`},
		{"POST", "/batches", `not JSON`, 400, `"code":"INVALID_ARGUMENT"`},
	} {
		request, err := http.NewRequest(step.method, service.URL+step.path, strings.NewReader(step.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Idempotency-Key", "enquiry-1")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != step.status || !strings.Contains(string(text), step.has) {
			t.Errorf("%s %s: %d %s %v, want %d with %s", step.method, step.path, response.StatusCode, text, err, step.status, step.has)
		}
	}
}
