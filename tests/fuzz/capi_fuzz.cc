// Calls of the C ABI in any order, with handles that are live, freed, NULL or of another kind: each gives a code, an error exactly when it
// fails, and a result exactly when it does not.
//
// Input: a byte chooses a call, the next ones its handles, numbers and texts.
#include <kith.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr size_t kCalls = 4000;  // of one input; a temporary database makes them slow
constexpr std::array<const char*, 16> kNames = {
    "account",  "opportunity", "name",    "amount",    "owner",      "stage", "default", "default/proposal",
    "industry", "created",     "nothing", "employees", "close_date", "",      "\xff",    "kith.crm"};
constexpr std::array<std::string_view, 10> kTexts = {"",
                                                     "text",
                                                     R"({"from": "account", "select": ["name"], "limit": 3})",
                                                     R"({"changes": []})",
                                                     R"({"changes": [{"op": "create", "type": "account"}]})",
                                                     "[",
                                                     "{\"from\": 1}",
                                                     "name == 'x'",
                                                     "\xc3\x28",
                                                     R"x({"from": "opportunity", "where": "amount > money('1', 'CNY')"})x"};

// Handles of one kind as a host may hold them: in a few places, freed ones included.
template <typename T, void (*FreeHandle)(T*)>
class Places {
 public:
  ~Places() {
    for (T* handle : handles_) FreeHandle(handle);
  }
  T* Get(uint8_t place) const { return handles_[place % handles_.size()]; }
  // What a call has returned; what stood there is freed before, and stays where it is if the call fails.
  void Put(uint8_t place, T* handle) {
    if (handle == nullptr) return;
    T*& at = handles_[place % handles_.size()];
    FreeHandle(at);
    at = handle;
  }
  void Free(uint8_t place) { FreeHandle(Get(place)); }  // and it is used on

 private:
  std::array<T*, 3> handles_{};
};

class Host {
 public:
  explicit Host(std::string_view input) : input_(input) {
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.temporary = 1;
    kith_db* db = nullptr;
    const kith_code code = kith_db_open({nullptr, 0}, &options, &db, &error_);
    Check(code, db != nullptr);
    dbs_.Put(0, db);
  }

  void Run() {
    for (size_t i = 0; i < kCalls && !input_.empty(); ++i) Step();
  }

