// Runs a fuzz target over files and folders, without libFuzzer: each file as it is and cut at a few places, and the empty input. With
// KITH_FUZZ_SECONDS it then goes on with mutations of these for that long (KITH_TEST_SEED), blindly; an input that ends the process is left
// in the file "found" in the present folder.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;

std::vector<Input> seeds;
Input running;

size_t Replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  seeds.emplace_back(bytes.begin(), bytes.end());
  size_t runs = 0;
  for (const size_t size : {bytes.size(), bytes.size() - bytes.size() / 4, bytes.size() / 2, bytes.size() / 7}) {
    // A copy of exactly this size, so that the address sanitizer sees a read past the end.
    const Input input(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ++runs;
  }
  return runs;
}

void LeaveInput(int signal) {
  const int fd = open("found", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (write(fd, running.data(), running.size()) < 0) _exit(2);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// One to eight changes: bytes set, taken out, put in, or taken from another seed.
Input Mutate(std::mt19937_64& random) {
  Input input = seeds[random() % seeds.size()];
  const auto place = [&](size_t size) { return static_cast<std::ptrdiff_t>(random() % (size + 1)); };
  for (uint64_t changes = 1 + random() % 8; changes > 0; --changes) {
    switch (random() % 4) {
      case 0:
        if (!input.empty()) input[random() % input.size()] = static_cast<uint8_t>(random());
        break;
      case 1: {
        const std::ptrdiff_t begin = place(input.size());
        input.erase(input.begin() + begin, input.begin() + begin + place((input.size() - static_cast<size_t>(begin)) / 4));
        break;
      }
      case 2:
        input.insert(input.begin() + place(input.size()), random() % 16, static_cast<uint8_t>(random()));
        break;
      default: {
        const Input& other = seeds[random() % seeds.size()];
        const std::ptrdiff_t begin = place(other.size());
        input.insert(input.begin() + place(input.size()), other.begin() + begin,
                     other.begin() + begin + place((other.size() - static_cast<size_t>(begin)) / 4));
      }
    }
  }
  return input;
}

size_t RunMutations(int seconds) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE}) std::signal(signal, LeaveInput);
  const char* seed = std::getenv("KITH_TEST_SEED");
  std::mt19937_64 random(seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  size_t runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    running = Mutate(random);
    LLVMFuzzerTestOneInput(running.data(), running.size());
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  const uint8_t nothing = 0;
  LLVMFuzzerTestOneInput(&nothing, 0);
  size_t runs = 1;
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    if (std::filesystem::is_regular_file(path)) runs += Replay(path);
    if (!std::filesystem::is_directory(path)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) runs += Replay(entry.path());
    }
  }
  std::printf("%zu inputs\n", runs);
  const char* seconds = std::getenv("KITH_FUZZ_SECONDS");
  if (seconds != nullptr && !seeds.empty()) std::printf("%zu mutations\n", RunMutations(std::atoi(seconds)));
  return 0;
}
