package kith

import (
	"context"
	"fmt"

	"kith/internal/capi"
)

// Code says what kind of failure it was; the canonical codes.
type Code int32

// The codes.
const (
	Cancelled          Code = 1
	Unknown            Code = 2
	InvalidArgument    Code = 3
	DeadlineExceeded   Code = 4
	NotFound           Code = 5
	AlreadyExists      Code = 6
	PermissionDenied   Code = 7
	ResourceExhausted  Code = 8
	FailedPrecondition Code = 9
	Aborted            Code = 10
	OutOfRange         Code = 11
	Unavailable        Code = 14
	DataLoss           Code = 15
)

// String gives "INVALID_ARGUMENT".
func (c Code) String() string { return capi.CodeName(int32(c)) }

// Error says what failed and what to do. Use errors.As for its parts, errors.Is with the Err variables for a kind of it.
type Error struct {
	Code    Code
	Reason  string // finer than the code: "Unique", "VersionConflict"
	Message string // one line with type, record, field and value
	Hint    string // what to do
	Type    string
	Record  ID
	Field   string
	Value   string
	Change  int // index within the batch, -1: none
	OSError int // errno, 0: none
	cause   error
}

// Error is the message with the hint.
func (e *Error) Error() string {
	text := "kith: " + e.Message
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Unwrap gives the context's error of a call that was cancelled or ran out of time.
func (e *Error) Unwrap() error { return e.cause }

// Is compares reasons, or codes where the target has no reason.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok {
		return false
	}
	if t.Reason != "" {
		return e.Reason == t.Reason
	}
	return e.Code == t.Code
}

// What errors.Is is asked with.
var (
	ErrNotFound         = &Error{Code: NotFound, Message: "not found", Change: -1}
	ErrAlreadyExists    = &Error{Code: AlreadyExists, Message: "already exists", Change: -1}
	ErrPermissionDenied = &Error{Code: PermissionDenied, Message: "permission denied", Change: -1}
	ErrConflict         = &Error{Code: Aborted, Message: "conflict", Change: -1} // read again and retry
	ErrUnique           = &Error{Code: AlreadyExists, Reason: "Unique", Message: "not unique", Change: -1}
	ErrRequired         = &Error{Code: InvalidArgument, Reason: "Required", Message: "required", Change: -1}
	ErrClosed           = &Error{Code: FailedPrecondition, Reason: "Closed", Message: "closed", Change: -1}
	ErrTimeout          = &Error{Code: DeadlineExceeded, Message: "timeout", Change: -1}
)

// wrap makes an error of what C said; nil for nil.
func wrap(e *capi.Error) error {
	if e == nil {
		return nil
	}
	return &Error{Code: Code(e.Code), Reason: e.Reason, Message: e.Message, Hint: e.Hint, Type: e.Type, Record: ID(e.Record), Field: e.Field,
		Value: e.Value, Change: e.Change, OSError: e.OSError}
}

// missing is wrap for a look-up: C makes no words for a record that is not there, as many are looked up to see whether they are.
func missing(e *capi.Error, what string, which any) error {
	if Code(e.Code) != NotFound || e.Reason != "" {
		return wrap(e)
	}
	return &Error{Code: NotFound, Reason: "RecordMissing", Message: fmt.Sprintf("there is no %s %v that the viewer may see", what, which),
		Value: fmt.Sprint(which), Change: -1}
}

// wrapIn is wrap for a call under a context, whose own error it carries.
func wrapIn(ctx context.Context, e *capi.Error) error {
	err := wrap(e)
	if k, ok := err.(*Error); ok && ctx.Err() != nil && (k.Code == Cancelled || k.Code == DeadlineExceeded) {
		k.cause = ctx.Err()
	}
	return err
}

func invalid(format string, arguments ...any) error {
	return &Error{Code: InvalidArgument, Reason: "BadValue", Message: fmt.Sprintf(format, arguments...), Change: -1}
}
