#include <set>

#include "unit/exchange/folder.h"

namespace kith::exchange {
namespace {

constexpr const char* kMapping = R"({
  "name": "shop",
  "pipelines": [{"name": "shop", "for_type": "opportunity", "stages": [
    {"name": "open", "kind": "open"}, {"name": "offer", "kind": "open"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]}],
  "files": [
    {"file": "deals.csv", "type": "opportunity", "system": "shop.deal", "key": "id", "created_column": "opened", "created_format": "%d.%m.%Y",
     "columns": [{"column": "id", "field": "name"}, {"column": "client", "field": "account", "system": "shop.client"},
                 {"column": "value", "field": "amount", "currency": "CNY"},
                 {"column": "final", "field": "amount", "currency": "CNY", "effective_column": "closed", "format": "%d.%m.%Y"}],
     "moves": [{"stage": "shop/open", "at_column": "opened", "format": "%d.%m.%Y"},
               {"stage": "shop/won", "at_column": "closed", "format": "%d.%m.%Y", "when": {"column": "result", "in": ["won"]}},
               {"stage": "shop/lost", "at_column": "closed", "format": "%d.%m.%Y", "when": {"column": "result", "in": ["lost"]}}]},
    {"file": "clients.csv", "type": "account", "system": "shop.client", "key": "no",
     "columns": [{"column": "title", "field": "name"}, {"column": "parent", "field": "parent", "system": "shop.client"},
                 {"column": "since", "field": "year_established"}]}
  ]})";

constexpr const char* kClients =
    "no,title,parent,since\n"
    "1,Acme 律所,2,1999\n"  // refers to a later row
    "2,Holding,,\n"
    "3,,,2001\n"          // no name: refused
    "4,Bad year,,soon\n"  // not a number
    "5,Orphan,77,\n";     // parent that nobody has

constexpr const char* kDeals =
    "id,client,value,final,opened,closed,result\r\n"
    "D1,1,\"12,500.50\",9000,01.03.2024,15.04.2024,won\r\n"
    "D2,2,100,,05.03.2024,,\r\n"
    "D3,2,100,,05.03.2024,20.03.2024,lost\r\n"
    "D4,9,100,,05.03.2024,,\r\n"             // client that nobody has
    "D5,1,much,,05.03.2024,,\r\n"            // not an amount
    "D6,1,5,,31.02.2024,,\r\n"               // no such day
    "D7,1,5,,05.03.2024,,,extra,cells\r\n";  // more cells than the header

struct Shop {
  Shop() {
    folder.Write("clients.csv", kClients);
    folder.Write("deals.csv", kDeals);
  }
  ImportReport Import(const ImportOptions& options = {}) {
    StatusOr<Mapping> mapping = MappingFromJson(kMapping);
    EXPECT_TRUE(mapping.ok()) << mapping.status();
    StatusOr<ImportReport> report = ImportFolder(*database, folder.path(), *mapping, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : ImportReport{};
  }
  uint64_t Sequence() { return database->Read().value()->sequence(); }

  Folder folder;
  std::shared_ptr<Database> database = OpenTemporary();
};

TEST(ImportTest, LoadsWhatIsRightAndNamesEachBadRow) {  // B22
  Shop shop;
  ImportReport report = shop.Import();
  ASSERT_EQ(report.files.size(), 2U);
  EXPECT_EQ(report.files[0].file, "clients.csv");  // dependency order, whatever the mapping's
  EXPECT_EQ(report.files[0].created, 3);
  EXPECT_EQ(report.files[0].rejected, 3);
  EXPECT_EQ(report.files[1].created, 3);
  EXPECT_EQ(report.files[1].rejected, 4);
  EXPECT_EQ(report.files[1].moves, 5);
  std::set<std::string> seen;
  for (const RowProblem& p : report.problems) {
    seen.insert(p.file + ":" + std::to_string(p.line) + ":" + p.column + ":" + p.value + ":" + std::string(NameOf(p.code)));
    EXPECT_FALSE(p.reason.empty());
  }
  EXPECT_EQ(seen, (std::set<std::string>{"clients.csv:4:title::Required", "clients.csv:5:since:soon:WrongKind",
                                         "clients.csv:6:parent:77:RecordMissing", "deals.csv:5:client:9:RecordMissing",
                                         "deals.csv:6:value:much:WrongKind", "deals.csv:7:opened:31.02.2024:WrongKind",
                                         "deals.csv:8:::RowRejected"}));
}

TEST(ImportTest, ReferencesWithinAFileAndHistoryColumnsArrive) {
  Shop shop;
  shop.Import();
  auto snapshot = shop.database->Read().value();
  Id acme = snapshot->Find("account", ExternalRef{"shop.client", "1"}).value();
  Id holding = snapshot->Find("account", ExternalRef{"shop.client", "2"}).value();
  const catalog::TypeDef& account = *snapshot->catalog().FindType("account");
  EXPECT_EQ(GetField(account, snapshot->Get(acme).value(), "parent").value(), Value(holding));
  Id deal = snapshot->Find("opportunity", ExternalRef{"shop.deal", "D1"}).value();
  StatusOr<std::vector<model::MoveRecord>> moves = model::GetMoves(*snapshot, deal);
  ASSERT_TRUE(moves.ok()) << moves.status();
  ASSERT_EQ(moves->size(), 2U);
  EXPECT_EQ((*moves)[0].at, ParseTime("2024-03-01").value());
  EXPECT_EQ((*moves)[1].at, ParseTime("2024-04-15").value());
  EXPECT_EQ((*moves)[1].amount.minor, 900'000);
  // The amount as it stood before it was won.
  Record before = snapshot->GetAsOf(deal, {ParseTime("2024-03-20").value(), kTimeMax}).value();
  EXPECT_EQ(GetField(before.type(), before.view(), "amount").value(), Value(Money{1'250'050, *Currency::FromCode("CNY")}));
}

TEST(ImportTest, ASecondImportCreatesNothing) {  // B22
  Shop shop;
  shop.Import();
  uint64_t before = shop.Sequence();
  ImportReport again = shop.Import();
  EXPECT_EQ(shop.Sequence(), before);
  for (const FileReport& file : again.files) {
    EXPECT_EQ(file.created, 0) << file.file;
    EXPECT_EQ(file.changed, 0) << file.file;
    EXPECT_EQ(file.unchanged, 3) << file.file;
  }
}

TEST(ImportTest, ADryRunReportsTheSameAndWritesNothing) {
  Shop shop;
  uint64_t before = shop.Sequence();
  ImportOptions dry;
  dry.dry_run = true;
  ImportReport would = shop.Import(dry);
  EXPECT_EQ(shop.Sequence(), before);
  ImportReport did = shop.Import();
  ASSERT_EQ(would.files.size(), did.files.size());
  for (size_t i = 0; i < did.files.size(); ++i) {
    EXPECT_EQ(would.files[i].created, did.files[i].created);
    EXPECT_EQ(would.files[i].rejected, did.files[i].rejected);
  }
  EXPECT_EQ(would.problems.size(), did.problems.size());
}

TEST(ImportTest, ProblemsGoToAFileAndTheReportIsBounded) {
  Shop shop;
  ImportOptions options;
  options.problem_limit = 2;
  options.problem_file = shop.folder / "problems.csv";
  ImportReport report = shop.Import(options);
  EXPECT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.rejected(), 7);
  auto reader = CsvReader::Open(options.problem_file).value();
  int rows = 0;
  while (reader->Next().value() != nullptr) ++rows;
  EXPECT_EQ(rows, 8);  // a header and seven problems
}

TEST(ImportTest, ProblemsThatCannotBeWrittenAreAnError) {
  Shop shop;
  ImportOptions options;
  options.problem_file = "/dev/full";
  const Status status = ImportFolder(*shop.database, shop.folder.path(), *MappingFromJson(kMapping), options).status();
  EXPECT_EQ(GetReason(status), Reason::kIoError);
  EXPECT_EQ(GetErrorInfo(status).value, "/dev/full");
}

TEST(ImportTest, ARowThatComesTwiceIsCreatedOnce) {
  Shop shop;
  shop.folder.Write("clients.csv", "no,title,parent,since\n1,Acme,,\n1,Acme & Co,,\n2,Holding,,\n");
  const ImportReport report = shop.Import();
  EXPECT_EQ(report.files[0].created, 2);
  EXPECT_EQ(report.files[0].changed, 1);
}

// Two fields may number the same choices otherwise.
TEST(ImportTest, AChoiceLookedUpIsTheSameByName) {
  Folder folder;
  folder.Write("shelves.csv", "no,grade\nS1,fine\n");
  folder.Write("books.csv", "no,shelf\nB1,S1\n");
  const StatusOr<Mapping> mapping =
      MappingFromJson(R"({"name": "library", "packages": [{"package": "test.library", "version": "1.0.0", "types": [
      {"name": "shelf", "fields": [{"name": "grade", "kind": "choice", "choices": [{"name": "plain"}, {"name": "fine"}]}]},
      {"name": "book", "fields": [{"name": "grade", "kind": "choice", "choices": [{"name": "fine"}, {"name": "plain"}]}]}]}],
    "files": [{"file": "shelves.csv", "type": "shelf", "system": "lib.shelf", "key": "no", "columns": [{"column": "grade", "field": "grade"}]},
              {"file": "books.csv", "type": "book", "system": "lib.book", "key": "no",
               "columns": [{"column": "shelf", "field": "grade", "system": "lib.shelf", "lookup": "grade"}]}]})");
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  const std::shared_ptr<Database> database = OpenTemporary();
  const StatusOr<ImportReport> report = ImportFolder(*database, folder.path(), *mapping);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->rejected(), 0) << report->problems[0].reason;
  const auto snapshot = *database->Read();
  const catalog::TypeDef& book = *snapshot->catalog().FindType("book");
  const Value grade = *GetField(book, *snapshot->Get(*snapshot->Find("book", ExternalRef{"lib.book", "B1"})), "grade");
  EXPECT_EQ(book.FindField("grade")->FindChoice(grade.get<Choice>().number)->name, "fine");
}

