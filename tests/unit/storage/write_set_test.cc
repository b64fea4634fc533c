#include <map>
#include <random>

#include "storage_testing.h"

namespace kith::storage {
namespace {

using Model = std::vector<std::map<std::string, std::string>>;

// Integer keys order as numbers: in the model they stand big-endian.
std::string ModelKey(Keyspace keyspace, const std::string& key) {
  if (TestKeyspaces()[keyspace].order == KeyOrder::kBytes) return key;
  return {key.rbegin(), key.rend()};
}

class WriteSetTest : public StorageTest {
 protected:
  std::string RandomKey(Keyspace keyspace) {
    const uint64_t number = random_() % 200;
    if (TestKeyspaces()[keyspace].order == KeyOrder::kInteger) {
      const uint64_t wide = number << (number % 3 * 20);  // so that byte order and number order differ
      return std::string(IntegerKey(wide));
    }
    if (keyspace == kHistory) return "history" + std::string(1, static_cast<char>(number % 5)) + std::string(8, static_cast<char>(number));
    // Keys that share their first 7, 8, 15, 16, 17 or 30 bytes, end in zero bytes, or are prefixes of each other.
    static constexpr size_t kShared[] = {0, 7, 8, 15, 16, 17, 30};
    std::string key(kShared[number % 7], 'p');
    key.append(number % 4, '\0');
    key += static_cast<char>('a' + number % 11);
    return key;
  }
  std::string RandomValue() {
    const size_t size = random_() % 40 == 0 ? 3000 + random_() % 3000 : random_() % 60;
    return std::string(size, static_cast<char>('A' + random_() % 26));
  }
  static std::string Shown(Keyspace keyspace, const std::string& value) { return TestKeyspaces()[keyspace].sealed ? Padded(value) : value; }

  void ExpectSame(const Reader& reader, const Model& model) {
    for (Keyspace keyspace = 0; keyspace < model.size(); ++keyspace) {
      const auto cursor = reader.NewCursor(keyspace);
      auto expected = model[keyspace].begin();
      for (bool more = cursor->First(); more; more = cursor->Next(), ++expected) {
        ASSERT_NE(expected, model[keyspace].end());
        ASSERT_EQ(ModelKey(keyspace, std::string(cursor->key())), expected->first);
        ASSERT_EQ(cursor->value(), expected->second);
      }
      ASSERT_TRUE(cursor->status().ok());
      ASSERT_EQ(expected, model[keyspace].end());
    }
  }

  // One random look at one place of a keyspace, by get or by cursor.
  void ExpectSameAt(const Reader& reader, const Model& model, Keyspace keyspace) {
    const std::map<std::string, std::string>& expected = model[keyspace];
    const std::string key = RandomKey(keyspace);
    const std::string model_key = ModelKey(keyspace, key);
    const StatusOr<View> value = reader.Get(keyspace, key);
    const auto found = expected.find(model_key);
    ASSERT_EQ(value.ok(), found != expected.end());
    if (value.ok()) {
      ASSERT_EQ(*value, found->second);
    }
    const auto cursor = reader.NewCursor(keyspace);
    auto at = expected.lower_bound(model_key);
    ASSERT_EQ(cursor->SeekAtLeast(key), at != expected.end());
    WalkBothWays(*cursor, keyspace, expected, at);
    at = expected.upper_bound(model_key);
    ASSERT_EQ(cursor->SeekAtMost(key), at != expected.begin());
    if (at != expected.begin()) WalkBothWays(*cursor, keyspace, expected, std::prev(at));
  }

  void WalkBothWays(Cursor& cursor, Keyspace keyspace, const std::map<std::string, std::string>& expected,
                    std::map<std::string, std::string>::const_iterator at) {
    for (int step = 0; step < 6 && at != expected.end(); ++step) {
      ASSERT_EQ(ModelKey(keyspace, std::string(cursor.key())), at->first);
      ASSERT_EQ(cursor.value(), at->second);
      if (random_() % 2 == 0) {
        ++at;
        ASSERT_EQ(cursor.Next(), at != expected.end());
      } else {
        const bool first = at == expected.begin();
        ASSERT_EQ(cursor.Previous(), !first);
        if (first) return;
        --at;
      }
    }
  }

