#include "kith_python.h"

namespace kith_python {
namespace {

using JsonCall = kith_code (*)(kith_snapshot*, kith_id, kith_text**, kith_error**);
template <JsonCall call>
nb::str JsonOf(const Snapshot& snapshot, const RecordId& record) {
  const kith_id id = record.get();
  return ToldAtOnce([&](auto text, auto error) { return call(snapshot.get(), id, text, error); });
}

// Options of an insight with the JSON they borrow.
class InsightOptions {
 public:
  InsightOptions(bool strict, int64_t as_of, kith_id owner, const std::string& currency, double level, uint64_t seed, std::string more)
      : more_(std::move(more)) {
    options_.strict = strict ? 1 : 0;
    options_.as_of = as_of;
    options_.owner = owner;
    options_.level = level;
    options_.seed = seed;
    for (size_t i = 0; i < currency.size() && i < 3; ++i) options_.currency[i] = currency[i];
  }
  [[nodiscard]] kith_insight_options get() const {
    kith_insight_options options = options_;
    options.more = {more_.data(), more_.size()};
    return options;
  }

 private:
  kith_insight_options options_ = KITH_INSIGHT_OPTIONS_INIT;
  std::string more_;
};

using Asked = kith_code (*)(kith_snapshot*, kith_id, kith_str, kith_text**, kith_error**);

// A call with one record and a question, that answers in JSON.
template <Asked kCall>
nb::str Ask(const Snapshot& s, const RecordId& record, const std::string& question) {
  return Told([&, id = record.get()](auto json, auto error) { return kCall(s.get(), id, ToStr(question), json, error); });
}

using AskedPlainly = kith_code (*)(kith_snapshot*, kith_str, kith_text**, kith_error**);

// The same without a record.
template <AskedPlainly kCall>
nb::str AskPlainly(const Snapshot& s, const std::string& question) {
  return Told([&](auto json, auto error) { return kCall(s.get(), ToStr(question), json, error); });
}

// The JSON that ask(options, json, error) gives.
template <typename Ask>
nb::str JsonOf(const InsightOptions& how, const Ask& ask) {
  const kith_insight_options options = how.get();
  return Told([&](auto json, auto error) { return ask(&options, json, error); });
}

nb::str Funnel(const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
  const kith_insight_options options = how.get();
  Handle<kith_funnel, kith_funnel_free> funnel;
  Text json;
  kith_error* error = nullptr;
  Check(Released([&] { return kith_snapshot_funnel(s.get(), pipeline, &options, funnel.out(), &error); }), error);
  Check(kith_funnel_to_json(funnel.get(), json.out(), &error), error);
  return Take(json);
}

Forecast ForecastOf(const Snapshot& s, const Name& pipeline, const Name& period, const InsightOptions& how) {
  const kith_insight_options options = how.get();
  Forecast forecast;
  kith_error* error = nullptr;
  Check(Released([&] { return kith_snapshot_forecast(s.get(), pipeline, period, &options, forecast.out(), &error); }), error);
  return forecast;
}

void BindForecast(nb::module_& module) {
  nb::class_<Forecast>(module, "Forecast")
      .def("json",
           [](const Forecast& f) { return ToldAtOnce([&](auto text, auto error) { return kith_forecast_to_json(f.get(), text, error); }); })
      .def("probability_at_least", [](const Forecast& f, double minor) { return kith_forecast_probability_at_least(f.get(), minor); });
}

void BindInsight(nb::class_<Snapshot>& snapshot) {
  snapshot.def("funnel", &Funnel)
      .def("forecast", &ForecastOf)
      .def("reps",
           [](const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
             return JsonOf(
                 how, [&](auto* options, auto json, auto error) { return kith_snapshot_reps(s.get(), pipeline, options, json, error); });
           })
      .def("scorecards",
           [](const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_scorecards(s.get(), pipeline, options, json, error);
             });
           })
      .def("biases",
           [](const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
             return JsonOf(
                 how, [&](auto* options, auto json, auto error) { return kith_snapshot_biases(s.get(), pipeline, options, json, error); });
           })
      .def("walk",
           [](const Snapshot& s, const Name& pipeline, const std::string& question) {
             return Told([&](auto text, auto error) { return kith_snapshot_walk(s.get(), pipeline, ToStr(question), text, error); });
           })
      .def("owned",
           [](const Snapshot& s, const RecordId& account, int64_t at) {
             return Told([&, id = account.get()](auto text, auto error) { return kith_snapshot_owned(s.get(), id, at, text, error); });
           })
      .def("visits", &AskPlainly<kith_snapshot_visits>)
      .def("receivables", &AskPlainly<kith_snapshot_receivables>)
      .def("worklist", &Ask<kith_snapshot_worklist>)
      .def("worth", &Ask<kith_snapshot_worth>)
      .def("health",
           [](const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
             return JsonOf(
                 how, [&](auto* options, auto json, auto error) { return kith_snapshot_health(s.get(), pipeline, options, json, error); });
           })
      .def("summary",
           [](const Snapshot& s, const Name& pipeline, const Name& period, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_summary(s.get(), pipeline, period, options, json, error);
             });
           })
      .def("penetration",
           [](const Snapshot& s, const Name& pipeline, const std::string& question) {
             return Told([&](auto text, auto error) { return kith_snapshot_penetration(s.get(), pipeline, ToStr(question), text, error); });
           })
      .def("submissions",
           [](const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_submissions(s.get(), pipeline, options, json, error);
             });
           })
      .def("saved_forecasts",
           [](const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_saved_forecasts(s.get(), pipeline, options, json, error);
             });
           })
      .def("ways",
           [](const Snapshot& s, const Name& pipeline, const InsightOptions& how) {
             return JsonOf(
                 how, [&](auto* options, auto json, auto error) { return kith_snapshot_ways(s.get(), pipeline, options, json, error); });
           })
      .def("deals_behind",
           [](const Snapshot& s, const Name& pipeline, const Name& stage, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_deals_behind(s.get(), pipeline, stage, options, json, error);
             });
           })
      .def("velocity",
           [](const Snapshot& s, const Name& pipeline, const Name& before, const Name& after, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_velocity(s.get(), pipeline, before, after, options, json, error);
             });
           })
      .def("gap",
           [](const Snapshot& s, const Name& pipeline, const Name& period, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_gap(s.get(), pipeline, period, options, json, error);
             });
           })
      .def("backtest",
           [](const Snapshot& s, const Name& pipeline, const Name& unit, size_t count, const InsightOptions& how) {
             return JsonOf(how, [&](auto* options, auto json, auto error) {
               return kith_snapshot_backtest(s.get(), pipeline, unit, count, options, json, error);
             });
           })
      .def("mine_stages",
           [](const Snapshot& s, const Name& pipeline) {
             return Told([&](auto text, auto error) { return kith_snapshot_mine_stages(s.get(), pipeline, text, error); });
           })
      .def("replay_stages",
           [](const Snapshot& s, const Name& pipeline, const std::string& stages) {
             return Told([&](auto text, auto error) { return kith_snapshot_replay_stages(s.get(), pipeline, ToStr(stages), text, error); });
           })
      .def("told",
           [](const Snapshot& s, uint64_t first, uint64_t last) {
             return Told([&](auto text, auto error) { return kith_snapshot_told(s.get(), first, last, text, error); });
           })
      .def("guide",
           [](const Snapshot& s, const RecordId& record) {
             return ToldAtOnce([&, id = record.get()](auto text, auto error) { return kith_snapshot_guide(s.get(), id, text, error); });
           })
      .def(
          "pipelines",
          [](const Snapshot& s, const std::optional<Name>& type) {
            return ToldAtOnce([&](auto text, auto error) { return kith_snapshot_pipelines(s.get(), OrNull(type), text, error); });
          },
          nb::arg("for_type").none());
}

