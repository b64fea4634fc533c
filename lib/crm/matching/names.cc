// Names of kinds and degrees, and a model as text.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kith/base/json.h"
#include "kith/base/nearest.h"
#include "kith/crm/matching.h"

namespace kith::crm {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 8> kKinds = {"name", "text", "address", "mail", "phone", "date", "identifier", "website"};
constexpr std::array<std::string_view, kAgreements> kDegrees = {"different", "partial", "similar", "close", "exact"};

Json Of(const std::vector<MatchModel::Common>& common) {
  Json list = Json::array();
  for (const MatchModel::Common& entry : common) list.push_back(Json::array({absl::StrCat(absl::Hex(entry.hash)), entry.share}));
  return list;
}

bool IsShare(const Json& json) { return json.is_number() && json.get<double>() > 0 && json.get<double>() <= 1; }

Status NoModel(std::string_view where) {
  return MakeError({.reason = Reason::kBadOptions, .field = std::string(where), .hint = "hand in the text that ToJson gave"},
                   "this is no model of matches");
}

bool ReadCommon(const Json& json, std::vector<MatchModel::Common>& common) {
  if (!json.is_array()) return false;
  for (const Json& entry : json) {
    MatchModel::Common read;
    const bool whole = entry.is_array() && entry.size() == 2 && entry[0].is_string() && IsShare(entry[1]) &&
                       absl::SimpleHexAtoi(entry[0].get_ref<const std::string&>(), &read.hash);
    if (!whole) return false;
    read.share = entry[1].get<double>();
    common.push_back(read);
  }
  return std::is_sorted(common.begin(), common.end(), [](const auto& a, const auto& b) { return a.hash < b.hash; });
}

bool ReadShares(const Json& json, std::array<double, kAgreements>& shares) {
  if (!json.is_array() || json.size() != kAgreements || !std::all_of(json.begin(), json.end(), IsShare)) return false;
  std::transform(json.begin(), json.end(), shares.begin(), [](const Json& share) { return share.get<double>(); });
  return true;
}

bool ReadField(const Json& json, MatchModel::Field& field) {
  for (const char* member : {"name", "kind", "m", "u", "chance", "rest", "values", "rest_words", "words"}) {
    if (!json.contains(member)) return false;
  }
  if (!json["name"].is_string() || !json["kind"].is_string()) return false;
  const StatusOr<MatchKind> kind = MatchKindOf(json["kind"].get_ref<const std::string&>());
  if (!kind.ok() || !IsShare(json["chance"]) || !IsShare(json["rest"]) || !IsShare(json["rest_words"])) return false;
  field.name = json["name"].get<std::string>();
  field.kind = *kind;
  field.chance = json["chance"].get<double>();
  field.rest = json["rest"].get<double>();
  field.rest_words = json["rest_words"].get<double>();
  return ReadShares(json["m"], field.m) && ReadShares(json["u"], field.u) && ReadCommon(json["values"], field.values) &&
         ReadCommon(json["words"], field.words);
}

}  // namespace

std::string_view NameOf(MatchKind kind) { return kKinds[static_cast<size_t>(kind) - 1]; }
std::string_view NameOf(Agreement agreement) { return kDegrees[static_cast<size_t>(agreement)]; }

StatusOr<MatchKind> MatchKindOf(std::string_view name) {
  const auto* const at = std::find(kKinds.begin(), kKinds.end(), name);
  if (at != kKinds.end()) return static_cast<MatchKind>(at - kKinds.begin() + 1);
  return MakeError({.reason = Reason::kBadOptions,
                    .value = std::string(name),
                    .hint = NearestHint(name, std::vector<std::string_view>(kKinds.begin(), kKinds.end()))},
                   "there is no such kind of field to compare");
}

std::string ToJson(const MatchModel& model) {
  Json fields = Json::array();
  for (const MatchModel::Field& field : model.fields) {
    fields.push_back({{"name", field.name},
                      {"kind", NameOf(field.kind)},
                      {"m", field.m},
                      {"u", field.u},
                      {"chance", field.chance},
                      {"rest", field.rest},
                      {"values", Of(field.values)},
                      {"rest_words", field.rest_words},
                      {"words", Of(field.words)}});
  }
  return Json{{"prior", model.prior}, {"related", model.related}, {"fields", std::move(fields)}}.dump(-1, ' ', false,
                                                                                                      Json::error_handler_t::replace);
}

StatusOr<MatchModel> MatchModelFromJson(std::string_view json) {
  constexpr size_t kBytes = 8 << 20;
  constexpr size_t kDepth = 8;
  KITH_RETURN_IF_ERROR(CheckJson(json, {.document = "the model", .malformed = Reason::kBadOptions, .bytes = kBytes, .depth = kDepth}));
  const Json read = Json::parse(json, nullptr, false);
  if (!read.is_object() || !read.contains("prior") || !read["prior"].is_number()) return NoModel("prior");
  if (!read.contains("fields") || !read["fields"].is_array() || read["fields"].size() > kMatchFields) return NoModel("fields");
  MatchModel model;
  model.prior = read["prior"].get<double>();
  if (read.contains("related")) {  // models of before had none
    const Json& related = read["related"];
    if (!related.is_number() || related.get<double>() < 0 || related.get<double>() > 1) return NoModel("related");
    model.related = related.get<double>();
  }
  for (size_t i = 0; i < read["fields"].size(); ++i) {
    if (!ReadField(read["fields"][i], model.fields.emplace_back())) return NoModel(JoinJsonPath("fields", i));
  }
  return model;
}

}  // namespace kith::crm
