#include "kith_python.h"

namespace kith_python {
namespace {

Db Open(const std::string& path, bool create, bool read_only, bool temporary, bool relaxed, uint64_t map_size, uint64_t max_size,
        uint32_t node) {
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.create = create ? 1 : 0;
  options.read_only = read_only ? 1 : 0;
  options.temporary = temporary ? 1 : 0;
  options.durability = relaxed ? KITH_DURABILITY_RELAXED : KITH_DURABILITY_FULL;
  options.map_size = map_size;
  options.max_size = max_size;
  options.node = node;
  Db db;
  kith_error* error = nullptr;
  Check(Released([&] { return kith_db_open(ToStr(path), &options, db.out(), &error); }), error);
  return db;
}

nb::str Ensure(const Db& db, const std::string& definition, const std::string& numbers, bool dry_run) {
  return Told(
      [&](auto text, auto error) { return kith_db_ensure(db.get(), ToStr(definition), ToStr(numbers), dry_run ? 1 : 0, text, error); });
}

nb::str EnsureShipped(const Db& db, const Name& name, bool dry_run) {
  return Told([&](auto text, auto error) { return kith_db_ensure_shipped(db.get(), name, dry_run ? 1 : 0, text, error); });
}

nb::str RemovePackage(const Db& db, const Name& name, bool delete_data, bool dry_run) {
  return Told(
      [&](auto text, auto error) { return kith_db_remove_package(db.get(), name, delete_data ? 1 : 0, dry_run ? 1 : 0, text, error); });
}

nb::str MigratePipeline(const Db& db, const std::string& plan, bool dry_run) {
  return Told([&](auto text, auto error) { return kith_db_migrate_pipeline(db.get(), ToStr(plan), dry_run ? 1 : 0, text, error); });
}

uint8_t OnProgress(kith_str file, int64_t done, int64_t total, uintptr_t context) {
  nb::gil_scoped_acquire acquire;
  auto* callback = reinterpret_cast<nb::object*>(context);  // NOLINT(performance-no-int-to-ptr)
  try {
    // One that only tells of it returns nothing, and means no stop.
    const nb::object told = (*callback)(PyText(file), done, total);
    const int goes_on = told.is_none() ? 1 : PyObject_IsTrue(told.ptr());
    if (goes_on < 0) throw nb::python_error();
    return goes_on != 0 ? 1 : 0;
  } catch (nb::python_error& error) {
    error.restore();  // raised when the import returns
    return 0;
  }
}

// A long call that gives a report and may have called back into Python.
nb::str Report(const std::function<kith_code(kith_text**, kith_error**)>& call) {
  Text report;
  kith_error* error = nullptr;
  kith_code code = Released([&] { return call(report.out(), &error); });
  if (PyErr_Occurred() != nullptr) {
    kith_error_free(error);
    throw nb::python_error();
  }
  Check(code, error);
  return Take(report);
}

nb::dict Stats(const Db& db) {
  kith_db_stats stats{};
  stats.struct_size = sizeof(stats);
  kith_error* error = nullptr;
  Check(kith_db_get_stats(db.get(), &stats, &error), error);
  nb::dict told;
  told["readers"] = stats.readers;
  told["file_bytes"] = stats.file_bytes;
  told["used_bytes"] = stats.used_bytes;
  told["map_bytes"] = stats.map_bytes;
  told["sequence"] = stats.sequence;
  told["catalog_version"] = stats.catalog_version;
  told["types"] = stats.types;
  told["applied"] = stats.applied;
  told["refused"] = stats.refused;
  told["groups"] = stats.groups;
  told["syncs"] = stats.syncs;
  told["oldest_reader_lag"] = stats.oldest_reader_lag;
  told["oldest_snapshot_seconds"] = stats.oldest_snapshot_seconds;
  return told;
}

// --- replicas

uint32_t Node(const Db& db) {
  uint32_t node = 0;
  kith_error* error = nullptr;
  Check(kith_db_node(db.get(), &node, &error), error);
  return node;
}

uint64_t ReceivedFrom(const Db& db, uint32_t node) {
  uint64_t after = 0;
  kith_error* error = nullptr;
  Check(kith_db_received_from(db.get(), node, &after, &error), error);
  return after;
}

nb::str ReadReplica(const Db& db, uint64_t after, uint32_t receiver, uint64_t limit) {
  return Told([&](auto text, auto error) { return kith_db_read_replica(db.get(), after, receiver, limit, text, error); });
}

nb::str Receive(const Db& db, const std::string& page) {
  return Told([&](auto text, auto error) { return kith_db_receive(db.get(), ToStr(page), text, error); });
}

nb::str PullReplica(const Db& db, const Db& from) {
  return Told([&](auto text, auto error) { return kith_db_pull_replica(db.get(), from.get(), text, error); });
}

using ImportCall = std::function<kith_code(const kith_import_options*, kith_text**, kith_error**)>;
nb::str ErasePerson(const Db& db, const RecordId& person, nb::handle actor, const std::string& reason, bool dry_run, bool keep_shared,
                    bool overwrite) {
  kith_erase_options options = KITH_ERASE_OPTIONS_INIT;
  Ref who(actor);
  options.actor = who.get();
  options.reason = ToStr(reason);
  options.dry_run = dry_run ? 1 : 0;
  options.keep_shared = keep_shared ? 1 : 0;
  options.overwrite = overwrite ? 1 : 0;
  return Told([&, id = person.get()](auto text, auto error) { return kith_db_erase_person(db.get(), id, &options, text, error); });
}

nb::str ChangeKind(const Db& db, const Name& type, const Name& field, const std::string& definition, nb::handle actor,
                   const std::string& reason, const std::string& currency, bool dry_run, bool drop, bool abandon) {
  kith_kind_options options = KITH_KIND_OPTIONS_INIT;
  Ref who(actor);
  options.actor = who.get();
  options.reason = ToStr(reason);
  options.currency = ToStr(currency);
  options.dry_run = dry_run ? 1 : 0;
  options.drop = drop ? 1 : 0;
  options.abandon = abandon ? 1 : 0;
  return Told([&](auto text, auto error) { return kith_db_change_kind(db.get(), type, field, ToStr(definition), &options, text, error); });
}

// By whom and on whose behalf something is written, or whether it is only tried.
class How {
 public:
  How(nb::handle actor, bool dry_run, kith_id viewer, const std::vector<uint32_t>& units, const std::vector<std::string>& roles)
      : by_(actor), who_(viewer, units, roles) {
    apply_.dry_run = dry_run ? 1 : 0;
    apply_.viewer = who_.get();
  }
  How(const How&) = delete;  // the options point into it
  How& operator=(const How&) = delete;
  [[nodiscard]] kith_ref by() const { return by_.get(); }
  [[nodiscard]] const kith_apply_options* apply() const { return &apply_; }

