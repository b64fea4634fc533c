#include "kith_python.h"

// As the Arrow C stream interface has it. NOLINTBEGIN
struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
// NOLINTEND

namespace kith_python {
namespace {

// The name that the Arrow PyCapsule interface gives it.
constexpr const char* kCapsule = "arrow_array_stream";

// Who takes the stream out sets its release to null.
void FreeCapsule(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, kCapsule));
  if (stream == nullptr) return PyErr_WriteUnraisable(capsule);
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

}  // namespace

nb::object StreamCapsule(const std::function<kith_code(ArrowArrayStream*, kith_error**)>& fill) {
  auto stream = std::make_unique<ArrowArrayStream>();
  kith_error* error = nullptr;
  Check(Released([&] { return fill(stream.get(), &error); }), error);
  PyObject* capsule = PyCapsule_New(stream.get(), kCapsule, FreeCapsule);
  if (capsule == nullptr) {
    stream->release(stream.get());
    throw nb::python_error();
  }
  static_cast<void>(stream.release());
  return nb::steal(capsule);
}

ArrowArrayStream* StreamOf(const nb::object& capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), kCapsule));
  if (stream == nullptr) throw nb::python_error();
  return stream;
}

}  // namespace kith_python
