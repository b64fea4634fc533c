#include "reading.h"

namespace {

using Question = kith_code (*)(kith_str, kith_text**, kith_error**);

// A function of a question, that answers in JSON.
template <Question kCall>
nanobind::str Answer(const std::string& question) {
  return kith_python::Told([&](auto json, auto error) { return kCall(kith_python::ToStr(question), json, error); });
}

}  // namespace

NB_MODULE(_kith, module) {
  module.doc() = "Handles of Kith's C ABI. Use the package kith instead.";
  module.attr("version") = kith_version();
  kith_python::BindDatabase(module);
  kith_python::BindBatch(module);
  kith_python::BindSnapshot(module);
  kith_python::BindReading(module);
  kith_python::BindQuery(module);
  module.def("allocate", &Answer<kith_allocate>);
  module.def("credit", &Answer<kith_credit>);
  module.def("habit", &Answer<kith_habit>);
  module.def("eval", &Answer<kith_eval>);
  module.def("metrics", [](const std::vector<const kith_python::Db*>& databases, const std::vector<std::string>& names) {
    std::vector<kith_db*> handles;
    std::vector<kith_str> labels;
    for (const kith_python::Db* db : databases) handles.push_back(db->get());
    for (const std::string& name : names) labels.push_back(kith_python::ToStr(name));
    if (handles.size() != labels.size()) throw nanobind::value_error("there is not a name for each database");
    return kith_python::ToldAtOnce(
        [&](auto text, auto error) { return kith_metrics(handles.data(), labels.data(), handles.size(), text, error); });
  });
  module.def("salvage",
             [](const std::string& damaged, const std::string& target, const std::string& definitions_from, bool with_old_pages) {
               kith_salvage_options options = KITH_SALVAGE_OPTIONS_INIT;
               options.with_old_pages = with_old_pages ? 1 : 0;
               options.definitions_from = kith_python::ToStr(definitions_from);
               return kith_python::Told([&](auto report, auto error) {
                 return kith_salvage(kith_python::ToStr(damaged), kith_python::ToStr(target), &options, report, error);
               });
             });
  module.def("package_numbers", [](const std::string& definition, const std::string& numbers) {
    return kith_python::ToldAtOnce([&](auto json, auto error) {
      return kith_package_numbers(kith_python::ToStr(definition), kith_python::ToStr(numbers), json, error);
    });
  });
}
