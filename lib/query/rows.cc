// A run as its user sees it.
#include <utility>

#include "query/execution.h"

namespace kith::query {
namespace {

class RowsImpl final : public Rows {
 public:
  RowsImpl(std::shared_ptr<const Prepared::Compiled> compiled, const Snapshot& snapshot, const RunOptions& options, expr::AnyList variables)
      : prepared_(std::move(compiled)), context_(snapshot, options), execution_(prepared_.compiled(), context_, Id()) {
    context_.variables = std::move(variables);
    const std::string& after = options.after.empty() ? prepared_.query().after : options.after;
    status_ = execution_.Start(after);
  }

  bool Next() override {
    if (!status_.ok() || !execution_.Next(row_)) {
      status_.Update(execution_.status());
      return false;
    }
    ++context_.meter.work.rows;
    return true;
  }
  [[nodiscard]] const Row& row() const override { return row_; }
  [[nodiscard]] const Status& status() const override { return status_; }
  void NextPage(size_t cap, Page& page) override {
    page.ids.clear();
    page.values.clear();
    if (status_.ok() && execution_.HasPlainPages()) {
      page.rows.clear();
      execution_.NextPlainPage(cap, page);
      context_.meter.work.rows += page.ids.size();
    } else {
      KeepRows(cap, page);
    }
    status_.Update(execution_.status());
  }
  [[nodiscard]] const Prepared& prepared() const override { return prepared_; }
  [[nodiscard]] std::string token() const override { return execution_.token(); }
  [[nodiscard]] std::string Explain() const override {
    const Work done = work();
    return ExplainJson(prepared_.compiled(), execution_.plan(), execution_.bound(), &done, context_.world.is_past());
  }
  [[nodiscard]] Work work() const override {
    Work work = context_.meter.work;
    work.time = context_.meter.Elapsed();
    return work;
  }

 private:
  // Rows with values of their own; the memory of those of an earlier page is used again.
  void KeepRows(size_t cap, Page& page) {
    size_t count = 0;
    for (; count < cap && Next(); ++count) {
      if (page.rows.size() == count) page.rows.emplace_back();
      std::swap(page.rows[count], row_);
    }
    page.rows.resize(count);
    for (const Row& row : page.rows) {
      page.ids.push_back(row.id);
      for (const Value& value : row.values) page.values.push_back(InPlace(value));
    }
  }

  Prepared prepared_;
  Context context_;
  Execution execution_;
  Row row_;
  Status status_;
};

}  // namespace

StatusOr<std::unique_ptr<Rows>> NewRows(std::shared_ptr<const Prepared::Compiled> compiled, const Snapshot& snapshot,
                                        const RunOptions& options, expr::AnyList variables) {
  auto rows = std::make_unique<RowsImpl>(std::move(compiled), snapshot, options, std::move(variables));
  if (!rows->status().ok()) return rows->status();
  return StatusOr<std::unique_ptr<Rows>>(std::move(rows));
}

}  // namespace kith::query
