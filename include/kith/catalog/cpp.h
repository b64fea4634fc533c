// Code for C++ from a package, for hosts that know at compile time which types they use.
#ifndef KITH_CATALOG_CPP_H_
#define KITH_CATALOG_CPP_H_

#include <string>
#include <string_view>

#include "kith/catalog/catalog.h"

namespace kith::catalog {

// A header that reads and writes records of a type by functions named after the fields of the package that owns it: what does not exist
// does not compile, and what does costs no look-up. It is right in every database where the package has the numbers of its numbers file,
// those from 0 up to the first gap; fields beyond it, and those of other packages, are left out. What is in namespace kith::crm of
// kith/model/crm.h was made by it. `guard` begins the name of the include guard.
[[nodiscard]] std::string ToCpp(const TypeDef& type, const Catalog& catalog, std::string_view guard);

}  // namespace kith::catalog

#endif  // KITH_CATALOG_CPP_H_
