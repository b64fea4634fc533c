// The standard model in C++: records read and written by functions instead of names, so that a wrong field does not compile.
//
//   crm::AccountBuilder account(batch, {"app.clients", "8841"});
//   account.name("Acme").industry(crm::AccountIndustry::kLaw);
//   crm::OpportunityBuilder(batch).name("Advice").account(account.id()).amount(Money{1250000, *Currency::FromCode("CNY")});
//   ...
//   const crm::Opportunity deal(*snapshot->Get(id));
//   if (deal.amount().has_value()) Print(deal.name(), *deal.amount());
//
// A class reads a record in place, as record::View does, at no cost beyond it; a builder sets fields of a batch. Text is empty, a
// reference null, anything else nullopt when the field is null. A record may hold a choice that no enumerator names: one of another
// package. Fields that other packages added are read and set by name.
#ifndef KITH_MODEL_CRM_H_
#define KITH_MODEL_CRM_H_

#include "kith/model/crm/account.h"
#include "kith/model/crm/account_relation.h"
#include "kith/model/crm/acquaintance.h"
#include "kith/model/crm/approval.h"
#include "kith/model/crm/bid.h"
#include "kith/model/crm/bid_criterion.h"
#include "kith/model/crm/bid_round.h"
#include "kith/model/crm/bid_score.h"
#include "kith/model/crm/budget_evidence.h"
#include "kith/model/crm/campaign.h"
#include "kith/model/crm/competitor.h"
#include "kith/model/crm/completion.h"
#include "kith/model/crm/contact.h"
#include "kith/model/crm/contact_role.h"
#include "kith/model/crm/contract.h"
#include "kith/model/crm/conversion_map.h"
#include "kith/model/crm/cost.h"
#include "kith/model/crm/deal_competitor.h"
#include "kith/model/crm/decision.h"
#include "kith/model/crm/dotted_line.h"
#include "kith/model/crm/employee.h"
#include "kith/model/crm/employment.h"
#include "kith/model/crm/evidence.h"
#include "kith/model/crm/file.h"
#include "kith/model/crm/forecast.h"
#include "kith/model/crm/influence.h"
#include "kith/model/crm/instalment.h"
#include "kith/model/crm/interaction.h"
#include "kith/model/crm/invoice.h"
#include "kith/model/crm/invoice_line.h"
#include "kith/model/crm/lead.h"
#include "kith/model/crm/migration.h"
#include "kith/model/crm/milestone.h"
#include "kith/model/crm/move.h"
#include "kith/model/crm/note.h"
#include "kith/model/crm/opportunity.h"
#include "kith/model/crm/opportunity_line.h"
#include "kith/model/crm/order.h"
#include "kith/model/crm/order_line.h"
#include "kith/model/crm/order_return.h"
#include "kith/model/crm/order_return_line.h"
#include "kith/model/crm/pipeline.h"
#include "kith/model/crm/pool.h"
#include "kith/model/crm/pool_claim.h"
#include "kith/model/crm/pool_member.h"
#include "kith/model/crm/product.h"
#include "kith/model/crm/quota.h"
#include "kith/model/crm/quote.h"
#include "kith/model/crm/quote_line.h"
#include "kith/model/crm/rate.h"
#include "kith/model/crm/receipt.h"
#include "kith/model/crm/segment.h"
#include "kith/model/crm/segment_member.h"
#include "kith/model/crm/setting.h"
#include "kith/model/crm/share.h"
#include "kith/model/crm/stage.h"
#include "kith/model/crm/stage_item.h"
#include "kith/model/crm/stock_check.h"
#include "kith/model/crm/stock_level.h"
#include "kith/model/crm/submission.h"
#include "kith/model/crm/task.h"
#include "kith/model/crm/task_template.h"
#include "kith/model/crm/team.h"
#include "kith/model/crm/team_member.h"
#include "kith/model/crm/ticket.h"
#include "kith/model/crm/track.h"
#include "kith/model/crm/visit_plan.h"
#include "kith/model/crm/visitor.h"

#endif  // KITH_MODEL_CRM_H_
