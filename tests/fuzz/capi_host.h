// A host of the C ABI for its fuzzer: handles that are live, freed, NULL or of another kind; what every call promises; and calls whose
// arguments are made by their types.
#ifndef KITH_TESTS_FUZZ_CAPI_HOST_H_
#define KITH_TESTS_FUZZ_CAPI_HOST_H_

#include <kith.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "capi_input.h"

namespace kith::fuzz {

// --- handles

template <typename T>
inline constexpr void (*kFree)(T*) = nullptr;
template <>
inline constexpr void (*kFree<kith_db>)(kith_db*) = kith_db_free;
template <>
inline constexpr void (*kFree<kith_batch>)(kith_batch*) = kith_batch_free;
template <>
inline constexpr void (*kFree<kith_snapshot>)(kith_snapshot*) = kith_snapshot_free;
template <>
inline constexpr void (*kFree<kith_query>)(kith_query*) = kith_query_free;
template <>
inline constexpr void (*kFree<kith_rows>)(kith_rows*) = kith_rows_free;
template <>
inline constexpr void (*kFree<kith_cursor>)(kith_cursor*) = kith_cursor_free;
template <>
inline constexpr void (*kFree<kith_range>)(kith_range*) = kith_range_free;
template <>
inline constexpr void (*kFree<kith_outcome>)(kith_outcome*) = kith_outcome_free;
template <>
inline constexpr void (*kFree<kith_funnel>)(kith_funnel*) = kith_funnel_free;
template <>
inline constexpr void (*kFree<kith_forecast>)(kith_forecast*) = kith_forecast_free;
template <>
inline constexpr void (*kFree<kith_text>)(kith_text*) = kith_text_free;

template <typename T>
concept Handle = std::is_class_v<T> && kFree<T>
!= nullptr;

// Handles of one kind as a host may hold them: in a few places, freed ones included.
template <Handle T>
class Places {
 public:
  Places() = default;
  ~Places() { Clear(); }
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  // A live one, or what stands in any of the places.
  T* Get(uint8_t byte) const {
    if (byte >= 200) return handles_[byte % handles_.size()];
    for (size_t i = 0; i < handles_.size(); ++i) {
      const size_t place = (byte + i) % handles_.size();
      if (live_[place]) return handles_[place];
    }
    return nullptr;
  }
  // What a call has returned; what stood there is freed before.
  void Put(uint8_t byte, T* handle) {
    const size_t place = byte % handles_.size();
    kFree<T>(handles_[place]);
    handles_[place] = handle;
    live_[place] = handle != nullptr;
  }
  void Free(uint8_t byte) {  // and it is used on
    kFree<T>(handles_[byte % handles_.size()]);
    live_[byte % handles_.size()] = false;
  }
  void Clear() {
    for (uint8_t place = 0; place < handles_.size(); ++place) Put(place, nullptr);
  }