 private:
  Ref by_;
  ViewerArgument who_;
  kith_apply_options apply_ = KITH_APPLY_OPTIONS_INIT;
};

nb::str Merge(const Db& db, const std::vector<kith_id>& records, nb::handle actor, const std::string& reason, const std::string& options,
              bool dry_run, kith_id viewer, const std::vector<uint32_t>& units, const std::vector<std::string>& roles) {
  const How how(actor, dry_run, viewer, units, roles);
  return Told([&](auto text, auto error) {
    return kith_db_merge(db.get(), records.data(), records.size(), how.by(), ToStr(reason), ToStr(options), how.apply(), text, error);
  });
}

nb::str Convert(const Db& db, const RecordId& record, nb::handle actor, const std::string& reason, const std::string& options, bool dry_run,
                kith_id viewer, const std::vector<uint32_t>& units, const std::vector<std::string>& roles) {
  const How how(actor, dry_run, viewer, units, roles);
  return Told([&, id = record.get()](auto text, auto error) {
    return kith_db_convert(db.get(), id, how.by(), ToStr(reason), ToStr(options), how.apply(), text, error);
  });
}

nb::str ContinueDocument(const Db& db, const RecordId& document, const Name& type, nb::handle actor, const std::string& reason,
                         const std::string& options, bool dry_run, kith_id viewer, const std::vector<uint32_t>& units,
                         const std::vector<std::string>& roles) {
  const How how(actor, dry_run, viewer, units, roles);
  return Told([&, id = document.get()](auto text, auto error) {
    return kith_db_continue_document(db.get(), id, type, how.by(), ToStr(reason), ToStr(options), how.apply(), text, error);
  });
}

nb::str Purge(const Db& db, const std::vector<kith_id>& records, nb::handle actor, const std::string& reason, bool dry_run,
              bool overwrite) {
  kith_erase_options options = KITH_ERASE_OPTIONS_INIT;
  Ref who(actor);
  options.actor = who.get();
  options.reason = ToStr(reason);
  options.dry_run = dry_run ? 1 : 0;
  options.overwrite = overwrite ? 1 : 0;
  return Told([&](auto text, auto error) { return kith_db_purge(db.get(), records.data(), records.size(), &options, text, error); });
}

nb::str Import(bool dry_run, nb::handle actor, const std::string& reason, const std::string& problem_file, nb::object progress,
               const ImportCall& call) {
  kith_import_options options = KITH_IMPORT_OPTIONS_INIT;
  Ref who(actor);
  options.dry_run = dry_run ? 1 : 0;
  options.actor = who.get();
  options.reason = ToStr(reason);
  options.problem_file = ToStr(problem_file);
  if (!progress.is_none()) {
    options.progress = OnProgress;
    options.progress_context = reinterpret_cast<uintptr_t>(&progress);
  }
  return Report([&](kith_text** report, kith_error** error) { return call(&options, report, error); });
}

nb::str ImportCsv(const Db& db, const std::string& folder, const std::string& mapping, bool dry_run, nb::handle actor,
                  const std::string& reason, const std::string& problem_file, nb::object progress) {
  return Import(dry_run, actor, reason, problem_file, std::move(progress),
                [&](const kith_import_options* options, kith_text** report, kith_error** error) {
                  return kith_db_import_csv(db.get(), ToStr(folder), ToStr(mapping), options, nullptr, report, error);
                });
}

// `table`: whatever has __arrow_c_stream__.
nb::str ImportArrow(const Db& db, nb::handle table, const std::string& mapping, bool dry_run, nb::handle actor, const std::string& reason,
                    const std::string& problem_file, nb::object progress) {
  const nb::object capsule = table.attr("__arrow_c_stream__")();
  ArrowArrayStream* stream = StreamOf(capsule);
  return Import(dry_run, actor, reason, problem_file, std::move(progress),
                [&](const kith_import_options* options, kith_text** report, kith_error** error) {
                  return kith_db_import_arrow(db.get(), stream, ToStr(mapping), options, nullptr, report, error);
                });
}

nb::str ImportLines(const Db& db, const std::string& path, uint8_t ids, const std::string& source, bool drop_missing, bool dry_run,
                    nb::handle actor, const std::string& reason, nb::object progress) {
  kith_import_lines_options options = KITH_IMPORT_LINES_OPTIONS_INIT;
  Ref who(actor);
  options.ids = ids;
  options.source = ToStr(source);
  options.drop_missing = drop_missing ? 1 : 0;
  options.dry_run = dry_run ? 1 : 0;
  options.actor = who.get();
  options.reason = ToStr(reason);
  if (!progress.is_none()) {
    options.progress = OnProgress;
    options.context = reinterpret_cast<uintptr_t>(&progress);
  }
  return Report([&](kith_text** report, kith_error** error) {
    return kith_db_import_lines(db.get(), ToStr(path), &options, nullptr, report, error);
  });
}

nb::str Absorb(const Db& db, const Snapshot& other, const std::string& source, bool drop_missing, bool dry_run, nb::handle actor) {
  kith_import_lines_options options = KITH_IMPORT_LINES_OPTIONS_INIT;
  Ref who(actor);
  options.source = ToStr(source);
  options.drop_missing = drop_missing ? 1 : 0;
  options.dry_run = dry_run ? 1 : 0;
  options.actor = who.get();
  return Report(
      [&](kith_text** report, kith_error** error) { return kith_db_absorb(db.get(), other.get(), &options, nullptr, report, error); });
}

nb::str ExportLines(const Db& db, const std::string& path, const std::string& types, bool history, nb::object progress) {
  Snapshot snapshot;
  kith_error* error = nullptr;
  Check(kith_db_read(db.get(), nullptr, snapshot.out(), &error), error);
  kith_export_lines_options options = KITH_EXPORT_LINES_OPTIONS_INIT;
  options.history = history ? 1 : 0;
  options.types = ToStr(types);
  if (!progress.is_none()) {
    options.progress = OnProgress;
    options.context = reinterpret_cast<uintptr_t>(&progress);
  }
  return Report(
      [&](kith_text** report, kith_error** err) { return kith_snapshot_export_lines(snapshot.get(), ToStr(path), &options, report, err); });
}

using Asked = kith_code (*)(kith_db*, kith_text**, kith_error**);

// A call without arguments that answers in a text.
template <Asked kCall>
nb::str Ask(const Db& db) {
  return Told([&](auto text, auto error) { return kCall(db.get(), text, error); });
}

}  // namespace

void BindDatabase(nb::module_& module) {
  nb::class_<Db>(module, "Database")
      .def(
          "new_batch",
          [](const Db& db, nb::handle actor, const std::string& reason) {
            Batch batch;
            kith_error* error = nullptr;
            Check(kith_batch_new(db.get(), Ref(actor).get(), ToStr(reason), batch.out(), &error), error);
            return batch;
          },
          nb::arg("actor").none(), nb::arg("reason"))
      .def("batch_from_json",
           [](const Db& db, const std::string& json) {
             Batch batch;
             kith_error* error = nullptr;
             Check(kith_batch_from_json(db.get(), ToStr(json), batch.out(), &error), error);
             return batch;
           })
      .def("read",
           [](const Db& db, kith_id viewer, const std::vector<uint32_t>& units, const std::vector<std::string>& roles) {
             const ViewerArgument who(viewer, units, roles);
             Snapshot snapshot;
             kith_error* error = nullptr;
             Check(Released([&] { return kith_db_read(db.get(), who.get(), snapshot.out(), &error); }), error);
             return snapshot;
           })
      .def(
          "set_policy",
          [](const Db& db, const std::string& policy, nb::handle actor, bool dry_run) {
            const Ref who(actor);
            return Told([&](auto text, auto error) {
              return kith_db_set_policy(db.get(), ToStr(policy), who.get(), dry_run ? 1 : 0, text, error);
            });
          },
          nb::arg("policy"), nb::arg("actor").none(), nb::arg("dry_run"))
      .def("policy_json", &Ask<kith_db_policy>)
      .def("ensure", &Ensure)
      .def("ensure_shipped", &EnsureShipped)
      .def("remove_package", &RemovePackage)
      .def("migrate_pipeline", &MigratePipeline)
      .def(
          "recycle_pools",
          [](const Db& db, int64_t now, const std::optional<Name>& pool, nb::handle actor) {
            const Ref who(actor);
            return Told([&](auto text, auto error) { return kith_db_recycle_pools(db.get(), now, OrNull(pool), who.get(), text, error); });
          },
          nb::arg("now"), nb::arg("pool").none(), nb::arg("actor").none())
      .def("catalog_json", &Ask<kith_db_catalog>)
      .def("schema",
           [](const Db& db, const Name& type) {
             return Told([&](auto text, auto error) { return kith_db_schema(db.get(), type, text, error); });
           })
      .def("stats", &Stats)
      .def("verify_json",
           [](const Db& db) { return Told([&](auto text, auto error) { return kith_db_verify(db.get(), nullptr, text, error); }); })
      .def("repair_json",
           [](const Db& db) { return Told([&](auto text, auto error) { return kith_db_repair(db.get(), nullptr, text, error); }); })
      .def("export_person",
           [](const Db& db, const RecordId& person) {
             return Told([&, id = person.get()](auto text, auto error) { return kith_db_export_person(db.get(), id, text, error); });
           })
      .def("node", &Node)
      .def("received_from", &ReceivedFrom, nb::arg("node"))
      .def("read_replica", &ReadReplica, nb::arg("after"), nb::arg("receiver"), nb::arg("limit"))
      .def("receive", &Receive, nb::arg("page"))
      .def("pull_replica", &PullReplica, nb::arg("other"))
      .def("erase_person", &ErasePerson, nb::arg("person"), nb::arg("actor").none(), nb::arg("reason"), nb::arg("dry_run"),
           nb::arg("keep_shared"), nb::arg("overwrite"))
      .def("convert", &Convert, nb::arg("record"), nb::arg("actor").none(), nb::arg("reason"), nb::arg("options"), nb::arg("dry_run"),
           nb::arg("viewer"), nb::arg("units"), nb::arg("roles"))
      .def("continue_document", &ContinueDocument, nb::arg("document"), nb::arg("type"), nb::arg("actor").none(), nb::arg("reason"),
           nb::arg("options"), nb::arg("dry_run"), nb::arg("viewer"), nb::arg("units"), nb::arg("roles"))
      .def("merge", &Merge, nb::arg("records"), nb::arg("actor").none(), nb::arg("reason"), nb::arg("options"), nb::arg("dry_run"),
           nb::arg("viewer"), nb::arg("units"), nb::arg("roles"))
      .def("purge", &Purge, nb::arg("records"), nb::arg("actor").none(), nb::arg("reason"), nb::arg("dry_run"), nb::arg("overwrite"))
      .def("erasures_json", &Ask<kith_db_erasures>)
      .def("change_kind", &ChangeKind, nb::arg("type"), nb::arg("field"), nb::arg("definition"), nb::arg("actor").none(), nb::arg("reason"),
           nb::arg("currency"), nb::arg("dry_run"), nb::arg("drop"), nb::arg("abandon"))
      .def("begin_chain", &Ask<kith_db_begin_chain>)
      .def("chain_head", &Ask<kith_db_chain_head>)
      .def(
          "verify_chain",
          [](const Db& db, uint64_t sequence, const std::string& hash) {
            return Told([&](auto text, auto error) { return kith_db_verify_chain(db.get(), sequence, ToStr(hash), text, error); });
          },
          nb::arg("sequence"), nb::arg("hash"))
      .def("overwrite_freed", &Ask<kith_db_overwrite_freed>)
      .def("fill_segments",
           [](const Db& db) {
             kith_error* error = nullptr;
             Check(Released([&] { return kith_db_fill_segments(db.get(), &error); }), error);
           })
      .def("prune",
           [](const Db& db, int64_t before) {
             return Told([&](auto text, auto error) { return kith_db_prune(db.get(), before, text, error); });
           })
      .def("backup",
           [](const Db& db, const std::string& target) {
             kith_error* error = nullptr;
             Check(Released([&] { return kith_db_backup(db.get(), ToStr(target), &error); }), error);
           })
      .def("restore_to",
           [](const Db& db, const std::string& target, uint64_t sequence, int64_t recorded) {
             return Told(
                 [&](auto text, auto error) { return kith_db_restore_to(db.get(), ToStr(target), sequence, recorded, text, error); });
           })
      .def("compact", &Ask<kith_db_compact>)
      .def("wait",
           [](const Db& db, uint64_t sequence, uint32_t timeout_ms) {
             uint64_t newest = 0;
             kith_error* error = nullptr;
             Check(Released([&] { return kith_db_wait(db.get(), sequence, timeout_ms, &newest, &error); }), error);
             return newest;
           })
      .def("metrics", &Ask<kith_db_metrics>)
      .def("import_csv", &ImportCsv, nb::arg("folder"), nb::arg("mapping"), nb::arg("dry_run"), nb::arg("actor").none(), nb::arg("reason"),
           nb::arg("problem_file"), nb::arg("progress").none())
      .def("export_lines", &ExportLines, nb::arg("path"), nb::arg("types"), nb::arg("history"), nb::arg("progress").none())
      .def("absorb", &Absorb, nb::arg("other"), nb::arg("source"), nb::arg("drop_missing"), nb::arg("dry_run"), nb::arg("actor").none())
      .def("import_lines", &ImportLines, nb::arg("path"), nb::arg("ids"), nb::arg("source"), nb::arg("drop_missing"), nb::arg("dry_run"),
           nb::arg("actor").none(), nb::arg("reason"), nb::arg("progress").none())
      .def("import_arrow", &ImportArrow, nb::arg("table"), nb::arg("mapping"), nb::arg("dry_run"), nb::arg("actor").none(),
           nb::arg("reason"), nb::arg("problem_file"), nb::arg("progress").none())
      .def("path", [](const Db& db) { return PyText(kith_db_path(db.get())); })
      .def("close", &Db::Close);
  module.def("open", &Open);
}

}  // namespace kith_python
