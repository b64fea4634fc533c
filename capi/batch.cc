// Batches and what comes of applying them.
#include <climits>
#include <memory>

#include "access.h"
#include "kith/base/currency.h"
#include "kith/model/guide.h"
#include "kith/model/model.h"
#include "kith/query/segment.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

// Runs a setter on a live batch; a bad argument becomes the batch's error. An unknown handle is ignored: apply reports it.
template <typename Setter>
void With(kith_batch* batch, Setter&& setter) noexcept {
  BatchObject* object = Peek(batch);
  if (object == nullptr) return;
  try {
    kith::Status status = setter(object->batch);
    if (!status.ok()) object->batch.Fail(std::move(status));
  } catch (const std::bad_alloc&) {
    GuardVoid([&] { object->batch.Fail(kith::MakeError(kith::Reason::kOutOfMemory, "out of memory")); });
  } catch (const std::exception& e) {
    GuardVoid([&] { object->batch.Fail(kith::MakeError(kith::Reason::kInternal, e.what())); });
  }
}

using Setter = void (kith::Batch::*)(kith::Id, std::string_view, kith::Value);

// Gives a field what `read` makes of a caller's value, given the field's name. What it refuses names type, record and field, as what the
// batch refuses does; without `tells_field` the field stands in its message alone.
template <typename Read>
void SetRead(kith_batch* batch, kith_id target, const char* field, Read&& read, Setter setter = &kith::Batch::Set,
             bool tells_field = true) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(field, "field"));
    kith::StatusOr<kith::Value> value = read(name);
    if (!value.ok()) {
      const kith::catalog::TypeDef* type = b.catalog()->FindType(b.TypeOf(kith::Id(target)));
      const auto change = static_cast<int64_t>(b.empty() ? 0 : b.changes().size() - 1);
      return kith::WithContext(value.status(), {.type = type == nullptr ? std::string() : type->name,
                                                .record = kith::Id(target),
                                                .field = tells_field ? std::string(name) : std::string(),
                                                .change = change});
    }
    (b.*setter)(kith::Id(target), name, *std::move(value));
    return absl::OkStatus();
  });
}

void Set(kith_batch* batch, kith_id target, const char* field, kith::Value value) {
  SetRead(batch, target, field, [&](std::string_view) -> kith::StatusOr<kith::Value> { return std::move(value); });
}

kith::StatusOr<kith::Money> ToMoney(int64_t minor, const char* currency, std::string_view field) {
  KITH_ASSIGN_OR_RETURN(std::string_view code, Name(currency, "currency"));
  std::optional<kith::Currency> known = kith::CurrencyOfIso(code);
  if (!known) {
    kith::ErrorInfo info;
    info.reason = kith::Reason::kWrongKind;
    info.value = std::string(code.substr(0, 80));
    info.hint = "use three capital letters of ISO 4217, such as CNY";
    return kith::MakeError(std::move(info), "not a currency code, for " + std::string(field));
  }
  return kith::Money{minor, *known};
}

// Programs have known the error of a wrong currency without a field.
void SetMoney(kith_batch* batch, kith_id target, const char* field, int64_t minor, const char* currency, Setter setter) {
  const auto read = [&](std::string_view name) -> kith::StatusOr<kith::Value> { return ToMoney(minor, currency, name); };
  SetRead(batch, target, field, read, setter, /*tells_field=*/false);
}

kith::StatusOr<kith::ExternalRef> ToExternal(kith_ref ref) {
  KITH_ASSIGN_OR_RETURN(kith::Ref read, ToRef(ref, "external"));
  if (!read.is_external()) {
    return kith::MakeError(kith::Reason::kBadOptions, "an external reference needs a system and a key");
  }
  return std::move(read.external);
}

using Definer = kith::Id (kith::Batch::*)(std::string_view, const kith::ExternalRef&);
kith_id Define(kith_batch* batch, const char* type, kith_ref external, Definer definer) {
  kith_id result = 0;
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(kith::ExternalRef ref, ToExternal(external));
    result = (b.*definer)(name, ref).value();
    return absl::OkStatus();
  });
  return result;
}

// Made before a write: once that is done, nothing may fail that would hide it.
using OutcomeHandle = std::unique_ptr<kith_outcome, void (*)(kith_outcome*)>;
OutcomeHandle NewOutcome(bool wanted) {
  return {wanted ? Wrap<kith_outcome>(std::make_shared<OutcomeObject>()) : nullptr, kith_outcome_free};
}
kith_outcome* Filled(OutcomeHandle handle, kith::Outcome outcome, const kith::Batch& batch) {
  if (OutcomeObject* object = Peek(handle.get()); object != nullptr) *object = {std::move(outcome), batch.mark()};
  return handle.release();
}

