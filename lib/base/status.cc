#include "kith/base/status.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "base/text_internal.h"
#include "kith/base/packed.h"

namespace kith {
namespace {

constexpr absl::string_view kPayloadUrl = "kith/error";
constexpr size_t kValueBytes = 80;

// The payload: the details and the size of the bare message, which the status' message begins with.
struct Payload {
  ErrorInfo info;
  size_t message_size = 0;
};

std::string Encode(const Payload& payload) {
  std::string out;
  PackedWriter writer(out);
  writer.Varint(payload.message_size);
  writer.Signed(static_cast<int32_t>(payload.info.reason));
  writer.Text(payload.info.type);
  writer.Varint(payload.info.record.value());
  writer.Text(payload.info.field);
  writer.Text(payload.info.value);
  writer.Text(payload.info.hint);
  writer.Signed(payload.info.os_error);
  writer.Signed(payload.info.change);
  return out;
}

std::optional<Payload> Decode(const Status& status) {
  const absl::optional<absl::Cord> stored = status.GetPayload(kPayloadUrl);
  if (!stored.has_value()) return std::nullopt;
  const std::string bytes(*stored);
  PackedReader reader(bytes);
  Payload payload;
  payload.message_size = reader.Varint();
  payload.info.reason = static_cast<Reason>(reader.Signed());
  payload.info.type = reader.Text();
  payload.info.record = Id(reader.Varint());
  payload.info.field = reader.Text();
  payload.info.value = reader.Text();
  payload.info.hint = reader.Text();
  payload.info.os_error = static_cast<int>(reader.Signed());
  payload.info.change = reader.Signed();
  if (!reader.done()) return std::nullopt;
  return payload;
}

void AppendPart(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() ? "" : ", ";
  out += name;
  out += ' ';
  out += value;
}

std::string RecordText(Id record) {
  if (record.is_local()) return "new#" + std::to_string(record.local_index());
  return std::to_string(record.value());
}

// "[type opportunity, record 123, field amount, value "abc"]" of what is known; empty when nothing is.
std::string RenderContext(const ErrorInfo& info) {
  std::string parts;
  if (!info.type.empty()) AppendPart(parts, "type", info.type);
  if (!info.record.is_null()) AppendPart(parts, "record", RecordText(info.record));
  if (!info.field.empty()) AppendPart(parts, "field", info.field);
  if (!info.value.empty()) AppendPart(parts, "value", '"' + info.value + '"');
  if (info.change >= 0) AppendPart(parts, "change", std::to_string(info.change));
  if (info.os_error != 0) AppendPart(parts, "errno", std::to_string(info.os_error));
  return parts.empty() ? parts : " [" + parts + "]";
}

Status Build(StatusCode code, std::string_view message, ErrorInfo info) {
  info.value = base_internal::Shorten(base_internal::OneLine(info.value), kValueBytes);
  info.type = base_internal::OneLine(info.type);
  info.field = base_internal::OneLine(info.field);
  std::string text = base_internal::OneLine(message);
  const size_t message_size = text.size();
  text += RenderContext(info);
  Status status(code, absl::string_view(text.data(), text.size()));
  status.SetPayload(kPayloadUrl, absl::Cord(Encode({std::move(info), message_size})));
  return status;
}

template <typename T>
void FillIn(T& member, const T& from, const T& empty) {
  if (member == empty) member = from;
}

}  // namespace

Status MakeError(ErrorInfo info, std::string_view message) {
  const StatusCode code = CodeOf(info.reason);
  return Build(code, message, std::move(info));
}

Status MakeError(Reason reason, std::string_view message) {
  ErrorInfo info;
  info.reason = reason;
  return MakeError(std::move(info), message);
}

ErrorInfo GetErrorInfo(const Status& status) {
  std::optional<Payload> payload = Decode(status);
  return payload.has_value() ? std::move(payload->info) : ErrorInfo{};
}

Reason GetReason(const Status& status) { return GetErrorInfo(status).reason; }

Status WithContext(const Status& status, const ErrorInfo& info) {
  if (status.ok()) return status;
  const ErrorInfo empty;
  ErrorInfo merged = GetErrorInfo(status);
  FillIn(merged.reason, info.reason, empty.reason);
  FillIn(merged.type, info.type, empty.type);
  FillIn(merged.record, info.record, empty.record);
  FillIn(merged.field, info.field, empty.field);
  FillIn(merged.value, info.value, empty.value);
  FillIn(merged.hint, info.hint, empty.hint);
  FillIn(merged.os_error, info.os_error, empty.os_error);
  FillIn(merged.change, info.change, empty.change);
  return Build(status.code(), MessageOf(status), std::move(merged));
}

std::string_view MessageOf(const Status& status) {
  const absl::string_view whole = status.message();
  const std::optional<Payload> payload = Decode(status);
  const size_t size = payload.has_value() && payload->message_size <= whole.size() ? payload->message_size : whole.size();
  return {whole.data(), size};
}

}  // namespace kith
