#include "kith/insight/card.h"

#include <algorithm>
#include <string>
#include <utility>

#include "insight/relationship/portfolio_internal.h"
#include "kith/model/guide.h"

namespace kith::insight {
namespace {

using relationship_internal::Facts;
using relationship_internal::Held;
using relationship_internal::Party;
using relationship_internal::Played;

class Card {
 public:
  Card(const Snapshot& snapshot, const CardOptions& options) : facts_(snapshot, options.relation), options_(options) {}

  StatusOr<std::vector<CardLine>> Of(Id customer);
  StatusOr<std::vector<CardLine>> Brief(Id person);

 private:
  Status Person(Id person);
  Status Account(Id account);
  Status Roles(Id person);
  Status Deals(Id account);
  Status Touches(std::string_view role, Id customer);
  Status Tickets(std::string_view role, Id customer);
  Status Slips(Id account);
  Status Documents(Id account);
  Status EvidenceOf(Id person);
  Status AccountBehind(Id account);
  Status Context(Id customer);
  Status Scenario(Id customer);
  // Of documents the first that is a purchase.
  [[nodiscard]] const CardLine* First(LineKind kind) const {
    const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const CardLine& line) {
      const bool bought = line.choice == "placed" || line.choice == "delivered";
      return line.kind == kind && (kind != LineKind::kDocument || bought);
    });
    return found == lines_.end() ? nullptr : &*found;
  }
  void Add(CardLine line) { lines_.push_back(std::move(line)); }
  void AddTies(const std::vector<EmployeeTie>& ties);
  void AddProduct(const Played& from);
  // Keeps the first `each` of the last lines, from `begin` on, in the order of `before`.
  template <typename Before>
  void Keep(size_t begin, const Before& before);
  void KeepLatest(size_t begin) {
    Keep(begin, [](const CardLine& a, const CardLine& b) { return a.at.value_or(Time{}) > b.at.value_or(Time{}); });
  }
  std::vector<CardLine> Take() {
    std::stable_sort(lines_.begin(), lines_.end(), [](const CardLine& a, const CardLine& b) { return a.kind < b.kind; });
    return std::move(lines_);
  }
  [[nodiscard]] bool IsPast(const Played& record, std::string_view role) const {
    return record.Has(role) && record.Int(role) <= facts_.as_of().micros;
  }

  Facts facts_;
  const CardOptions& options_;
  std::vector<CardLine> lines_;
};

std::vector<Id> TopOf(const Score& score) {
  constexpr size_t kTop = 3;
  std::vector<Id> ids;
  for (const Contribution& part : score.contributions) {
    if (ids.size() < kTop) ids.push_back(part.record);
  }
  return ids;
}

std::string_view NameOf(Topic topic) {
  switch (topic) {
    case Topic::kSolution:
      return "solution";
    case Topic::kPrice:
      return "price";
    case Topic::kCloseness:
      return "closeness";
  }
  return {};
}

template <typename Before>
void Card::Keep(size_t begin, const Before& before) {
  const auto first = lines_.begin() + static_cast<ptrdiff_t>(begin);
  std::stable_sort(first, lines_.end(), before);
  std::map<LineKind, size_t> kept;
  lines_.erase(std::remove_if(first, lines_.end(), [&](const CardLine& line) { return ++kept[line.kind] > options_.each; }), lines_.end());
}

void Card::AddTies(const std::vector<EmployeeTie>& ties) {
  size_t listed = 0;
  for (const EmployeeTie& tie : ties) {
    if (!tie.active || tie.tie.value <= 0 || ++listed > options_.each) continue;
    Add({.kind = LineKind::kTie,
         .record = tie.employee,
         .text = facts_.NameOf(tie.employee),
         .value = tie.tie.value,
         .evidence = TopOf(tie.tie)});
  }
}

void Card::AddProduct(const Played& from) {
  if (!from.Has("product")) return;
  const std::string name = facts_.NameOf(from.Ref("product"));
  const bool told =
      std::any_of(lines_.begin(), lines_.end(), [&](const CardLine& l) { return l.kind == LineKind::kProduct && l.text == name; });
  if (!told && !name.empty()) Add({.kind = LineKind::kProduct, .record = from.id(), .text = name});
}

Status Card::Roles(Id person) {
  const size_t begin = lines_.size();
  KITH_RETURN_IF_ERROR(facts_.ForEach("stake", "person", person, [&](const Played& stake) {
    const std::optional<Held> then = facts_.Then(stake.Ref("deal"), "pipelined");
    if (!then || !facts_.IsOpenDeal(*then)) return;
    const Played& deal = then->record;
    Add({.kind = LineKind::kRole,
         .record = deal.id(),
         .text = facts_.NameOf(deal.id()),
         .choice = std::string(stake.Choice("role")),
         .amount = deal.Has("amount") ? std::optional(deal.Amount("amount")) : std::nullopt,
         .evidence = {stake.id()}});
  }));
  Keep(begin, [](const CardLine& a, const CardLine& b) { return a.amount.value_or(Money()).minor > b.amount.value_or(Money()).minor; });
  return absl::OkStatus();
}

