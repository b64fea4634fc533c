// Records of the standard model in memory, without a database.
#ifndef KITH_TESTS_UNIT_EXPR_RECORDS_H_
#define KITH_TESTS_UNIT_EXPR_RECORDS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/catalog/catalog.h"
#include "kith/expr/expr.h"
#include "kith/record/record.h"

namespace kith::expr {

class Records final : public Resolver {
 public:
  Records() {
    const catalog::PackageSource package = *catalog::ShippedPackage("kith.crm");
    catalog_ = catalog::Catalog::BuiltIn()->PlanEnsure({&package, 1})->after;
  }

  using Fields = std::vector<std::pair<std::string_view, Value>>;
  Id Add(std::string_view type_name, const Fields& fields, record::Header header = {}) {
    const catalog::TypeDef& type = *catalog_->FindType(type_name);
    std::vector<Value> values(type.fields.size());
    for (const auto& [name, value] : fields) {
      const catalog::FieldDef& field = *type.FindField(name);
      const bool choice = field.kind == Kind::kChoice && value.kind() == Kind::kText;
      values[field.position] = choice ? Value(Choice{field.FindChoice(value.get<std::string>())->number}) : value;
    }
    const Id id = Id::Of(type.number, 0, ++last_);
    header.id = id.value();
    record::Builder builder;
    bytes_[id] = std::string(*builder.Build(header, type.layout, values));
    return id;
  }
  record::View View(Id id) const {
    const auto found = bytes_.find(id);
    return found == bytes_.end() ? record::View() : record::View(found->second, &catalog_->FindType(id.type())->layout);
  }
  [[nodiscard]] Environment In(std::string_view type) const {
    Environment environment;
    environment.catalog = catalog_;
    environment.record = catalog_->FindType(type);
    return environment;
  }
  [[nodiscard]] const std::shared_ptr<const catalog::Catalog>& catalog() const { return catalog_; }

  record::View Get(Id id) override { return View(id); }
  void ForEachRelated(const catalog::TypeDef& type, const catalog::FieldDef& field, Id id,
                      const std::function<bool(const record::View&)>& visit) override {
    for (const auto& [other, bytes] : bytes_) {
      if (other.type() == type.number && View(other).GetRef(field.position) == id && !visit(View(other))) return;
    }
  }

 private:
  std::shared_ptr<const catalog::Catalog> catalog_;
  std::map<Id, std::string> bytes_;
  uint32_t last_ = 0;
};

}  // namespace kith::expr

#endif  // KITH_TESTS_UNIT_EXPR_RECORDS_H_