kith_id MoveFor(kith_batch* batch, kith_id target, const char* stage_path, kith_str reason, kith::model::MoveCause cause) noexcept {
  kith_id result = 0;
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view path, Name(stage_path, "stage_path"));
    kith::model::MoveOptions options;
    options.cause = cause;
    KITH_ASSIGN_OR_RETURN(options.reason, Text(reason, "reason"));
    result = kith::model::Move(b, kith::Id(target), path, options).value();
    return absl::OkStatus();
  });
  return result;
}

}  // namespace

namespace kith::capi {

StatusOr<ApplyOptions> ToApplyOptions(const kith_apply_options* given) {
  KITH_ASSIGN_OR_RETURN(kith_apply_options read, ReadOptions(given, kith_apply_options KITH_APPLY_OPTIONS_INIT));
  ApplyOptions options;
  options.dry_run = read.dry_run != 0;
  if (read.timeout_us > INT64_MAX) return MakeError(Reason::kBadOptions, "timeout_us is too large");
  options.timeout = std::chrono::microseconds(static_cast<int64_t>(read.timeout_us));
  KITH_ASSIGN_OR_RETURN(options.idempotency_key, Text(read.idempotency_key, "idempotency_key"));
  if (read.checkpoint != nullptr) {
    options.checkpoint = read.checkpoint;
    KITH_ASSIGN_OR_RETURN(
        options.checkpoint_value,
        Text({reinterpret_cast<const char*>(read.checkpoint_value.data), read.checkpoint_value.size}, "checkpoint_value"));
  }
  if (read.vendor != nullptr) options.vendor = read.vendor;
  KITH_ASSIGN_OR_RETURN(options.viewer, ToViewer(read.viewer));
  return options;
}

}  // namespace kith::capi

extern "C" {

kith_code kith_batch_new(kith_db* db, kith_ref actor, kith_str reason, kith_batch** batch, kith_error** err) {
  Zero(batch);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(batch, "batch"));
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(kith::Ref who, ToRef(actor, "actor"));
    KITH_ASSIGN_OR_RETURN(std::string_view why, Text(reason, "reason"));
    KITH_ASSIGN_OR_RETURN(kith::Batch made, object->database->NewBatch(std::move(who), why));
    *batch = Wrap<kith_batch>(std::make_shared<BatchObject>(BatchObject{object->database, std::move(made)}));
    return absl::OkStatus();
  });
}

void kith_batch_free(kith_batch* batch) { Drop(batch); }

void kith_batch_clear(kith_batch* batch) {
  With(batch, [](kith::Batch& b) {
    b.Clear();
    return absl::OkStatus();
  });
}

kith_code kith_batch_status(const kith_batch* batch, kith_error** err) {
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(BatchObject * object, Use(batch));
    return object->batch.status();
  });
}

kith_id kith_batch_create(kith_batch* batch, const char* type) {
  kith_id result = 0;
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(type, "type"));
    result = b.Create(name).value();
    return absl::OkStatus();
  });
  return result;
}
kith_id kith_batch_create_ext(kith_batch* batch, const char* type, kith_ref external) {
  return Define(batch, type, external, &kith::Batch::Create);
}
kith_id kith_batch_upsert(kith_batch* batch, const char* type, kith_ref external) {
  return Define(batch, type, external, &kith::Batch::Upsert);
}
kith_id kith_batch_create_if_absent(kith_batch* batch, const char* type, kith_ref external) {
  return Define(batch, type, external, &kith::Batch::CreateIfAbsent);
}
kith_id kith_batch_existing(kith_batch* batch, const char* type, kith_ref ref) {
  kith_id result = 0;
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(kith::Ref read, ToRef(ref, "ref"));
    result = b.Resolve(name, read).value();
    return absl::OkStatus();
  });
  return result;
}

void kith_batch_set_null(kith_batch* batch, kith_id target, const char* field) { Set(batch, target, field, {}); }
void kith_batch_set_bool(kith_batch* batch, kith_id target, const char* field, uint8_t value) { Set(batch, target, field, value != 0); }
void kith_batch_set_int(kith_batch* batch, kith_id target, const char* field, int64_t value) { Set(batch, target, field, value); }
void kith_batch_set_double(kith_batch* batch, kith_id target, const char* field, double value) { Set(batch, target, field, value); }
void kith_batch_set_date(kith_batch* batch, kith_id target, const char* field, int32_t days) {
  Set(batch, target, field, kith::Date{days});
}
void kith_batch_set_time(kith_batch* batch, kith_id target, const char* field, int64_t micros) {
  Set(batch, target, field, kith::Time{micros});
}
void kith_batch_set_ref(kith_batch* batch, kith_id target, const char* field, kith_id ref) {
  Set(batch, target, field, ref == 0 ? kith::Value() : kith::Value(kith::Id(ref)));
}

