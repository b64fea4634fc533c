// What stages ask of a record, inside a write and over a snapshot alike.
#ifndef KITH_LIB_MODEL_GUARD_INTERNAL_H_
#define KITH_LIB_MODEL_GUARD_INTERNAL_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/extension.h"
#include "kith/expr/expr.h"
#include "kith/model/guide.h"
#include "model/schema_internal.h"

namespace kith::model {

// Records as a batch leaves them, for conditions inside a write.
class RecordsInWrite final : public expr::Resolver {
 public:
  explicit RecordsInWrite(RuleContext& context) : context_(context) {}
  record::View Get(Id id) override;
  void ForEachRelated(const catalog::TypeDef& type, const catalog::FieldDef& field, Id id,
                      const std::function<bool(const record::View&)>& visit) override;
  [[nodiscard]] Status status() const override { return status_; }

 private:
  record::View ViewOf(const Draft& draft);
  RuleContext& context_;
  Status status_;
};

// Records of a snapshot, as its viewer sees them.
class RecordsInSnapshot final : public expr::Resolver {
 public:
  explicit RecordsInSnapshot(const Snapshot& snapshot) : snapshot_(snapshot) {}
  record::View Get(Id id) override;
  void ForEachRelated(const catalog::TypeDef& type, const catalog::FieldDef& field, Id id,
                      const std::function<bool(const record::View&)>& visit) override;
  [[nodiscard]] Status status() const override { return status_; }

 private:
  const Snapshot& snapshot_;
  Status status_;
};

// A condition of a stage's item over records of `type`. Besides the errors of compiling: ExpressionMalformed when it looks at records that
// refer to another by a field without an index.
[[nodiscard]] StatusOr<expr::Program> CompileItem(const catalog::Catalog& catalog, const catalog::TypeDef& type, std::string_view text);

// Where an event stands in its type.
struct EventFields {
  const catalog::FieldDef* by = nullptr;
  const catalog::FieldDef* at = nullptr;  // may be none
};
// BadOptions when the type has no such fields, or `by` leads to no record of type `for_type`.
[[nodiscard]] StatusOr<EventFields> FieldsOfEvent(const catalog::TypeDef& type, const StageItem& event, std::string_view for_type);

struct Completed {
  Id id;
  Id evidence;
};
using Completions = std::multimap<Id, Completed>;  // of one record, by step

// Asks one record what items want of it.
class Questions {
 public:
  Questions(const catalog::Catalog& catalog, const catalog::TypeDef& type, expr::Resolver& records)
      : catalog_(catalog), type_(type), records_(records), evaluator_(&records) {}
  // Nothing for an item that is archived or not for this record.
  StatusOr<std::optional<AskedItem>> Ask(const StageItem& item, Id stage, record::View record, const Completions& done);
  // The same of each item of a stage that is of one of the kinds, appended.
  Status AskAll(const Stage& stage, const std::set<StageItemKind>& kinds, record::View record, const Completions& done,
                std::vector<AskedItem>& out);

 private:
  // kNull also where the condition cannot be asked; `trouble` then says why.
  StatusOr<expr::Match> Test(std::string_view condition, record::View record, std::string& trouble);

  const catalog::Catalog& catalog_;
  const catalog::TypeDef& type_;
  expr::Resolver& records_;
  expr::Evaluator evaluator_;
};

// NOLINTNEXTLINE(bugprone-throwing-static-initialization): two small nodes, when the library is loaded
inline const std::set<StageItemKind> kOfLeaving = {StageItemKind::kExit, StageItemKind::kStep};

// A move between stages of one pipeline, from the beginning when `from` is null, is asked for what `stage` wants of those that leave it:
// for the stage it comes from, and for those it passes over unless they are optional. Nobody is asked on the way back or to a lost stage.
[[nodiscard]] bool IsLeftBehind(const Stage& stage, const Stage* from, const Stage& to);

// The entry and exit criteria and the steps of stages, as they stood before the batch. Each pipeline is read once.
class AskingItems {
 public:
  using ByStage = std::map<Id, std::vector<StageItem>>;
  AskingItems(RuleContext& context, const StageItemSchema& schema) : context_(context), schema_(schema) {}
  // Stages that ask for nothing are left out.
  [[nodiscard]] StatusOr<const ByStage*> Of(Id pipeline);

 private:
  RuleContext& context_;
  const StageItemSchema& schema_;
  std::map<Id, ByStage> pipelines_;
};

// What a move of the record, as the batch leaves it, to stage `to` finds unmet. `from` null or of another pipeline: from the beginning.
[[nodiscard]] StatusOr<std::vector<AskedItem>> UnmetInWrite(RuleContext& context, const Schema& schema, AskingItems& items,
                                                            const Draft& record, Id pipeline, Id from, Id to);

// The refusal of a move for what is mandatory and unmet; OK when nothing is.
[[nodiscard]] Status RefuseUnmet(const Draft& record, const std::vector<AskedItem>& unmet);

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_GUARD_INTERNAL_H_
