// Search against a scan of all records, over random people and random changes; and known texts that must be found.
#include "kith/query/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "kith/base/limits.h"
#include "kith/engine/database.h"
#include "kith/index/text.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using query::Search;
using query::SearchHit;
using query::SearchOptions;
using query::SearchResult;

constexpr std::string_view kPackage = R"({"package": "test.people", "version": "1.0.0", "types": [
  {"name": "firm", "fields": [{"name": "name", "kind": "text"}, {"name": "domain", "kind": "text"}],
   "indexes": [{"name": "words", "kind": "text", "fields": ["name", "domain"]}]},
  {"name": "person",
   "fields": [{"name": "name", "kind": "text"}, {"name": "mail", "kind": "text"}, {"name": "phone", "kind": "text"},
              {"name": "tags", "kind": "text_list"}, {"name": "note", "kind": "text"}],
   "indexes": [{"name": "words", "kind": "text", "fields": ["name", "mail", "phone", "tags"], "weights": [4, 2, 2, 1]},
               {"name": "notes", "kind": "text", "fields": ["note"]}]},
  {"name": "plain", "fields": [{"name": "name", "kind": "text"}]}
]})";

class SearchTest : public ::testing::Test {
 protected:
  SearchTest() {
    OpenOptions options;
    options.temporary = true;
    options.clock = clock_.function();
    options.durability = storage::Durability::kRelaxed;
    db_ = Database::Open("", options).value();
    const catalog::PackageSource source{.definition = std::string(kPackage), .numbers = {}};
    EXPECT_TRUE(db_->Ensure({&source, 1}).ok());
  }

  Outcome Apply(const Batch& batch) {
    clock_.Advance(kMicrosPerSecond);
    StatusOr<Outcome> outcome = db_->Apply(batch, {});
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *std::move(outcome) : Outcome();
  }
  Batch NewBatch() { return *db_->NewBatch({}, "test"); }
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  Id Add(std::string_view type, const Fields& fields) {
    Batch batch = NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    return Apply(batch).ids.at(0);
  }
  void Set(Id id, std::string_view field, const Value& value) {
    Batch batch = NewBatch();
    batch.Set(id, field, value);
    Apply(batch);
  }
  // Past the limit of records that wait; of no word, so that nothing finds them.
  void FoldAll() {
    for (const std::string_view type : {"firm", "person"}) {
      Batch batch = NewBatch();
      for (uint64_t i = 0; i <= limits::kTextPending; ++i) {
        const Id id = batch.Create(type);
        batch.Set(id, "name", "~");
        if (type == "person") batch.Set(id, "note", "~");
      }
      Apply(batch);
    }
  }

  SearchResult Ask(std::string_view text, const SearchOptions& options = {}, const Viewer& viewer = {}) {
    const auto snapshot = *db_->Read(viewer);
    StatusOr<SearchResult> result = Search(*snapshot, text, options);
    EXPECT_TRUE(result.ok()) << text << ": " << result.status();
    return result.ok() ? *std::move(result) : SearchResult();
  }
  std::vector<Id> Ids(std::string_view text, const SearchOptions& options = {}, const Viewer& viewer = {}) {
    std::vector<Id> ids;
    for (const SearchHit& hit : Ask(text, options, viewer).hits) ids.push_back(hit.id);
    return ids;
  }

  testing::ManualClock clock_;
  std::shared_ptr<Database> db_;
};

// --- what must be found, before and after it is folded

struct Golden {
  std::string_view text;
  std::string_view finds;  // the name of the first hit; empty: nothing
};
constexpr Golden kGolden[] = {
    {"张伟", "张伟"},
    {"張偉", "张伟"},  // traditional for simplified
    {"伟", "张伟"},
    {"zhangwei", "张伟"},
    {"zhang wei", "张伟"},
    {"zw", "张伟"},
    {"zhangw", "张伟"},
    {"马云", "馬雲"},  // simplified for traditional
    {"my", "馬雲"},
    {"单田芳", "单田芳"},
    {"shantianfang", "单田芳"},  // a surname's own reading
    {"björk", "Björk Guðmundsdóttir"},
    {"bjork", "Björk Guðmundsdóttir"},
    {"ＢＪＯＲＫ", "Björk Guðmundsdóttir"},
    {"O'Brien", "Conor O'Brien"},
    {"obrien@", "Conor O'Brien"},
    {"conor.obrien@examp", "Conor O'Brien"},
    {"brien", "Conor O'Brien"},
    {"13800138000", "张伟"},
    {"138-0013-8000", "张伟"},
    {"8613800", "张伟"},
    {"0138000", "张伟"},
    {"acme", "Acme Rocket Works"},
    {"rocket-works.example", "Acme Rocket Works"},
    {"works.exam", "Acme Rocket Works"},
    {"阿里巴巴", "阿里巴巴集团"},
    {"巴巴集", "阿里巴巴集团"},
    {"albbjt", "阿里巴巴集团"},
    {"alibaba", "阿里巴巴集团"},
    {"conro", "Conor O'Brien"},  // swapped
    {"guðmundsdotir", "Björk Guðmundsdóttir"},
    {"rokcet", "Acme Rocket Works"},
    {"acmee", "Acme Rocket Works"},
    {"王伟", ""},
    {"张 伟大", ""},
    {"conor acme", ""},
    {"rkt", ""},
    {"!?", ""},
    {"", ""},
};

