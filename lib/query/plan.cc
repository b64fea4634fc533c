#include "query/plan.h"

#include <algorithm>

namespace kith::query {
namespace {

using catalog::IndexDef;
using catalog::IndexPart;
using catalog::TypeDef;
using expr::Condition;
using Comparison = expr::Condition::Comparison;

// In the time of one record of a scan (0.1 to 0.2 µs, its seal checked). Measured on a million opportunities, see README.md.
constexpr double kNominalRows = 1'000'000;
constexpr double kEntry = 0.4;    // one entry of an index
constexpr double kLookUp = 4;     // a record by its id
constexpr double kSort = 1;       // a row that is sorted, its values kept
constexpr double kSeek = 10;      // a range of an index
constexpr double kInValues = 10;  // an `in` whose values are not known yet
constexpr double kColumn = 0.01;  // a row of one column
constexpr double kCells = 0.2;    // a row whose values are taken from columns one by one; half of that when it is grouped

// The part of all records that a condition leaves.
double Share(const TypeDef& type, const Condition& condition) {
  switch (condition.comparison) {
    case Comparison::kLess:
    case Comparison::kLessOrEqual:
    case Comparison::kGreater:
    case Comparison::kGreaterOrEqual:
      return 0.3;
    case Comparison::kIsNull:
      return 0.1;
    case Comparison::kEqual:
    case Comparison::kIn:
      break;
  }
  double one = 0.001;
  switch (type.KindAt(condition.position)) {
    case Kind::kBool:
      one = 0.5;
      break;
    case Kind::kChoice:
      one = 0.1;
      break;
    case Kind::kText:
    case Kind::kBytes:
      one = 0.0001;
      break;
    default:
      break;
  }
  if (condition.position == catalog::kHeaderId) one = 1 / kNominalRows;
  if (condition.comparison == Comparison::kEqual) return one;
  return std::min(1.0, one * (condition.variable >= 0 ? kInValues : static_cast<double>(condition.values.size())));
}

double Share(const Demand& demand, const std::vector<size_t>& conditions) {
  double share = 1;
  for (const size_t i : conditions) share *= Share(*demand.type, demand.conditions[i]);
  return share;
}

std::vector<size_t> AllBut(const Demand& demand, const std::vector<size_t>& taken) {
  std::vector<size_t> rest;
  for (size_t i = 0; i < demand.conditions.size(); ++i) {
    if (std::find(taken.begin(), taken.end(), i) == taken.end()) rest.push_back(i);
  }
  return rest;
}

bool IsEquality(Comparison comparison) { return comparison == Comparison::kEqual || comparison == Comparison::kIsNull; }

// Keys hold a list's presence alone, and their order of choices and references is not that of expressions.
bool IsOrderedInKeys(Kind kind) {
  return kind != Kind::kTextList && kind != Kind::kChoiceSet && kind != Kind::kChoice && kind != Kind::kRef;
}
bool IsInKeys(Kind kind) { return kind != Kind::kTextList && kind != Kind::kChoiceSet && kind != Kind::kNull; }

std::optional<size_t> FindCondition(const Demand& demand, int32_t position, const std::vector<Comparison>& comparisons) {
  for (const Comparison comparison : comparisons) {
    for (size_t i = 0; i < demand.conditions.size(); ++i) {
      if (demand.conditions[i].position == position && demand.conditions[i].comparison == comparison) return i;
    }
  }
  return std::nullopt;
}

IndexPath PathOf(const Demand& demand, const IndexDef& index) {
  IndexPath path;
  path.index = &index;
  bool has_in = false;
  for (const IndexPart& part : index.parts) {
    const Kind kind = demand.type->KindAt(part.position);
    if (!IsInKeys(kind)) return path;
    std::optional<size_t> equal = FindCondition(demand, part.position, {Comparison::kEqual, Comparison::kIsNull});
    if (!equal.has_value() && !has_in) {
      equal = FindCondition(demand, part.position, {Comparison::kIn});
      has_in = equal.has_value();
    }
    if (equal.has_value()) {
      path.equal.push_back(*equal);
      continue;
    }
    if (IsOrderedInKeys(kind)) {
      path.low = FindCondition(demand, part.position, {Comparison::kGreaterOrEqual, Comparison::kGreater});
      path.high = FindCondition(demand, part.position, {Comparison::kLessOrEqual, Comparison::kLess});
    }
    return path;
  }
  return path;
}

// Whether ranges of the index give the order asked, read downwards when `reverse` is set.
bool GivesOrder(const Demand& demand, const IndexPath& path, bool& reverse) {
  if (!demand.order.has_value()) return false;
  const auto is_constant = [&](int32_t position) {
    return std::any_of(path.equal.begin(), path.equal.end(),
                       [&](size_t i) { return demand.conditions[i].position == position && IsEquality(demand.conditions[i].comparison); });
  };
  std::optional<bool> direction;
  const auto takes = [&](const OrderPart& wanted, Order order) {
    const bool down = wanted.descending != (order == Order::kDescending);
    if (!direction.has_value()) direction = down;
    return *direction == down;
  };
  std::vector<OrderPart> wanted;
  for (const OrderPart& part : *demand.order) {
    if (!is_constant(part.position)) wanted.push_back(part);
  }
  size_t next = 0;
  for (const IndexPart& part : path.index->parts) {
    if (next == wanted.size()) break;
    if (is_constant(part.position)) continue;
    const bool fits = IsInKeys(demand.type->KindAt(part.position)) && wanted[next].position == part.position;
    if (!fits || !takes(wanted[next], part.order)) return false;
    ++next;
  }
  // After the parts comes the id.
  if (next < wanted.size() && wanted[next].position == catalog::kHeaderId && takes(wanted[next], Order::kAscending)) ++next;
  reverse = direction.value_or(false);
  return next == wanted.size();
}

// Whether entries tell all that is read; what they must be read for is noted in the plan's layout.
bool IsCovered(const Demand& demand, Plan& plan) {
  if (demand.reads.records || !demand.exact || (!plan.ordered && demand.sort_reads.records)) return false;
  std::vector<int32_t> positions = demand.reads.positions;
  if (!plan.ordered) positions.insert(positions.end(), demand.sort_reads.positions.begin(), demand.sort_reads.positions.end());
  for (const size_t i : plan.rechecked) positions.push_back(demand.conditions[i].position);
  for (const int32_t position : positions) {
    if (position == catalog::kHeaderId) continue;
    if (plan.layout.Find(position) < 0) return false;
    plan.layout.Need(position);
  }
  return true;
}

// Rows that the access gives before the limit is reached, and sorting what it gives.
void AddCost(const Demand& demand, double share, double each, Plan& plan) {
  const double found = kNominalRows * share;
  const double matching = found * Share(demand, plan.rechecked);
  double read = found;
  if (plan.ordered && demand.limit != 0 && static_cast<double>(demand.limit) < matching) {
    read = found * static_cast<double>(demand.limit) / matching;
  }
  plan.cost += read * each + (plan.ordered ? 0 : matching * kSort);
}

Plan IdsPlan(const Demand& demand, size_t condition) {
  Plan plan = ScanPlan(demand);
  plan.access = Access::kIds;
  plan.ids = condition;
  plan.rechecked = AllBut(demand, {condition});
  plan.cost = 0;
  AddCost(demand, Share(demand, {condition}), kLookUp, plan);
  return plan;
}

Plan IndexPlan(const Demand& demand, const IndexPath& path) {
  Plan plan;
  plan.access = Access::kIndex;
  plan.first = path;
  plan.ordered = GivesOrder(demand, path, plan.reverse);
  if (!plan.ordered) plan.reverse = false;
  plan.rechecked = AllBut(demand, path.conditions());
  plan.layout = EntryLayout(*demand.type, *path.index);
  plan.covered = IsCovered(demand, plan);
  plan.cost = kSeek;
  AddCost(demand, Share(demand, path.conditions()), plan.covered ? kEntry : kEntry + kLookUp, plan);
  return plan;
}

Plan IntersectionPlan(const Demand& demand, const IndexPath& a, const IndexPath& b) {
  Plan plan = ScanPlan(demand);
  plan.access = Access::kIntersection;
  plan.first = a;
  plan.second = b;
  std::vector<size_t> both = a.conditions();
  const std::vector<size_t> more = b.conditions();
  both.insert(both.end(), more.begin(), more.end());
  std::sort(both.begin(), both.end());
  both.erase(std::unique(both.begin(), both.end()), both.end());
  // What the shorter list leaves is checked against the records, as the longer may not have been read to its end.
  const double entries = kNominalRows * (Share(demand, a.conditions()) + Share(demand, b.conditions()));
  plan.cost = 2 * kSeek + entries * (kEntry + kSort);
  AddCost(demand, Share(demand, both), kLookUp, plan);
  return plan;
}

const IndexDef* FindColumn(const std::vector<const IndexDef*>& columns, int32_t position) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const IndexDef* c) { return c->parts[0].position == position; });
  return found == columns.end() ? nullptr : *found;
}

