#include "child.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <system_error>

namespace kith::testing {
namespace {

constexpr int kTellFd = 3;  // in the child
constexpr std::string_view kRoleFlag = "--role=";

std::map<std::string, Role, std::less<>>& Roles() {
  static auto* const roles = new std::map<std::string, Role, std::less<>>;
  return *roles;
}

[[noreturn]] void Throw(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

RegisterRole::RegisterRole(std::string_view name, Role role) { Roles().emplace(name, role); }

void Tell(uint64_t number) {
  ssize_t written = 0;
  do {
    written = write(kTellFd, &number, sizeof(number));
  } while (written < 0 && errno == EINTR);
  if (written != sizeof(number)) _exit(9);
}

Child::Child(std::string_view role, const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Throw("pipe2");
  std::vector<std::string> words{"/proc/self/exe", std::string(kRoleFlag) + std::string(role)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) Throw("fork");
  if (pid_ == 0) {
    // Only what is safe between fork and exec; dup2 gives a descriptor that stays open.
    if (ends[1] == kTellFd) {
      if (fcntl(kTellFd, F_SETFD, 0) != 0) _exit(8);
    } else if (dup2(ends[1], kTellFd) < 0) {
      _exit(8);
    }
    execv(argv[0], argv.data());
    _exit(8);
  }
  close(ends[1]);
  pipe_ = ends[0];
}

Child::~Child() {
  Kill();
  close(pipe_);
}

std::optional<uint64_t> Child::Listen(int timeout_ms) {
  pollfd wait{pipe_, POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&wait, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return std::nullopt;
  uint64_t number = 0;
  // Writes of eight bytes to a pipe are never torn.
  if (read(pipe_, &number, sizeof(number)) != sizeof(number)) return std::nullopt;
  return number;
}

void Child::Kill() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

int Child::Wait() {
  if (pid_ >= 0) {
    while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

}  // namespace kith::testing

int main(int argc, char** argv) {
  using kith::testing::kRoleFlag;
  if (argc > 1 && std::string_view(argv[1]).starts_with(kRoleFlag)) {
    const auto role = kith::testing::Roles().find(std::string_view(argv[1]).substr(kRoleFlag.size()));
    if (role == kith::testing::Roles().end()) return 7;
    return role->second({argv + 2, argv + argc});
  }
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
