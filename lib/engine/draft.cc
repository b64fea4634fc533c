// Drafts: what a batch makes of a record, with the assertions that history keeps.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/apply_internal.h"
#include "engine/links.h"

namespace kith::engine {

DraftRecord::DraftRecord(Id id, const catalog::TypeDef& type, Time effective, Time now, Origin origin, record::Computer* computer)
    : type_(&type), computer_(computer), created_(true), revision_(1), effective_(effective), values_(type.fields.size()) {
  header_.id = id.value();
  header_.created = effective.micros;
  header_.updated = now.micros;
  header_.origin = static_cast<uint8_t>(origin);
}

DraftRecord::DraftRecord(record::View before, const catalog::TypeDef& type, record::Computer* computer)
    : type_(&type), computer_(computer), before_(before), header_(before.header()) {}

void DraftRecord::Load() const {
  if (!values_.empty() || before_.is_null()) return;
  values_.resize(type_->fields.size());
  for (size_t i = 0; i < values_.size(); ++i) {
    if (!type_->fields[i].computed() && before_.has(i)) values_[i] = before_.Get(i);
  }
}

const Value& DraftRecord::Get(size_t position) const {
  Load();
  return values_[position];
}

std::span<const Value> DraftRecord::values() const {
  Load();
  return values_;
}

StatusOr<record::View> DraftRecord::view() const {
  if (deleted_) return record::View();
  if (!created_ && revision_ == 0) return before_;
  if (bytes_revision_ != revision_) {
    record::Builder builder;
    KITH_ASSIGN_OR_RETURN(const std::string_view bytes, builder.Build(header_, type_->layout, values(), before_));
    bytes_.assign(bytes);
    bytes_revision_ = revision_;
  }
  return record::View(bytes_, &type_->layout, computer_);
}

Id DraftRecord::RefAt(size_t position) const {
  if (values_.empty() && !before_.is_null()) return before_.GetRef(position);
  const Id* id = Get(position).get_if<Id>();
  return id == nullptr ? Id() : *id;
}

Value DraftRecord::Shown(int32_t position) const {
  return position >= 0 ? Get(static_cast<size_t>(position)) : format::HeaderValue(header_, position);
}

bool DraftRecord::HasAssertion(int32_t position) const {
  return std::any_of(assertions_.begin(), assertions_.end(), [&](const Assertion& a) { return a.position == position; });
}

bool DraftRecord::Changed(int32_t position) const {
  if (created_) return position < 0 ? !Shown(position).is_null() : !Get(static_cast<size_t>(position)).is_null() || HasAssertion(position);
  for (const Assertion& assertion : assertions_) {
    if (assertion.position == position) return assertion.before != Shown(position);
  }
  return false;
}

bool DraftRecord::dirty() const {
  if (arrived_) return true;
  if (created_ || deleted_) return created_ != deleted_;
  return linked_ || !assertions_.empty() || place.has_value();
}

void DraftRecord::SetShown(int32_t position, Value value) {
  if (position >= 0) {
    Load();
    values_[static_cast<size_t>(position)] = std::move(value);
    return;
  }
  switch (position) {
    case catalog::kHeaderOwner:
      header_.owner = value.is_null() ? 0 : value.get<Id>().value();
      break;
    case catalog::kHeaderUnit:
      header_.unit = value.is_null() ? 0 : static_cast<uint32_t>(value.get<int64_t>());
      break;
    case catalog::kHeaderVisibility:
      header_.visibility = value.is_null() ? uint8_t{0} : static_cast<uint8_t>(value.get<int64_t>());
      break;
    default:
      break;
  }
}

Assertion* DraftRecord::FindAssertion(int32_t position, Time effective) {
  const auto same = [&](const Assertion& a) { return a.position == position && a.effective == effective; };
  const auto own = std::find_if(assertions_.begin() + static_cast<ptrdiff_t>(received_), assertions_.end(), same);
  return own == assertions_.end() ? nullptr : &*own;
}

Status DraftRecord::LoadHistory(const storage::Reader& reader) const {
  if (history_ != nullptr) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, ReadHistory(reader, id()));
  // A restored record's present life begins after its last deletion.
  const auto deletion =
      std::find_if(entries.rbegin(), entries.rend(), [](const HistoryEntry& entry) { return entry.operation == Operation::kDelete; });
  entries.erase(entries.begin(), deletion.base());
  history_ = std::make_unique<std::vector<HistoryEntry>>(std::move(entries));
  return absl::OkStatus();
}

