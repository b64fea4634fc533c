#include "engine/roll_up.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/int128.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

using absl::int128;
using Function = catalog::RollUp::Function;

// What the values of one currency (0: they have none) come to.
struct Part {
  uint32_t currency = 0;
  uint64_t count = 0;
  int128 sum = 0;
};
using Parts = std::vector<Part>;  // ascending by currency

constexpr size_t kPartBytes = sizeof(uint32_t) + 3 * sizeof(uint64_t);

StatusOr<Parts> DecodeParts(std::string_view bytes) {
  if (bytes.size() % kPartBytes != 0) return MakeError(Reason::kCorrupt, "a roll-up's row is malformed");
  Parts parts;
  for (const char* p = bytes.data(); p != bytes.data() + bytes.size(); p += kPartBytes) {
    parts.push_back(
        {.currency = ReadU32(p), .count = ReadU64(p + 4), .sum = absl::MakeInt128(static_cast<int64_t>(ReadU64(p + 12)), ReadU64(p + 20))});
  }
  return parts;
}

std::string EncodeParts(const Parts& parts) {
  std::string bytes;
  for (const Part& part : parts) {
    AppendU32(bytes, part.currency);
    AppendU64(bytes, part.count);
    AppendU64(bytes, static_cast<uint64_t>(absl::Int128High64(part.sum)));
    AppendU64(bytes, absl::Int128Low64(part.sum));
  }
  return bytes;
}

uint32_t CurrencyOf(const Value& value) {
  const Money* money = value.get_if<Money>();
  return money == nullptr ? 0 : money->currency.packed();
}

int64_t UnitsOf(const Value& value) {
  if (const Money* money = value.get_if<Money>()) return money->minor;
  if (const Decimal* decimal = value.get_if<Decimal>()) return decimal->units;
  if (const int64_t* whole = value.get_if<int64_t>()) return *whole;
  return 0;
}

// False when there is nothing to take away.
bool AddTo(Parts& parts, const Value& value, bool add) {
  const uint32_t currency = CurrencyOf(value);
  auto it = std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.currency >= currency; });
  if (it == parts.end() || it->currency != currency) {
    if (!add) return false;
    it = parts.insert(it, {.currency = currency});
  }
  it->count += add ? 1 : uint64_t{0} - 1;
  it->sum += add ? UnitsOf(value) : -int128{UnitsOf(value)};
  if (it->count == 0) parts.erase(it);
  return true;
}

bool IsExtreme(Function function) { return function == Function::kMin || function == Function::kMax; }
Order OrderOf(Function function) { return function == Function::kMin ? Order::kAscending : Order::kDescending; }

std::string RowKey(const RollUpPlan& plan, Id parent) {
  std::string key(kRollUpPrefix);
  AppendU32(key, plan.number());
  AppendU64(key, parent.value());
  return key;
}

// The quotient, rounded half to even.
int128 Divided(int128 sum, uint64_t count) {
  const int128 divisor = count;
  int128 quotient = sum / divisor;
  int128 rest = sum % divisor;
  const bool negative = rest < 0;
  if (negative) rest = -rest;
  if (rest * 2 > divisor || (rest * 2 == divisor && quotient % 2 != 0)) quotient += negative ? -1 : 1;
  return quotient;
}

// Null when it does not fit.
Value WholeValue(const RollUpPlan& plan, int128 units, uint32_t currency) {
  if (units > INT64_MAX || units < INT64_MIN) return {};
  const auto whole = static_cast<int64_t>(units);
  switch (plan.field->kind) {
    case Kind::kMoney:
      return Money{whole, Currency::FromPacked(currency)};
    case Kind::kDecimal:
      return Decimal{whole, plan.field->scale};
    default:
      return whole;
  }
}

