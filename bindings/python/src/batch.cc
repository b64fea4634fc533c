#include "kith_python.h"

namespace kith_python {
namespace {

void SetList(kith_batch* batch, kith_id target, const Name& field, nb::handle value) {
  auto texts = nb::cast<std::vector<std::string>>(value);
  std::vector<kith_str> items;
  items.reserve(texts.size());
  for (const std::string& text : texts) items.push_back(ToStr(text));
  kith_batch_set_texts(batch, target, field, items.data(), items.size());
}

// By the value's Python type; the library fits it to the field's kind or keeps the error.
void SetAs(kith_batch* batch, kith_id target, const Name& field, nb::handle value) {
  if (value.is_none()) return kith_batch_set_null(batch, target, field);
  if (nb::isinstance<nb::bool_>(value)) return kith_batch_set_bool(batch, target, field, nb::cast<bool>(value) ? 1 : 0);
  if (nb::isinstance<nb::int_>(value)) return kith_batch_set_int(batch, target, field, nb::cast<int64_t>(value));
  if (nb::isinstance<nb::float_>(value)) return kith_batch_set_double(batch, target, field, nb::cast<double>(value));
  if (nb::isinstance<nb::str>(value)) {
    auto text = nb::cast<std::string>(value);
    return kith_batch_set_text(batch, target, field, ToStr(text));
  }
  if (nb::isinstance<nb::bytes>(value)) {
    auto bytes = nb::cast<nb::bytes>(value);
    return kith_batch_set_bytes(batch, target, field, {reinterpret_cast<const uint8_t*>(bytes.c_str()), bytes.size()});
  }
  if (IsInstance(value, "kith.values", "Money")) {
    auto currency = nb::cast<std::string>(value.attr("currency"));
    return kith_batch_set_money(batch, target, field, nb::cast<int64_t>(value.attr("minor")), Name(currency));
  }
  if (IsInstance(value, "kith.values", "LocalId")) return kith_batch_set_ref(batch, target, field, nb::cast<kith_id>(value.attr("value")));
  if (IsInstance(value, "datetime", "datetime")) return kith_batch_set_time(batch, target, field, MicrosOf(value));
  if (IsInstance(value, "datetime", "date")) return kith_batch_set_date(batch, target, field, static_cast<int32_t>(DaysOf(value)));
  if (IsInstance(value, "decimal", "Decimal")) {
    auto digits = nb::cast<std::string>(nb::module_::import_("builtins").attr("format")(value, "f"));
    return kith_batch_set_decimal(batch, target, field, ToStr(digits));
  }
  if (nb::isinstance<nb::list>(value) || nb::isinstance<nb::tuple>(value)) return SetList(batch, target, field, value);
  throw nb::type_error(
      "a field takes None, bool, int, float, str, bytes, Decimal, Money, date, aware datetime, a list of str, or a record");
}

void Set(const Batch& self, kith_id target, const Name& field, nb::handle value) {
  Fitted(field, value, [&] { SetAs(self.get(), target, field, value); });
}

void Add(const Batch& self, kith_id target, const Name& field, nb::handle amount) {
  Fitted(field, amount, [&] {
    if (!IsInstance(amount, "kith.values", "Money")) return kith_batch_add_int(self.get(), target, field, nb::cast<int64_t>(amount));
    const auto currency = nb::cast<std::string>(amount.attr("currency"));
    kith_batch_add_money(self.get(), target, field, nb::cast<int64_t>(amount.attr("minor")), Name(currency));
  });
}

// What a batch did: ids of the local references, sequences, whether it was replayed, effects, changes.
nb::tuple Done(const Outcome& outcome, const std::vector<kith_id>& locals) {
  nb::list ids;
  for (kith_id local : locals) ids.append(kith_outcome_id(outcome.get(), local));
  nb::list effects;
  for (size_t i = 0; i < kith_outcome_effect_count(outcome.get()); ++i) effects.append(PyText(kith_outcome_effect(outcome.get(), i)));
  nb::list changes;
  for (size_t i = 0; i < kith_outcome_change_count(outcome.get()); ++i) {
    uint32_t operation = 0;
    const kith_id record = kith_outcome_change(outcome.get(), i, &operation);
    changes.append(nb::make_tuple(record, operation));
  }
  return nb::make_tuple(ids, kith_outcome_first_sequence(outcome.get()), kith_outcome_last_sequence(outcome.get()),
                        kith_outcome_replayed(outcome.get()) != 0, effects, changes);
}

nb::tuple ApplyBatch(const Db& db, const Batch& batch, const std::string& key, bool dry_run, uint64_t timeout_us,
                     const std::optional<Name>& checkpoint, const nb::bytes& checkpoint_value, const std::optional<Name>& vendor,
                     kith_id viewer, const std::vector<uint32_t>& units, const std::vector<std::string>& roles,
                     const std::vector<kith_id>& locals) {
  const ViewerArgument who(viewer, units, roles);
  kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
  options.dry_run = dry_run ? 1 : 0;
  options.timeout_us = timeout_us;
  options.idempotency_key = ToStr(key);
  options.checkpoint = OrNull(checkpoint);
  options.checkpoint_value = {reinterpret_cast<const uint8_t*>(checkpoint_value.c_str()), checkpoint_value.size()};
  options.vendor = OrNull(vendor);
  options.viewer = who.get();
  Outcome outcome;
  kith_error* error = nullptr;
  Check(Released([&] { return kith_db_apply(db.get(), batch.get(), &options, outcome.out(), &error); }), error);
  return Done(outcome, locals);
}

// What each batch did, or the exception that says why it was refused.
nb::list ApplyMany(const Db& db, const std::vector<const Batch*>& batches, bool dry_run, uint64_t timeout_us,
                   const std::optional<Name>& vendor, kith_id viewer, const std::vector<uint32_t>& units,
                   const std::vector<std::string>& roles, const std::vector<std::vector<kith_id>>& locals) {
  const ViewerArgument who(viewer, units, roles);
  kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
  options.dry_run = dry_run ? 1 : 0;
  options.timeout_us = timeout_us;
  options.vendor = OrNull(vendor);
  options.viewer = who.get();
  std::vector<const kith_batch*> given;
  for (const Batch* batch : batches) given.push_back(batch->get());
  std::vector<kith_outcome*> made(batches.size());
  std::vector<kith_error*> failed(batches.size());
  kith_error* error = nullptr;
  const kith_code code =
      Released([&] { return kith_db_apply_many(db.get(), given.data(), given.size(), &options, made.data(), failed.data(), &error); });
  std::vector<Outcome> outcomes(batches.size());
  bool any = false;
  for (size_t i = 0; i < batches.size(); ++i) {
    *outcomes[i].out() = made[i];
    any = any || made[i] != nullptr || failed[i] != nullptr;
  }
  if (any) {
    kith_error_free(error);  // the first batch's, which is told with it
  } else {
    Check(code, error);
  }
  nb::list told;
  for (size_t i = 0; i < batches.size(); ++i) {
    if (made[i] != nullptr) {
      told.append(Done(outcomes[i], locals[i]));
      continue;
    }
    try {
      Check(kith_error_code(failed[i]), failed[i]);
    } catch (nb::python_error& raised) {
      told.append(raised.value());
    }
  }
  return told;
}

nb::str Revert(const Batch& batch, const Snapshot& snapshot, kith_id record, int64_t effective, int64_t recorded,
               const std::vector<std::string>& fields) {
  std::vector<kith_str> names;
  names.reserve(fields.size());
  for (const std::string& field : fields) names.push_back(ToStr(field));
  return ToldAtOnce([&](auto text, auto error) {
    return kith_batch_revert(batch.get(), snapshot.get(), record, {effective, recorded}, names.data(), names.size(), text, error);
  });
}

}  // namespace

void BindBatch(nb::module_& module) {
  nb::class_<Batch>(module, "Batch")
      .def("create", [](const Batch& b, const Name& type) { return kith_batch_create(b.get(), type); })
      .def("create_ext",
           [](const Batch& b, const Name& type, nb::handle ref) { return kith_batch_create_ext(b.get(), type, Ref(ref).get()); })
      .def("upsert", [](const Batch& b, const Name& type, nb::handle ref) { return kith_batch_upsert(b.get(), type, Ref(ref).get()); })
      .def("create_if_absent",
           [](const Batch& b, const Name& type, nb::handle ref) { return kith_batch_create_if_absent(b.get(), type, Ref(ref).get()); })
      .def("existing", [](const Batch& b, const Name& type, nb::handle ref) { return kith_batch_existing(b.get(), type, Ref(ref).get()); })
      .def("set", &Set, nb::arg("target"), nb::arg("field"), nb::arg("value").none())
      .def("add", &Add)
      .def("delete", [](const Batch& b, kith_id t) { kith_batch_delete(b.get(), t); })
      .def("restore", [](const Batch& b, kith_id t) { kith_batch_restore(b.get(), t); })
      .def("merge", [](const Batch& b, kith_id into, kith_id from) { kith_batch_merge(b.get(), into, from); })
      .def("unmerge", [](const Batch& b, kith_id t) { kith_batch_unmerge(b.get(), t); })
      .def("revert", &Revert)
      .def("link", [](const Batch& b, kith_id t, nb::handle ref) { kith_batch_link(b.get(), t, Ref(ref).get()); })
      .def("unlink", [](const Batch& b, kith_id t, nb::handle ref) { kith_batch_unlink(b.get(), t, Ref(ref).get()); })
      .def("require_version", [](const Batch& b, kith_id t, uint64_t version) { kith_batch_require_version(b.get(), t, version); })
      .def(
          "require_value",
          [](const Batch& b, kith_id t, const Name& field, nb::handle value) {
            std::string keep;
            kith_batch_require_value(b.get(), t, field, BoundFromPython(value, keep, field));
          },
          nb::arg(), nb::arg(), nb::arg("value").none())
      .def("require_absent",
           [](const Batch& b, const Name& type, nb::handle ref) { kith_batch_require_absent(b.get(), type, Ref(ref).get()); })
      .def(
          "set_effective",
          [](const Batch& b, nb::handle at) { kith_batch_set_effective(b.get(), at.is_none() ? INT64_MIN : MicrosOf(at)); },
          nb::arg("at").none())
      .def("claim", [](const Batch& b, kith_id record, kith_id owner,
                       const std::string& reason) { kith_batch_claim(b.get(), record, owner, ToStr(reason)); })
      .def("release",
           [](const Batch& b, const Snapshot& s, kith_id record, const std::string& reason) {
             kith_error* error = nullptr;
             Check(kith_batch_release(b.get(), s.get(), record, ToStr(reason), &error), error);
           })
      .def("assign",
           [](const Batch& b, const Snapshot& s, const Name& pool, const std::string& question) {
             return ToldAtOnce(
                 [&](auto text, auto error) { return kith_batch_assign(b.get(), s.get(), pool, ToStr(question), text, error); });
           })
      .def("plan_actions",
           [](const Batch& b, const Snapshot& s, kith_id deal) {
             uint64_t changed = 0;
             kith_error* error = nullptr;
             Check(kith_batch_plan_actions(b.get(), s.get(), deal, &changed, &error), error);
             return changed;
           })
      .def("suggest_expansions",
           [](const Batch& b, const Snapshot& s, const Name& pipeline, const std::string& question) {
             uint64_t suggested = 0;
             kith_error* error = nullptr;
             Check(kith_batch_suggest_expansions(b.get(), s.get(), pipeline, ToStr(question), &suggested, &error), error);
             return suggested;
           })
      .def("save_forecast", [](const Batch& b, const Forecast& f) { return kith_batch_save_forecast(b.get(), f.get()); })
      .def("move", [](const Batch& b, kith_id t, const Name& stage,
                      const std::string& reason) { return kith_batch_move_because(b.get(), t, stage, ToStr(reason)); })
      .def("override", [](const Batch& b, kith_id t, const Name& stage,
                          const std::string& reason) { return kith_batch_override(b.get(), t, stage, ToStr(reason)); })
      .def("complete_step", [](const Batch& b, kith_id t, const Name& step, kith_id evidence,
                               const std::string& note) { return kith_batch_complete_step(b.get(), t, step, evidence, ToStr(note)); })
      .def("define_pipeline", [](const Batch& b, const std::string& json) { kith_batch_define_pipeline(b.get(), ToStr(json)); })
      .def("define_segment",
           [](const Batch& b, const std::string& name, const std::string& for_type, const std::string& condition) {
             return kith_batch_define_segment(b.get(), ToStr(name), ToStr(for_type), ToStr(condition));
           })
      .def("check",
           [](const Batch& b) {
             kith_error* error = nullptr;
             Check(kith_batch_status(b.get(), &error), error);
           })
      .def("to_json",
           [](const Batch& b) { return ToldAtOnce([&](auto text, auto error) { return kith_batch_to_json(b.get(), text, error); }); })
      .def("clear", [](const Batch& b) { kith_batch_clear(b.get()); })
      .def("close", &Batch::Close);
  module.def("apply", &ApplyBatch);
  module.def("apply_many", &ApplyMany);
}

}  // namespace kith_python