  std::mt19937_64 random_;
};

// Random jobs, kept or failing, against maps; every job looks around before, between and after its changes.
TEST_F(WriteSetTest, EqualsAModelUnderRandomJobs) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_.seed(seed);
  const auto environment = Open();
  Model model(TestKeyspaces().size());
  for (int group = 0; group < 60; ++group) {
    std::vector<std::unique_ptr<FunctionJob>> owned;
    std::vector<Job*> jobs;
    const size_t count = 1 + random_() % 6;
    for (size_t j = 0; j < count; ++j) {
      owned.push_back(std::make_unique<FunctionJob>([this, &model](WriteSet& set) -> StatusOr<Job::Verdict> {
        Model changed = model;
        const size_t changes = random_() % 30;
        for (size_t i = 0; i < changes && !HasFatalFailure(); ++i) {
          const auto keyspace = static_cast<Keyspace>(random_() % changed.size());
          const std::string key = RandomKey(keyspace);
          if (random_() % 3 == 0) {
            set.Delete(keyspace, key);
            changed[keyspace].erase(ModelKey(keyspace, key));
          } else {
            const std::string value = RandomValue();
            set.Put(keyspace, key, value);
            changed[keyspace][ModelKey(keyspace, key)] = Shown(keyspace, value);
          }
          ExpectSameAt(set, changed, keyspace);
        }
        if (random_() % 3 == 0) return MakeError(Reason::kPreconditionFailed, "dropped");
        if (random_() % 5 == 0) return Job::Verdict::kDiscard;
        model = std::move(changed);
        return Job::Verdict::kKeep;
      }));
      jobs.push_back(owned.back().get());
    }
    const std::vector<Status> outcomes = environment->Run(jobs, {});
    ASSERT_EQ(outcomes.size(), jobs.size());
    const auto snapshot = environment->Read();
    ExpectSame(**snapshot, model);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_EQ(environment->Check()->problems, std::vector<std::string>());
}

// A cursor goes on from the key it shows, whatever its job puts and deletes around it.
TEST_F(WriteSetTest, ACursorFollowsChangesOfItsOwnJob) {
  const auto environment = Open();
  ASSERT_TRUE(Write(*environment, [](WriteSet& set) {
                for (const char* key : {"b", "d", "f", "h"}) set.Put(kIndex, key, "base");
              }).ok());
  std::string walked;
  ASSERT_TRUE(Write(*environment, [&walked](WriteSet& set) {
                const auto cursor = set.NewCursor(kIndex);
                for (bool more = cursor->First(); more; more = cursor->Next()) {
                  const std::string key(cursor->key());
                  walked += key;
                  if (key == "b") set.Put(kIndex, "c", "added ahead");
                  if (key == "d") set.Put(kIndex, "a", "added behind");
                  if (key == "d") set.Delete(kIndex, "f");
                  if (key == "h") set.Delete(kIndex, "h");
                }
                walked += '|';
                for (bool more = cursor->Last(); more; more = cursor->Previous()) walked += cursor->key();
              }).ok());
  EXPECT_EQ(walked, "bcdh|dcba");
}

// What a job before it had put in vain is there again when the cursor's own job puts it.
TEST_F(WriteSetTest, ACursorMeetsAKeyThatAFailedJobHadPut) {
  const auto environment = Open();
  ASSERT_TRUE(Write(*environment, [](WriteSet& set) {
                for (const char* key : {"b", "d"}) set.Put(kIndex, key, "base");
              }).ok());
  FunctionJob fails([](WriteSet& set) -> StatusOr<Job::Verdict> {
    set.Put(kIndex, "c", "in vain");
    return Job::Verdict::kDiscard;
  });
  std::string walked;
  FunctionJob walks([&walked](WriteSet& set) -> StatusOr<Job::Verdict> {
    const auto cursor = set.NewCursor(kIndex);
    for (bool more = cursor->First(); more; more = cursor->Next()) {
      walked += cursor->key();
      if (cursor->key() == "b") set.Put(kIndex, "c", "added ahead");
    }
    return Job::Verdict::kKeep;
  });
  Job* const jobs[] = {&fails, &walks};
  for (const Status& status : environment->Run(jobs, {})) EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(walked, "bcd");
}

TEST_F(WriteSetTest, ManyRecordsInOneGroup) {
  const auto environment = Open();
  constexpr uint64_t kCount = 20'000;
  ASSERT_TRUE(Write(*environment, [](WriteSet& set) {
                for (uint64_t i = 0; i < kCount; ++i) {
                  const uint64_t id = i * 7919 % kCount;
                  set.Put(kRecords, IntegerKey(id), "value " + std::to_string(id));
                  set.Put(kIndex, "prefix|" + std::to_string(id), "");
                }
              }).ok());
  EXPECT_EQ(environment->GetStats()->groups, 1u);
  const auto snapshot = environment->Read();
  const auto cursor = (*snapshot)->NewCursor(kRecords);
  uint64_t next = 0;
  for (bool more = cursor->First(); more; more = cursor->Next(), ++next) {
    ASSERT_EQ(cursor->value(), Padded("value " + std::to_string(next)));
  }
  EXPECT_EQ(next, kCount);
  EXPECT_TRUE(environment->Check()->problems.empty());
}

// R15: a group takes only as many jobs as fit its memory; the rest follow in the next.
TEST_F(WriteSetTest, ALargeSubmissionIsSplitIntoGroups) {
  GetTuning().group_bytes = 64 << 10;
  const auto environment = Open();
  std::vector<std::unique_ptr<FunctionJob>> owned;
  std::vector<Job*> jobs;
  for (uint64_t i = 0; i < 50; ++i) {
    owned.push_back(std::make_unique<FunctionJob>([i](WriteSet& set) -> StatusOr<Job::Verdict> {
      set.Put(kRecords, IntegerKey(i), std::string(8000, 'x'));
      return Job::Verdict::kKeep;
    }));
    jobs.push_back(owned.back().get());
  }
  for (const Status& status : environment->Run(jobs, {})) EXPECT_TRUE(status.ok());
  EXPECT_GT(environment->GetStats()->groups, 3u);
  EXPECT_EQ(environment->GetStats()->keyspaces[kRecords].entries, 50u);
}

}  // namespace
}  // namespace kith::storage