Value AverageOf(const RollUpPlan& plan, const Part& part) {
  if (plan.field->kind == Kind::kMoney) return WholeValue(plan, Divided(part.sum, part.count), part.currency);
  const int scale = plan.value->kind == Kind::kDecimal ? plan.value->scale : 0;
  if (plan.field->kind == Kind::kDouble) {
    double power = 1;
    for (int i = 0; i < scale; ++i) power *= 10;
    return static_cast<double>(part.sum) / (static_cast<double>(part.count) * power);
  }
  int128 units = part.sum;
  uint64_t divisor = part.count;
  constexpr uint64_t kMost = UINT64_MAX / 10;
  for (int i = scale; i < plan.field->scale; ++i) {
    if (units > absl::Int128Max() / 20 || units < absl::Int128Min() / 20) return {};
    units *= 10;
  }
  for (int i = plan.field->scale; i < scale; ++i) {
    if (divisor > kMost) return {};
    divisor *= 10;
  }
  return WholeValue(plan, Divided(units, divisor), 0);
}

// Of a sum, count or average. Amounts of several currencies have no common sum.
Value Finished(const RollUpPlan& plan, const Parts& parts) {
  const Function function = plan.function();
  if (function == Function::kCount) return parts.empty() ? int64_t{0} : static_cast<int64_t>(parts[0].count);
  if (parts.size() > 1) return {};
  if (parts.empty()) {
    if (function == Function::kAverage || plan.field->kind == Kind::kMoney) return {};
    return WholeValue(plan, 0, 0);
  }
  return function == Function::kSum ? WholeValue(plan, parts[0].sum, parts[0].currency) : AverageOf(plan, parts[0]);
}

Status Inconsistent() { return MakeError(Reason::kCorrupt, "a roll-up's row lacks what is taken from it: verify the database"); }

Status ChangeParts(const std::string& key, const Value& value, bool add, RollUpRows& rows) {
  KITH_ASSIGN_OR_RETURN(const std::optional<std::string> row, rows.Get(key));
  KITH_ASSIGN_OR_RETURN(Parts parts, DecodeParts(row.value_or(std::string())));
  if (!AddTo(parts, value, add)) return Inconsistent();
  if (parts.empty()) {
    rows.Delete(key);
  } else {
    rows.Put(key, EncodeParts(parts));
  }
  return absl::OkStatus();
}

Status ChangeCount(const std::string& key, bool add, RollUpRows& rows) {
  KITH_ASSIGN_OR_RETURN(const std::optional<std::string> row, rows.Get(key));
  if (row.has_value() && row->size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "a roll-up's row is malformed");
  uint64_t count = row.has_value() ? ReadU64(row->data()) : 0;
  if (!add && count == 0) return Inconsistent();
  count += add ? 1 : uint64_t{0} - 1;
  std::string value;
  AppendU64(value, count);
  if (count == 0) {
    rows.Delete(key);
  } else {
    rows.Put(key, value);
  }
  return absl::OkStatus();
}

Status AddContribution(const RollUpPlan& plan, const Contribution& contribution, bool add, RollUpRows& rows) {
  std::string key = RowKey(plan, contribution.parent);
  if (!IsExtreme(plan.function())) return ChangeParts(key, contribution.value, add, rows);
  AppendValueKey(key, contribution.value, OrderOf(plan.function()));
  return ChangeCount(key, add, rows);
}

StatusOr<Value> ReadExtreme(const RollUpPlan& plan, Id parent, const storage::Reader& reader) {
  const std::string prefix = RowKey(plan, parent);
  const Order order = OrderOf(plan.function());
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kAggregate);
  if (!cursor->SeekAtLeast(prefix) || !cursor->key().starts_with(prefix)) {
    KITH_RETURN_IF_ERROR(cursor->status());
    return Value();
  }
  Value value;
  std::string_view rest = cursor->key();
  rest.remove_prefix(prefix.size());
  if (!ReadValueKey(rest, plan.value->kind, plan.value->scale, order, value)) {
    return MakeError(Reason::kCorrupt, "the key of a roll-up's row is malformed");
  }
  const Money* money = value.get_if<Money>();
  if (money == nullptr) return value;
  // A row after the last that this currency can have is of another one: then there is no common answer.
  std::string last = prefix;
  AppendValueKey(last, Money{order == Order::kAscending ? INT64_MAX : INT64_MIN, money->currency}, order);
  bool more = cursor->SeekAtLeast(last);
  if (more && cursor->key() == last) more = cursor->Next();
  const bool mixed = more && cursor->key().starts_with(prefix);
  KITH_RETURN_IF_ERROR(cursor->status());
  return mixed ? Value() : value;
}