void BindSearch(nb::class_<Snapshot>& snapshot) {
  snapshot.def("search", [](const Snapshot& s, const std::string& text, const std::string& types, uint32_t limit, bool exact,
                            uint64_t time_limit_us) {
    kith_search_options options = KITH_SEARCH_OPTIONS_INIT;
    options.types = ToStr(types);
    options.limit = limit;
    options.exact = exact ? 1 : 0;
    options.time_limit_us = time_limit_us;
    return Told([&](auto json, auto error) { return kith_snapshot_search(s.get(), ToStr(text), &options, json, error); });
  });
}

kith_walk_options WalkOptions(int direction, bool ever, int64_t at) {
  kith_walk_options options = KITH_WALK_OPTIONS_INIT;
  options.direction = static_cast<uint8_t>(direction);
  options.ever = ever ? 1 : 0;
  options.at = at;
  return options;
}

void BindRelations(nb::class_<Snapshot>& snapshot) {
  snapshot
      .def("neighbours",
           [](const Snapshot& s, const RecordId& record, const Name& relation, int direction, bool ever, int64_t at) {
             const kith_walk_options options = WalkOptions(direction, ever, at);
             return Told([&, id = record.get()](auto text, auto error) {
               return kith_snapshot_neighbours(s.get(), id, relation, &options, text, error);
             });
           })
      .def("traverse",
           [](const Snapshot& s, const RecordId& start, const std::string& relations, int direction, bool ever, int64_t at, uint32_t depth,
              uint32_t limit, const std::string& types) {
             kith_walk_options options = WalkOptions(direction, ever, at);
             options.depth = depth;
             options.limit = limit;
             options.types = ToStr(types);
             return Told([&, id = start.get()](auto text, auto error) {
               return kith_snapshot_traverse(s.get(), id, ToStr(relations), &options, text, error);
             });
           })
      .def("group_total", [](const Snapshot& s, const RecordId& record, const std::string& question) {
        return Told(
            [&, id = record.get()](auto text, auto error) { return kith_snapshot_group_total(s.get(), id, ToStr(question), text, error); });
      });
}