 private:
  std::array<T*, 3> handles_{};
  std::array<bool, 3> live_{};
};

using AllPlaces =
    std::tuple<Places<kith_db>, Places<kith_batch>, Places<kith_snapshot>, Places<kith_query>, Places<kith_rows>, Places<kith_cursor>,
               Places<kith_range>, Places<kith_outcome>, Places<kith_funnel>, Places<kith_forecast>, Places<kith_text>>;

// --- the host

struct Host : Input {
  explicit Host(std::string_view bytes) : Input(bytes) {}
  ~Host() { kith_error_free(error); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  template <Handle T>
  Places<T>& Of() {
    return std::get<Places<T>>(places);
  }
  // What a host begins with, so that the first call has something to work on.
  void Start(kith_str path, const kith_open_options& options) {
    kith_db* db = nullptr;
    kith_snapshot* snapshot = nullptr;
    kith_batch* batch = nullptr;
    Begin("start", {});
    const bool begun = kith_db_open(path, &options, &db, &error) == KITH_OK && kith_db_read(db, nullptr, &snapshot, &error) == KITH_OK &&
                       kith_batch_new(db, {}, {}, &batch, &error) == KITH_OK;
    if (!begun) Fail(kith_error_message(error).data);
    Of<kith_db>().Put(0, db);
    Of<kith_snapshot>().Put(0, snapshot);
    Of<kith_batch>().Put(0, batch);
  }
  void Begin(const char* name, const Words& apt) {
    call = name;
    words = apt;
    named = 0;
    texts.clear();
  }

  // One of another kind, now and then.
  template <Handle T>
  T* Get() {
    const uint8_t byte = Byte();
    return byte == 254 ? reinterpret_cast<T*>(Of<kith_batch>().Get(Byte())) : Of<T>().Get(byte);
  }

  // Texts live until the next call.
  const char* CString() {
    const uint8_t byte = Byte();
    const std::string_view apt = NthList(words.names, named++);
    return byte == 255 ? nullptr : texts.emplace_back(Input::Name({.names = apt, .members = {}})).c_str();
  }
  kith_str Str() {
    if (Byte() == 255) return {nullptr, 7};
    const std::string& text = texts.emplace_back(Input::Text(words));
    return {text.data(), text.size()};
  }
  kith_bytes Blob() {
    const kith_str text = Str();
    return {reinterpret_cast<const uint8_t*>(text.data), text.size};
  }
  kith_ref Ref() { return Byte() < 128 ? kith_ref_id(Id()) : kith_ref_ext(Byte() < 250 ? "app" : nullptr, CString()); }
  kith_value Value() {
    switch (Byte() % 12) {
      case 0:
        return kith_value_null();
      case 1:
        return kith_value_bool(Byte());
      case 2:
        return kith_value_int(Number());
      case 3:
        return kith_value_double(Real());
      case 4:
        return kith_value_text(Str());
      case 5:
        return kith_value_money(Number(), CString());
      case 6:
        return kith_value_time(Number());
      case 7:
        return kith_value_date(static_cast<int32_t>(Number()));
      case 8:
        return kith_value_ref(Id());
      case 9:
        return kith_value_choice(Str());
      default: {
        kith_value value{};
        value.kind = Byte() % 20 - 2;
        value.scale = Byte() % 30 - 5;
        value.number = Number();
        value.text = Str();
        return value;
      }
    }
  }

  // What every call promises.
  void Check(kith_code code, bool result) {
    static const bool trace = std::getenv("KITH_FUZZ_TRACE") != nullptr;
    const kith_str message = kith_error_message(error);
    if (trace) std::fprintf(stderr, "%s: %s %.*s\n", call, kith_code_name(code), static_cast<int>(message.size), message.data);
    if (code < 0 || code > 16) Fail("a code that is none");
    if ((code == KITH_OK) != result) Fail(result ? "a result beside an error" : "no result");
    // Not found and the end of something are told by the code alone.
    if (code == KITH_OK && error != nullptr) Fail("an error beside a result");
    if (error != nullptr && kith_error_code(error) != code) Fail("an error of another code");
    if (error != nullptr && kith_error_message(error).size == 0) Fail("an error that says nothing");
    for (const kith_str text : {kith_error_message(error), kith_error_hint(error), kith_error_field(error), kith_error_value(error)})
      Read(text);
    kith_error_free(std::exchange(error, nullptr));
  }
  void Check(kith_code code) { Check(code, code == KITH_OK); }
  [[noreturn]] void Fail(const char* what) const {
    std::fprintf(stderr, "%s: %s\n", call, what);
    std::abort();
  }
  // Every byte is there.
  static void Read(kith_str text) {
    static volatile unsigned sum = 0;
    for (size_t i = 0; i < text.size; ++i) sum = sum + static_cast<unsigned char>(text.data[i]);
  }
  static void Read(const kith_value& value) { Read(value.text); }

  AllPlaces places;
  Words words;
  size_t named = 0;  // parameters of the call that were names
  const char* call = "";
  std::deque<std::string> texts;
  kith_error* error = nullptr;
};

// --- arguments by the types of parameters: what a call is given, whether its result agrees with its code, what is kept of it

// What only goes in.
template <typename P>
struct In {
  P value;
  P Get() { return value; }
  [[nodiscard]] static bool Agrees(bool /*ok*/) { return true; }
  static void Take(Host& /*host*/) {}
};

template <typename P>
struct Argument : In<P> {
  explicit Argument(Host& host) : In<P>{Make(host, static_cast<P*>(nullptr))} {}

