// A second process for tests: this very program, started anew with a role. It speaks through a pipe and can be killed at any moment.
#ifndef KITH_TESTS_CRASH_CHILD_H_
#define KITH_TESTS_CRASH_CHILD_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testing {

// What a child does with its arguments; it runs instead of the tests. Returns the exit code.
using Role = int (*)(const std::vector<std::string>& arguments);
// Makes a role known by name before main() runs.
struct RegisterRole {
  RegisterRole(std::string_view name, Role role);
};

// Sends one number to the parent: whole or not at all. The child ends when nobody listens.
void Tell(uint64_t number);

class Child {
 public:
  Child(std::string_view role, const std::vector<std::string>& arguments);
  ~Child();  // kills it if it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // The next number it told; nullopt when it has ended and all were read, or after `timeout_ms`.
  std::optional<uint64_t> Listen(int timeout_ms);
  // kill -9, and its end awaited. What it told before can still be listened to.
  void Kill();
  // Awaits its end; its exit code, or minus the signal that ended it.
  int Wait();

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
  int status_ = 0;
};

}  // namespace kith::testing

#endif  // KITH_TESTS_CRASH_CHILD_H_
