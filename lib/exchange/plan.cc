#include "exchange/plan.h"

#include <map>
#include <set>

namespace kith::exchange {
namespace {

Status Malformed(const FileMapping& file, const ColumnMapping& column, std::string_view message) {
  ErrorInfo info;
  info.reason = Reason::kMappingMalformed;
  info.type = file.type;
  info.field = column.field;
  info.value = column.column;
  return MakeError(std::move(info), file.file + ": " + std::string(message));
}

class Planner {
 public:
  Planner(const Mapping& mapping, const catalog::Catalog& catalog) : mapping_(mapping), catalog_(catalog) {
    for (const FileMapping& file : mapping.files) type_of_system_[file.system] = file.type;
  }

  StatusOr<std::vector<FilePass>> Plan() {
    std::vector<FilePass> planned;
    std::map<std::string, size_t> moves;  // of a system, so far
    for (const FileMapping& file : mapping_.files) {
      KITH_ASSIGN_OR_RETURN(FilePass pass, PlanFile(file));
      size_t& so_far = moves[file.system];
      pass.first_move = so_far;
      so_far += file.moves.size();
      planned.push_back(std::move(pass));
    }
    return Order(planned);
  }

 private:
  StatusOr<FilePass> PlanFile(const FileMapping& file) {
    FilePass pass;
    pass.mapping = &file;
    KITH_ASSIGN_OR_RETURN(pass.type, catalog_.GetType(file.type));
    for (const ColumnMapping& column : file.columns) {
      KITH_ASSIGN_OR_RETURN(ColumnPlan plan, PlanColumn(file, *pass.type, column));
      pass.columns.push_back(plan);
    }
    return pass;
  }

  StatusOr<ColumnPlan> PlanColumn(const FileMapping& file, const catalog::TypeDef& type, const ColumnMapping& column) {
    ColumnPlan plan;
    plan.mapping = &column;
    if (column.field != "owner") {
      KITH_ASSIGN_OR_RETURN(plan.field, catalog::Catalog::GetField(type, column.field));
    }
    bool reference = plan.field == nullptr || plan.field->kind == Kind::kRef;
    if (!reference && column.lookup.empty()) return plan;
    if (column.system.empty()) return Malformed(file, column, "a reference needs the external system of its values");
    KITH_ASSIGN_OR_RETURN(plan.refers_to, TypeReferredTo(file, column, plan.field));
    if (!column.lookup.empty()) {
      KITH_ASSIGN_OR_RETURN(plan.looked_up, catalog::Catalog::GetField(*plan.refers_to, column.lookup));
      if (plan.field == nullptr || plan.field->kind != plan.looked_up->kind) {
        return Malformed(file, column, "the field looked up is of another kind than the field it fills");
      }
    }
    return plan;
  }

  StatusOr<const catalog::TypeDef*> TypeReferredTo(const FileMapping& file, const ColumnMapping& column, const catalog::FieldDef* field) {
    if (!column.type.empty()) return catalog_.GetType(column.type);
    auto known = type_of_system_.find(column.system);
    if (known != type_of_system_.end()) return catalog_.GetType(known->second);
    if (field != nullptr && field->refers_to.size() == 1) return catalog_.GetType(field->refers_to[0]);
    return Malformed(file, column, "name the type that the reference points to");
  }

  // Depth first over references; a reference back into what is being visited is left to a second pass.
  StatusOr<std::vector<FilePass>> Order(const std::vector<FilePass>& planned) {
    std::vector<FilePass> second;
    for (const FilePass& pass : planned) Visit(pass, planned);
    for (FilePass& pass : ordered_) {
      FilePass later = pass;
      later.second = true;
      later.columns.clear();
      std::vector<ColumnPlan> now;
      for (const ColumnPlan& column : pass.columns) {
        (column.is_reference() && deferred_.contains(column.mapping) ? later.columns : now).push_back(column);
      }
      pass.columns = std::move(now);
      if (!later.columns.empty()) second.push_back(std::move(later));
    }
    ordered_.insert(ordered_.end(), second.begin(), second.end());
    return std::move(ordered_);
  }

  void Visit(const FilePass& pass, const std::vector<FilePass>& all) {
    if (!visited_.insert(pass.mapping).second) return;
    open_.insert(pass.mapping->system);
    for (const ColumnPlan& column : pass.columns) {
      if (column.refers_to == nullptr) continue;
      if (open_.contains(column.mapping->system)) {
        deferred_.insert(column.mapping);
        continue;
      }
      for (const FilePass& other : all) {
        if (other.mapping->system == column.mapping->system) Visit(other, all);
      }
    }
    open_.erase(pass.mapping->system);
    ordered_.push_back(pass);
  }

  const Mapping& mapping_;
  const catalog::Catalog& catalog_;
  std::map<std::string, std::string> type_of_system_;
  std::set<const FileMapping*> visited_;
  std::set<std::string> open_;
  std::set<const ColumnMapping*> deferred_;
  std::vector<FilePass> ordered_;
};

}  // namespace

StatusOr<std::vector<FilePass>> PlanPasses(const Mapping& mapping, const catalog::Catalog& catalog) {
  return Planner(mapping, catalog).Plan();
}

}  // namespace kith::exchange
