// Ties as derived rows: what the interactions between one of ours and one of theirs amount to, kept with every write and read without
// reading the interactions.
//
// A tie is made of two decaying amounts, what was mutual or came from them and our outreach (domain model §5.2, insight/relationship.h).
// Both halve in kTieHalfLifeDays, so an interaction's part in them is w·2^((at - T)/H) at any moment T. A row sums w·2^((at - start)/H) by
// the block of one half-life that the interaction falls into, as whole numbers of 2^-36: sums have no order and subtracting gives back
// exactly what was added, and a moment's amounts follow from a handful of sums.
//
// An interaction is a record of any type with behaviour "interaction" that has an employee and a contact. Its kind is known by the name of
// the choice; a direction that is neither "in" nor "mutual" is outreach.
#ifndef KITH_MODEL_TIE_H_
#define KITH_MODEL_TIE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/snapshot.h"

namespace kith::model {

enum class InteractionKind : uint8_t { kMeeting = 1, kVisit, kVideo, kCall, kChat, kMail, kMassMail, kMaterial, kDinner, kOther };
// "meeting", "visit", "video", "call", "chat", "mail", "mass_mail", "material_sent", "material_viewed", "dinner"; any other name: kOther.
[[nodiscard]] InteractionKind InteractionKindFromName(std::string_view name);

// w = c_kind · g(minutes) / sqrt(externals), §5.2; 0 for kOther. `externals`: people of the other side who took part, at least 1.
[[nodiscard]] double InteractionWeight(InteractionKind kind, std::optional<int64_t> minutes, int64_t externals = 1);

inline constexpr int64_t kTieHalfLifeDays = 90;

// The sums of one block: interactions from block · kTieHalfLifeDays days after 1970-01-01 on, until the next one begins.
struct TieBlock {
  int32_t block = 0;
  int64_t theirs = 0;     // interactions, mutual or from them
  int64_t outreach = 0;   // interactions, ours alone
  int64_t in_units = 0;   // Σ w·2^((at - start)/H) of theirs, in units of 2^-36
  int64_t out_units = 0;  // of the outreach
  friend bool operator==(const TieBlock&, const TieBlock&) = default;
};

// One pair's blocks, ascending; none has no interactions.
struct TieRow {
  std::vector<TieBlock> blocks;
  friend bool operator==(const TieRow&, const TieRow&) = default;
};

// What one interaction contributes.
struct TieEvent {
  Time at;
  bool from_us = true;  // outreach
  double weight = 0;
};
// Adds (sign 1) or takes out (-1).
void AddToRow(TieRow& row, const TieEvent& event, int sign = 1);
[[nodiscard]] std::string Encode(const TieRow& row);
// Corrupt when the bytes are no row.
[[nodiscard]] Status Decode(std::string_view bytes, TieRow& row);

// A pair's amounts at a moment.
struct TieSums {
  double in = 0;   // A_in
  double out = 0;  // A_out, not capped
  int64_t theirs = 0;
  int64_t outreach = 0;
};
// Of all interactions of the row's blocks up to the one that holds `at`.
[[nodiscard]] TieSums SumsOf(const TieRow& row, Time at);

struct PairTie {
  Id employee;
  Id contact;
  TieSums sums;
};
// The ties of a contact, or of an employee, as of a moment: by the other's id; pairs without interactions until then are left out. For the
// system from the rows, less what came later within the moment's block; for another viewer from the interactions that they may see, which
// costs each of them. Errors: those of the snapshot.
[[nodiscard]] StatusOr<std::vector<PairTie>> TiesOfContact(const Snapshot& snapshot, Id contact, Time at);
[[nodiscard]] StatusOr<std::vector<PairTie>> TiesOfEmployee(const Snapshot& snapshot, Id employee, Time at);

// One interaction as the behaviour's roles tell it.
struct InteractionRecord {
  Id id;
  Id employee;
  Id contact;
  InteractionKind kind = InteractionKind::kOther;
  bool from_them = false;
  bool mutual = false;
  std::optional<int64_t> minutes = {};
  int64_t externals = 1;  // people of the other side who took part
  Time at;
};
// Every visible interaction with a contact of every type with the behaviour, in no particular order.
[[nodiscard]] Status ForEachInteraction(const Snapshot& snapshot, Id contact, const std::function<void(const InteractionRecord&)>& visit);
// The record as an interaction; nothing when its type has no such behaviour or it names no moment.
[[nodiscard]] std::optional<InteractionRecord> ReadInteraction(const catalog::TypeDef& type, record::View view);

}  // namespace kith::model

#endif  // KITH_MODEL_TIE_H_