bool Better(Function function, const Value& a, const Value& b) {
  std::string first;
  std::string second;
  AppendValueKey(first, a, OrderOf(function));
  AppendValueKey(second, b, OrderOf(function));
  return first < second;
}

}  // namespace

std::optional<Contribution> Contributions::Of(const RollUpPlan& plan, const record::View& record) {
  if (record.is_null()) return std::nullopt;
  const record::View view(record.bytes(), &record.layout(), &computer_);
  Contribution contribution{.parent = view.GetRef(plan.by->position), .value = {}};
  if (contribution.parent.is_null() || contribution.parent.type() != plan.parent->number) return std::nullopt;
  if (plan.where.has_value() && evaluator_.Test(*plan.where, view) != expr::Match::kYes) return std::nullopt;
  if (plan.value != nullptr) {
    contribution.value = view.Get(plan.value->position);
    if (contribution.value.is_null()) return std::nullopt;
  }
  return contribution;
}

StatusOr<std::optional<std::string>> StoredRows::Get(std::string_view key) {
  const StatusOr<storage::View> stored = set_.Get(format::kAggregate, key);
  if (IsNotFound(stored.status())) return std::optional<std::string>();
  KITH_RETURN_IF_ERROR(stored.status());
  KITH_ASSIGN_OR_RETURN(const std::string_view value, format::WithoutPadding(*stored));
  return std::optional<std::string>(value);
}

void StoredRows::Put(std::string_view key, std::string_view value) {
  std::string padded(value);
  format::AppendPadding(padded);
  set_.Put(format::kAggregate, key, padded);
}

void StoredRows::Delete(std::string_view key) { set_.Delete(format::kAggregate, key); }

StatusOr<std::optional<std::string>> MadeRows::Get(std::string_view key) {
  const auto it = rows.find(std::string(key));
  return it == rows.end() ? std::optional<std::string>() : std::optional<std::string>(it->second);
}

Status ChangeContribution(const RollUpPlan& plan, const std::optional<Contribution>& before, const std::optional<Contribution>& after,
                          RollUpRows& rows) {
  if (before == after) return absl::OkStatus();
  if (before.has_value()) KITH_RETURN_IF_ERROR(AddContribution(plan, *before, false, rows));
  return after.has_value() ? AddContribution(plan, *after, true, rows) : absl::OkStatus();
}

StatusOr<Value> ReadRollUp(const RollUpPlan& plan, Id parent, const storage::Reader& reader) {
  if (IsExtreme(plan.function())) return ReadExtreme(plan, parent, reader);
  const StatusOr<storage::View> stored = reader.Get(format::kAggregate, RowKey(plan, parent));
  if (IsNotFound(stored.status())) return Finished(plan, {});
  KITH_RETURN_IF_ERROR(stored.status());
  KITH_ASSIGN_OR_RETURN(const std::string_view value, format::WithoutPadding(*stored));
  KITH_ASSIGN_OR_RETURN(const Parts parts, DecodeParts(value));
  return Finished(plan, parts);
}

