#include "unit/exchange/folder.h"

namespace kith::exchange {
namespace {

struct Seen {
  int64_t line;
  std::vector<std::string> cells;
  std::string problem;
  friend bool operator==(const Seen&, const Seen&) = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& row) {
  out << row.line << ":";
  for (const std::string& cell : row.cells) out << "[" << cell << "]";
  return out << row.problem;
}

std::vector<Seen> ReadAll(std::string_view text, char delimiter = ',') {
  Folder folder;
  folder.Write("rows.csv", text);
  std::vector<Seen> rows;
  auto reader = CsvReader::Open(folder / "rows.csv", delimiter);
  EXPECT_TRUE(reader.ok()) << reader.status();
  while (reader.ok()) {
    StatusOr<const CsvRow*> row = (*reader)->Next();
    EXPECT_TRUE(row.ok()) << row.status();
    if (!row.ok() || *row == nullptr) break;
    rows.push_back({(*row)->line, {(*row)->cells.begin(), (*row)->cells.end()}, std::string(MessageOf((*row)->problem))});
  }
  return rows;
}

TEST(CsvReaderTest, ReadsPlainRowsWithTheirLines) {
  EXPECT_EQ(ReadAll("a,b\n1,2\n"), (std::vector<Seen>{{1, {"a", "b"}, ""}, {2, {"1", "2"}, ""}}));
}

TEST(CsvReaderTest, TakesWhatIsMetInTheWild) {
  // BOM, CRLF, quotes, doubled quotes, a line end inside a cell, an empty line, no end of line at the end.
  std::vector<Seen> rows = ReadAll("\xEF\xBB\xBF\"名称\",note\r\n\"Acme, Inc\",\"said \"\"hi\"\"\"\r\n\"two\nlines\",x\r\n\r\nlast,");
  EXPECT_EQ(rows,
            (std::vector<Seen>{
                {1, {"名称", "note"}, ""}, {2, {"Acme, Inc", "said \"hi\""}, ""}, {3, {"two\nlines", "x"}, ""}, {6, {"last", ""}, ""}}));
}

TEST(CsvReaderTest, OtherDelimitersAndRaggedRows) {
  EXPECT_EQ(ReadAll("a;b\n1\n1;2;3\n", ';'), (std::vector<Seen>{{1, {"a", "b"}, ""}, {2, {"1"}, ""}, {3, {"1", "2", "3"}, ""}}));
}

TEST(CsvReaderTest, ABadRowIsNamedAndTheNextIsRead) {
  std::vector<Seen> rows = ReadAll(std::string_view("a\nx\0y\n\xC3\x28\nok\n", 12));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_NE(rows[1].problem.find("NUL"), std::string::npos);
  EXPECT_NE(rows[2].problem.find("UTF-8"), std::string::npos);
  EXPECT_EQ(rows[3], (Seen{4, {"ok"}, ""}));
}

TEST(CsvReaderTest, AnUnclosedQuoteIsAProblemOfItsFirstLine) {
  std::vector<Seen> rows = ReadAll("a,b\n1,\"open\n2,3\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_NE(rows[1].problem.find("quote"), std::string::npos);
}

TEST(CsvReaderTest, AQuoteThatNeverClosesDoesNotTakeTheWholeFile) {
  std::string text = "a\n\"open\n";
  for (int i = 0; i < 300'000; ++i) text += "0123456789\n";
  std::vector<Seen> rows = ReadAll(text);
  ASSERT_GT(rows.size(), 2U);
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_NE(rows[1].problem.find("quote"), std::string::npos);
  EXPECT_EQ(rows.back().cells, std::vector<std::string>{"0123456789"});
}

TEST(CsvReaderTest, TooManyCellsOrBytesAreAProblemOfTheRow) {
  std::vector<Seen> rows = ReadAll("a\n" + std::string(1100, ',') + "\n" + std::string(1'100'000, 'x') + "\nok\n");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_NE(rows[1].problem, "");
  EXPECT_NE(rows[2].problem, "");
  EXPECT_EQ(rows[3].cells, std::vector<std::string>{"ok"});
}

TEST(CsvReaderTest, RowsAcrossChunksAreWhole) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += std::to_string(i) + ",\"é" + std::to_string(i) + "\"\n";
  std::vector<Seen> rows = ReadAll(text);
  ASSERT_EQ(rows.size(), 30'000U);
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i], (Seen{static_cast<int64_t>(i) + 1, {std::to_string(i), "é" + std::to_string(i)}, ""}));
  }
}

TEST(CsvReaderTest, AMissingFileIsNamed) {
  auto reader = CsvReader::Open("/nowhere/rows.csv");
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(GetReason(reader.status()), Reason::kFileUnreadable);
  EXPECT_EQ(GetErrorInfo(reader.status()).value, "/nowhere/rows.csv");
  EXPECT_NE(MessageOf(CsvReader::Open("/tmp").status()).find("directory"), std::string_view::npos);
}

TEST(AppendCsvRowTest, QuotesAndGuardsAgainstFormulas) {
  std::string out;
  AppendCsvRow(out, {"plain", "a,b", "say \"x\"", "=1+1", " @SUM(A1)", "＝1", "-5", "+1.5e3", "-1+cmd", ""});
  EXPECT_EQ(out, "plain,\"a,b\",\"say \"\"x\"\"\",'=1+1,' @SUM(A1),'＝1,-5,+1.5e3,'-1+cmd,\r\n");
  out.clear();
  AppendCsvRow(out, {"=1+1"}, false);
  EXPECT_EQ(out, "=1+1\r\n");
  out.clear();
  AppendCsvRow(out, {"=1+\xff", "\n=1", "'=1", "\xEF\xBB\xBF=1"});
  EXPECT_EQ(out, "'=1+\xff,\"'\n=1\",'=1,'\xEF\xBB\xBF=1\r\n");
}

TEST(AppendCsvRowTest, RoundTrips) {
  std::vector<std::string> cells = {"\xEF\xBB\xBFmarked", "", "a\r\nb", "\"", " lead", "trail ", "\ttab", "tab\t", "x,y", "中文"};
  std::string out;
  AppendCsvRow(out, cells, false);
  std::vector<Seen> rows = ReadAll(out);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].cells, cells);
}

}  // namespace
}  // namespace kith::exchange