Status Card::Deals(Id account) {
  const size_t begin = lines_.size();
  KITH_RETURN_IF_ERROR(facts_.ForEach("pipelined", "account", account, [&](const Played& now) {
    const std::optional<Held> then = facts_.Then(now.id(), "pipelined");
    if (!then) return;
    const Played& deal = then->record;
    AddProduct(deal);
    if (!facts_.IsOpenDeal(*then)) return;
    Add({.kind = LineKind::kDeal,
         .record = deal.id(),
         .text = facts_.NameOf(deal.id()),
         .amount = deal.Has("amount") ? std::optional(deal.Amount("amount")) : std::nullopt});
  }));
  Keep(begin, [](const CardLine& a, const CardLine& b) { return a.amount.value_or(Money()).minor > b.amount.value_or(Money()).minor; });
  return absl::OkStatus();
}

Status Card::Touches(std::string_view role, Id customer) {
  const size_t begin = lines_.size();
  KITH_RETURN_IF_ERROR(facts_.ForEach("interaction", role, customer, [&](const Played& touch) {
    if (!IsPast(touch, "at")) return;
    CardLine line{.kind = LineKind::kLastTouch,
                  .record = touch.id(),
                  .text = std::string(touch.Text("subject")),
                  .choice = std::string(touch.Choice("kind")),
                  .at = Time{touch.Int("at")}};
    if (line.choice == "page_view" || line.choice == "material_viewed") line.kind = LineKind::kSeen;
    Add(std::move(line));
  }));
  std::optional<CardLine> call;
  for (size_t i = begin; i < lines_.size(); ++i) {
    if (lines_[i].choice == "call" && (!call || *lines_[i].at > *call->at)) call = lines_[i];
  }
  KeepLatest(begin);
  if (!call) return absl::OkStatus();
  call->kind = LineKind::kLastCall;
  Add(*std::move(call));
  return absl::OkStatus();
}

Status Card::Tickets(std::string_view role, Id customer) {
  const size_t begin = lines_.size();
  KITH_RETURN_IF_ERROR(facts_.ForEach("ticket", role, customer, [&](const Played& ticket) {
    const std::optional<Time> opened = ticket.At("opened_at");
    if (opened && *opened > facts_.as_of()) return;
    const std::optional<Held> then = facts_.Then(ticket.id(), "ticket");
    if (!then) return;
    const bool complaint = ticket.Choice("kind") == "complaint";
    const bool open = facts_.IsOpenTicket(*then);
    if (!complaint && !open) return;
    Add({.kind = open ? LineKind::kOpenIssue : LineKind::kComplaint,
         .record = ticket.id(),
         .text = std::string(ticket.Text("subject")),
         .choice = std::string(ticket.Choice("priority")),
         .at = opened});
  }));
  KeepLatest(begin);
  return facts_.ForEach("ticket", role, customer, [&](const Played& ticket) { AddProduct(ticket); });
}

Status Card::Slips(Id account) {
  KITH_ASSIGN_OR_RETURN(const std::vector<Slip> slips, relationship_internal::SlipsOf(facts_, account));
  for (size_t i = 0; i < std::min(slips.size(), options_.each); ++i) {
    const Slip& slip = slips[i];
    Add({.kind = LineKind::kSlip,
         .record = slip.milestone,
         .text = slip.name,
         .choice = slip.done ? "done" : "open",
         .value = static_cast<double>(slip.days_late),
         .at = StartOf(slip.due),
         .evidence = {slip.deal}});
  }
  return absl::OkStatus();
}

Status Card::Documents(Id account) {
  const size_t begin = lines_.size();
  KITH_RETURN_IF_ERROR(facts_.ForEach("money_document", "account", account, [&](const Played& document) {
    if (document.At("date").value_or(Time{INT64_MIN}) > facts_.as_of()) return;
    Add({.kind = LineKind::kDocument,
         .record = document.id(),
         .text = std::string(document.Text("number")),
         .choice = std::string(document.Choice("status")),
         .amount = document.Has("total") ? std::optional(document.Amount("total")) : std::nullopt,
         .at = document.At("date")});
  }));
  KeepLatest(begin);
  return absl::OkStatus();
}