TEST_F(SearchTest, FindsKnownTextsBeforeAndAfterTheyAreFolded) {
  Add("person", {{"name", "张伟"}, {"phone", "+86 138 0013 8000"}});
  Add("person", {{"name", "馬雲"}});
  Add("person", {{"name", "单田芳"}});
  Add("person", {{"name", "Björk Guðmundsdóttir"}});
  Add("person", {{"name", "Conor O'Brien"}, {"mail", "conor.obrien@example.org"}});
  Add("firm", {{"name", "Acme Rocket Works"}, {"domain", "www.rocket-works.example"}});
  Add("firm", {{"name", "阿里巴巴集团"}});
  for (const bool folded : {false, true}) {
    if (folded) FoldAll();
    const auto snapshot = *db_->Read();
    for (const Golden& golden : kGolden) {
      const SearchResult result = Ask(golden.text);
      EXPECT_TRUE(result.complete);
      if (golden.finds.empty()) {
        EXPECT_TRUE(result.hits.empty()) << golden.text;
        continue;
      }
      ASSERT_FALSE(result.hits.empty()) << golden.text << (folded ? " folded" : "");
      const catalog::TypeDef& type = *snapshot->catalog().FindType(result.hits[0].type);
      EXPECT_EQ(*GetField(type, *snapshot->Get(result.hits[0].id), "name"), Value(std::string(golden.finds))) << golden.text;
    }
  }
}

TEST_F(SearchTest, RanksWholeWordsBeforeBeginningsAndPartsAndSaysWhere) {
  const Id typo = Add("person", {{"name", "Marta"}});
  const Id part = Add("person", {{"name", "Samarias"}});
  const Id beginning = Add("person", {{"name", "Mariana"}});
  const Id tag = Add("person", {{"tags", TextList{"vip", "maria"}}});
  const Id whole = Add("person", {{"name", "Maria"}});
  const Id mail = Add("person", {{"mail", "maria@example.org"}});
  const std::vector<SearchHit> expected = {
      {.id = whole, .type = "person", .field = "name", .score = 32, .misspelt = false},
      {.id = beginning, .type = "person", .field = "name", .score = 16, .misspelt = false},
      {.id = mail, .type = "person", .field = "mail", .score = 16, .misspelt = false},
      {.id = part, .type = "person", .field = "name", .score = 8, .misspelt = false},
      {.id = tag, .type = "person", .field = "tags", .score = 8, .misspelt = false},
  };
  EXPECT_EQ(Ask("maria").hits, expected);
  FoldAll();
  EXPECT_EQ(Ask("maria").hits, expected);
  EXPECT_EQ(Ids("maria", {.limit = 3}), (std::vector<Id>{whole, beginning, mail}));
  // Other spellings are looked for when nothing has this one.
  EXPECT_EQ(Ask("marto").hits, (std::vector<SearchHit>{{.id = typo, .type = "person", .field = "name", .score = 4, .misspelt = true}}));
  EXPECT_TRUE(Ids("marto", {.typos = false}).empty());
}

TEST_F(SearchTest, ARecordFoundByTwoIndexesCountsOnce) {
  const Id id = Add("person", {{"name", "Ada"}, {"note", "ada again"}});
  EXPECT_EQ(Ids("ada"), std::vector<Id>{id});
  FoldAll();
  EXPECT_EQ(Ids("ada"), std::vector<Id>{id});
  EXPECT_TRUE(Ids("ada again zzz").empty());
}

