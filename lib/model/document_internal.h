// Documents and lines in a catalog.
#ifndef KITH_LIB_MODEL_DOCUMENT_INTERNAL_H_
#define KITH_LIB_MODEL_DOCUMENT_INTERNAL_H_

#include <optional>
#include <vector>

#include "kith/model/document.h"

namespace kith::model {

// The fields that play the roles of a line; nullptr where the type has none.
struct LineRoles {
  const catalog::TypeDef* type = nullptr;
  const catalog::FieldDef *document = nullptr, *quantity = nullptr, *price = nullptr, *amount = nullptr, *discount = nullptr,
                          *tax_rate = nullptr, *tax = nullptr, *of = nullptr, *position = nullptr;
  const catalog::IndexDef* by_document = nullptr;
  const catalog::IndexDef* by_of = nullptr;
  [[nodiscard]] static std::optional<LineRoles> Of(const catalog::TypeDef& type);
  // Those whose documents are of a type.
  [[nodiscard]] static std::vector<LineRoles> AllFor(const catalog::Catalog& catalog, const catalog::TypeDef& document);
  // Those that may be parts of lines of a type.
  [[nodiscard]] static std::vector<LineRoles> AllOf(const catalog::Catalog& catalog, const catalog::TypeDef& line);
};

struct DocumentRoles {
  const catalog::TypeDef* type = nullptr;
  const catalog::FieldDef *total = nullptr, *status = nullptr, *discount = nullptr, *tax = nullptr, *rounding = nullptr,
                          *accepted_on = nullptr, *deal = nullptr;
  bool versioned = false;
  [[nodiscard]] static std::optional<DocumentRoles> Of(const catalog::TypeDef& type);
  // The name of the status in a value; empty when it has none.
  [[nodiscard]] std::string_view StatusIn(const Value& value) const;
  [[nodiscard]] Rounding RoundingIn(const Value& value) const;
};

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_DOCUMENT_INTERNAL_H_