void kith_batch_set_decimal(kith_batch* batch, kith_id target, const char* field, kith_str text) {
  SetRead(batch, target, field, [&](std::string_view) -> kith::StatusOr<kith::Value> {
    KITH_ASSIGN_OR_RETURN(std::string_view digits, Text(text, "text"));
    return kith::ParseDecimal(digits);
  });
}

void kith_batch_set_money(kith_batch* batch, kith_id target, const char* field, int64_t minor, const char* currency) {
  SetMoney(batch, target, field, minor, currency, &kith::Batch::Set);
}

void kith_batch_set_text(kith_batch* batch, kith_id target, const char* field, kith_str text) {
  SetRead(batch, target, field, [&](std::string_view) -> kith::StatusOr<kith::Value> { return Text(text, "text"); });
}

void kith_batch_set_texts(kith_batch* batch, kith_id target, const char* field, const kith_str* texts, size_t count) {
  SetRead(batch, target, field, [&](std::string_view) -> kith::StatusOr<kith::Value> {
    if (count != 0) KITH_RETURN_IF_ERROR(Required(texts, "texts"));
    kith::TextList list;
    for (size_t i = 0; i < count; ++i) {
      KITH_ASSIGN_OR_RETURN(std::string_view item, Text(texts[i], "texts"));
      list.emplace_back(item);
    }
    return list;
  });
}

void kith_batch_set_choice(kith_batch* batch, kith_id target, const char* field, const char* choice) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(field, "field"));
    KITH_ASSIGN_OR_RETURN(std::string_view value, Name(choice, "choice"));
    b.SetChoice(kith::Id(target), name, value);
    return absl::OkStatus();
  });
}

void kith_batch_set_choices(kith_batch* batch, kith_id target, const char* field, const char* const* choices, size_t count) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(field, "field"));
    if (count != 0) KITH_RETURN_IF_ERROR(Required(choices, "choices"));
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) {
      KITH_ASSIGN_OR_RETURN(std::string_view choice, Name(choices[i], "choices"));
      names.emplace_back(choice);
    }
    b.SetChoices(kith::Id(target), name, names);
    return absl::OkStatus();
  });
}

void kith_batch_set_bytes(kith_batch* batch, kith_id target, const char* field, kith_bytes bytes) {
  SetRead(batch, target, field, [&](std::string_view) -> kith::StatusOr<kith::Value> {
    KITH_ASSIGN_OR_RETURN(std::string_view data, Text({reinterpret_cast<const char*>(bytes.data), bytes.size}, "bytes"));
    return kith::Bytes{std::string(data)};
  });
}

void kith_batch_add_int(kith_batch* batch, kith_id target, const char* field, int64_t amount) {
  SetRead(
      batch, target, field, [&](std::string_view) -> kith::StatusOr<kith::Value> { return amount; }, &kith::Batch::Add);
}
void kith_batch_add_money(kith_batch* batch, kith_id target, const char* field, int64_t minor, const char* currency) {
  SetMoney(batch, target, field, minor, currency, &kith::Batch::Add);
}

