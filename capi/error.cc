// Errors, texts, versions, small constructors.
#include <array>

#include "objects.h"

namespace kith::capi {
namespace {

struct Immortal {
  std::shared_ptr<ErrorObject> object;
  kith_error* handle;
};
// Made at load time, when memory is there, and never freed.
const Immortal* const kOutOfMemory = [] {  // NOLINT(bugprone-throwing-static-initialization)
  auto object = std::make_shared<ErrorObject>();
  object->code = KITH_RESOURCE_EXHAUSTED;
  object->info.reason = Reason::kOutOfMemory;
  object->info.hint = "free memory and try again";
  object->message = "out of memory";
  return new Immortal{object, Wrap<kith_error>(object)};
}();

constexpr std::array<const char*, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

kith_str TextOf(const kith_error* error, std::string ErrorInfo::*member) {
  const ErrorObject* object = Peek(error);
  return object == nullptr ? kith_str{nullptr, 0} : FromText(object->info.*member);
}

}  // namespace

kith_error* OutOfMemoryError() noexcept { return kOutOfMemory->handle; }

kith_error* NewError(const Status& status) noexcept {
  try {
    auto object = std::make_shared<ErrorObject>();
    object->code = static_cast<kith_code>(status.code());
    object->info = GetErrorInfo(status);
    object->message.assign(status.message().data(), status.message().size());
    if (object->message.empty()) object->message = kCodeNames[static_cast<size_t>(object->code)];
    return Wrap<kith_error>(std::move(object));
  } catch (...) {
    return OutOfMemoryError();
  }
}

kith_code Report(const Status& status, kith_error** err) noexcept {
  bool bare = status.message().empty() && (status.code() == StatusCode::kNotFound || status.code() == StatusCode::kOutOfRange);
  if (err != nullptr && !bare) *err = NewError(status);
  return static_cast<kith_code>(status.code());
}

StatusOr<std::string_view> Text(kith_str text, std::string_view what) {
  if (text.data == nullptr && text.size != 0) {
    return MakeError(Reason::kBadOptions, std::string(what) + " has a size but no data");
  }
  return std::string_view(text.data == nullptr ? "" : text.data, text.size);
}

StatusOr<std::string_view> Name(const char* name, std::string_view what) {
  if (name == nullptr) return MakeError(Reason::kBadOptions, std::string(what) + " is NULL");
  return std::string_view(name);
}

StatusOr<Ref> ToRef(kith_ref ref, std::string_view what) {
  KITH_ASSIGN_OR_RETURN(std::string_view system, Text(ref.system, what));
  KITH_ASSIGN_OR_RETURN(std::string_view key, Text(ref.key, what));
  if (ref.id != 0) return Ref(Id(ref.id));
  return Ref(system, key);
}

Status Required(const void* out, std::string_view what) {
  if (out != nullptr) return absl::OkStatus();
  return MakeError(Reason::kBadOptions, std::string(what) + " is NULL; it receives the result");
}

}  // namespace kith::capi

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

extern "C" {

uint32_t kith_version(void) { return KITH_VERSION_MAJOR << 16 | KITH_VERSION_MINOR << 8 | KITH_VERSION_PATCH; }
uint32_t kith_abi_version(void) { return KITH_ABI_VERSION; }
const char* kith_build_info(void) {
  return "kith "
#define KITH_TO_TEXT_INNER(x) #x
#define KITH_TO_TEXT(x) KITH_TO_TEXT_INNER(x)
      KITH_TO_TEXT(KITH_VERSION_MAJOR) "." KITH_TO_TEXT(KITH_VERSION_MINOR) "." KITH_TO_TEXT(KITH_VERSION_PATCH) " " __VERSION__;
}

kith_str kith_str_from_cstr(const char* text) { return {text, text == nullptr ? 0 : std::strlen(text)}; }
kith_ref kith_ref_id(kith_id id) { return {id, {nullptr, 0}, {nullptr, 0}}; }
kith_ref kith_ref_ext(const char* system, const char* key) { return {0, kith_str_from_cstr(system), kith_str_from_cstr(key)}; }

const char* kith_code_name(kith_code code) { return code >= 0 && code <= 16 ? kCodeNames[static_cast<size_t>(code)] : "UNKNOWN"; }
const char* kith_reason_name(kith_reason reason) { return kith::NameOf(static_cast<kith::Reason>(reason)).data(); }

kith_code kith_error_code(const kith_error* error) {
  const ErrorObject* object = Peek(error);
  return object == nullptr ? KITH_OK : object->code;
}
kith_reason kith_error_reason(const kith_error* error) {
  const ErrorObject* object = Peek(error);
  return object == nullptr ? 0 : static_cast<kith_reason>(object->info.reason);
}
kith_str kith_error_message(const kith_error* error) {
  const ErrorObject* object = Peek(error);
  return object == nullptr ? kith_str{nullptr, 0} : FromText(object->message);
}
kith_str kith_error_hint(const kith_error* error) { return TextOf(error, &kith::ErrorInfo::hint); }
kith_str kith_error_type(const kith_error* error) { return TextOf(error, &kith::ErrorInfo::type); }
kith_str kith_error_field(const kith_error* error) { return TextOf(error, &kith::ErrorInfo::field); }
kith_str kith_error_value(const kith_error* error) { return TextOf(error, &kith::ErrorInfo::value); }
kith_id kith_error_record(const kith_error* error) {
  const ErrorObject* object = Peek(error);
  return object == nullptr ? 0 : object->info.record.value();
}
int64_t kith_error_change(const kith_error* error) {
  const ErrorObject* object = Peek(error);
  return object == nullptr ? -1 : object->info.change;
}
int32_t kith_error_os_error(const kith_error* error) {
  const ErrorObject* object = Peek(error);
  return object == nullptr ? 0 : object->info.os_error;
}
void kith_error_free(kith_error* error) {
  if (error != OutOfMemoryError()) Drop(error);
}

kith_str kith_text_str(const kith_text* text) {
  const TextObject* object = Peek(text);
  return object == nullptr ? kith_str{"", 0} : kith_str{object->text.c_str(), object->text.size()};
}
void kith_text_free(kith_text* text) { Drop(text); }

}  // extern "C"