Status DraftRecord::EachStored(int32_t position, const storage::Reader& reader, const Hold& hold) const {
  KITH_RETURN_IF_ERROR(LoadHistory(reader));
  const bool header = position < 0;
  const uint32_t package = header ? kHeaderPackage : type_->fields[static_cast<size_t>(position)].package;
  const uint32_t number = header ? format::HeaderNumber(position) : type_->fields[static_cast<size_t>(position)].number;
  bool first = true;
  for (const HistoryEntry& entry : *history_) {
    for (const FieldChange& field : entry.fields) {
      if (field.package != package || field.number != number) continue;
      if (std::exchange(first, false) && !field.before.is_null()) hold(field.before, Time{before_.header().created});
      hold(field.after, field.effective);
    }
  }
  if (!first) return absl::OkStatus();
  const Value stored = format::ValueOf(before_, position);
  if (!stored.is_null()) hold(stored, Time{before_.header().created});
  return absl::OkStatus();
}

StatusOr<DraftRecord::Holder> DraftRecord::HolderAt(int32_t position, Time effective, const storage::Reader& reader) {
  Holder holder;
  if (created_ || anew_) {
    const auto own = std::find_if(assertions_.begin(), assertions_.end(), [&](const Assertion& a) { return a.position == position; });
    const Value base = own != assertions_.end() ? own->before : Shown(position);
    if (!base.is_null() && Time{header_.created} <= effective) holder = {true, Time{header_.created}, base};
  } else {
    KITH_RETURN_IF_ERROR(EachStored(position, reader, [&](const Value& value, Time from) {
      if (from <= effective && (!holder.any || from >= holder.effective)) holder = {true, from, value};
    }));
  }
  for (const Assertion& assertion : assertions_) {
    if (assertion.position != position || assertion.effective > effective) continue;
    if (!holder.any || assertion.effective >= holder.effective) holder = {true, assertion.effective, assertion.after};
  }
  return holder;
}

StatusOr<Time> DraftRecord::LatestAt(int32_t position, const storage::Reader& reader) const {
  Time latest{INT64_MIN};
  const auto own = std::find_if(assertions_.begin(), assertions_.end(), [&](const Assertion& a) { return a.position == position; });
  if (created_ || anew_) {
    const bool has_base = own != assertions_.end() ? !own->before.is_null() : !Shown(position).is_null();
    if (has_base) latest = Time{header_.created};
  } else {
    KITH_RETURN_IF_ERROR(EachStored(position, reader, [&](const Value&, Time from) { latest = std::max(latest, from); }));
  }
  for (auto assertion = own; assertion != assertions_.end(); ++assertion) {
    if (assertion->position == position) latest = std::max(latest, assertion->effective);
  }
  return latest;
}

StatusOr<Value> DraftRecord::ValueAt(int32_t position, Time effective, Time now, const storage::Reader& reader) {
  // Nothing lies in the future, so what is shown is what holds now; of a new record without assertions, what it was created with.
  if (effective == now || (created_ && effective.micros == header_.created && assertions_.empty())) return Shown(position);
  KITH_ASSIGN_OR_RETURN(Holder holder, HolderAt(position, effective, reader));
  return std::move(holder.value);
}

// The value a record is created with.
bool DraftRecord::AssertBase(int32_t position, Value value) {
  bool asserted = false;
  bool changed = false;
  for (Assertion& assertion : assertions_) {
    if (assertion.position != position) continue;
    asserted = true;
    changed |= assertion.before != value;
    assertion.before = value;
  }
  if (!asserted) {
    if (Shown(position) == value) return false;
    SetShown(position, std::move(value));
    return true;
  }
  Holder holder;
  if (!value.is_null()) holder = {true, Time{header_.created}, std::move(value)};
  for (const Assertion& assertion : assertions_) {
    if (assertion.position != position) continue;
    if (!holder.any || assertion.effective >= holder.effective) holder = {true, assertion.effective, assertion.after};
  }
  SetShown(position, std::move(holder.value));
  return changed;
}