TEST_F(SearchTest, IsNeverStale) {
  const Id id = Add("person", {{"name", "Alice"}});
  FoldAll();
  EXPECT_EQ(Ids("alice"), std::vector<Id>{id});
  const auto before = *db_->Read();
  Set(id, "name", "Bettina");
  EXPECT_TRUE(Ids("alice").empty());
  EXPECT_EQ(Ids("bettina"), std::vector<Id>{id});
  EXPECT_EQ(Search(*before, "alice")->hits.size(), 1U);  // a snapshot stays as it was
  Batch gone = NewBatch();
  gone.Delete(id);
  Apply(gone);
  EXPECT_TRUE(Ids("bettina").empty());
  Batch back = NewBatch();
  back.Restore(id);
  Apply(back);
  EXPECT_EQ(Ids("bettina"), std::vector<Id>{id});
  FoldAll();
  EXPECT_EQ(Ids("bettina"), std::vector<Id>{id});
  EXPECT_TRUE(Ids("alice").empty());
}

// The hidden ones come first by id and match as well: they would fill the limit if the viewer came after the ranking.
TEST_F(SearchTest, AViewersHitsAreNotCrowdedOutByWhatIsHidden) {
  const Id me = Add("firm", {{"name", "viewer"}});
  for (int i = 0; i < 30; ++i) {
    Add("person", {{"name", "Carla"}, {"visibility", static_cast<int64_t>(record::Visibility::kOwner)}});
  }
  const Id mine = Add("person", {{"name", "Carla"}, {"owner", me}, {"visibility", static_cast<int64_t>(record::Visibility::kOwner)}});
  const Id open = Add("person", {{"name", "Carla"}});
  for (const bool folded : {false, true}) {
    if (folded) FoldAll();
    EXPECT_EQ(Ids("carla", {.limit = 2}, {.id = me}), (std::vector<Id>{mine, open}));
    EXPECT_LE(Ask("carla", {.limit = 5}, {.id = me}).records, 3U);  // nor does the work tell of the hidden
    EXPECT_EQ(Ids("carla", {.limit = 2}).size(), 2U);
    EXPECT_EQ(Ids("karla", {.limit = 2}, {.id = me}), (std::vector<Id>{mine, open}));
  }
}

// --- random people against a scan