// Notes the columns whose values are read, when they are all that is read.
void TakeColumns(const Demand& demand, const std::vector<const IndexDef*>& columns, Plan& plan) {
  if (demand.reads.records || !demand.exact || (!plan.ordered && demand.sort_reads.records)) return;
  std::vector<int32_t> positions = demand.reads.positions;
  if (!plan.ordered) positions.insert(positions.end(), demand.sort_reads.positions.begin(), demand.sort_reads.positions.end());
  for (const size_t i : plan.rechecked) positions.push_back(demand.conditions[i].position);
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  std::erase(positions, catalog::kHeaderId);
  std::vector<const IndexDef*> read;
  read.reserve(positions.size());
  for (const int32_t position : positions) read.push_back(FindColumn(columns, position));
  if (std::find(read.begin(), read.end(), nullptr) != read.end()) return;
  plan.columns = std::move(read);
  plan.layout = EntryLayout(std::move(positions));
  plan.covered = true;
}

// `columns` are those that can be read, at least one.
Plan ColumnPlan(const Demand& demand, const std::vector<const IndexDef*>& columns) {
  Plan plan = ScanPlan(demand);
  plan.access = Access::kColumns;
  std::vector<size_t> decided;
  for (size_t i = 0; i < demand.conditions.size(); ++i) {
    if (FindColumn(columns, demand.conditions[i].position) != nullptr) decided.push_back(i);
  }
  plan.rechecked = AllBut(demand, decided);
  plan.decided = demand.exact && plan.rechecked.empty();
  TakeColumns(demand, columns, plan);
  for (const size_t i : decided) {
    const int32_t position = demand.conditions[i].position;
    if (!plan.ColumnOf(position).has_value()) plan.columns.push_back(FindColumn(columns, position));
  }
  if (plan.columns.empty()) plan.columns.push_back(columns.front());  // it tells which records there are
  const double each = plan.covered ? (demand.grouped ? kCells / 2 : kCells) : kLookUp;
  plan.cost = kSeek + kNominalRows * kColumn * static_cast<double>(plan.columns.size());
  AddCost(demand, Share(demand, decided), each, plan);
  return plan;
}

