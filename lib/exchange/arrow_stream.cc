#include "exchange/arrow_stream.h"

#include <cerrno>
#include <exception>
#include <new>
#include <utility>

namespace kith::exchange {
namespace {

struct Stream {
  std::unique_ptr<ArrowTable> table;
  ArrowCheck check;
  std::string error;
  int code = 0;  // of the error that ended it
  bool ended = false;
};

int ErrnoOf(StatusCode code) {
  switch (code) {
    case StatusCode::kCancelled:
      return ECANCELED;
    case StatusCode::kDeadlineExceeded:
      return ETIMEDOUT;
    case StatusCode::kResourceExhausted:
      return ENOMEM;
    case StatusCode::kDataLoss:
      return EIO;
    default:
      return EINVAL;
  }
}

int Fail(Stream& stream, const Status& status) {
  stream.error = MessageOf(status);
  return stream.code = ErrnoOf(status.code());
}

// Nothing is thrown over the C interface.
template <typename Body>
int Guarded(ArrowArrayStream* out, const Body& body) noexcept {
  auto& stream = *static_cast<Stream*>(out->private_data);
  try {
    const Status status = body(stream);
    return status.ok() ? 0 : Fail(stream, status);
  } catch (const std::bad_alloc&) {
    return stream.code = ENOMEM;
  } catch (const std::exception& error) {
    return Fail(stream, MakeError(Reason::kInternal, error.what()));
  }
}

// All arrays of all columns as the fields of one struct.
ArrowType StructOf(ArrowTable& table) {
  ArrowType type{.name = "", .format = "+s"};
  for (ArrowColumn& column : table.columns()) {
    for (const ArrowBuilder& array : column.arrays()) type.children.push_back(array.type());
  }
  return type;
}

int GetSchema(ArrowArrayStream* out, ArrowSchema* schema) {
  return Guarded(out, [schema](Stream& stream) {
    ToSchema(StructOf(*stream.table), schema);
    return Status();
  });
}

void FinishBatch(ArrowTable& table, size_t rows, ArrowArray* batch) {
  std::vector<ArrowBuilder*> arrays;
  for (ArrowColumn& column : table.columns()) {
    for (ArrowBuilder& array : column.arrays()) arrays.push_back(&array);
  }
  FinishStruct(arrays, static_cast<int64_t>(rows), batch);
}

int GetNext(ArrowArrayStream* out, ArrowArray* batch) {
  *batch = {};
  const auto& before = *static_cast<const Stream*>(out->private_data);
  if (before.code != 0) return before.code;
  return Guarded(out, [batch](Stream& stream) -> Status {
    if (stream.ended) return {};
    if (stream.check) KITH_RETURN_IF_ERROR(stream.check());
    KITH_ASSIGN_OR_RETURN(const size_t rows, stream.table->Fill());
    stream.ended = rows == 0;
    if (rows > 0) FinishBatch(*stream.table, rows, batch);
    return {};
  });
}

const char* GetLastError(ArrowArrayStream* out) {
  const auto& stream = *static_cast<const Stream*>(out->private_data);
  return stream.code == 0 ? nullptr : stream.error.c_str();
}

void ReleaseStream(ArrowArrayStream* out) {
  delete static_cast<Stream*>(out->private_data);
  *out = {};
}

}  // namespace

void MakeStream(std::unique_ptr<ArrowTable> table, ArrowCheck check, ArrowArrayStream* out) {
  auto stream = std::make_unique<Stream>();
  stream->table = std::move(table);
  stream->check = std::move(check);
  *out = {GetSchema, GetNext, GetLastError, ReleaseStream, stream.release()};
}

}  // namespace kith::exchange