class RandomSearchTest : public SearchTest {
 protected:
  uint64_t Below(uint64_t n) { return engine_() % n; }
  std::string Word() {
    static constexpr std::string_view kWords[] = {"john",      "johnson", "joan", "smith",     "smythe", "anna", "hannah",
                                                  "katherine", "li",      "o",    "张",        "張偉",   "伟",   "欧阳",
                                                  "上海",      "Åsa",     "smi",  "catherine", "example"};
    return std::string(kWords[Below(std::size(kWords))]);
  }
  std::string Text() {
    std::string text = Word();
    while (Below(3) == 0) text.append(Below(2) == 0 ? " " : "").append(Word());
    return text;
  }
  void SetSome(Batch& batch, Id id) {
    if (Below(3) != 0) batch.Set(id, "name", Text());
    if (Below(3) == 0) batch.Set(id, "mail", Text() + "@example.org");
    if (Below(3) == 0) batch.Set(id, "phone", "+86 1" + std::to_string(Below(1'000'000'000)));
    if (Below(4) == 0) batch.Set(id, "tags", TextList{Text(), Word()});
    if (Below(4) == 0) batch.Set(id, "note", Text() + " " + Text());
    if (Below(6) == 0) batch.Set(id, "name", Value());
  }
  void Change(size_t size) {
    Batch batch = NewBatch();
    std::set<Id> touched;
    for (size_t i = 0; i < size; ++i) {
      if (Below(2) == 0 || people_.empty()) {
        SetSome(batch, batch.Create("person"));
        continue;
      }
      const size_t which = Below(people_.size());
      if (!touched.insert(people_[which]).second) continue;
      if (Below(5) == 0) {
        batch.Delete(people_[which]);
      } else {
        SetSome(batch, people_[which]);
      }
    }
    const Outcome outcome = Apply(batch);
    const auto snapshot = *db_->Read();
    std::erase_if(people_, [&](Id id) { return !snapshot->Get(id).ok(); });
    people_.insert(people_.end(), outcome.ids.begin(), outcome.ids.end());
  }
  std::string Question() {
    std::string text = Below(5) == 0 ? std::to_string(Below(1000)) : Text();
    if (Below(2) == 0 && text.size() > 2) text.erase(Below(text.size()), 1);  // may cut a letter apart: not UTF-8 then
    if (Below(3) == 0 && text.size() > 3) std::swap(text[1], text[2]);
    return text;
  }

  // Everything, each in the order that search.h says.
  static std::vector<SearchHit> Naive(const Snapshot& snapshot, std::string_view text, size_t limit) {
    const std::vector<index::Word> wanted = index::QueryWords(text);
    std::vector<SearchHit> hits;
    const catalog::TypeDef& type = *snapshot.catalog().FindType("person");
    const auto records = *snapshot.Scan("person");
    while (!wanted.empty() && records->Next()) {
      std::vector<SearchHit> found;
      for (const catalog::IndexDef& index : type.indexes) {
        if (index.kind != catalog::IndexKind::kText) continue;
        if (auto hit = NaiveHit(type, index, *records->record(), wanted); hit.score > 0) found.push_back(hit);
      }
      std::sort(found.begin(), found.end(), Before);
      if (!found.empty()) hits.push_back(found[0]);
    }
    std::sort(hits.begin(), hits.end(), Before);
    if (!hits.empty() && !hits[0].misspelt) std::erase_if(hits, [](const SearchHit& hit) { return hit.misspelt; });
    if (hits.size() > limit) hits.resize(limit);
    return hits;
  }
  static bool Before(const SearchHit& a, const SearchHit& b) {
    return std::tuple(a.misspelt, ~a.score, a.id) < std::tuple(b.misspelt, ~b.score, b.id);
  }
  static SearchHit NaiveHit(const catalog::TypeDef& type, const catalog::IndexDef& index, record::View record,
                            const std::vector<index::Word>& wanted) {
    static constexpr uint32_t kPoints[] = {0, 1, 2, 4, 8};  // by Match
    SearchHit hit{.id = record.id(), .type = type.name};
    uint32_t most = 0;
    for (const index::Word& word : wanted) {
      uint32_t exact = 0;
      uint32_t typo = 0;
      std::string exact_field;
      std::string typo_field;
      for (const catalog::IndexPart& part : index.parts) {
        const Value value = GetFieldAt(record, part.position);
        TextList texts;
        if (const auto* one = value.get_if<std::string>()) texts = {*one};
        if (const auto* list = value.get_if<TextList>()) texts = *list;
        for (const std::string& one : texts) {
          for (const index::Word& found : index::WordsOf(one)) {
            const index::Match match = index::MatchWord(word, found, true);
            const uint32_t score = kPoints[static_cast<size_t>(match)] * part.weight;
            uint32_t& best = match == index::Match::kTypo ? typo : exact;
            if (score > best) (match == index::Match::kTypo ? typo_field : exact_field) = part.field;
            best = std::max(best, score);
          }
        }
      }
      if (exact == 0 && typo == 0) return {};
      const uint32_t score = exact > 0 ? exact : typo;
      hit.misspelt |= exact == 0;
      hit.score += score;
      if (score > most) hit.field = exact > 0 ? exact_field : typo_field;
      most = std::max(most, score);
    }
    return hit;
  }

  std::mt19937_64 engine_{testing::TestSeed(29)};
  std::vector<Id> people_;
};

TEST_F(RandomSearchTest, EqualsAScanOfAllRecordsAcrossChangesAndFolds) {
  int misspelt = 0;
  int found = 0;
  for (int round = 0; round < 25 * testing::TestScale(); ++round) {
    Change(round % 8 == 7 ? 1500 : 1 + Below(60));
    const auto snapshot = *db_->Read();
    for (int i = 0; i < 20; ++i) {
      const std::string text = Question();
      const size_t limit = Below(3) == 0 ? 1 + Below(5) : limits::kSearchHits;
      const StatusOr<SearchResult> result = Search(*snapshot, text, {.types = {"person"}, .limit = limit, .reads = 1'000'000});
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_TRUE(result->complete);
      std::vector<SearchHit> expected = Naive(*snapshot, text, limit);
      ASSERT_EQ(result->hits.size(), expected.size()) << "'" << text << "' in round " << round;
      for (size_t k = 0; k < expected.size(); ++k) {
        ASSERT_EQ(result->hits[k], expected[k]) << "'" << text << "', hit " << k << " in round " << round;
        ++found;
        misspelt += expected[k].misspelt ? 1 : 0;
      }
    }
  }
  EXPECT_GT(misspelt, 100);
  EXPECT_GT(found - misspelt, 1000);
}

// Of names with one typo each, the right one is among the first twenty.
TEST_F(RandomSearchTest, FindsNearlyAllMisspeltNames) {
  static constexpr std::string_view kStarts[] = {"Bar", "Cald", "Den", "Fer", "Gran", "Hol", "Ker", "Lam", "Mort", "Nor", "Pem", "Ros"};
  static constexpr std::string_view kMiddles[] = {"al", "en", "ic", "or", "um", "est", "il", "ov"};
  static constexpr std::string_view kEnds[] = {"berg", "dale", "ford", "man", "ski", "son", "ton", "wick"};
  std::vector<std::string> names;
  Batch batch = NewBatch();
  for (const std::string_view start : kStarts) {
    for (const std::string_view middle : kMiddles) {
      for (const std::string_view end : kEnds) names.push_back(std::string(start).append(middle).append(end));
    }
  }
  for (const std::string& name : names) batch.Set(batch.Create("person"), "name", name);
  const Outcome outcome = Apply(batch);
  FoldAll();
  int found = 0;
  constexpr int kAsked = 300;
  for (int i = 0; i < kAsked; ++i) {
    const size_t which = Below(names.size());
    std::string text = names[which];
    const size_t at = 1 + Below(text.size() - 2);
    switch (Below(4)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, 1, 'x');
        break;
      case 2:
        text[at] = 'x';
        break;
      default:
        std::swap(text[at], text[at + 1]);
    }
    const std::vector<Id> ids = Ids(text);
    found += std::find(ids.begin(), ids.end(), outcome.ids[which]) != ids.end() ? 1 : 0;
  }
  EXPECT_GE(found, kAsked * 98 / 100);
}

// --- limits and errors

TEST_F(SearchTest, LimitsHoldAtAndPastThem) {
  const Id id = Add("person", {{"name", std::string(limits::kSearchBytes, 'a')}});
  const auto snapshot = *db_->Read();
  EXPECT_EQ(Ids(std::string(limits::kSearchBytes, 'a')), std::vector<Id>{id});
  EXPECT_EQ(GetReason(Search(*snapshot, std::string(limits::kSearchBytes + 1, 'a')).status()), Reason::kLimitExceeded);
  std::string words = "a";
  for (size_t i = 1; i < limits::kSearchWords; ++i) words += " a";
  EXPECT_EQ(Ids(words), std::vector<Id>{id});
  EXPECT_EQ(GetReason(Search(*snapshot, words + " a").status()), Reason::kLimitExceeded);
  EXPECT_TRUE(Search(*snapshot, "a", {.limit = limits::kSearchHits}).ok());
  EXPECT_EQ(GetReason(Search(*snapshot, "a", {.limit = limits::kSearchHits + 1}).status()), Reason::kLimitExceeded);
  EXPECT_EQ(GetReason(Search(*snapshot, "a", {.limit = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(Search(*snapshot, "a", {.reads = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(Search(*snapshot, "a", {.types = {"persn"}}).status()), Reason::kUnknownType);
  EXPECT_EQ(GetReason(Search(*snapshot, "a", {.types = {"plain"}}).status()), Reason::kUnknownIndex);
}

TEST_F(SearchTest, ReadsNoMoreThanItMayAndStopsWhenToldTo) {
  Batch batch = NewBatch();
  for (int i = 0; i < 5000; ++i) batch.Set(batch.Create("person"), "name", "Johanna");
  const Outcome outcome = Apply(batch);
  // Beginnings could be followed by a better match, whole words could not.
  const SearchResult some = Ask("johan", {.types = {"person"}, .limit = 10, .reads = 500});
  EXPECT_FALSE(some.complete);
  EXPECT_EQ(some.hits.size(), 10U);
  EXPECT_EQ(some.records, 250U);  // two indexes share
  const SearchResult whole = Ask("johanna", {.types = {"person"}, .limit = 10});
  EXPECT_TRUE(whole.complete);
  EXPECT_EQ(whole.records, 10U);
  EXPECT_EQ(whole.hits.back().id, outcome.ids[9]);

  const auto snapshot = *db_->Read();
  const std::atomic<bool> stop{true};
  EXPECT_EQ(GetReason(Search(*snapshot, "johan", {.reads = 5000, .cancel = &stop}).status()), Reason::kCancelled);
  EXPECT_EQ(GetReason(Search(*snapshot, "johan", {.reads = 5000, .time_limit = std::chrono::microseconds(1)}).status()), Reason::kTimeout);
}

}  // namespace
}  // namespace kith