StatusOr<Value> FoldRollUp(const RollUpPlan& plan, Id parent, const Source& source, Contributions& contributions, const Instead& instead) {
  const catalog::IndexDef* index = plan.child->FindIndexLedBy(static_cast<int32_t>(plan.by->position));
  if (index == nullptr) return MakeError({.reason = Reason::kUnknownIndex, .type = plan.child->name}, "no index leads to the records");
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        NewIndexCursor(source, *plan.child, *index, {.equal = {Value(parent)}}));
  Parts parts;
  Value best;
  bool mixed = false;
  const auto add = [&](const Value& value) {
    if (!IsExtreme(plan.function())) {
      static_cast<void>(AddTo(parts, value, true));
      return;
    }
    mixed |= !best.is_null() && CurrencyOf(best) != CurrencyOf(value);
    if (best.is_null() || Better(plan.function(), value, best)) best = value;
  };
  while (cursor->Next()) {
    if (instead.of != nullptr && instead.of->contains(cursor->id().value())) continue;
    KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
    if (const std::optional<Contribution> contribution = contributions.Of(plan, record)) add(contribution->value);
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  for (const Value& value : instead.values) add(value);
  if (!IsExtreme(plan.function())) return Finished(plan, parts);
  return mixed ? Value() : best;
}

StatusOr<Value> PastRollUps::Read(const RollUpPlan& plan, Id parent, AsOf as_of) {
  if (source_ == nullptr) return Value();
  const catalog::IndexDef* index = plan.child->FindIndexLedBy(static_cast<int32_t>(plan.by->position));
  if (index == nullptr || !loaded_->IsReady(*index)) return Value();
  KITH_RETURN_IF_ERROR(Turn(as_of));
  if (Status gathered = Gather(*plan.child); !gathered.ok()) {
    as_of_.reset();
    return gathered;
  }
  const auto values = values_.find({plan.number(), parent.value()});
  Instead instead{.of = &changed_[plan.child->number], .values = {}};
  if (values != values_.end()) instead.values = values->second;
  return FoldRollUp(plan, parent, *source_, contributions_, instead);
}

// Finds what has changed since that moment.
Status PastRollUps::Turn(AsOf as_of) {
  if (as_of_.has_value() && as_of_->effective == as_of.effective && as_of_->recorded == as_of.recorded) return absl::OkStatus();
  as_of_.reset();
  changed_.clear();
  gathered_.clear();
  values_.clear();
  for (const RollUpPlan& plan : loaded_->programs->roll_ups()) changed_[plan.child->number];
  KITH_ASSIGN_OR_RETURN(uint64_t sequence, SequenceAt(*source_->reader, horizon_, last_, std::min(as_of.effective, as_of.recorded)));
  ++sequence;
  const std::unique_ptr<storage::Cursor> cursor = source_->reader->NewCursor(format::kFeed);
  for (bool more = cursor->SeekAtLeast(storage::IntegerKey(sequence)); more; more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const format::FeedValue value, format::DecodeFeed(cursor->value()));
    if (const auto type = changed_.find(value.record.type()); type != changed_.end()) type->second.insert(value.record.value());
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  as_of_ = as_of;
  return absl::OkStatus();
}

// What the changed records of a type contributed then.
Status PastRollUps::Gather(const catalog::TypeDef& child) {
  if (gathered_.contains(child.number)) return absl::OkStatus();
  const std::vector<const RollUpPlan*> plans = loaded_->programs->RollUpsOver(child.number);
  for (const uint64_t id : changed_[child.number]) {
    KITH_ASSIGN_OR_RETURN(const std::optional<PastRecord> past, ReadPast(*source_, child, Id(id), *as_of_));
    if (!past.has_value()) continue;
    KITH_ASSIGN_OR_RETURN(const std::string_view built, builder_.Build(past->header, child.layout, past->values, record::View()));
    for (const RollUpPlan* plan : plans) {
      std::optional<Contribution> contribution = contributions_.Of(*plan, record::View(built, &child.layout));
      if (contribution.has_value()) values_[{plan->number(), contribution->parent.value()}].push_back(std::move(contribution->value));
    }
  }
  gathered_.insert(child.number);
  return absl::OkStatus();
}

}  // namespace kith::engine