StatusOr<bool> DraftRecord::AssertAt(int32_t position, Value value, Time effective, Time now, const storage::Reader& reader) {
  if (Assertion* same = FindAssertion(position, effective)) {
    if (same->after == value) return false;
    same->after = value;
    if (effective == now && !created_) {
      SetShown(position, std::move(value));
      return true;
    }
    KITH_ASSIGN_OR_RETURN(Holder holder, HolderAt(position, kTimeMax, reader));
    SetShown(position, std::move(holder.value));
    return true;
  }
  const bool plain = effective == now && !created_;
  bool shows = plain;
  if (plain) {
    if (Shown(position) == value) return false;
  } else {
    KITH_ASSIGN_OR_RETURN(const Holder then, HolderAt(position, effective, reader));
    if (then.value == value) return false;
    KITH_ASSIGN_OR_RETURN(const Holder latest, HolderAt(position, kTimeMax, reader));
    shows = !latest.any || effective >= latest.effective;
  }
  const auto own = std::find_if(assertions_.begin(), assertions_.end(), [&](const Assertion& a) { return a.position == position; });
  Value before = own != assertions_.end() ? own->before : Shown(position);
  assertions_.push_back({position, effective, std::move(before), value});
  if (shows) SetShown(position, std::move(value));
  return true;
}

// The only assertion for a field, made for now, says nothing when it is back at what the record showed before the batch.
void DraftRecord::DropIfBack(int32_t position, Time now) {
  auto only = assertions_.end();
  for (auto it = assertions_.begin(); it != assertions_.end(); ++it) {
    if (it->position != position) continue;
    if (only != assertions_.end()) return;
    only = it;
  }
  if (only != assertions_.end() && only->effective == now && only->after == only->before) assertions_.erase(only);
}

StatusOr<bool> DraftRecord::Assert(int32_t position, Value value, Time effective, Time now, const storage::Reader& reader) {
  bool changed = false;
  if (created_ && !arrived_ && effective.micros == header_.created) {
    changed = AssertBase(position, std::move(value));
  } else {
    KITH_ASSIGN_OR_RETURN(changed, AssertAt(position, std::move(value), effective, now, reader));
    if (changed && !created_) DropIfBack(position, now);
  }
  if (changed) {
    ++revision_;
    // Values that a batch gives to a record it also deletes do not move the deletion.
    if (!created_ && !deleted_) effective_ = effective;
  }
  return changed;
}

StatusOr<std::vector<DraftRecord::Step>> DraftRecord::StepsOf(int32_t position, Time now, const storage::Reader& reader) const {
  std::vector<const Assertion*> own;
  for (const Assertion& assertion : assertions_) {
    if (assertion.position == position) own.push_back(&assertion);
  }
  if (!created_ && own.empty()) return std::vector<Step>();
  // Nothing lies in the future, so one value of now follows what was shown: no history is read.
  if (!created_ && own.size() == 1 && own[0]->effective == now) return std::vector<Step>{{own[0]->before, own[0]->after}};

  std::map<Time, Value> values;  // what holds from each time on
  std::set<Time> added;
  Value last;
  if (created_) {
    if (!restored_.empty()) last = restored_[static_cast<size_t>(position)];
    values[Time{header_.created}] = own.empty() ? Shown(position) : own[0]->before;
    added.insert(Time{header_.created});
  } else {
    KITH_RETURN_IF_ERROR(EachStored(position, reader, [&](const Value& value, Time from) { values[from] = value; }));
  }
  for (const Assertion* assertion : own) {
    values[assertion->effective] = assertion->after;
    added.insert(assertion->effective);
  }
  std::vector<Step> steps;
  bool touched = false;
  for (auto& [from, value] : values) {
    const bool is_new = added.contains(from);
    if (touched || is_new) steps.push_back({last, value});
    touched = is_new;
    last = value;
  }
  return steps;
}

void DraftRecord::Give(int32_t position, Value value) {
  SetShown(position, std::move(value));
  ++revision_;
}