Status Card::EvidenceOf(Id person) {
  const size_t begin = lines_.size();
  KITH_RETURN_IF_ERROR(facts_.ForEach("evidence", "subject", person, [&](const Played& evidence) {
    if (!IsPast(evidence, "at") || evidence.Has("party")) return;
    Add({.kind = LineKind::kEvidence,
         .record = evidence.id(),
         .choice = std::string(evidence.Choice("dimension")),
         .value = evidence.Double("value", 0),
         .at = Time{evidence.Int("at")}});
  }));
  KeepLatest(begin);
  return absl::OkStatus();
}

Status Card::Person(Id person) {
  KITH_ASSIGN_OR_RETURN(const PersonReport report, facts_.Person(person, Party()));
  const std::optional<Played> party = facts_.Find(person, "party");
  Add({.kind = LineKind::kName, .record = person, .text = facts_.NameOf(person)});
  if (party && party->Has("title")) Add({.kind = LineKind::kTitle, .record = person, .text = std::string(party->Text("title"))});
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> accounts, facts_.OrganisationsOf(person));
  for (const Id account : accounts) Add({.kind = LineKind::kAccount, .record = account, .text = facts_.NameOf(account)});
  const Score& closeness = report.inputs.closeness;
  Add({.kind = LineKind::kCloseness, .record = person, .value = closeness.value, .evidence = TopOf(closeness)});
  AddTies(report.ties);
  Add({.kind = LineKind::kStance,
       .record = person,
       .choice = std::string(NameOf(WeakestInput(report.inputs, options_.relation.chain.stance))),
       .value = report.score,
       .evidence = TopOf(report.stance)});
  KITH_RETURN_IF_ERROR(Roles(person));
  KITH_RETURN_IF_ERROR(Touches("contact", person));
  KITH_RETURN_IF_ERROR(Tickets("contact", person));
  return EvidenceOf(person);
}

Status Card::Account(Id account) {
  Add({.kind = LineKind::kName, .record = account, .text = facts_.NameOf(account)});
  std::vector<Score> all;
  std::map<Id, std::vector<Score>> by_employee;
  const size_t begin = lines_.size();
  KITH_RETURN_IF_ERROR(facts_.ForEachPersonOf(account, [&](const Played& person) -> Status {
    KITH_ASSIGN_OR_RETURN(const PersonReport report, facts_.Person(person.id(), Party()));
    const Score& closeness = report.inputs.closeness;
    all.push_back(closeness);
    for (const EmployeeTie& tie : report.ties) {
      if (tie.active) by_employee[tie.employee].push_back(tie.tie);
    }
    Add({.kind = LineKind::kPerson,
         .record = person.id(),
         .text = facts_.NameOf(person.id()),
         .value = closeness.value,
         .evidence = TopOf(closeness)});
    return absl::OkStatus();
  }));
  Keep(begin, [](const CardLine& a, const CardLine& b) { return *a.value > *b.value; });
  const Score closeness = NoisyOr(std::span<const Score>(all));
  Add({.kind = LineKind::kCloseness, .record = account, .value = closeness.value, .evidence = TopOf(closeness)});
  std::vector<EmployeeTie> ties;
  ties.reserve(by_employee.size());
  for (const auto& [employee, scores] : by_employee) ties.push_back({employee, NoisyOr(std::span<const Score>(scores))});
  std::stable_sort(ties.begin(), ties.end(), [](const EmployeeTie& a, const EmployeeTie& b) { return a.tie.value > b.tie.value; });
  AddTies(ties);
  KITH_RETURN_IF_ERROR(Deals(account));
  KITH_RETURN_IF_ERROR(Touches("account", account));
  KITH_RETURN_IF_ERROR(Tickets("account", account));
  KITH_RETURN_IF_ERROR(Slips(account));
  return Documents(account);
}

// How to go on from what the lines say.
Status Card::Context(Id customer) {
  if (!options_.context) return absl::OkStatus();
  if (const std::optional<Played> party = facts_.Find(customer, "party")) {
    if (const catalog::FieldDef* language = party->Find("language")) {
      const bool chosen = language->kind == Kind::kChoice;
      Add({.kind = LineKind::kLanguage,
           .record = customer,
           .text = std::string(chosen ? party->Choice("language") : party->Text("language"))});
    }
    // Where the viewer may not read whether they want contact at all, no channel is said to be theirs.
    const catalog::FieldDef* refusal = party->type().FindRole("party", "do_not_contact");
    const bool told = refusal == nullptr || !facts_.snapshot().IsMasked(party->type(), static_cast<int32_t>(refusal->position));
    bool allowed = options_.channel.empty();
    if (const catalog::FieldDef* consent = party->Find("consent")) {
      const Value channels = party->view().Get(consent->position);
      for (const Choice& one : channels.get<ChoiceSet>()) {
        const catalog::ChoiceDef* channel = consent->FindChoice(one.number);
        if (channel == nullptr) continue;
        allowed |= channel->name == options_.channel;
        if (told && !party->Bool("do_not_contact")) Add({.kind = LineKind::kChannel, .record = customer, .choice = channel->name});
      }
    }
    const bool asks = party->type().FindRole("party", "consent") != nullptr;
    if (party->Bool("do_not_contact")) {
      Add({.kind = LineKind::kNoContact, .record = customer});
    } else if (asks && !allowed) {
      Add({.kind = LineKind::kNoContact, .record = customer, .choice = options_.channel});
    }
  }
  return Scenario(customer);
}

