// Power that is lost at any moment: what a workload writes and syncs is recorded, and every state that a disk may be left in is made from
// the record: of what was not synced any part, in any order, torn at 512 or 4096 bytes. Each opens, is sound, and has what was
// acknowledged.
//
// Usually a sample; KITH_TEST_SCALE of 20 and more takes every moment.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>

#include "faults.h"
#include "support/paths.h"
#include "support/settings.h"
#include "workload.h"

namespace kith {
namespace {

using testing::Ledger;
using testing::MakeTempDir;
using testing::Workload;

struct Event {
  enum class What : uint8_t { kWrite, kTruncate, kSync, kRename, kAcknowledge } what = What::kWrite;
  std::string file;  // its name within the database; empty: the folder, which a rename changes
  off_t offset = 0;  // or the new size
  std::string data;
  std::string from;  // renamed to `to`
  std::string to;
  bool durable = false;  // written through a descriptor that waits for the disk
  uint64_t step = 0;     // acknowledged
};

// Records what happens to the files of one folder. LMDB's lock file is left out: it is of this boot alone.
class Recorder final : public testing::Observer {
 public:
  explicit Recorder(const std::string& folder) : folder_(std::filesystem::weakly_canonical(folder).string() + "/") {
    testing::Observe(this);
  }
  ~Recorder() override { testing::Observe(nullptr); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void Wrote(int fd, off_t offset, const void* data, size_t size) override {
    const bool durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    Add(fd, {.what = Event::What::kWrite, .offset = offset, .data = {static_cast<const char*>(data), size}, .durable = durable});
  }
  void Truncated(int fd, off_t size) override { Add(fd, {.what = Event::What::kTruncate, .offset = size}); }
  void Synced(int fd) override { Add(fd, {.what = Event::What::kSync}); }
  void Renamed(int folder, const char* from, const char* to) override {
    Add(folder, {.what = Event::What::kRename, .from = from, .to = to});
  }
  void Acknowledged(uint64_t step) {
    const std::lock_guard lock(mutex_);
    events_.push_back({.what = Event::What::kAcknowledge, .step = step});
  }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

 private:
  void Add(int fd, Event event) {
    char path[4096];
    const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof(path));
    const std::string name = std::string(path, size < 0 ? 0 : static_cast<size_t>(size));
    if (name + "/" != folder_) {
      if (!name.starts_with(folder_) || name.ends_with("lock.mdb")) return;
      event.file = name.substr(folder_.size());
    }
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }

  const std::string folder_;
  std::mutex mutex_;
  std::vector<Event> events_;
};

using Files = std::map<std::string, std::string>;  // name -> bytes

void ApplyTo(Files& files, const Event& event, size_t begin, size_t end) {
  if (event.what == Event::What::kRename) {
    files[event.to] = std::move(files[event.from]);
    files.erase(event.from);
    return;
  }
  std::string& file = files[event.file];
  if (event.what == Event::What::kTruncate) return file.resize(static_cast<size_t>(event.offset));
  const size_t at = static_cast<size_t>(event.offset);
  if (file.size() < at + end) file.resize(at + end);
  file.replace(at + begin, end - begin, event.data, begin, end - begin);
}

// How much of what was not synced has reached the disk.
enum class Reached : uint8_t { kNothing, kAll, kPagesOfSome, kSectorsOfSome };
constexpr Reached kReached[] = {Reached::kNothing, Reached::kAll, Reached::kPagesOfSome, Reached::kSectorsOfSome};

class Disk {
 public:
  Disk(bool lies, uint64_t seed) : lies_(lies), random_(seed) {}

  // The event is under way: it may have been done in part.
  [[nodiscard]] Files LoseAt(const Event& event, Reached reached) {
    std::vector<const Event*> loose = loose_;
    if (event.what != Event::What::kSync && event.what != Event::What::kAcknowledge) loose.push_back(&event);
    Files files = durable_;
    for (const Event* one : loose) ApplyPart(files, *one, reached);
    return files;
  }
  // The event is done. It must outlive the disk.
  void Do(const Event& event) {
    switch (event.what) {
      case Event::What::kAcknowledge:
        break;
      case Event::What::kSync:
        if (!lies_) Settle(event.file);
        break;
      case Event::What::kWrite:
      case Event::What::kTruncate:
      case Event::What::kRename:
        if (event.durable && !lies_) {
          ApplyTo(durable_, event, 0, event.data.size());
        } else {
          loose_.push_back(&event);
        }
    }
  }

