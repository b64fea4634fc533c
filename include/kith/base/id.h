// A record's number: entity type (12 bits) | node (9 bits) | sequence (32 bits), below 2^53 and so exact in JSON, JavaScript and pandas.
#ifndef KITH_BASE_ID_H_
#define KITH_BASE_ID_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kith {

using TypeNumber = uint16_t;  // 1..4095; 0 is no type

class Id {
 public:
  static constexpr int kTypeBits = 12;
  static constexpr int kNodeBits = 9;
  static constexpr int kSequenceBits = 32;

  constexpr Id() = default;
  constexpr explicit Id(uint64_t value) : value_(value) {}

  static constexpr Id Of(TypeNumber type, uint16_t node, uint32_t sequence) {
    return Id((static_cast<uint64_t>(type) << (kNodeBits + kSequenceBits)) | (static_cast<uint64_t>(node) << kSequenceBits) | sequence);
  }
  // A record that a batch creates and that has no number yet: its `index`-th new record. Never stored.
  static constexpr Id Local(uint32_t index) { return Id(kLocalBit | index); }

  [[nodiscard]] constexpr uint64_t value() const { return value_; }
  [[nodiscard]] constexpr bool is_null() const { return value_ == 0; }
  [[nodiscard]] constexpr bool is_local() const { return (value_ & kLocalBit) != 0; }
  [[nodiscard]] constexpr uint32_t local_index() const { return static_cast<uint32_t>(value_); }
  [[nodiscard]] constexpr TypeNumber type() const {
    return is_local() ? TypeNumber{0} : static_cast<TypeNumber>((value_ >> (kNodeBits + kSequenceBits)) & 0xFFF);
  }
  [[nodiscard]] constexpr uint16_t node() const { return static_cast<uint16_t>((value_ >> kSequenceBits) & 0x1FF); }
  [[nodiscard]] constexpr uint32_t sequence() const { return static_cast<uint32_t>(value_); }

  friend constexpr auto operator<=>(Id, Id) = default;
  template <typename H>
  friend H AbslHashValue(H h, Id id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  static constexpr uint64_t kLocalBit = uint64_t{1} << 63;
  uint64_t value_ = 0;
};

// A record of another system: (system, key), for example ("app.users", "17"). Unique within an entity type.
struct ExternalRef {
  std::string system;
  std::string key;
  friend bool operator==(const ExternalRef&, const ExternalRef&) = default;
};

// Names one record wherever an id is taken: by id (or local reference), or, when the id is null, by external reference.
struct Ref {
  Id id;
  ExternalRef external;

  Ref() = default;
  Ref(Id by_id) : id(by_id) {}  // NOLINT(google-explicit-constructor)
  Ref(std::string_view system, std::string_view key) : external{std::string(system), std::string(key)} {}

  [[nodiscard]] bool is_external() const { return id.is_null() && !external.system.empty(); }
  [[nodiscard]] bool is_null() const { return id.is_null() && external.system.empty(); }
  friend bool operator==(const Ref&, const Ref&) = default;
};

}  // namespace kith

template <>
struct std::hash<kith::Id> {
  size_t operator()(kith::Id id) const noexcept { return std::hash<uint64_t>{}(id.value()); }
};

#endif  // KITH_BASE_ID_H_
