// Bad input through the C ABI: each has its own error, and nothing changes.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "capi/host.h"
#include "support/paths.h"

namespace host {
namespace {

namespace fs = std::filesystem;

class BadInput : public Host {
 protected:
  // Fills a batch, expects apply to refuse it for this reason, and that nothing has changed.
  void Refused(const char* reason, const char* field, const std::function<void(kith_batch*)>& fill) {
    uint64_t before = Sequence();
    Batch batch = NewBatch();
    fill(batch);
    EXPECT_NE(Apply(batch), KITH_OK);
    EXPECT_EQ(Reason(error), reason) << Str(kith_error_message(error));
    EXPECT_EQ(Str(kith_error_field(error)), field) << Str(kith_error_message(error));
    EXPECT_FALSE(Str(kith_error_message(error)).empty());
    EXPECT_EQ(Sequence(), before);
  }
};

// A question in which a member stands twice means two things: each function that takes one refuses it, as it does an option it does not
// know.
TEST_F(BadInput, QuestionsWithAMemberTwiceOrUnknown) {
  const kith_id account = Account("1", "Acme");
  const Snapshot now = Read();
  Text json;
  const auto more = [&](kith_str question) {
    kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
    options.more = question;
    return kith_snapshot_gap(now, "default", "2026-06", &options, json.out(), error.out());
  };
  const auto merge = [&](kith_str question) {
    const kith_id same[] = {account, account};
    return kith_db_merge(db, same, 2, {}, {}, question, nullptr, json.out(), error.out());
  };
  const auto parameters = [&](kith_str question) {
    Owned<kith_query, kith_query_free> query;
    const kith_str text = KITH_STR(R"({"from": "account", "where": "name == $a", "select": ["name"]})");
    EXPECT_EQ(kith_query_prepare(now, text, query.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
    Owned<kith_rows, kith_rows_free> rows;
    return kith_query_run(query, now, question, nullptr, rows.out(), error.out());
  };
  const std::pair<const char*, std::function<kith_code(kith_str)>> calls[] = {
      {R"({"limit": 1, "limit": 2})", [&](kith_str q) { return kith_snapshot_timeline(now, account, q, json.out(), error.out()); }},
      {R"({"relation": "account.parent", "type": "account", "type": "lead"})",
       [&](kith_str q) { return kith_snapshot_group_total(now, account, q, json.out(), error.out()); }},
      {R"({"target": 1, "target": 2})", more},
      {R"({"prefer": "first", "prefer": "latest"})", merge},
      {R"({"a": "x", "a": "y"})", parameters},
      {R"({"deals": [{"deal": 1, "value": 1, "value": 2}]})", [&](kith_str q) { return kith_allocate(q, json.out(), error.out()); }},
  };
  for (const auto& [text, call] : calls) {
    EXPECT_EQ(call(Str(std::string_view(text))), KITH_INVALID_ARGUMENT) << text;
    EXPECT_NE(Str(kith_error_message(error)).find("twice"), std::string::npos) << text << ": " << Str(kith_error_message(error));
    for (const kith_str unknown : {KITH_STR(R"({"limmit": 1})"), KITH_STR("{not json"), KITH_STR("[1]")}) {
      EXPECT_EQ(call(unknown), KITH_INVALID_ARGUMENT) << text << Str(unknown);
    }
  }
}

TEST_F(BadInput, WrongKind) {
  Refused("WrongKind", "employees",
          [](kith_batch* b) { kith_batch_set_text(b, kith_batch_create(b, "account"), "employees", KITH_STR("many")); });
}
TEST_F(BadInput, UnknownFieldNamesTheNearest) {
  Refused("UnknownField", "nmae", [](kith_batch* b) { kith_batch_set_text(b, kith_batch_create(b, "account"), "nmae", KITH_STR("x")); });
  EXPECT_NE(Str(kith_error_hint(error)).find("name"), std::string::npos);
}
TEST_F(BadInput, UnknownType) {
  Refused("UnknownType", "", [](kith_batch* b) { kith_batch_create(b, "acount"); });
}
TEST_F(BadInput, MissingReference) {
  kith_id account = Account("1", "Acme");
  Refused("ReferenceMissing", "parent", [&](kith_batch* b) { kith_batch_set_ref(b, account, "parent", account + 100); });
}
// E01: an owner is one of the house, or a number that the host alone knows.
TEST_F(BadInput, OwnerWhoIsNone) {
  const kith_id customer = Account("1", "Acme");
  Refused("ReferenceWrongType", "owner", [&](kith_batch* b) {
    const kith_id deal = kith_batch_create(b, "opportunity");
    kith_batch_set_text(b, deal, "name", KITH_STR("Pilot"));
    kith_batch_set_ref(b, deal, "owner", customer);
  });
  EXPECT_NE(Str(kith_error_hint(error)).find("employee"), std::string::npos) << Str(kith_error_hint(error));
  Refused("ReferenceWrongType", "owner", [&](kith_batch* b) { kith_batch_set_ref(b, customer, "owner", customer); });
  Batch batch = NewBatch();
  const kith_id ann = kith_batch_create(batch, "employee");
  kith_batch_set_text(batch, ann, "name", KITH_STR("Ann"));
  kith_batch_set_ref(batch, customer, "owner", ann);
  const kith_id team = kith_batch_create(batch, "team");
  kith_batch_set_text(batch, team, "name", KITH_STR("North"));
  kith_batch_set_ref(batch, kith_batch_existing(batch, "account", kith_ref_id(customer)), "owner", team);
  KITH_ASSERT_OK(Apply(batch), error);
  Batch host = NewBatch();
  kith_batch_set_ref(host, customer, "owner", 17);
  KITH_ASSERT_OK(Apply(host), error);
}
TEST_F(BadInput, MergeOfOneRecord) {
  const kith_id one = Account("1", "Acme");
  const kith_id same[] = {one, one};
  EXPECT_EQ(kith_db_merge(db, same, 2, {}, {}, {}, nullptr, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
  EXPECT_EQ(kith_error_record(error), one);
}
TEST_F(BadInput, MissingRequired) {
  Refused("Required", "name", [](kith_batch* b) { kith_batch_create(b, "account"); });
}
TEST_F(BadInput, DuplicateUnique) {
  auto product = [](kith_batch* b) {
    kith_id p = kith_batch_create(b, "product");
    kith_batch_set_text(b, p, "name", KITH_STR("GTX"));
    kith_batch_set_text(b, p, "sku", KITH_STR("SKU-1"));
  };
  Batch first = NewBatch();
  product(first);
  ASSERT_EQ(Apply(first), KITH_OK) << Str(kith_error_message(error));
  Refused("Unique", "sku", product);
  EXPECT_EQ(kith_error_code(error), KITH_ALREADY_EXISTS);
}
TEST_F(BadInput, OverLongText) {
  std::string text(64 * 1024 + 1, 'x');
  Refused("TooLong", "description", [&](kith_batch* b) {
    kith_id a = kith_batch_create(b, "account");
    kith_batch_set_text(b, a, "name", KITH_STR("x"));
    kith_batch_set_text(b, a, "description", Str(text));
  });
}
TEST_F(BadInput, MalformedUtf8) {
  Refused("NotUtf8", "name", [](kith_batch* b) { kith_batch_set_text(b, kith_batch_create(b, "account"), "name", KITH_STR("a\xC3(")); });
}
TEST_F(BadInput, StaleVersion) {
  kith_id account = Account("1", "Acme");
  Account("1", "Acme 2");
  Refused("VersionConflict", "", [&](kith_batch* b) {
    kith_batch_require_version(b, account, 1);
    kith_batch_set_text(b, account, "name", KITH_STR("Acme 3"));
  });
  EXPECT_EQ(kith_error_code(error), KITH_ABORTED);
  EXPECT_EQ(kith_error_record(error), account);
}
TEST_F(BadInput, NotACurrency) {
  const kith_id first = kith_id{1} << 63;
  Refused("WrongKind", "", [](kith_batch* b) { kith_batch_set_money(b, kith_batch_create(b, "account"), "annual_revenue", 1, "yuan"); });
  EXPECT_EQ(Str(kith_error_type(error)), "account");
  EXPECT_EQ(kith_error_record(error) | 0x7FFFFFFF00000000U, first | 0x7FFFFFFF00000000U);
  EXPECT_NE(Str(kith_error_message(error)).find("annual_revenue"), std::string::npos);
  Refused("WrongKind", "", [](kith_batch* b) { kith_batch_add_money(b, kith_batch_create(b, "account"), "annual_revenue", 1, "yuan"); });
  EXPECT_EQ(Str(kith_error_type(error)), "account");
}
TEST_F(BadInput, NotADecimal) {
  for (const kith_str text : {KITH_STR("12,5"), KITH_STR("1234567890123456789.5")}) {
    Refused(text.size < 5 ? "WrongKind" : "OutOfRange", "quantity",
            [&](kith_batch* b) { kith_batch_set_decimal(b, kith_batch_create(b, "quote_line"), "quantity", text); });
    EXPECT_EQ(Str(kith_error_type(error)), "quote_line");
  }
}
TEST_F(BadInput, UnknownStage) {
  Refused("UnknownStage", "", [](kith_batch* b) {
    kith_id deal = kith_batch_create(b, "opportunity");
    kith_batch_set_text(b, deal, "name", KITH_STR("D"));
    kith_batch_move(b, deal, "default/nowhere");
  });
}
TEST_F(BadInput, MissingRecord) {
  kith_id account = Account("1", "Acme");
  Refused("RecordMissing", "", [&](kith_batch* b) { kith_batch_set_text(b, account + 5, "name", KITH_STR("x")); });
}
TEST_F(BadInput, EffectiveInTheFuture) {
  kith_id account = Account("1", "Acme");
  Refused("EffectiveInFuture", "", [&](kith_batch* b) {
    kith_batch_set_effective(b, INT64_MAX - 1);
    kith_batch_set_text(b, account, "name", KITH_STR("x"));
  });
}

TEST_F(BadInput, NullAndFreedHandles) {
  kith_batch* batch = nullptr;
  EXPECT_EQ(kith_batch_new(nullptr, kith_ref_id(0), KITH_STR(""), &batch, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "NullHandle");
  EXPECT_NE(Str(kith_error_message(error)).find("kith_db"), std::string::npos);

  ASSERT_EQ(kith_batch_new(db, kith_ref_id(0), KITH_STR(""), &batch, error.out()), KITH_OK);
  kith_batch_free(batch);
  kith_batch_free(batch);  // a second free is ignored
  kith_batch_set_text(batch, 1, "name", KITH_STR("x"));
  EXPECT_EQ(kith_batch_create(batch, "account"), 0U);
  EXPECT_EQ(kith_db_apply(db, batch, nullptr, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "NullHandle");
  EXPECT_NE(Str(kith_error_message(error)).find("freed"), std::string::npos);

  // A handle of another kind is no database.
  Snapshot snapshot = Read();
  EXPECT_EQ(kith_db_backup(reinterpret_cast<kith_db*>(snapshot.get()), KITH_STR("x"), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "NullHandle");
  // Accessors of nothing give nothing.
  EXPECT_EQ(kith_error_code(nullptr), KITH_OK);
  EXPECT_EQ(Str(kith_text_str(nullptr)), "");
  EXPECT_EQ(kith_funnel_stage_count(nullptr), 0U);
  EXPECT_EQ(kith_outcome_id(nullptr, 1), 0U);
}

TEST_F(BadInput, NullOutputsAndNames) {
  EXPECT_EQ(kith_db_read(db, nullptr, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
  Snapshot snapshot = Read();
  kith_id id = 7;
  EXPECT_EQ(kith_snapshot_find(snapshot, nullptr, kith_ref_id(1), &id, nullptr), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(id, 0U);  // outputs are zeroed on entry
  Batch batch = NewBatch();
  kith_batch_create(batch, nullptr);
  EXPECT_EQ(kith_batch_status(batch, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
}

TEST_F(BadInput, OptionsOfEverySize) {
  struct {
    kith_open_options known;
    uint8_t newer[16];
  } options = {KITH_OPEN_OPTIONS_INIT, {}};
  options.known.temporary = 1;
  Db other;
  // Every prefix an older host may have been compiled with, and a longer struct of a newer one with a zero tail.
  for (uint32_t size = 8; size <= sizeof(options); size += 4) {
    options.known.struct_size = size;
    KITH_ASSERT_OK(kith_db_open(Str(""), &options.known, other.out(), error.out()), error);
  }
  options.newer[3] = 1;
  EXPECT_EQ(kith_db_open(Str(""), &options.known, other.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
  options.known.struct_size = 0;
  EXPECT_EQ(kith_db_open(Str(""), &options.known, other.out(), error.out()), KITH_INVALID_ARGUMENT);
}

// --- files

// A small database on disk.
std::string MakeDatabase() {
  std::string path = kith::testing::MakeTempDir() + "/db";
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.create = 1;
  Db db;
  Error error;
  EXPECT_EQ(kith_db_open(Str(path), &options, db.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
  return path;
}

std::string OpenReason(const std::string& path) {
  Db db;
  Error error;
  return kith_db_open(Str(path), nullptr, db.out(), error.out()) == KITH_OK ? "" : Reason(error);
}

TEST(BadFile, Missing) { EXPECT_EQ(OpenReason(kith::testing::MakeTempDir() + "/absent"), "DatabaseMissing"); }

TEST(BadFile, Truncated) {
  std::string path = MakeDatabase();
  fs::resize_file(path + "/data.mdb", fs::file_size(path + "/data.mdb") / 2);
  EXPECT_EQ(OpenReason(path), "Corrupt");
}

TEST(BadFile, FlippedBitsAreAnErrorOrHarmless) {
  std::string path = MakeDatabase();
  std::string file = path + "/data.mdb";
  uint64_t size = fs::file_size(file);
  int refused = 0;
  // Bits spread over the file: opening refuses, or Verify finds it, or the byte meant nothing. Never a signal.
  for (int i = 0; i < 60; ++i) {
    uint64_t at = (static_cast<uint64_t>(i) * 7919 * 131) % size;
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    char old = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(old ^ 4));
    bytes.close();
    Db db;
    Error error;
    if (kith_db_open(Str(path), nullptr, db.out(), error.out()) != KITH_OK) {
      ++refused;
      EXPECT_TRUE(Reason(error) == "Corrupt" || Reason(error) == "FormatUnknown" || Reason(error) == "FormatNewer") << Reason(error);
    } else {
      uint64_t problems = 0;
      kith_code code = kith_db_verify(db, &problems, nullptr, error.out());
      if (code != KITH_OK) {
        EXPECT_EQ(code, KITH_DATA_LOSS);
      }
      if (code != KITH_OK || problems > 0) ++refused;
    }
    db.Reset();
    bytes.open(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(old);
  }
  EXPECT_GT(refused, 5);  // the test would see nothing if bits in live pages went unnoticed
  EXPECT_EQ(OpenReason(path), "");
}

TEST(BadFile, NotADatabase) {
  std::string path = kith::testing::MakeTempDir();
  std::ofstream(path + "/data.mdb") << std::string(8192, 'x');
  fs::permissions(path + "/data.mdb", fs::perms::owner_read | fs::perms::owner_write);
  fs::permissions(path, fs::perms::owner_all);
  EXPECT_EQ(OpenReason(path), "FormatUnknown");
}

TEST(BadFile, ReadOnlyFolder) {
  std::string folder = kith::testing::MakeTempDir();
  ASSERT_EQ(chmod(folder.c_str(), 0555), 0);
  // Root may write anywhere: become somebody else for the call.
  bool root = geteuid() == 0;
  if (root) {
    for (fs::path up = fs::path(folder).parent_path(); up != up.root_path(); up = up.parent_path()) {
      if ((fs::status(up).permissions() & fs::perms::others_exec) == fs::perms::none)
        GTEST_SKIP() << "the temporary folder is closed to other users";
    }
    ASSERT_EQ(seteuid(65534), 0);
  }
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.create = 1;
  Db db;
  Error error;
  kith_code code = kith_db_open(Str(folder + "/db"), &options, db.out(), error.out());
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_EQ(code, KITH_PERMISSION_DENIED);
  EXPECT_EQ(Reason(error), "PermissionDenied") << Str(kith_error_message(error));
  EXPECT_FALSE(fs::exists(folder + "/db"));
}

TEST(BadFile, FullDisk) {
  std::string folder = kith::testing::MakeTempDir();
  if (mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=4m") != 0) GTEST_SKIP() << "a small file system cannot be mounted here";
  {
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.create = 1;
    Db db;
    Error error;
    ASSERT_EQ(kith_db_open(Str(folder + "/db"), &options, db.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
    std::string text(30'000, 'x');
    kith_code code = KITH_OK;
    int applied = 0;
    for (int i = 0; i < 1000 && code == KITH_OK; ++i) {
      Batch batch;
      ASSERT_EQ(kith_batch_new(db, kith_ref_id(0), KITH_STR(""), batch.out(), error.out()), KITH_OK);
      kith_id note = kith_batch_create(batch, "account");
      kith_batch_set_text(batch, note, "name", KITH_STR("x"));
      kith_batch_set_text(batch, note, "description", Str(text));
      code = kith_db_apply(db, batch, nullptr, nullptr, error.out());
      if (code == KITH_OK) ++applied;
    }
    EXPECT_EQ(code, KITH_RESOURCE_EXHAUSTED);
    EXPECT_EQ(Reason(error), "DiskFull") << Str(kith_error_message(error));
    EXPECT_GT(applied, 0);
    // What was acknowledged is there, and reading goes on.
    uint64_t problems = 1;
    EXPECT_EQ(kith_db_verify(db, &problems, nullptr, error.out()), KITH_OK) << Str(kith_error_message(error));
    EXPECT_EQ(problems, 0U);
  }
  EXPECT_EQ(umount2(folder.c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace host