 private:
  void Settle(const std::string& file) {
    std::erase_if(loose_, [&](const Event* event) {
      if (event->file != file) return false;
      ApplyTo(durable_, *event, 0, event->data.size());
      return true;
    });
  }
  void ApplyPart(Files& files, const Event& event, Reached reached) {
    if (reached == Reached::kNothing) return;
    if (reached != Reached::kAll && event.what == Event::What::kRename && random_() % 2 == 0) return;
    if (reached == Reached::kAll || event.data.empty()) return ApplyTo(files, event, 0, event.data.size());
    if (random_() % 3 == 0) return;
    // Cut where the disk's blocks end, which is not where the write begins.
    const size_t block = reached == Reached::kPagesOfSome ? 4096 : 512;
    const size_t first = static_cast<size_t>(event.offset) % block;
    for (size_t begin = 0; begin < event.data.size();) {
      const size_t end = std::min(event.data.size(), begin == 0 ? block - first : begin + block);
      if (random_() % 2 == 0) ApplyTo(files, event, begin, end);
      begin = end;
    }
  }

  const bool lies_;
  std::mt19937_64 random_;
  Files durable_;
  std::vector<const Event*> loose_;
};

struct Result {
  int images = 0;
  int wrong = 0;
  std::string first;  // that was wrong
};

class PowerLossTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = MakeTempDir() + "/db";
    Workload workload(path);
    Recorder recorder(path);
    workload.Run([&](uint64_t step) { recorder.Acknowledged(step); });
    ASSERT_TRUE(workload.ledger().refused.empty());
    events_ = recorder.events();
  }

  // Makes `wanted` images or all, of moments spread evenly, and looks at each. `lies`: the disk says that it has synced and has not.
  Result LosePower(bool lies, uint64_t seed, size_t wanted) {
    Disk disk(lies, seed);
    Ledger ledger;
    Result result;
    const size_t stride = std::max<size_t>(1, events_.size() * std::size(kReached) / wanted);
    for (size_t i = 0; i < events_.size(); ++i) {
      for (size_t j = 0; j < std::size(kReached); ++j) {
        if ((i * std::size(kReached) + j) % stride == seed % stride) Look(disk.LoseAt(events_[i], kReached[j]), ledger, i, result);
      }
      // The backup is no part of this database's files.
      const bool counts = events_[i].what == Event::What::kAcknowledge && events_[i].step != Ledger::kBackup;
      if (counts) ledger.acknowledged.insert(events_[i].step);
      disk.Do(events_[i]);
    }
    return result;
  }
  [[nodiscard]] size_t moments() const { return events_.size(); }

 private:
  void Look(const Files& files, const Ledger& ledger, size_t moment, Result& result) {
    const std::string path = base_ + "/" + std::to_string(++images_);
    std::filesystem::create_directory(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    for (const auto& [name, bytes] : files) {
      const int fd = open((path + "/" + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      ASSERT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
      close(fd);
    }
    const std::vector<std::string> wrong = testing::Inspect(path, ledger);
    ++result.images;
    if (!wrong.empty()) {
      ++result.wrong;
      if (result.first.empty()) result.first = "moment " + std::to_string(moment) + ": " + wrong[0];
    }
    std::filesystem::remove_all(path);
  }

  std::vector<Event> events_;
  std::string base_ = MakeTempDir();
  int images_ = 0;
};

TEST_F(PowerLossTest, NothingAcknowledgedIsLost) {
  const uint64_t seed = testing::TestSeed(11);
  const Result result = LosePower(/*lies=*/false, seed, 120 * static_cast<size_t>(testing::TestScale()));
  std::printf("%zu moments, %d images, %d of them wrong\n", moments(), result.images, result.wrong);
  EXPECT_GE(result.images, 100);
  EXPECT_EQ(result.wrong, 0) << result.first;
}

// On a disk that only says that it syncs, things are lost, and this test sees it; yet the library gives errors and no signal.
TEST_F(PowerLossTest, ADiskThatLiesIsCaught) {
  const Result result = LosePower(/*lies=*/true, testing::TestSeed(12), 60);
  std::printf("control, syncs that are none: %d of %d images wrong, the first: %s\n", result.wrong, result.images, result.first.c_str());
  EXPECT_GT(result.wrong, 0);
}

}  // namespace
}  // namespace kith