 private:
  uint8_t Byte() {
    if (input_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(input_[0]);
    input_.remove_prefix(1);
    return byte;
  }
  const char* Name() {
    const uint8_t byte = Byte();
    return byte == 255 ? nullptr : kNames[byte % kNames.size()];
  }
  // A text of the list, one of the input, or one that is none.
  kith_str Text() {
    const uint8_t byte = Byte();
    if (byte == 255) return {nullptr, 7};
    if (byte < 200) {
      const std::string_view text = kTexts[byte % kTexts.size()];
      return {text.data(), text.size()};
    }
    const std::string_view text = input_.substr(0, byte - 200U);
    input_.remove_prefix(text.size());
    return {text.data(), text.size()};
  }
  kith_id Id() {
    const uint8_t byte = Byte();
    if (byte < 128) return ids_[byte % ids_.size()];
    return byte < 160 ? byte : uint64_t{byte} << 56 | byte;
  }
  kith_ref Ref() {
    const uint8_t byte = Byte();
    return byte < 128 ? kith_ref_id(Id()) : kith_ref_ext(byte < 240 ? "app" : nullptr, Name());
  }
  void Keep(kith_id id) { ids_[next_++ % ids_.size()] = id; }

  // What every call promises.
  void Check(kith_code code, bool result) {
    if (code < 0 || code > 16 || (code == KITH_OK) != result) std::abort();
    // Not found and the end of something are told by the code alone.
    if (code == KITH_OK && error_ != nullptr) std::abort();
    if (error_ != nullptr && kith_error_code(error_) != code) std::abort();
    kith_error_free(error_);
    error_ = nullptr;
  }
  void Check(kith_code code) { Check(code, code == KITH_OK); }
  void CheckText(kith_code code, kith_text* text) {
    Check(code, text != nullptr);
    static_cast<void>(kith_text_str(text));
    kith_text_free(text);
  }
  // A handle of the wrong kind, now and then.
  template <typename T>
  T* Mixed(T* handle) {
    return Byte() == 254 ? reinterpret_cast<T*>(batches_.Get(Byte())) : handle;
  }

  void Step() {
    switch (Byte() % 8) {
      case 0:
        return Open();
      case 1:
      case 2:
        return Fill();
      case 3:
        return Apply();
      case 4:
        return Read();
      case 5:
        return Query();
      case 6:
        return Insight();
      default:
        return Free();
    }
  }

  void Open() {
    kith_snapshot* snapshot = nullptr;
    kith_batch* batch = nullptr;
    kith_text* text = nullptr;
    kith_db* db = Mixed(dbs_.Get(Byte()));
    switch (Byte() % 6) {
      case 0: {
        const kith_code code = kith_db_read(db, nullptr, &snapshot, &error_);
        Check(code, snapshot != nullptr);
        return snapshots_.Put(Byte(), snapshot);
      }
      case 1: {
        const kith_code code = kith_batch_new(db, Ref(), Text(), &batch, &error_);
        Check(code, batch != nullptr);
        return batches_.Put(Byte(), batch);
      }
      case 2: {
        const kith_code code = kith_batch_from_json(db, Text(), &batch, &error_);
        Check(code, batch != nullptr);
        return batches_.Put(Byte(), batch);
      }
      case 3: {
        const kith_code code = kith_db_ensure(db, Text(), Text(), Byte() % 2, &text, &error_);
        return CheckText(code, text);
      }
      case 4: {
        const kith_code code = kith_db_catalog(db, &text, &error_);
        return CheckText(code, text);
      }
      default:
        return Check(kith_snapshot_renew(Mixed(snapshots_.Get(Byte())), &error_));
    }
  }

  void Fill() {
    kith_batch* batch = Mixed(batches_.Get(Byte()));
    switch (Byte() % 8) {
      case 0:
        return Keep(kith_batch_create(batch, Name()));
      case 1:
        return Keep(kith_batch_upsert(batch, Name(), Ref()));
      case 2:
        return kith_batch_set_text(batch, Id(), Name(), Text());
      case 3:
        return kith_batch_set_money(batch, Id(), Name(), Byte() - 128, Byte() % 2 == 0 ? "CNY" : Name());
      case 4:
        return Keep(kith_batch_move(batch, Id(), Name()));
      case 5:
        return kith_batch_delete(batch, Id());
      case 6:
        return kith_batch_set_null(batch, Id(), Name());
      default:
        return kith_batch_set_int(batch, Id(), Name(), INT64_MIN + Byte());
    }
  }

  void Apply() {
    kith_outcome* outcome = nullptr;
    kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
    const uint8_t flags = Byte();
    options.dry_run = flags % 2;
    if (flags >= 128) options.idempotency_key = Text();
    if (flags >= 250) options.struct_size = flags;
    const kith_code code = kith_db_apply(dbs_.Get(0), Mixed(batches_.Get(Byte())), flags % 4 == 3 ? nullptr : &options, &outcome, &error_);
    Check(code, outcome != nullptr);
    Keep(kith_outcome_id(outcome, Id()));
    kith_outcome_free(outcome);
  }

  void Read() {
    kith_snapshot* snapshot = Mixed(snapshots_.Get(Byte()));
    kith_text* text = nullptr;
    kith_view view{};
    kith_value value{};
    kith_id id = 0;
    switch (Byte() % 6) {
      case 0:
        Check(kith_snapshot_find(snapshot, Name(), Ref(), &id, &error_));
        return Keep(id);
      case 1: {
        const kith_code code = kith_snapshot_get(snapshot, Id(), &view, &error_);
        Check(code);
        if (code == KITH_OK) Check(kith_snapshot_value_named(snapshot, &view, Name(), &value, &error_));
        return;
      }
      case 2: {
        const kith_code code = kith_snapshot_record_json(snapshot, Id(), &text, &error_);
        return CheckText(code, text);
      }
      case 3: {
        const kith_code code = kith_snapshot_history(snapshot, Id(), &text, &error_);
        return CheckText(code, text);
      }
      case 4: {
        const kith_code code = kith_snapshot_record_json_as_of(snapshot, Id(), INT64_MAX - Byte() % 2, INT64_MIN + Byte(), &text, &error_);
        return CheckText(code, text);
      }
      default: {
        const kith_code code = kith_snapshot_external_refs(snapshot, Id(), &text, &error_);
        return CheckText(code, text);
      }
    }
  }

  void Query() {
    kith_snapshot* snapshot = Mixed(snapshots_.Get(Byte()));
    switch (Byte() % 4) {
      case 0: {
        kith_query* query = nullptr;
        const kith_code code = kith_query_prepare(snapshot, Text(), &query, &error_);
        Check(code, query != nullptr);
        return queries_.Put(Byte(), query);
      }
      case 1: {
        kith_rows* rows = nullptr;
        const kith_code code = kith_query_run(Mixed(queries_.Get(Byte())), snapshot, Text(), nullptr, &rows, &error_);
        Check(code, rows != nullptr);
        return rows_.Put(Byte(), rows);
      }
      case 2: {
        const kith_value* values = nullptr;
        const kith_id* ids = nullptr;
        size_t count = 0;
        Check(kith_rows_next(Mixed(rows_.Get(Byte())), Byte(), &values, &ids, &count, &error_));
        for (size_t i = 0; i < count; ++i) Keep(ids[i]);
        return;
      }
      default: {
        kith_text* text = nullptr;
        const kith_code code = kith_rows_token(rows_.Get(Byte()), &text, &error_);
        return CheckText(code, text);
      }
    }
  }

  void Insight() {
    kith_funnel* funnel = nullptr;
    kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
    const uint8_t flags = Byte();
    if (flags >= 128) options.more = Text();
    const kith_code code =
        kith_snapshot_funnel(Mixed(snapshots_.Get(Byte())), Name(), flags % 2 == 0 ? nullptr : &options, &funnel, &error_);
    Check(code, funnel != nullptr);
    kith_funnel_summary summary{};
    kith_funnel_get_summary(funnel, &summary);
    kith_funnel_free(funnel);
  }

  void Free() {
    const uint8_t place = Byte();
    switch (Byte() % 5) {
      case 0:
        return batches_.Free(place);
      case 1:
        return snapshots_.Free(place);
      case 2:
        return queries_.Free(place);
      case 3:
        return rows_.Free(place);
      default:
        return kith_error_free(reinterpret_cast<kith_error*>(batches_.Get(place)));  // of another kind: nothing happens
    }
  }

  std::string_view input_;
  kith_error* error_ = nullptr;
  std::array<kith_id, 8> ids_{};
  size_t next_ = 0;
  Places<kith_db, kith_db_free> dbs_;
  Places<kith_batch, kith_batch_free> batches_;
  Places<kith_snapshot, kith_snapshot_free> snapshots_;
  Places<kith_query, kith_query_free> queries_;
  Places<kith_rows, kith_rows_free> rows_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Host host({reinterpret_cast<const char*>(data), size});
  host.Run();
  return 0;
}