Status Card::Scenario(Id customer) {
  CardLine line{.kind = LineKind::kScenario, .record = customer, .choice = "introduce"};
  const std::pair<LineKind, std::string_view> scenarios[] = {
      {LineKind::kOpenIssue, "settle"}, {LineKind::kDeal, "advance"}, {LineKind::kDocument, "keep"}, {LineKind::kSeen, "continue"}};
  for (const auto& [kind, name] : scenarios) {
    const CardLine* first = First(kind);
    if (first == nullptr) continue;
    line.record = first->record;
    line.choice = name;
    break;
  }
  if (line.choice == "advance") {
    KITH_ASSIGN_OR_RETURN(const model::Guide guide, model::GetGuide(facts_.snapshot(), line.record, {.now = facts_.as_of()}));
    for (const model::Track& track : guide.tracks) {
      if (line.text.empty() && !track.actions.empty()) line.text = track.actions.front().name;
    }
  }
  Add(std::move(line));
  return absl::OkStatus();
}

StatusOr<std::vector<CardLine>> Card::Of(Id customer) {
  KITH_RETURN_IF_ERROR(facts_.snapshot().Get(customer).status());
  if (facts_.IsPerson(customer)) {
    KITH_RETURN_IF_ERROR(Person(customer));
  } else if (facts_.IsOrganisation(customer)) {
    KITH_RETURN_IF_ERROR(Account(customer));
  } else {
    return MakeError({.reason = Reason::kBadOptions, .record = customer, .hint = "give a person or an account"},
                     "the record is no customer");
  }
  KITH_RETURN_IF_ERROR(Context(customer));
  return Take();
}

StatusOr<std::vector<CardLine>> Card::Brief(Id person) {
  KITH_RETURN_IF_ERROR(facts_.snapshot().Get(person).status());
  if (!facts_.IsPerson(person)) {
    return MakeError({.reason = Reason::kBadOptions, .record = person, .hint = "give a person"}, "one calls a person");
  }
  KITH_RETURN_IF_ERROR(Person(person));
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> accounts, facts_.OrganisationsOf(person));
  if (!accounts.empty()) KITH_RETURN_IF_ERROR(AccountBehind(accounts.front()));
  KITH_RETURN_IF_ERROR(Context(person));
  return Take();
}

// Deals, issues, slips and documents of a person's account.
Status Card::AccountBehind(Id account) {
  std::vector<CardLine> own = std::move(lines_);
  lines_.clear();
  KITH_RETURN_IF_ERROR(Tickets("account", account));
  KITH_RETURN_IF_ERROR(Deals(account));
  KITH_RETURN_IF_ERROR(Slips(account));
  KITH_RETURN_IF_ERROR(Documents(account));
  for (CardLine& line : lines_) {
    const bool told =
        std::any_of(own.begin(), own.end(), [&](const CardLine& l) { return l.kind == line.kind && l.record == line.record; });
    if (!told) own.push_back(std::move(line));
  }
  lines_ = std::move(own);
  return absl::OkStatus();
}

}  // namespace

std::string_view NameOf(LineKind kind) {
  static constexpr std::string_view kNames[] = {
      "name", "title",   "account",    "person",    "closeness", "tie",      "stance",   "role",     "deal",    "last_touch", "last_call",
      "seen", "product", "open_issue", "complaint", "slip",      "document", "evidence", "language", "channel", "no_contact", "scenario"};
  const auto at = static_cast<size_t>(kind) - 1;
  return at < std::size(kNames) ? kNames[at] : std::string_view();
}

StatusOr<std::vector<CardLine>> CustomerCard(const Snapshot& snapshot, Id customer, const CardOptions& options) {
  return Card(snapshot, options).Of(customer);
}

StatusOr<std::vector<CardLine>> PreCallBrief(const Snapshot& snapshot, Id person, const CardOptions& options) {
  return Card(snapshot, options).Brief(person);
}

}  // namespace kith::insight