void BindRelationships(nb::class_<Snapshot>& snapshot) {
  snapshot.def("ties", &Ask<kith_snapshot_ties>)
      .def("timeline", &Ask<kith_snapshot_timeline>)
      .def("thread",
           [](const Snapshot& s, const RecordId& record) {
             return Told([&, id = record.get()](auto text, auto error) { return kith_snapshot_thread(s.get(), id, text, error); });
           })
      .def("introductions", &Ask<kith_snapshot_introductions>)
      .def("rank_buyers", &Ask<kith_snapshot_rank_buyers>)
      .def("relation_map", &Ask<kith_snapshot_relation_map>)
      .def("card", &Ask<kith_snapshot_card>)
      .def("brief", &Ask<kith_snapshot_brief>)
      .def("action_line", &Ask<kith_snapshot_action_line>)
      .def("four_questions",
           [](const Snapshot& s, const RecordId& deal, const RecordId& party, const std::string& question) {
             return Told([&, of = deal.get(), by = party.get()](auto json, auto error) {
               return kith_snapshot_four_questions(s.get(), of, by, ToStr(question), json, error);
             });
           })
      .def("winning",
           [](const Snapshot& s, const Name& pipeline, const std::string& question) {
             return Told([&](auto text, auto error) { return kith_snapshot_winning(s.get(), pipeline, ToStr(question), text, error); });
           })
      .def("relation", [](const Snapshot& s, const RecordId& subject, const RecordId& object, const std::string& question) {
        return Told([&, of = subject.get(), to = object.get()](auto text, auto error) {
          return kith_snapshot_relation(s.get(), of, to, ToStr(question), text, error);
        });
      });
}

void BindDuplicates(nb::class_<Snapshot>& snapshot) {
  snapshot
      .def("duplicates",
           [](const Snapshot& s, const Name& type, const std::string& question) {
             return Told([&](auto text, auto error) { return kith_snapshot_duplicates(s.get(), type, ToStr(question), text, error); });
           })
      .def("who_is", [](const Snapshot& s, const Name& type, const std::string& question, const std::string& model) {
        return Told([&](auto text, auto error) { return kith_snapshot_who_is(s.get(), type, ToStr(question), ToStr(model), text, error); });
      });
}

void BindSegments(nb::class_<Snapshot>& snapshot) {
  snapshot
      .def(
          "segments",
          [](const Snapshot& s, const std::optional<Name>& type) {
            return ToldAtOnce([&](auto text, auto error) { return kith_snapshot_segments(s.get(), OrNull(type), text, error); });
          },
          nb::arg("for_type").none())
      .def("members", [](const Snapshot& s, const Name& segment, kith_id after, size_t limit) {
        std::vector<kith_id> ids(limit);
        size_t count = 0;
        kith_error* error = nullptr;
        Check(Released([&] { return kith_snapshot_members(s.get(), segment, after, ids.data(), ids.size(), &count, &error); }), error);
        ids.resize(count);
        return ids;
      });
}

}  // namespace