void kith_batch_restore(kith_batch* batch, kith_id target) {
  With(batch, [&](kith::Batch& b) {
    b.Restore(kith::Id(target));
    return absl::OkStatus();
  });
}
void kith_batch_merge(kith_batch* batch, kith_id into, kith_id from) {
  With(batch, [&](kith::Batch& b) {
    b.Merge(kith::Id(into), kith::Id(from));
    return absl::OkStatus();
  });
}
void kith_batch_unmerge(kith_batch* batch, kith_id target) {
  With(batch, [&](kith::Batch& b) {
    b.Unmerge(kith::Id(target));
    return absl::OkStatus();
  });
}
void kith_batch_delete(kith_batch* batch, kith_id target) {
  With(batch, [&](kith::Batch& b) {
    b.Delete(kith::Id(target));
    return absl::OkStatus();
  });
}
void kith_batch_link(kith_batch* batch, kith_id target, kith_ref external) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(kith::ExternalRef ref, ToExternal(external));
    b.Link(kith::Id(target), ref);
    return absl::OkStatus();
  });
}
void kith_batch_unlink(kith_batch* batch, kith_id target, kith_ref external) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(kith::ExternalRef ref, ToExternal(external));
    b.Unlink(kith::Id(target), ref);
    return absl::OkStatus();
  });
}
void kith_batch_require_version(kith_batch* batch, kith_id target, uint64_t version) {
  With(batch, [&](kith::Batch& b) {
    b.RequireVersion(kith::Id(target), version);
    return absl::OkStatus();
  });
}
void kith_batch_require_value(kith_batch* batch, kith_id target, const char* field, kith_value value) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(field, "field"));
    const kith::catalog::TypeDef* type = b.catalog()->FindType(b.TypeOf(kith::Id(target)));
    if (type == nullptr) {
      b.RequireValue(kith::Id(target), name, {});  // which says why
      return absl::OkStatus();
    }
    const std::optional<int32_t> position = type->FindPosition(name);
    if (!position.has_value()) return kith::catalog::Catalog::GetField(*type, name).status();
    KITH_ASSIGN_OR_RETURN(kith::Value expected, FromC(value, *type, *position));
    b.RequireValue(kith::Id(target), name, std::move(expected));
    return absl::OkStatus();
  });
}
void kith_batch_require_absent(kith_batch* batch, const char* type, kith_ref external) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(kith::ExternalRef ref, ToExternal(external));
    b.RequireAbsent(name, ref);
    return absl::OkStatus();
  });
}
void kith_batch_set_effective(kith_batch* batch, int64_t micros) {
  With(batch, [&](kith::Batch& b) {
    b.SetEffective(micros == INT64_MIN ? std::nullopt : std::optional<kith::Time>(kith::Time{micros}));
    return absl::OkStatus();
  });
}

kith_id kith_batch_move(kith_batch* batch, kith_id target, const char* stage_path) {
  return kith_batch_move_because(batch, target, stage_path, {nullptr, 0});
}
kith_id kith_batch_move_because(kith_batch* batch, kith_id target, const char* stage_path, kith_str reason) {
  return MoveFor(batch, target, stage_path, reason, kith::model::MoveCause::kManual);
}
kith_id kith_batch_override(kith_batch* batch, kith_id target, const char* stage_path, kith_str reason) {
  return MoveFor(batch, target, stage_path, reason, kith::model::MoveCause::kOverride);
}

kith_id kith_batch_complete_step(kith_batch* batch, kith_id target, const char* step_path, kith_id evidence, kith_str note) {
  kith_id result = 0;
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view path, Name(step_path, "step_path"));
    kith::model::CompletionOptions options;
    options.evidence = kith::Id(evidence);
    KITH_ASSIGN_OR_RETURN(options.note, Text(note, "note"));
    result = kith::model::CompleteStep(b, kith::Id(target), path, options).value();
    return absl::OkStatus();
  });
  return result;
}

void kith_batch_define_pipeline(kith_batch* batch, kith_str json) {
  With(batch, [&](kith::Batch& b) -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view text, Text(json, "json"));
    KITH_ASSIGN_OR_RETURN(kith::model::Pipeline pipeline, kith::model::PipelineFromJson(text));
    kith::model::DefinePipeline(b, pipeline);
    return absl::OkStatus();
  });
}

kith_id kith_batch_define_segment(kith_batch* batch, kith_str name, kith_str for_type, kith_str condition) {
  kith_id result = 0;
  With(batch, [&](kith::Batch& b) -> kith::Status {
    kith::query::Segment segment;
    KITH_ASSIGN_OR_RETURN(segment.name, Text(name, "name"));
    KITH_ASSIGN_OR_RETURN(segment.for_type, Text(for_type, "for_type"));
    KITH_ASSIGN_OR_RETURN(segment.condition, Text(condition, "condition"));
    result = kith::query::DefineSegment(b, segment).value();
    return absl::OkStatus();
  });
  return result;
}

kith_code kith_batch_from_json(kith_db* db, kith_str json, kith_batch** batch, kith_error** err) {
  Zero(batch);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(batch, "batch"));
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(std::string_view text, Text(json, "json"));
    KITH_ASSIGN_OR_RETURN(auto catalog, object->database->GetCatalog());
    KITH_ASSIGN_OR_RETURN(kith::Batch made, kith::Batch::FromJson(std::move(catalog), text));
    *batch = Wrap<kith_batch>(std::make_shared<BatchObject>(BatchObject{object->database, std::move(made)}));
    return absl::OkStatus();
  });
}

