#include "kith_python.h"

NB_MODULE(_kith, module) {
  module.doc() = "Handles of Kith's C ABI. Use the package kith instead.";
  module.attr("version") = kith_version();
  kith_python::BindDatabase(module);
  kith_python::BindBatch(module);
  kith_python::BindSnapshot(module);
  kith_python::BindQuery(module);
}
