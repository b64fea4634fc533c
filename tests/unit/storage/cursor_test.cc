#include <map>
#include <random>

#include "storage_testing.h"
#include "support/settings.h"

namespace kith::storage {
namespace {

class CursorTest : public StorageTest {
 protected:
  using Model = std::map<std::string, std::string>;

  // Keys and values of many sizes: of some entries a page holds sixty, of others one, and some stand in pages of their own.
  Model Fill(Environment& environment, std::mt19937_64& random) {
    Model model;
    for (int batch = 0; batch < 4; ++batch) {
      EXPECT_TRUE(Write(environment, [&](WriteSet& set) {
                    for (int i = 0; i < 500; ++i) {
                      std::string key = std::to_string(random() % 3000) + std::string(random() % 20, 'k');
                      const size_t size = random() % 20 == 0 ? 3000 + random() % 9000 : random() % 200;
                      std::string value(size, static_cast<char>('a' + i % 26));
                      set.Put(kIndex, key, value);
                      model[std::move(key)] = std::move(value);
                    }
                  }).ok());
    }
    return model;
  }

  // One step of the cursor and of the model; both at the same entry, or both at an end.
  static void ExpectSame(bool there, const Cursor& cursor, const Model& model, Model::const_iterator at) {
    ASSERT_TRUE(cursor.status().ok()) << cursor.status();
    ASSERT_EQ(there, at != model.end());
    if (!there) return;
    ASSERT_EQ(cursor.key(), at->first);
    ASSERT_EQ(cursor.value(), at->second);
  }
};

// Steps forwards and backwards over page ends, seeks between them.
TEST_F(CursorTest, WalksAsAMapDoes) {
  std::mt19937_64 random(testing::TestSeed(31));
  const auto environment = Open();
  const Model model = Fill(*environment, random);
  const auto snapshot = environment->Read();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const auto cursor = (*snapshot)->NewCursor(kIndex);
  for (int round = 0; round < 300 * testing::TestScale(); ++round) {
    std::string sought = std::to_string(random() % 3000) + std::string(random() % 20, 'k');
    auto at = model.lower_bound(sought);
    ASSERT_NO_FATAL_FAILURE(ExpectSame(cursor->SeekAtLeast(sought), *cursor, model, at));
    const int drift = static_cast<int>(random() % 3);  // mostly forwards, to and fro, mostly backwards
    for (int step = 0; step < 60 && at != model.end(); ++step) {
      const bool forwards = static_cast<int>(random() % 4) >= drift + (drift > 0 ? 1 : 0);
      if (forwards) {
        ++at;
        ASSERT_NO_FATAL_FAILURE(ExpectSame(cursor->Next(), *cursor, model, at));
      } else {
        at = at == model.begin() ? model.end() : std::prev(at);
        ASSERT_NO_FATAL_FAILURE(ExpectSame(cursor->Previous(), *cursor, model, at));
      }
    }
  }
}

TEST_F(CursorTest, WalksTheWholeThereAndBack) {
  std::mt19937_64 random(testing::TestSeed(31));
  const auto environment = Open();
  const Model model = Fill(*environment, random);
  const auto snapshot = environment->Read();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const auto cursor = (*snapshot)->NewCursor(kIndex);
  auto at = model.begin();
  for (bool there = cursor->First(); at != model.end(); there = cursor->Next(), ++at)
    ASSERT_NO_FATAL_FAILURE(ExpectSame(there, *cursor, model, at));
  EXPECT_FALSE(cursor->Next());
  bool there = cursor->Last();
  for (auto back = model.rbegin(); back != model.rend(); there = cursor->Previous(), ++back) {
    ASSERT_NO_FATAL_FAILURE(ExpectSame(there, *cursor, model, std::prev(back.base())));
  }
  EXPECT_FALSE(there);
}

}  // namespace
}  // namespace kith::storage