TEST(ImportTest, ADecimalCommaIsNoThousand) {
  Shop shop;
  shop.folder.Write("deals.csv",
                    "id,client,value,final,opened,closed,result\nD1,1,\"12,5\",,01.03.2024,,\nD2,1,\"1.234,567\",,01.03.2024,,\n"
                    "D3,1,\"1,234.5\",,01.03.2024,,\nD4,1,\"1,00,000\",,01.03.2024,,\n");
  const ImportReport report = shop.Import();
  EXPECT_EQ(report.files[1].created, 2);
  EXPECT_EQ(report.files[1].rejected, 2);
}

TEST(ImportTest, ProgressCanStopIt) {
  Shop shop;
  ImportOptions options;
  options.progress = [](std::string_view, int64_t, int64_t) { return false; };
  StatusOr<ImportReport> report = ImportFolder(*shop.database, shop.folder.path(), MappingFromJson(kMapping).value(), options);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(GetReason(report.status()), Reason::kCancelled);
}

TEST(ImportTest, AColumnThatTheFileLacksIsRefusedBeforeAnyRow) {
  Shop shop;
  shop.folder.Write("clients.csv", "no,title\n1,Acme\n");
  StatusOr<ImportReport> report = ImportFolder(*shop.database, shop.folder.path(), MappingFromJson(kMapping).value());
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(GetReason(report.status()), Reason::kMappingMalformed);
  EXPECT_EQ(GetErrorInfo(report.status()).value, "parent, since");
}