// Columns that can be read: none for viewers who do not see all, and none that is being built.
std::vector<const IndexDef*> UsableColumns(const Demand& demand, const Snapshot& snapshot) {
  std::vector<const IndexDef*> columns;
  for (const IndexDef& index : demand.type->indexes) {
    const IndexDef* column = &index;
    if (index.kind == catalog::IndexKind::kColumn && snapshot.ScanColumns(*demand.type, {&column, 1}).ok()) columns.push_back(column);
  }
  return columns;
}

}  // namespace

std::optional<size_t> Plan::ColumnOf(int32_t position) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i]->parts[0].position == position) return i;
  }
  return std::nullopt;
}

std::vector<size_t> IndexPath::conditions() const {
  std::vector<size_t> all = equal;
  if (low.has_value()) all.push_back(*low);
  if (high.has_value()) all.push_back(*high);
  return all;
}

Plan ScanPlan(const Demand& demand) {
  Plan plan;
  plan.rechecked = AllBut(demand, {});
  const bool by_id = demand.order.has_value() && demand.order->size() == 1 && demand.order->front().position == catalog::kHeaderId &&
                     !demand.order->front().descending;
  plan.ordered = by_id || (demand.order.has_value() && demand.order->empty());
  AddCost(demand, 1, 1, plan);
  return plan;
}

Plan ChooseRecordPlan(const Demand& demand, const Snapshot& snapshot) {
  Plan best = ScanPlan(demand);
  const auto consider = [&best](Plan plan) {
    if (plan.cost < best.cost) best = std::move(plan);
  };
  if (const auto ids = FindCondition(demand, catalog::kHeaderId, {Comparison::kEqual, Comparison::kIn})) consider(IdsPlan(demand, *ids));
  std::vector<IndexPath> narrowing;
  for (const IndexDef& index : demand.type->indexes) {
    if (!snapshot.ScanIndex(*demand.type, index, {}).ok()) continue;  // still being built
    const IndexPath path = PathOf(demand, index);
    if (!path.conditions().empty()) narrowing.push_back(path);
    consider(IndexPlan(demand, path));
  }
  for (size_t i = 0; i < narrowing.size(); ++i) {
    for (size_t j = i + 1; j < narrowing.size(); ++j) consider(IntersectionPlan(demand, narrowing[i], narrowing[j]));
  }
  return best;
}

Plan ChoosePlan(const Demand& demand, const Snapshot& snapshot) {
  Plan best = ChooseRecordPlan(demand, snapshot);
  if (demand.repeated) return best;
  const std::vector<const IndexDef*> columns = UsableColumns(demand, snapshot);
  if (columns.empty()) return best;
  Plan plan = ColumnPlan(demand, columns);
  return plan.cost < best.cost ? std::move(plan) : std::move(best);
}

}  // namespace kith::query