 private:
  static uint8_t Make(Host& host, uint8_t*) { return host.Byte() % 3; }
  static uint64_t Make(Host& host, uint64_t*) { return host.Id(); }  // ids are numbers too
  static double Make(Host& host, double*) { return host.Real(); }
  template <std::integral T>
  static T Make(Host& host, T*) {
    return static_cast<T>(host.Number());
  }
  static const char* Make(Host& host, const char**) { return host.CString(); }
  static kith_str Make(Host& host, kith_str*) { return host.Str(); }
  static kith_bytes Make(Host& host, kith_bytes*) { return host.Blob(); }
  static kith_ref Make(Host& host, kith_ref*) { return host.Ref(); }
  static kith_value Make(Host& host, kith_value*) { return host.Value(); }
  static kith_as_of Make(Host& host, kith_as_of*) { return {.effective = host.Number(), .recorded = host.Number()}; }
  template <Handle T>
  static T* Make(Host& host, T**) {
    return host.Get<T>();
  }
  template <Handle T>
  static const T* Make(Host& host, const T**) {
    return host.Get<T>();
  }
};

template <>
struct Argument<kith_error**> : In<kith_error**> {
  explicit Argument(Host& host) : In{host.Byte() == 255 ? nullptr : &host.error} {}
};

// A new handle.
template <Handle T>
struct Argument<T**> {
  bool asked;
  uint8_t place;
  T* made = nullptr;
  explicit Argument(Host& host) : asked(host.Byte() != 255), place(host.Byte()) {}
  T** Get() { return asked ? &made : nullptr; }
  [[nodiscard]] bool Agrees(bool ok) const { return !asked || (made != nullptr) == ok; }
  void Take(Host& host) {
    if (made == nullptr) return;
    if constexpr (std::is_same_v<T, kith_text>) Host::Read(kith_text_str(made));
    host.Of<T>().Put(place, made);
  }
};

// A number or a struct that the call fills.
template <typename T>
concept Filled = !std::is_const_v<T> && !Handle<T>;

template <Filled T>
struct Argument<T*> {
  bool asked;
  T value{};
  explicit Argument(Host& host) : asked(host.Byte() != 255) {
    if constexpr (requires { value.struct_size; }) value.struct_size = sizeof(T);
  }
  T* Get() { return asked ? &value : nullptr; }
  [[nodiscard]] static bool Agrees(bool /*ok*/) { return true; }
  void Take(Host& host) {
    if constexpr (std::is_same_v<T, kith_id>) host.Keep(value);
    if constexpr (requires { value.name; }) Host::Read(value.name);
  }
};

inline void Fill(Host& host, kith_viewer& viewer) {
  static constexpr uint32_t kUnits[] = {1, 7};
  static constexpr kith_str kRoles[] = {{"rep", 3}, {"manager", 7}};
  viewer.id = host.Id();
  viewer.units = kUnits;
  viewer.unit_count = host.Byte() % 3;
  viewer.roles = kRoles;
  viewer.role_count = host.Byte() % 3;
}
inline void Fill(Host& host, kith_apply_options& options) {
  static kith_viewer viewer = KITH_VIEWER_INIT;
  options.dry_run = host.Byte() % 2;
  options.timeout_us = host.Byte() < 250 ? 0 : 1;
  const uint8_t more = host.Byte();
  if (more > 100) options.idempotency_key = host.Str();
  if (more > 150) options.checkpoint = host.CString();
  if (more > 150) options.checkpoint_value = host.Blob();
  if (more > 200) options.vendor = host.CString();
  if (more % 2 == 1) Fill(host, viewer);
  if (more % 2 == 1) options.viewer = &viewer;
}
inline void Fill(Host& host, kith_erase_options& options) {
  options.dry_run = host.Byte() % 2;
  options.keep_shared = host.Byte() % 2;
  options.overwrite = host.Byte() % 2;
  options.actor = host.Ref();
  options.reason = host.Str();
}
inline void Fill(Host& host, kith_kind_options& options) {
  options.dry_run = host.Byte() % 2;
  options.drop = host.Byte() % 2;
  options.abandon = host.Byte() % 2;
  options.actor = host.Ref();
  options.reason = host.Str();
  options.currency = host.Str();
}
inline void Fill(Host& host, kith_query_options& options) {
  options.in_past = host.Byte() % 2;
  options.effective = host.Number();
  options.recorded = host.Number();
  options.time_limit_us = host.Byte();
  options.cost = host.Byte();
  options.after = kith_text_str(host.Get<kith_text>());
}
inline void Fill(Host& host, kith_search_options& options) {
  options.limit = static_cast<uint32_t>(host.Number());
  options.types = host.Str();
  options.reads = host.Byte();
  options.exact = host.Byte() % 2;
}
inline void Fill(Host& host, kith_walk_options& options) {
  options.direction = host.Byte() % 4;
  options.ever = host.Byte() % 2;
  options.at = host.Number();
  options.depth = static_cast<uint32_t>(host.Number());
  options.limit = static_cast<uint32_t>(host.Number());
  options.types = host.Str();
}
inline void Fill(Host& host, kith_insight_options& options) {
  options.strict = host.Byte() % 2;
  options.as_of = host.Byte() < 128 ? 0 : host.Number();
  options.owner = host.Byte() < 200 ? 0 : host.Id();
  if (host.Byte() < 30) options.currency[0] = static_cast<char>(host.Byte());
  options.level = host.Byte() < 200 ? 0 : host.Real();
  options.seed = host.Byte();
  options.more = host.Str();
}
inline void Fill(Host& host, kith_import_options& options) {
  options.dry_run = host.Byte() % 2;
  options.actor = host.Ref();
  options.problem_limit = host.Byte() % 5;
}
inline void Fill(Host& host, kith_import_lines_options& options) {
  options.ids = host.Byte() % 4;
  options.dry_run = host.Byte() % 2;
  options.drop_missing = host.Byte() % 2;
  options.source = host.Str();
  options.problem_limit = host.Byte() % 5;
}

template <typename T>
concept Options = requires(Host& host, T& options) {
  Fill(host, options);
};

template <Options T>
struct Argument<const T*> {
  struct Longer {  // as a later version of the library would have it
    T value{};
    std::array<uint8_t, 256> more{};
  };
  uint8_t how;
  Longer given;
  explicit Argument(Host& host) : how(host.Byte()) {
    if (how < 100) return;
    Fill(host, given.value);
    given.value.struct_size = how < 250 ? sizeof(T) : how;
    given.more[sizeof(T) % 8] = how == 255 ? 1 : 0;
  }
  const T* Get() const { return how < 100 ? nullptr : &given.value; }
  [[nodiscard]] static bool Agrees(bool /*ok*/) { return true; }
  static void Take(Host& /*host*/) {}
};

template <typename R, typename... P>
void Call(Host& host, R (*function)(P...)) {
  std::tuple<Argument<P>...> arguments{Argument<P>(host)...};
  std::apply(
      [&](auto&... argument) {
        if constexpr (std::is_same_v<R, kith_code>) {
          const kith_code code = function(argument.Get()...);
          host.Check(code, (argument.Agrees(code == KITH_OK) && ...) == (code == KITH_OK));
          if (!(argument.Agrees(code == KITH_OK) && ...)) host.Fail("a result that its code does not go with");
        } else if constexpr (std::is_same_v<R, kith_id>) {
          host.Keep(function(argument.Get()...));
        } else if constexpr (std::is_same_v<R, kith_str>) {
          Host::Read(function(argument.Get()...));
        } else {
          static_cast<void>(function(argument.Get()...));
        }
        (argument.Take(host), ...);
      },
      arguments);
}

template <auto function>
void Run(Host& host) {
  Call(host, function);
}

}  // namespace kith::fuzz

#endif  // KITH_TESTS_FUZZ_CAPI_HOST_H_
