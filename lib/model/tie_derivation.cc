// The derivation "ties": the rows of tie.h, kept with every write.
//
// A changed interaction takes out of its pair's row what it contributed before and adds what it contributes now; each row that is left with
// a difference is read, changed and written once. Reading other records is never needed, so a write costs the same however long history is.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/extensions_internal.h"
#include "model/tie_internal.h"

namespace kith::model {
namespace {

struct Pair {
  Id contact;
  Id employee;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

void Contribute(const InteractionRoles& roles, record::View view, int sign, std::map<Pair, TieRow>& rows) {
  if (view.is_null()) return;
  const InteractionRecord interaction = roles.Read(view);
  if (interaction.employee.is_null() || interaction.contact.is_null()) return;
  AddToRow(rows[{interaction.contact, interaction.employee}], EventOf(interaction), sign);
}

void AddBlocks(TieRow& row, const TieRow& delta) {
  std::map<int32_t, TieBlock> blocks;
  for (const TieRow* part : {static_cast<const TieRow*>(&row), &delta}) {
    for (const TieBlock& block : part->blocks) {
      TieBlock& sum = blocks[block.block];
      sum = {block.block, sum.theirs + block.theirs, sum.outreach + block.outreach, sum.in_units + block.in_units,
             sum.out_units + block.out_units};
    }
  }
  row.blocks.clear();
  for (const auto& [number, block] : blocks) {
    if (block != TieBlock{.block = number}) row.blocks.push_back(block);
  }
}

Status AddToStored(DerivationContext& context, const Pair& pair, const TieRow& delta) {
  const std::string key = TieKey(pair.contact, pair.employee);
  TieRow row;
  const StatusOr<std::string_view> stored = context.Aggregate(key);
  const bool is_new = absl::IsNotFound(stored.status());
  if (!is_new) {
    KITH_RETURN_IF_ERROR(stored.status());
    KITH_RETURN_IF_ERROR(Decode(*stored, row));
  }
  AddBlocks(row, delta);
  if (row.blocks.empty()) {
    context.DeleteAggregate(key);
    context.DeleteAggregate(TieKeyOfEmployee(pair.employee, pair.contact));
    return absl::OkStatus();
  }
  context.PutAggregate(key, Encode(row));
  if (is_new) context.PutAggregate(TieKeyOfEmployee(pair.employee, pair.contact), {});
  return absl::OkStatus();
}

class Ties : public kith::Derivation {
 public:
  [[nodiscard]] std::string_view name() const override { return "ties"; }
  [[nodiscard]] uint32_t version() const override { return 1; }
  [[nodiscard]] std::string_view prefix() const override { return kTiePrefix; }

  [[nodiscard]] Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const override {
    std::map<Pair, TieRow> deltas;
    std::optional<InteractionRoles> roles;  // of the change's type: changes of one type mostly come together
    const catalog::TypeDef* type = nullptr;
    for (const RecordChange& change : changes) {
      if (change.type != type) {
        type = change.type;
        roles = InteractionRoles::Of(*type);
      }
      if (!roles.has_value() || !roles->pairs()) continue;
      Contribute(*roles, change.before, -1, deltas);
      Contribute(*roles, change.after, +1, deltas);
    }
    for (const auto& [pair, delta] : deltas) {
      if (!delta.blocks.empty()) KITH_RETURN_IF_ERROR(AddToStored(context, pair, delta));
    }
    return absl::OkStatus();
  }

  [[nodiscard]] StatusOr<std::map<std::string, std::string>> Recompute(const Snapshot& snapshot) const override {
    std::map<Pair, TieRow> rows;
    for (const InteractionRoles& roles : InteractionRoles::All(snapshot.catalog())) {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(roles.type->name));
      while (cursor->Next()) {
        KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
        Contribute(roles, view, +1, rows);
      }
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    std::map<std::string, std::string> encoded;
    for (const auto& [pair, row] : rows) {
      if (row.blocks.empty()) continue;
      encoded.emplace(TieKey(pair.contact, pair.employee), Encode(row));
      encoded.emplace(TieKeyOfEmployee(pair.employee, pair.contact), std::string());
    }
    return encoded;
  }
};

}  // namespace

const kith::Derivation& TieDerivation() {
  static const Ties kDerivation;
  return kDerivation;
}

}  // namespace kith::model
