// Normal form, words, terms and postings of text indexes.
#include "kith/index/text.h"

#include <algorithm>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kith/base/reason.h"
#include "support/settings.h"

namespace kith::index {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

// L01, E16: golden cases.
TEST(Text, NormalForm) {
  EXPECT_EQ(NormalText("Ångström GmbH"), "angstrom gmbh");
  EXPECT_EQ(NormalText("Stra\u00DFe"), "strasse");
  EXPECT_EQ(NormalText("e\u0301te\u0301"), "ete");
  EXPECT_EQ(NormalText("ＡＣＭＥ１２３"), "acme123");
  EXPECT_EQ(NormalText("國際貿易有限公司"), "国际贸易有限公司");
  EXPECT_EQ(NormalText("한국"), "한국");
  EXPECT_EQ(NormalText("ガ"), "ガ");  // a voiced mark tells letters apart
  EXPECT_EQ(NormalText("a\xFFz"), "a z");
}

std::string RandomText(std::mt19937_64& random) {
  static const std::vector<std::string> kPieces = {"a",  "B", "é", "ß", "Ｚ",     "9",  "９", " ", "-",    "張", "伟", "單", "か", "ガ",
                                                   "한", "ж", "İ", "ﬁ", "\u0301", "㈱", "𠮷", "@", "\xFF", "zh", "th", ".",  "１", "ǅ"};
  std::string text;
  for (size_t n = random() % 24; n > 0; --n) text += kPieces[random() % kPieces.size()];
  return text;
}

// L01: idempotent.
TEST(Text, NormalFormIsIdempotent) {
  std::mt19937_64 random(kith::testing::TestSeed(1));
  for (int i = 0; i < 2000 * kith::testing::TestScale(); ++i) {
    const std::string text = RandomText(random);
    const std::string normal = NormalText(text);
    EXPECT_EQ(NormalText(normal), normal) << text;
  }
  for (int32_t c = 1; c < 0x30000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    if (c < 0x80) {
      text = {static_cast<char>(c)};
    } else if (c < 0x800) {
      text = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
      text = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      text = {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
              static_cast<char>(0x80 | (c & 0x3F))};
    }
    const std::string normal = NormalText(text);
    ASSERT_EQ(NormalText(normal), normal) << std::hex << c;
  }
}

TEST(Text, Words) {
  EXPECT_THAT(WordsOf("Wei.Zhang@acme-corp.com"), ElementsAre(Word{"wei"}, Word{"zhang"}, Word{"acme"}, Word{"corp"}, Word{"com"}));
  EXPECT_THAT(WordsOf("+86 138-0013-8000"),
              ElementsAre(Word{"86"}, Word{"138"}, Word{"0013"}, Word{"8000"}, Word{"8613800138000", WordKind::kDigits}));
  EXPECT_THAT(WordsOf("張偉"),
              ElementsAre(Word{"张伟", WordKind::kHan}, Word{"zhangwei", WordKind::kPinyin}, Word{"zw", WordKind::kInitials}));
  EXPECT_THAT(WordsOf("单田芳"), Contains(Word{"shantianfang", WordKind::kPinyin}));
  EXPECT_THAT(WordsOf("IBM中国"),
              ElementsAre(Word{"ibm"}, Word{"中国", WordKind::kHan}, Word{"zhongguo", WordKind::kPinyin}, Word{"zg", WordKind::kInitials}));
  EXPECT_THAT(WordsOf(""), IsEmpty());
  std::string note;
  for (int i = 0; i < 20; ++i) note += "张伟，";
  EXPECT_THAT(WordsOf(note), Not(Contains(Word{"zhangwei", WordKind::kPinyin})));
  EXPECT_THAT(QueryWords("138-0013"), ElementsAre(Word{"1380013", WordKind::kDigits}));
  EXPECT_THAT(QueryWords("张wei"), ElementsAre(Word{"张", WordKind::kHan}, Word{"wei"}));
}

// What a fragment's terms promise: whoever has the fragment has its terms.
TEST(Text, AWordHasTheTermsOfItsFragments) {
  std::mt19937_64 random(kith::testing::TestSeed(1));
  for (int i = 0; i < 2000 * kith::testing::TestScale(); ++i) {
    for (const Word& word : WordsOf(RandomText(random) + RandomText(random))) {
      std::vector<std::string> terms;
      AppendTerms(word, terms);
      for (const Word& wanted : QueryWords(word.text.substr(random() % word.text.size()))) {
        if (MatchWord(wanted, word, false) == Match::kNone) continue;
        EXPECT_THAT(terms, IsSupersetOf(FragmentTerms(wanted))) << word.text << " / " << wanted.text;
      }
    }
  }
}

TEST(Text, HowWordsMeet) {
  const auto match = [](std::string_view wanted, std::string_view found) {
    return MatchWord({std::string(wanted)}, {std::string(found)}, true);
  };
  EXPECT_EQ(match("smith", "smith"), Match::kWhole);
  EXPECT_EQ(match("smi", "smith"), Match::kPrefix);
  EXPECT_EQ(match("mit", "smith"), Match::kFragment);
  EXPECT_EQ(match("mi", "smith"), Match::kNone);           // two letters are a prefix or nothing
  EXPECT_EQ(match("simth", "smith"), Match::kTypo);        // swapped
  EXPECT_EQ(match("smth", "smith"), Match::kTypo);         // one left out
  EXPECT_EQ(match("smiith", "smithson"), Match::kTypo);    // of a prefix
  EXPECT_EQ(match("sxyth", "smith"), Match::kNone);        // two of five
  EXPECT_EQ(match("anderzom", "anderson"), Match::kTypo);  // two of eight
  EXPECT_EQ(match("andxrzom", "anderson"), Match::kNone);
  EXPECT_EQ(MatchWord({"smth"}, {"smith"}, false), Match::kNone);
  EXPECT_EQ(MatchWord({"伟", WordKind::kHan}, {"张伟", WordKind::kHan}, true), Match::kFragment);
  EXPECT_EQ(MatchWord({"李伟", WordKind::kHan}, {"张伟", WordKind::kHan}, true), Match::kNone);
}

TEST(Postings, RoundTripAndBound) {
  std::mt19937_64 random(kith::testing::TestSeed(1));
  for (int i = 0; i < 200 * kith::testing::TestScale(); ++i) {
    std::set<uint64_t> numbers;
    const int bits = 1 + static_cast<int>(random() % 48);
    for (size_t n = random() % 3000; n > 0; --n) numbers.insert(random() >> (64 - bits));
    const std::vector<uint64_t> ascending(numbers.begin(), numbers.end());
    for (const bool appended : {false, true}) {
      std::vector<uint64_t> read;
      for (const Block& block : MakeBlocks(ascending, appended)) {
        EXPECT_LE(block.differences.size(), kBlockBytes);
        ASSERT_TRUE(ReadBlock(block.first, block.differences, read).ok());
      }
      EXPECT_EQ(read, ascending);
    }
  }
}

TEST(Postings, RefusesWhatIsNoBlock) {
  std::vector<uint64_t> numbers;
  for (const std::string& bytes : {std::string(1, '\0'), std::string("\x80"), std::string(11, '\xFF')}) {
    EXPECT_EQ(GetReason(ReadBlock(1, bytes, numbers)), Reason::kCorrupt);
  }
  EXPECT_EQ(GetReason(ReadBlock(uint64_t{1} << 48, {}, numbers)), Reason::kCorrupt);
  EXPECT_EQ(GetReason(ReadBlock((uint64_t{1} << 48) - 1, "\x01", numbers)), Reason::kCorrupt);
}

}  // namespace
}  // namespace kith::index