void BindSnapshot(nb::module_& module) {
  nb::class_<InsightOptions>(module, "InsightOptions")
      .def(nb::init<bool, int64_t, kith_id, const std::string&, double, uint64_t, std::string>());
  BindForecast(module);
  auto snapshot = nb::class_<Snapshot>(module, "Snapshot");
  snapshot.def("sequence", [](const Snapshot& s) { return kith_snapshot_sequence(s.get()); })
      .def("find",
           [](const Snapshot& s, const Name& type, nb::handle ref) -> nb::object {
             kith_id id = 0;
             kith_error* error = nullptr;
             kith_code code = kith_snapshot_find(s.get(), type, Ref(ref).get(), &id, &error);
             if (code == KITH_NOT_FOUND) {
               kith_error_free(error);
               return nb::none();
             }
             Check(code, error);
             return nb::int_(id);
           })
      .def("may",
           [](const Snapshot& s, const RecordId& record, kith_right right) {
             uint8_t may = 0;
             kith_error* error = nullptr;
             Check(kith_snapshot_may(s.get(), record.get(), right, &may, &error), error);
             return may != 0;
           })
      .def("type_access_json",
           [](const Snapshot& s, const Name& type) {
             return ToldAtOnce([&](auto text, auto error) { return kith_snapshot_type_access(s.get(), type, text, error); });
           })
      .def("record_json", &JsonOf<kith_snapshot_record_json>)
      .def("external_refs_json", &JsonOf<kith_snapshot_external_refs>)
      .def("origin",
           [](const Snapshot& s, const RecordId& record, const Name& field) {
             kith_id origin = 0;
             int64_t recorded = 0;
             kith_error* error = nullptr;
             Check(kith_snapshot_origin(s.get(), record.get(), field, &origin, &recorded, &error), error);
             return nb::make_tuple(origin, recorded);
           })
      .def("history_json", &JsonOf<kith_snapshot_history>)
      .def("record_json_as_of",
           [](const Snapshot& s, const RecordId& record, int64_t effective, int64_t recorded) {
             return ToldAtOnce([&, id = record.get()](auto text, auto error) {
               return kith_snapshot_record_json_as_of(s.get(), id, effective, recorded, text, error);
             });
           })
      .def("arrow",
           [](const Snapshot& s, const Name& type, const std::string& fields) {
             return StreamCapsule([&](ArrowArrayStream* stream, kith_error** error) {
               return kith_snapshot_arrow(s.get(), type, ToStr(fields), stream, error);
             });
           })
      .def("history_arrow",
           [](const Snapshot& s, const Name& type) {
             return StreamCapsule(
                 [&](ArrowArrayStream* stream, kith_error** error) { return kith_snapshot_history_arrow(s.get(), type, stream, error); });
           })
      .def("changes",
           [](const Snapshot& s, uint64_t after, size_t limit) {
             std::vector<kith_change> changes(limit);
             size_t count = 0;
             uint64_t scanned = 0;
             kith_error* error = nullptr;
             Check(kith_snapshot_changes(s.get(), after, changes.data(), limit, &count, &scanned, &error), error);
             nb::list out;
             for (size_t i = 0; i < count; ++i) out.append(nb::make_tuple(changes[i].sequence, changes[i].record, changes[i].operation));
             return nb::make_tuple(out, scanned);
           })
      .def("feed",
           [](const Snapshot& s, uint64_t after, const std::string& filter, size_t limit) {
             return Told([&](auto text, auto error) { return kith_snapshot_feed(s.get(), after, ToStr(filter), limit, text, error); });
           })
      .def("differences",
           [](const Snapshot& s, std::pair<int64_t, int64_t> from, std::pair<int64_t, int64_t> to, const std::string& filter, kith_id after,
              size_t limit) {
             const kith_as_of start{from.first, from.second};
             const kith_as_of end{to.first, to.second};
             return ToldAtOnce([&](auto text, auto error) {
               return kith_snapshot_differences(s.get(), start, end, ToStr(filter), after, limit, text, error);
             });
           })
      .def("checkpoint",
           [](const Snapshot& s, const Name& name) -> nb::object {
             Text value;
             kith_error* error = nullptr;
             kith_code code = kith_snapshot_checkpoint(s.get(), name, value.out(), &error);
             if (code == KITH_NOT_FOUND) {
               kith_error_free(error);
               return nb::none();
             }
             Check(code, error);
             kith_str bytes = kith_text_str(value.get());
             return nb::bytes(bytes.data, bytes.size);
           })
      .def("close", &Snapshot::Close);
  BindInsight(snapshot);
  BindSearch(snapshot);
  BindRelationships(snapshot);
  BindDuplicates(snapshot);
  BindSegments(snapshot);
  BindRelations(snapshot);
}

}  // namespace kith_python
