// Records in place, without a detour through Python code: what is read one by one and often.
#ifndef KITH_PYTHON_READING_H_
#define KITH_PYTHON_READING_H_

#include <unordered_map>
#include <vector>

#include "kith_python.h"

namespace kith_python {

[[noreturn]] void RaiseClosed(const char* message);

// What Python's Snapshot is built on: reads records and remembers what the names of types and fields stand for. The handle is that of a
// _kith.Snapshot, borrowed.
class Reader {
 public:
  explicit Reader(const Snapshot& snapshot) : snapshot_(snapshot.get()) {}

  // Raises ClosedError when it is closed.
  [[nodiscard]] kith_snapshot* snapshot() const {
    if (snapshot_ == nullptr) RaiseClosed("the snapshot is closed");
    return snapshot_;
  }
  [[nodiscard]] uint64_t renewals() const { return renewals_; }
  void Renew();
  void Close() { snapshot_ = nullptr; }

  [[nodiscard]] PyObject* TypeName(uint32_t type);                // borrowed
  [[nodiscard]] kith_field Field(uint32_t type, PyObject* name);  // raises what the library says of the name
  [[nodiscard]] kith_field FieldOfType(const char* type, const char* name) const;

 private:
  struct Type {
    // A name in a program is one object, so that asking for it again is comparing addresses; other objects of that text come to be here
    // too.
    struct Known {
      nb::object name;
      kith_field field;
    };
    nb::str name;
    std::vector<Known> fields;
  };
  Type& Find(uint32_t number);

  kith_snapshot* snapshot_;
  uint64_t renewals_ = 0;
  uint32_t last_ = UINT32_MAX;  // the type that was asked for last
  Type* found_ = nullptr;
  std::unordered_map<uint32_t, Type> types_;
};

// A new reference to a kith.Record of `view`; `reader` is the Python object around a Reader.
[[nodiscard]] PyObject* NewRecord(PyObject* reader, const kith_view& view);

// The value of a field as a Python object, lists included.
[[nodiscard]] nb::object ValueOf(kith_snapshot* snapshot, const kith_view& view, kith_field field, const kith_value& value);

void BindReading(nb::module_& module);
void BindCursor(nb::module_& module, nb::class_<Reader>& reader);

}  // namespace kith_python

#endif  // KITH_PYTHON_READING_H_
