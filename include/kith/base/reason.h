// Why a call failed, finer than the 17 canonical codes. The list is open-ended: numbers are never reused, new ones are appended to their
// family.
#ifndef KITH_BASE_REASON_H_
#define KITH_BASE_REASON_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace kith {

// X(name, number, canonical code)
#define KITH_REASONS(X)                               \
  X(None, 0, kUnknown)                                \
  /* 1xxx: storage and process */                     \
  X(IoError, 1001, kUnavailable)                      \
  X(DiskFull, 1002, kResourceExhausted)               \
  X(MapFull, 1003, kResourceExhausted)                \
  X(ReadersFull, 1004, kResourceExhausted)            \
  X(Corrupt, 1005, kDataLoss)                         \
  X(FormatNewer, 1006, kFailedPrecondition)           \
  X(FormatUnknown, 1007, kFailedPrecondition)         \
  X(FileSystemUnsupported, 1008, kFailedPrecondition) \
  X(Forked, 1009, kFailedPrecondition)                \
  X(AlreadyOpen, 1010, kFailedPrecondition)           \
  X(Locked, 1011, kUnavailable)                       \
  X(ReadOnly, 1012, kFailedPrecondition)              \
  X(PermissionDenied, 1013, kPermissionDenied)        \
  X(DatabaseMissing, 1014, kNotFound)                 \
  X(DatabaseReplaced, 1015, kFailedPrecondition)      \
  X(Recovering, 1016, kUnavailable)                   \
  X(Closed, 1017, kFailedPrecondition)                \
  X(SnapshotExpired, 1018, kFailedPrecondition)       \
  X(OutOfMemory, 1019, kResourceExhausted)            \
  X(Timeout, 1020, kDeadlineExceeded)                 \
  X(OutcomeUnknown, 1021, kDeadlineExceeded)          \
  X(Cancelled, 1022, kCancelled)                      \
  X(PathUnsafe, 1023, kFailedPrecondition)            \
  X(ReaderLag, 1024, kResourceExhausted)              \
  X(CursorExpired, 1025, kOutOfRange)                 \
  X(HistoryPruned, 1026, kOutOfRange)                 \
  /* 2xxx: catalog */                                 \
  X(UnknownType, 2001, kInvalidArgument)              \
  X(UnknownField, 2002, kInvalidArgument)             \
  X(UnknownIndex, 2003, kInvalidArgument)             \
  X(UnknownBehaviour, 2004, kInvalidArgument)         \
  X(PackageMalformed, 2005, kInvalidArgument)         \
  X(PackageConflict, 2006, kFailedPrecondition)       \
  X(PackageMissing, 2007, kFailedPrecondition)        \
  X(CatalogChanged, 2008, kAborted)                   \
  X(DerivationMissing, 2009, kFailedPrecondition)     \
  X(PackageInUse, 2010, kFailedPrecondition)          \
  X(ForeignNamespace, 2011, kPermissionDenied)        \
  /* 3xxx: values, constraints, concurrency */        \
  X(WrongKind, 3001, kInvalidArgument)                \
  X(NotUtf8, 3002, kInvalidArgument)                  \
  X(TooLong, 3003, kInvalidArgument)                  \
  X(OutOfRange, 3004, kInvalidArgument)               \
  X(Required, 3005, kInvalidArgument)                 \
  X(NotAChoice, 3006, kInvalidArgument)               \
  X(Unique, 3007, kAlreadyExists)                     \
  X(RecordMissing, 3008, kNotFound)                   \
  X(ReferenceMissing, 3009, kFailedPrecondition)      \
  X(ReferenceWrongType, 3010, kInvalidArgument)       \
  X(StillReferenced, 3011, kFailedPrecondition)       \
  X(VersionConflict, 3012, kAborted)                  \
  X(IdempotencyMismatch, 3013, kFailedPrecondition)   \
  X(EffectiveInFuture, 3014, kInvalidArgument)        \
  X(FieldReadOnly, 3015, kInvalidArgument)            \
  X(PreconditionFailed, 3016, kFailedPrecondition)    \
  X(TooManyEffects, 3017, kFailedPrecondition)        \
  X(BatchMalformed, 3018, kInvalidArgument)           \
  X(ArithmeticOverflow, 3019, kOutOfRange)            \
  X(CurrencyMismatch, 3020, kInvalidArgument)         \
  X(NotVisible, 3021, kPermissionDenied)              \
  X(ExternalRefTaken, 3022, kAlreadyExists)           \
  X(PatternMismatch, 3023, kInvalidArgument)          \
  X(NotATransition, 3024, kFailedPrecondition)        \
  X(NotAllowed, 3025, kPermissionDenied)              \
  X(CheckFailed, 3026, kFailedPrecondition)           \
  X(EdgeTaken, 3040, kAlreadyExists)                  \
  X(Cycle, 3041, kFailedPrecondition)                 \
  /* 4xxx: queries and expressions */                 \
  X(ExpressionMalformed, 4001, kInvalidArgument)      \
  X(EndOfCursor, 4002, kOutOfRange)                   \
  X(CostExceeded, 4003, kResourceExhausted)           \
  X(QueryMalformed, 4004, kInvalidArgument)           \
  /* 5xxx: processes (pipelines, moves) */            \
  X(NotPipelined, 5001, kInvalidArgument)             \
  X(UnknownPipeline, 5002, kInvalidArgument)          \
  X(UnknownStage, 5003, kInvalidArgument)             \
  X(StageArchived, 5004, kFailedPrecondition)         \
  /* 6xxx: insight */                                 \
  X(NotEnoughData, 6001, kFailedPrecondition)         \
  /* 7xxx: exchange */                                \
  X(FileUnreadable, 7001, kNotFound)                  \
  X(MappingMalformed, 7002, kInvalidArgument)         \
  X(RowRejected, 7003, kInvalidArgument)              \
  X(LinesMalformed, 7004, kInvalidArgument)           \
  /* 9xxx: the caller's use of the interface */       \
  X(NullHandle, 9001, kInvalidArgument)               \
  X(BadOptions, 9002, kInvalidArgument)               \
  X(LimitExceeded, 9003, kInvalidArgument)            \
  X(Internal, 9004, kInternal)

enum class Reason : int32_t {
#define KITH_REASON_ENUM(name, number, code) k##name = number,
  KITH_REASONS(KITH_REASON_ENUM)
#undef KITH_REASON_ENUM
};

// The canonical code that goes with a reason.
[[nodiscard]] absl::StatusCode CodeOf(Reason reason);

// "Unique" for kUnique; "Unknown(77)" is never returned: an unlisted number gives "None".
[[nodiscard]] std::string_view NameOf(Reason reason);

}  // namespace kith

#endif  // KITH_BASE_REASON_H_