// One file tells when deals began, another of the same system how they ended.
TEST(ImportTest, MovesOfTwoFilesOfOneSystemAreApart) {
  Folder folder;
  folder.Write("began.csv", "id,at\nD1,2024-03-01\nD2,2024-03-02\n");
  folder.Write("won.csv", "id,at\nD1,2024-04-15\n");
  const Mapping mapping = MappingFromJson(R"({"name": "two",
    "pipelines": [{"name": "two", "for_type": "opportunity", "stages": [{"name": "open", "kind": "open"}, {"name": "won", "kind": "won"},
                                                                         {"name": "lost", "kind": "lost"}]}],
    "files": [
      {"file": "began.csv", "type": "opportunity", "system": "two", "key": "id", "created_column": "at",
       "columns": [{"column": "id", "field": "name"}], "moves": [{"stage": "two/open", "at_column": "at"}]},
      {"file": "won.csv", "type": "opportunity", "system": "two", "key": "id",
       "columns": [{"column": "id", "field": "name"}], "moves": [{"stage": "two/won", "at_column": "at"}]}]})")
                              .value();
  std::shared_ptr<Database> database = OpenTemporary();
  for (int import = 0; import < 2; ++import) {
    const StatusOr<ImportReport> report = ImportFolder(*database, folder.path(), mapping);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->rejected(), 0);
    const auto snapshot = database->Read().value();
    const model::Pipeline pipeline = model::GetPipeline(*snapshot, "two").value();
    const auto deal = snapshot->Find("opportunity", ExternalRef{"two", "D1"});
    const auto moves = model::GetMoves(*snapshot, *deal).value();
    ASSERT_EQ(moves.size(), 2U);
    EXPECT_EQ(moves[1].to, pipeline.stages[1].id);
    EXPECT_EQ(model::ReadTables(*snapshot, pipeline.id).value().open.size(), 1U);
  }
}

