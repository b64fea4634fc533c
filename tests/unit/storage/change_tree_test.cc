#include "storage/change_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace kith::storage {
namespace {

class ChangeTreeTest : public testing::Test {
 protected:
  Change* Put(const std::string& key) {
    return tree_.FindOrInsert(ProbeOf(KeyOrder::kBytes, key), arena_, [&] {
      char* piece = arena_.Allocate(sizeof(Change) + key.size());
      std::memcpy(piece + sizeof(Change), key.data(), key.size());
      auto* change = new (piece) Change{.key_size = static_cast<uint16_t>(key.size())};
      model_[key] = change;
      return change;
    });
  }

  void ExpectEqualsModel() {
    auto expected = model_.begin();
    ChangeTree::Position at = tree_.First();
    for (; at.valid(); at.Next(), ++expected) {
      ASSERT_NE(expected, model_.end());
      ASSERT_EQ(at.change(), expected->second);
    }
    ASSERT_EQ(expected, model_.end());
    auto backwards = model_.rbegin();
    for (at = tree_.Last(); at.valid(); at.Previous(), ++backwards) ASSERT_EQ(at.change(), backwards->second);
    ASSERT_EQ(backwards, model_.rend());
    auto visited = model_.begin();
    EXPECT_EQ(tree_.ForEach([&](const Change& change) { return &change == (visited++)->second ? 0 : 1; }), 0);
  }

  void ExpectSameAt(const std::string& key) {
    const KeyProbe probe = ProbeOf(KeyOrder::kBytes, key);
    const auto found = model_.find(key);
    ASSERT_EQ(tree_.Find(probe), found == model_.end() ? nullptr : found->second);
    const auto lower = model_.lower_bound(key);
    const ChangeTree::Position at_least = tree_.LowerBound(probe);
    ASSERT_EQ(at_least.valid() ? at_least.change() : nullptr, lower == model_.end() ? nullptr : lower->second);
    const auto upper = model_.upper_bound(key);
    const ChangeTree::Position at_most = tree_.AtMost(probe);
    ASSERT_EQ(at_most.valid() ? at_most.change() : nullptr, upper == model_.begin() ? nullptr : std::prev(upper)->second);
  }

  Arena arena_;
  ChangeTree tree_;
  std::map<std::string, Change*> model_;
};

std::string Number(uint64_t number) {
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[static_cast<size_t>(i)] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

TEST_F(ChangeTreeTest, AFirstKeyThatFindsNoMemoryLeavesNone) {
  const auto fails = []() -> Change* { throw std::bad_alloc(); };
  EXPECT_THROW(static_cast<void>(tree_.FindOrInsert(ProbeOf(KeyOrder::kBytes, "a"), arena_, fails)), std::bad_alloc);
  EXPECT_FALSE(tree_.First().valid());
  EXPECT_FALSE(tree_.Last().valid());
  Put("b");
  ExpectEqualsModel();
}

TEST_F(ChangeTreeTest, EmptyTree) {
  EXPECT_TRUE(tree_.empty());
  ExpectSameAt("anything");
  ExpectEqualsModel();
}

TEST_F(ChangeTreeTest, RisingFallingAndMixedOrders) {
  for (uint64_t i = 0; i < 20'000; ++i) Put(Number(1'000'000 + i));  // rising, three levels
  ExpectEqualsModel();
  for (uint64_t i = 0; i < 10'000; ++i) Put(Number(500'000 - i));  // falling, before them
  ExpectEqualsModel();
  for (uint64_t i = 0; i < 10'000; ++i) Put(Number(700'000 + i));  // rising, in the middle
  ExpectEqualsModel();
  EXPECT_EQ(model_.size(), 40'000u);
}

TEST_F(ChangeTreeTest, EqualsAModelWithAwkwardKeys) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto random_key = [&random] {
    // Prefixes that agree in 0 to 40 bytes, zero bytes at the end, keys that are prefixes of others.
    static constexpr size_t kShared[] = {0, 3, 7, 8, 9, 15, 16, 17, 40};
    std::string key(kShared[random() % 9], 's');
    const size_t more = random() % 12;
    for (size_t i = 0; i < more; ++i) key += "\0\x01z\xff"[random() % 4];
    return key.empty() ? std::string("e") : key;
  };
  for (int i = 0; i < 30'000; ++i) {
    const std::string key = random_key();
    const auto known = model_.find(key);
    Change* const before = known == model_.end() ? nullptr : known->second;
    Change* const change = Put(key);
    if (before != nullptr) {
      ASSERT_EQ(change, before);
    }
    if (i % 10 == 0) ExpectSameAt(random_key());
    if (HasFatalFailure()) return;
  }
  ExpectEqualsModel();
  EXPECT_GT(model_.size(), 10'000u);
}

}  // namespace
}  // namespace kith::storage