StatusOr<Stamp> DraftRecord::Life(const storage::Reader& reader) const {
  const auto creation =
      std::find_if(past.rbegin(), past.rend(), [](const HistoryEntry& entry) { return entry.operation == Operation::kCreate; });
  if (creation != past.rend()) return creation->stamp;
  KITH_RETURN_IF_ERROR(LoadHistory(reader));
  return history_->empty() ? Stamp() : history_->front().stamp;
}

Stamp DraftRecord::StampAt(int32_t position, Time effective) const {
  const bool header = position < 0;
  const uint32_t package = header ? kHeaderPackage : type_->fields[static_cast<size_t>(position)].package;
  const uint32_t number = header ? format::HeaderNumber(position) : type_->fields[static_cast<size_t>(position)].number;
  Stamp greatest;
  const auto look = [&](const std::vector<HistoryEntry>& entries) {
    for (const HistoryEntry& entry : entries) {
      for (const FieldChange& field : entry.fields) {
        const bool same = field.package == package && field.number == number && field.effective == effective;
        if (same) greatest = std::max(greatest, entry.stamp);
      }
    }
  };
  if (history_ != nullptr) look(*history_);
  look(past);
  return greatest;
}

StatusOr<Stamp> DraftRecord::LinkStamp(const ExternalRef& external, const storage::Reader& reader) const {
  if (!created_) KITH_RETURN_IF_ERROR(LoadHistory(reader));
  Stamp greatest;
  const auto look = [&](const std::vector<HistoryEntry>& entries) {
    for (const HistoryEntry& entry : entries) {
      if (entry.stamp > greatest && LinksOf(entry).Names(external)) greatest = entry.stamp;
    }
  };
  if (history_ != nullptr) look(*history_);
  look(past);
  return greatest;
}

StatusOr<DraftRecord::Received> DraftRecord::AssertReceived(int32_t position, const FieldChange& field, const Stamp& stamp,
                                                            const storage::Reader& reader) {
  if (!created_) KITH_RETURN_IF_ERROR(LoadHistory(reader));
  KITH_ASSIGN_OR_RETURN(const Time latest, LatestAt(position, reader));
  const bool shows = field.effective >= latest;
  const auto first = std::find_if(assertions_.begin(), assertions_.end(), [&](const Assertion& a) { return a.position == position; });
  const Value before = first != assertions_.end() ? first->before : Shown(position);
  const auto say = [&](const Value& value) {
    FieldChange said{
        .package = field.package, .number = field.number, .before = Shown(position), .after = value, .effective = field.effective};
    assertions_.push_back({position, field.effective, before, value});
    if (shows) SetShown(position, value);
    return said;
  };
  std::optional<Holder> winner;
  if (StampAt(position, field.effective) > stamp) {
    KITH_ASSIGN_OR_RETURN(winner, HolderAt(position, field.effective, reader));
  }
  Received received{.change = say(field.after), .repeated = {}};
  if (winner.has_value()) received.repeated = say(winner->value);
  received_ = assertions_.size();
  ++revision_;
  return received;
}

void DraftRecord::BeginAnew(const record::Header& header) {
  anew_ = true;
  assertions_.clear();
  received_ = 0;
  history_ = std::make_unique<std::vector<HistoryEntry>>();
  Fill(header, std::vector<Value>(type_->fields.size()));
}

void DraftRecord::Delete(Time effective) {
  deleted_ = true;
  effective_ = effective;
  ++revision_;
}

void DraftRecord::Link() {
  linked_ = true;
  ++revision_;
}

void DraftRecord::Link(const ExternalRef& external, bool added) {
  links_.push_back({external, added});
  Link();
}

void DraftRecord::SetHeaderForStoring(uint64_t version, Time now) {
  header_.version = version;
  header_.updated = now.micros;
}

void DraftRecord::Fill(const record::Header& header, std::span<const Value> values) {
  header_.created = header.created;
  header_.owner = header.owner;
  header_.unit = header.unit;
  header_.visibility = header.visibility;
  header_.origin = header.origin;
  values_.assign(values.begin(), values.end());
  ++revision_;
}

}  // namespace kith::engine