TEST(ImportTest, RealDataLoadsByItsShippedPreset) {
  std::string data = testing::SharedDataDir();
  if (data.empty()) GTEST_SKIP() << "needs the folder of real data (KITH_SHARED_DATA)";
  std::shared_ptr<Database> database = OpenTemporary();
  std::string folder = data + "/maven_crm";
  StatusOr<Mapping> mapping = FindMapping(folder);
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  EXPECT_EQ(mapping->name, "maven_crm");
  StatusOr<ImportReport> report = ImportFolder(*database, folder, *mapping);
  ASSERT_TRUE(report.ok()) << report.status();
  for (const RowProblem& p : report->problems)
    ADD_FAILURE() << p.file << ":" << p.line << " " << p.column << " " << p.value << " " << p.reason;
  int64_t rows = 0;
  for (const FileReport& file : report->files) rows += file.created;
  EXPECT_EQ(rows, 85 + 7 + 35 + 8800);
  auto snapshot = database->Read().value();
  model::Pipeline pipeline = model::GetPipeline(*snapshot, "maven").value();
  model::FunnelTables tables = model::ReadTables(*snapshot, pipeline.id).value();
  EXPECT_EQ(tables.open.size(), 1589U);
}

// Of 8,000 leads 842 were won, one of them before its first contact; 2,586 invoices of 100 customers.
TEST(ImportTest, OtherRealDataLoadsByTheirPresets) {
  const std::string data = testing::SharedDataDir();
  if (data.empty()) GTEST_SKIP() << "needs the folder of real data (KITH_SHARED_DATA)";
  std::shared_ptr<Database> database = OpenTemporary();
  for (const auto& [folder, name] : {std::pair("/olist", "olist"), std::pair("/collections", "accounts_receivable")}) {
    const StatusOr<Mapping> mapping = FindMapping(data + folder);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    EXPECT_EQ(mapping->name, name);
    const StatusOr<ImportReport> report = ImportFolder(*database, data + folder, *mapping);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->rejected(), 0);
  }
  const auto snapshot = database->Read().value();
  const model::Pipeline pipeline = model::GetPipeline(*snapshot, "olist").value();
  EXPECT_EQ(model::ReadTables(*snapshot, pipeline.id).value().open.size(), 8'000U - 842U + 1U);
  const auto count = [&snapshot](std::string_view type) {
    const auto cursor = snapshot->Scan(type).value();
    int records = 0;
    while (cursor->Next()) ++records;
    return records;
  };
  EXPECT_EQ(count("invoice"), 2'586);
  EXPECT_EQ(count("receipt"), 2'586);
  EXPECT_EQ(count("account"), 100);
}

}  // namespace
}  // namespace kith::exchange
