// Random batches of every kind of change, right and wrong ones.
#ifndef KITH_TESTS_PROPERTY_ENGINE_GENERATOR_H_
#define KITH_TESTS_PROPERTY_ENGINE_GENERATOR_H_

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine_oracle.h"
#include "kith/base/limits.h"

namespace kith::testing {

class Generator {
 public:
  Generator(uint64_t seed, const Oracle& oracle, const catalog::Catalog& catalog) : random_(seed), oracle_(oracle), catalog_(catalog) {}

  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

  Ops Make(Time now) {
    Ops batch;
    now_ = now;
    local_types_.clear();
    if (OneIn(5)) batch.effective = Past();
    if (OneIn(150)) batch.effective = Time{now.micros + 1 + static_cast<int64_t>(Below(1000))};
    const uint64_t count = OneIn(10) ? 2 + Below(12) : 1 + Below(3);
    for (uint64_t i = 0; i < count; ++i) Add(batch.ops);
    return batch;
  }
  Time Past() { return Time{now_.micros - static_cast<int64_t>(Below(OneIn(2) ? 300 : 30'000))}; }

  // A value of the field, from so few that equal ones are common.
  Value ValueFor(const catalog::FieldDef& field) {
    if (!field.required && OneIn(6)) return {};
    switch (field.kind) {
      case Kind::kText:
        return field.name == "about_us" ? LongText() : "t" + std::to_string(Below(field.name == "code" ? 60 : 8));
      case Kind::kInt:
        return static_cast<int64_t>(Below(6)) - 2;
      case Kind::kDecimal:
        return Decimal{static_cast<int64_t>(Below(5)) * 50 - 100, field.scale};
      case Kind::kDouble:
        return static_cast<double>(Below(5)) / 2 - 1;
      case Kind::kMoney:
        return Money{static_cast<int64_t>(Below(4)) * 100 - 100, *Currency::FromCode(OneIn(6) ? "USD" : "CNY")};
      case Kind::kBool:
        return OneIn(2);
      case Kind::kChoice:
        return Choice{1 + static_cast<int32_t>(Below(3))};
      case Kind::kChoiceSet: {
        ChoiceSet set;
        for (int32_t i = 1; i <= 3; ++i) {
          if (OneIn(2)) set.push_back({i});
        }
        return set.empty() ? Value() : Value(set);
      }
      case Kind::kTextList: {
        TextList list;
        for (uint64_t i = Below(3); i > 0; --i) list.push_back(std::string(Below(3), 'x'));
        return list.empty() ? Value() : Value(list);
      }
      case Kind::kDate:
        return Date{static_cast<int32_t>(Below(5)) - 2};
      case Kind::kTime:
        return Time{static_cast<int64_t>(Below(4)) - 1};
      case Kind::kBytes:
        return Bytes{std::string(Below(4), '\0')};
      default:
        return {};
    }
  }
  // Around the length at which index keys are cut.
  std::string LongText() {
    static constexpr size_t kLengths[] = {0, 1, limits::kIndexKeyBytes - 5, limits::kIndexKeyBytes, limits::kIndexKeyBytes + 5};
    std::string text(kLengths[Below(5)], 'x');
    return text + std::string(Below(3), static_cast<char>('a' + Below(2)));
  }
  Id AnyOf(std::string_view type) {
    std::vector<Id> known;
    for (size_t i = 0; i < local_types_.size(); ++i) {
      if (local_types_[i] == type) known.push_back(Id::Local(static_cast<uint32_t>(i)));
    }
    if (!known.empty() && OneIn(3)) return Pick(known);
    const std::vector<Id> live = oracle_.Live(type);
    if (live.empty() || OneIn(200)) return Id::Of(catalog_.FindType(type)->number, 0, 1 + static_cast<uint32_t>(Below(40)));
    return Pick(live);
  }

 private:
  std::string AnyType() {
    static const std::vector<std::string> kTypes{"company", "company", "company", "person", "person", "note"};
    return Pick(kTypes);
  }
  ExternalRef AnyExternal() { return {OneIn(2) ? "erp" : "app", std::to_string(Below(25))}; }

  void Add(std::vector<Op>& ops) {
    const uint64_t dice = Below(100);
    if (dice < 22) return Define(ops);
    Op op;
    op.type = AnyType();
    op.target = AnyOf(op.type);
    if (dice < 82) return Assign(ops, op.target, op.type);
    if (dice < 91) {
      op.kind = Op::kDelete;
    } else if (dice < 95) {
      op.kind = OneIn(3) ? Op::kUnlink : Op::kLink;
      op.external = AnyExternal();
      const OracleRecord* record = Known(op.target);
      if (op.kind == Op::kUnlink && record != nullptr && !record->externals.empty()) {
        op.external = {record->externals.begin()->first, record->externals.begin()->second};
      }
    } else if (dice < 98) {
      op.kind = Op::kRequireVersion;
      const OracleRecord* record = Known(op.target);
      if (record == nullptr) return;
      op.version = record->entries.back().sequence - (OneIn(4) ? 1 : 0);
    } else {
      op.kind = Op::kRequireAbsent;
      op.external = AnyExternal();
    }
    ops.push_back(op);
  }
  const OracleRecord* Known(Id id) const {
    const auto found = oracle_.records().find(id);
    return found == oracle_.records().end() ? nullptr : &found->second;
  }
  void Define(std::vector<Op>& ops) {
    Op op;
    op.type = AnyType();
    const uint64_t kind = Below(6);
    op.kind = kind < 3 ? Op::kCreate : kind == 3 ? Op::kUpsert : kind == 4 ? Op::kCreateIfAbsent : OneIn(4) ? Op::kExisting : Op::kUpsert;
    if (op.kind != Op::kCreate || OneIn(4)) op.external = AnyExternal();
    const Id local = Id::Local(static_cast<uint32_t>(local_types_.size()));
    local_types_.push_back(op.type);
    const bool may_set = op.kind != Op::kExisting;
    const std::string type = op.type;
    ops.push_back(std::move(op));
    if (!may_set) return;
    if (type != "note" && !OneIn(60)) {
      Op name;
      name.target = local;
      name.field = "name";
      name.value = ValueFor(*catalog_.FindType(type)->FindField("name"));
      ops.push_back(std::move(name));
    }
    for (uint64_t i = Below(4); i > 0; --i) Assign(ops, local, type);
  }
  void Assign(std::vector<Op>& ops, Id target, const std::string& type) {
    const catalog::TypeDef& def = *catalog_.FindType(type);
    Op op;
    op.target = target;
    if (OneIn(8)) {
      AssignHeader(op);
    } else {
      const catalog::FieldDef& field = def.fields[Below(def.fields.size())];
      op.field = field.name;
      if (field.kind == Kind::kRef) {
        if (!OneIn(4)) op.value = AnyOf(field.refers_to[0]);
      } else {
        op.value = ValueFor(field);
        const bool number =
            field.kind == Kind::kInt || field.kind == Kind::kDecimal || field.kind == Kind::kDouble || field.kind == Kind::kMoney;
        if (number && !op.value.is_null() && OneIn(3)) op.kind = Op::kAdd;
      }
      if (field.required && OneIn(80)) op.value = {};
    }
    if (op.kind == Op::kSet && OneIn(4)) op.at = Past();
    ops.push_back(std::move(op));
  }
  void AssignHeader(Op& op) {
    switch (Below(3)) {
      case 0:
        op.field = "owner";
        if (!OneIn(4)) op.value = Id(1 + Below(3));
        break;
      case 1:
        op.field = "unit";
        if (!OneIn(4)) op.value = 1 + static_cast<int64_t>(Below(2));
        break;
      default:
        op.field = "visibility";
        op.value = static_cast<int64_t>(Below(3));
    }
  }

  std::mt19937_64 random_;
  const Oracle& oracle_;
  const catalog::Catalog& catalog_;
  Time now_;
  std::vector<std::string> local_types_;
};

}  // namespace kith::testing

#endif  // KITH_TESTS_PROPERTY_ENGINE_GENERATOR_H_
