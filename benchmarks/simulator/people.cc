#include "simulator/people.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "simulator/random.h"

namespace kith::simulator {
namespace {

using crm::MatchKind;

enum Column : size_t { kName, kMail, kPhone, kBirthday, kAddress, kCity, kColumns };
using Row = std::array<std::string, kColumns>;

constexpr std::array<std::string_view, 24> kOnsets = {"b", "br", "c", "ch", "d", "f",  "g",  "gr", "h",  "j", "k", "l",
                                                      "m", "n",  "p", "r",  "s", "sh", "st", "t",  "th", "v", "w", "z"};
constexpr std::array<std::string_view, 8> kVowels = {"a", "e", "i", "o", "u", "ea", "ie", "ou"};
constexpr std::array<std::string_view, 10> kCodas = {"", "n", "r", "s", "l", "m", "ck", "tt", "nd", "x"};

// A made word; the same number gives the same word.
std::string Word(uint64_t number) {
  Random dice(number + 1'000);
  std::string word;
  for (size_t syllables = 2 + dice.Below(2); syllables > 0; --syllables) {
    word += kOnsets[dice.Below(kOnsets.size())];
    word += kVowels[dice.Below(kVowels.size())];
  }
  return word + std::string(kCodas[dice.Below(kCodas.size())]);
}
// Of n names the r-th comes in proportion to 1 / (20 + r): the first has about one person in a hundred (Zipf-Mandelbrot).
size_t Ranked(Random& dice, size_t n) {
  constexpr double kFlat = 20;
  return std::min(n - 1, static_cast<size_t>(kFlat * std::expm1(dice.Uniform() * std::log1p(static_cast<double>(n) / kFlat))));
}

struct Character {
  std::string_view han;
  std::string_view pinyin;
};
constexpr std::array<Character, 12> kSurnames = {{{"王", "wang"},
                                                  {"李", "li"},
                                                  {"张", "zhang"},
                                                  {"刘", "liu"},
                                                  {"陈", "chen"},
                                                  {"杨", "yang"},
                                                  {"赵", "zhao"},
                                                  {"黄", "huang"},
                                                  {"周", "zhou"},
                                                  {"吴", "wu"},
                                                  {"徐", "xu"},
                                                  {"孙", "sun"}}};
constexpr std::array<Character, 20> kGiven = {{{"伟", "wei"},  {"芳", "fang"},  {"娜", "na"},  {"敏", "min"},  {"静", "jing"},
                                               {"丽", "li"},   {"强", "qiang"}, {"磊", "lei"}, {"军", "jun"},  {"洋", "yang"},
                                               {"勇", "yong"}, {"艳", "yan"},   {"杰", "jie"}, {"娟", "juan"}, {"涛", "tao"},
                                               {"明", "ming"}, {"超", "chao"},  {"霞", "xia"}, {"平", "ping"}, {"刚", "gang"}}};

struct Person {
  Row row;
  std::string latin;  // the name, given name first
  std::string mail;   // another one
};

std::string Digits(Random& dice, size_t count) {
  std::string digits;
  while (digits.size() < count) digits.push_back(static_cast<char>('0' + dice.Below(10)));
  return digits;
}
std::string TwoDigits(size_t value) { return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)}; }

Person Chinese(Random& dice) {
  const Character& surname = kSurnames[Ranked(dice, kSurnames.size())];
  const Character& first = kGiven[dice.Below(kGiven.size())];
  const Character* second = dice.Chance(0.7) ? &kGiven[dice.Below(kGiven.size())] : nullptr;
  Person person;
  person.row[kName] = std::string(surname.han) + std::string(first.han) + std::string(second == nullptr ? "" : second->han);
  person.latin = std::string(first.pinyin) + std::string(second == nullptr ? "" : second->pinyin) + " " + std::string(surname.pinyin);
  person.row[kPhone] = "1" + std::string(dice.Chance(0.5) ? "38" : "59") + Digits(dice, 8);
  return person;
}
Person Western(Random& dice) {
  Person person;
  person.latin = Word(Ranked(dice, 3'000)) + " " + Word(10'000 + Ranked(dice, 50'000));
  person.row[kName] = person.latin;
  person.row[kPhone] = "0" + std::to_string(20 + dice.Below(80)) + Digits(dice, 8);
  return person;
}

// No two people have one mailbox.
std::string Mailbox(Random& dice, std::string local, const std::string& domain, std::set<std::string>& taken) {
  while (!taken.insert(local + "@" + domain).second) local += Digits(dice, 1);
  return local + "@" + domain;
}

Person MakePerson(Random& dice, std::set<std::string>& mails) {
  Person person = dice.Chance(0.1) ? Chinese(dice) : Western(dice);
  const size_t space = person.latin.find(' ');
  const std::string given = person.latin.substr(0, space);
  const std::string family = person.latin.substr(space + 1);
  person.row[kMail] = Mailbox(dice, given + "." + family, Word(90'000 + Ranked(dice, 5'000)) + ".com", mails);
  person.mail = Mailbox(dice, given.substr(0, 1) + family, "mail.example", mails);
  person.row[kBirthday] = std::to_string(1940 + dice.Below(65)) + "-" + TwoDigits(1 + dice.Below(12)) + "-" + TwoDigits(1 + dice.Below(28));
  person.row[kAddress] =
      std::to_string(1 + dice.Below(300)) + " " + Word(200'000 + Ranked(dice, 20'000)) + (dice.Chance(0.5) ? " Street" : " Road");
  person.row[kCity] = Word(300'000 + Ranked(dice, 500));
  return person;
}

// One slip of the finger.
void Misspell(Random& dice, std::string& text) {
  if (text.size() < 3 || static_cast<uint8_t>(text[0]) >= 0x80) return;
  const size_t at = 1 + dice.Below(text.size() - 2);
  switch (dice.Below(4)) {
    case 0:
      std::swap(text[at], text[at + 1]);
      return;
    case 1:
      text.erase(at, 1);
      return;
    case 2:
      text.insert(at, 1, text[at]);
      return;
    default:
      text[at] = static_cast<char>('a' + dice.Below(26));
  }
}

void SpoilName(Random& dice, const Person& person, std::string& name) {
  const size_t space = person.latin.find(' ');
  const std::string given = person.latin.substr(0, space);
  const std::string family = person.latin.substr(space + 1);
  const bool han = static_cast<uint8_t>(name[0]) >= 0x80;
  if (han && dice.Chance(0.5)) name = family + " " + given;
  if (han) return;
  if (dice.Chance(0.15)) name = family + " " + given;
  if (dice.Chance(0.10)) name = given.substr(0, 1) + ". " + family;
  if (dice.Chance(0.20)) Misspell(dice, name);
}

Row SpoilRow(Random& dice, const Person& person) {
  Row row = person.row;
  SpoilName(dice, person, row[kName]);
  if (dice.Chance(0.3)) row[kMail] = person.mail;
  if (dice.Chance(0.3)) row[kPhone] = (row[kPhone][0] == '0' ? "+44 " + row[kPhone].substr(1) : "+86 " + row[kPhone]);
  if (dice.Chance(0.1)) row[kPhone] = "0" + std::to_string(20 + dice.Below(80)) + Digits(dice, 8);
  if (dice.Chance(0.05)) row[kBirthday] = row[kBirthday].substr(0, 5) + row[kBirthday].substr(8) + "-" + row[kBirthday].substr(5, 2);
  if (dice.Chance(0.2)) row[kAddress] = std::to_string(1 + dice.Below(300)) + " " + Word(200'000 + Ranked(dice, 20'000)) + " St";
  if (dice.Chance(0.1)) Misspell(dice, row[kCity]);
  if (dice.Chance(0.05)) Misspell(dice, row[kMail]);
  return row;
}

void Forget(Random& dice, Row& row) {
  constexpr std::array<double, kColumns> kEmpty = {0, 0.2, 0.3, 0.4, 0.4, 0.1};
  for (size_t column = 0; column < kColumns; ++column) {
    if (dice.Chance(kEmpty[column])) row[column].clear();
  }
}

}  // namespace

double People::Pairs() const {
  std::map<uint32_t, double> rows_of;
  for (const uint32_t one : person) ++rows_of[one];
  double pairs = 0;
  for (const auto& [one, count] : rows_of) pairs += count * (count - 1) / 2;
  return pairs;
}

crm::MatchTable People::Table() const {
  crm::MatchTable table{.fields = fields, .columns = {}, .sources = {}};
  for (const std::vector<std::string>& column : columns) table.columns.emplace_back(column.begin(), column.end());
  return table;
}

People MakePeople(size_t rows, uint64_t seed) {
  Random dice(seed);
  People people{.fields = {{"name", MatchKind::kName},
                           {"mail", MatchKind::kMail},
                           {"phone", MatchKind::kPhone},
                           {"birthday", MatchKind::kDate},
                           {"address", MatchKind::kAddress},
                           {"city", MatchKind::kText}},
                .columns = std::vector<std::vector<std::string>>(kColumns),
                .person = {}};
  const auto add = [&](uint32_t one, Row row) {
    Forget(dice, row);
    for (size_t column = 0; column < kColumns; ++column) people.columns[column].push_back(std::move(row[column]));
    people.person.push_back(one);
  };
  std::set<std::string> mails;
  for (uint32_t one = 0; people.rows() < rows; ++one) {
    const Person person = MakePerson(dice, mails);
    add(one, person.row);
    for (double again = 0.25; people.rows() < rows && dice.Chance(again); again = 0.25) add(one, SpoilRow(dice, person));
  }
  return people;
}

}  // namespace kith::simulator
