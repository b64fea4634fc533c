// Column indexes against the records: every block is made anew and compared, byte for byte.
#include <map>
#include <utility>

#include "engine/column_writes.h"
#include "engine/verify_internal.h"

namespace kith::engine {
namespace {

class ColumnCheck {
 public:
  ColumnCheck(Verification& run, const catalog::TypeDef& type, const catalog::IndexDef& index)
      : run_(run), type_(type), index_(index), spec_(ColumnSpec(type, index)), block_(spec_) {}

  // Blocks found in the file.
  uint64_t Run() {
    ReadRecords();
    const uint64_t stored = CountStored();
    if (stored > found_) Complain(Id(), "has blocks of records that do not exist");
    return stored;
  }

 private:
  void ReadRecords() {
    const uint64_t begin = Id::Of(type_.number, 0, 0).value();
    const std::unique_ptr<storage::Cursor> cursor = run_.reader.NewCursor(format::kRecord);
    for (bool more = cursor->SeekAtLeast(storage::IntegerKey(begin)); more; more = cursor->Next()) {
      const Id id(RecordNumber(cursor->key()));
      if (id.type() != type_.number) break;
      if (run_.malformed.contains(id.value())) continue;
      const record::View record(cursor->value(), &type_.layout);
      if (const Id block = column::BlockOf(record.id()); block != at_) {
        Compare();
        at_ = block;
        block_ = column::Block(spec_);
      }
      block_.Set(column::RowOf(record.id()), format::ValueOf(record, index_.parts[0].position));
    }
    Compare();
    run_.EndOf(*cursor, "records");
  }

  // The block just made with the stored one.
  void Compare() {
    if (block_.empty()) return;
    block_.Encode(bytes_);
    const StatusOr<storage::View> stored = run_.reader.Get(format::kIndex, ColumnKey(index_, at_));
    if (IsNotFound(stored.status())) {
      return Complain(at_, "is missing");
    }
    ++found_;
    if (!stored.ok() || *stored != bytes_) Complain(at_, "differs from what the records give");
  }

  uint64_t CountStored() {
    const std::string prefix = ColumnKey(index_, Id()).substr(0, sizeof(uint32_t));
    uint64_t count = 0;
    const std::unique_ptr<storage::Cursor> cursor = run_.reader.NewCursor(format::kIndex);
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) ++count;
    run_.EndOf(*cursor, "index " + type_.name + "." + index_.name);
    return count;
  }

  void Complain(Id block, std::string_view what) {
    run_.damage.indexes.insert(index_.number);
    std::string text = "index " + type_.name + "." + index_.name;
    if (!block.is_null()) text.append(", the block from ").append(run_.NameOf(block)).append(":");
    run_.problems.Add(text.append(" ").append(what));
  }

  Verification& run_;
  const catalog::TypeDef& type_;
  const catalog::IndexDef& index_;
  column::Spec spec_;
  column::Block block_;
  Id at_;
  uint64_t found_ = 0;  // blocks of records that are in the file
  std::string bytes_;
};

}  // namespace

void VerifyColumns(Verification& run) {
  for (const catalog::TypeDef& type : run.catalog().types()) {
    for (const catalog::IndexDef& index : type.indexes) {
      // One that is being built holds some of its blocks.
      if (index.kind != catalog::IndexKind::kColumn || run.building.contains(index.number)) continue;
      run.report.index_entries += ColumnCheck(run, type, index).Run();
    }
  }
}

}  // namespace kith::engine