kith_code kith_batch_to_json(const kith_batch* batch, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(BatchObject * object, Use(batch));
    return object->batch.ToJson();
  });
}

kith_code kith_db_apply(kith_db* db, const kith_batch* batch, const kith_apply_options* options, kith_outcome** outcome, kith_error** err) {
  Zero(outcome);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(BatchObject * given, Use(batch));
    KITH_ASSIGN_OR_RETURN(kith::ApplyOptions apply, ToApplyOptions(options));
    OutcomeHandle made = NewOutcome(outcome != nullptr);
    KITH_ASSIGN_OR_RETURN(kith::Outcome done, object->database->Apply(given->batch, apply));
    if (outcome != nullptr) *outcome = Filled(std::move(made), std::move(done), given->batch);
    return absl::OkStatus();
  });
}

kith_code kith_db_apply_many(kith_db* db, const kith_batch* const* batches, size_t count, const kith_apply_options* options,
                             kith_outcome** outcomes, kith_error** errors, kith_error** err) {
  for (size_t i = 0; i < count; ++i) {
    if (outcomes != nullptr) outcomes[i] = nullptr;
    if (errors != nullptr) errors[i] = nullptr;
  }
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    if (count != 0) KITH_RETURN_IF_ERROR(Required(batches, "batches"));
    KITH_ASSIGN_OR_RETURN(kith::ApplyOptions apply, ToApplyOptions(options));
    std::vector<const kith::Batch*> all;
    for (size_t i = 0; i < count; ++i) {
      KITH_ASSIGN_OR_RETURN(BatchObject * given, Use(batches[i]));
      all.push_back(&given->batch);
    }
    std::vector<OutcomeHandle> made;
    for (size_t i = 0; i < count; ++i) made.push_back(NewOutcome(outcomes != nullptr));
    kith::Status first;
    std::vector<kith::StatusOr<kith::Outcome>> done = object->database->ApplyMany(all, apply);
    for (size_t i = 0; i < done.size(); ++i) {
      if (done[i].ok()) {
        if (outcomes != nullptr) outcomes[i] = Filled(std::move(made[i]), *std::move(done[i]), *all[i]);
        continue;
      }
      if (first.ok()) first = done[i].status();
      if (errors != nullptr) errors[i] = NewError(done[i].status());
    }
    return first;
  });
}

kith_id kith_outcome_id(const kith_outcome* outcome, kith_id local) {
  const OutcomeObject* object = Peek(outcome);
  kith::Id id(local);
  if (object == nullptr || !kith::Batch::IsLocalOf(object->batch_mark, id) || id.local_index() >= object->outcome.ids.size()) return 0;
  return object->outcome.ids[id.local_index()].value();
}
uint64_t kith_outcome_first_sequence(const kith_outcome* outcome) {
  const OutcomeObject* object = Peek(outcome);
  return object == nullptr ? 0 : object->outcome.first_sequence;
}
uint64_t kith_outcome_last_sequence(const kith_outcome* outcome) {
  const OutcomeObject* object = Peek(outcome);
  return object == nullptr ? 0 : object->outcome.last_sequence;
}
uint8_t kith_outcome_replayed(const kith_outcome* outcome) {
  const OutcomeObject* object = Peek(outcome);
  return object != nullptr && object->outcome.replayed ? 1 : 0;
}
size_t kith_outcome_effect_count(const kith_outcome* outcome) {
  const OutcomeObject* object = Peek(outcome);
  return object == nullptr ? 0 : object->outcome.effects.size();
}
kith_str kith_outcome_effect(const kith_outcome* outcome, size_t index) {
  const OutcomeObject* object = Peek(outcome);
  if (object == nullptr || index >= object->outcome.effects.size()) return {nullptr, 0};
  return FromText(object->outcome.effects[index]);
}
size_t kith_outcome_change_count(const kith_outcome* outcome) {
  const OutcomeObject* object = Peek(outcome);
  return object == nullptr ? 0 : object->outcome.changes.size();
}
kith_id kith_outcome_change(const kith_outcome* outcome, size_t index, uint32_t* operation) {
  Zero(operation);
  const OutcomeObject* object = Peek(outcome);
  if (object == nullptr || index >= object->outcome.changes.size()) return 0;
  const kith::FeedEntry& change = object->outcome.changes[index];
  if (operation != nullptr) *operation = static_cast<uint32_t>(change.operation);
  return change.record.value();
}
void kith_outcome_free(kith_outcome* outcome) { Drop(outcome); }

}  // extern "C"
