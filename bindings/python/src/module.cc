#include "reading.h"

NB_MODULE(_kith, module) {
  module.doc() = "Handles of Kith's C ABI. Use the package kith instead.";
  module.attr("version") = kith_version();
  kith_python::BindDatabase(module);
  kith_python::BindBatch(module);
  kith_python::BindSnapshot(module);
  kith_python::BindReading(module);
  kith_python::BindQuery(module);
  module.def("eval", [](const std::string& expression) {
    kith_python::Text json;
    kith_error* error = nullptr;
    kith_python::Check(kith_eval(kith_python::ToStr(expression), json.out(), &error), error);
    return kith_python::Take(json);
  });
  module.def("package_numbers", [](const std::string& definition, const std::string& numbers) {
    kith_python::Text json;
    kith_error* error = nullptr;
    kith_python::Check(kith_package_numbers(kith_python::ToStr(definition), kith_python::ToStr(numbers), json.out(), &error), error);
    return kith_python::Take(json);
  });
}
