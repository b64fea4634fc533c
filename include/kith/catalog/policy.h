// Who may read and write what: the access policy of a database, as data. It stands beside the definitions, so history, feed and backup have
// it; the engine evaluates it wherever a viewer reads or writes (engine/viewer.h).
//
// {
//   "types": {
//     "opportunity": {
//       "read": ["reports", "units_below", "role:finance"], "write": ["reports"], "delete": ["role:admin"], "create": ["role:seller"],
//       "fields": {"budget": {"read": ["role:finance"], "write": []}}
//     },
//     "opportunity_line": {"follows": ["opportunity"]},
//     "*": {"write": ["owner"]}
//   }
// }
//
// Each right of a type is a list of whom it is given to:
//   everyone      whom the record's own visibility lets see it: everybody, the members of its unit, or its owner alone
//   owner         its owner
//   reports       those to whom the owner reports, at any distance
//   unit          members of the record's unit
//   units_below   those, and members of units above it
//   role:<name>   who has the role; these and shares are not narrowed by a record's visibility, all others are
// The owner always reads and writes; so does whom the record is shared with, by the level of the share. Not given: `read` is everyone,
// `write` is as `read`, `delete` as `write`, `create` everyone (or roles). With `follows`, fields of the type that refer to records,
// whoever may read (write) one of those may read (write, delete) this one, and `read` is no one beside. A field's lists hold roles only;
// not given: whoever may the record.
//
// Parts follow by default. A type that is not named and has a reference that is required and deletes with its record (`on_delete` cascade:
// moves, lines, notes) is a part of what that refers to. When the policy narrows read or write of a type, whoever may not read (write) a
// record of it may not read (write, delete) its parts, unless they own the part or it is shared with them; beside that the part's own
// visibility holds. Parts of parts, likewise. A rule of the part's own type holds instead. What is masked of a deal (the fields that play
// amount, segment, source, stage and pipeline of behaviour "pipelined") is masked of its parts without a behaviour, moves above all: of the
// fields of the role's name, and of those that refer to stages (pipelines), unless the part's rule names the field.
//
// "*" is the rule of all types that are not named. Without a policy everybody sees what the visibility of records says and may write it.
#ifndef KITH_CATALOG_POLICY_H_
#define KITH_CATALOG_POLICY_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/status.h"

namespace kith::catalog {

enum class Right : uint8_t { kRead, kWrite, kDelete, kCreate };
inline constexpr size_t kRights = 4;
[[nodiscard]] std::string_view NameOf(Right right);  // "read", "write", "delete", "create"
[[nodiscard]] std::optional<Right> RightFromName(std::string_view name);

struct Grant {
  enum class To : uint8_t { kEveryone, kOwner, kReports, kUnit, kUnitsBelow, kRole };
  To to = To::kEveryone;
  std::string role;  // of kRole
};

// Roles that may; unset: everybody.
struct FieldRule {
  std::optional<std::vector<std::string>> read;
  std::optional<std::vector<std::string>> write;
};

struct TypeRule {
  std::array<std::vector<Grant>, kRights> grants;  // by Right; what was not given is filled in
  std::vector<std::string> follows;
  std::map<std::string, FieldRule, std::less<>> fields;
};

struct Policy {
  std::map<std::string, TypeRule, std::less<>> types;  // "*" among them
  std::string text;                                    // as it was given, in the canonical form; empty: there is no policy

  [[nodiscard]] bool is_set() const { return !text.empty(); }
  // The rule of a type; nullptr when it has none.
  [[nodiscard]] const TypeRule* Find(std::string_view type) const;
};

}  // namespace kith::catalog

#endif  // KITH_CATALOG_POLICY_H_
