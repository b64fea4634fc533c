// Package crm has the fields of Kith's standard model with the types of their values, and the names of their choices, so that the compiler
// finds what is misspelt:
//
//	deal := crm.Opportunity.Name // kith.FieldOf[string]
//	amount, err := crm.Opportunity.Amount.Get(record)
//	crm.Account.Industry.Set(batch, account, crm.AccountIndustryLaw)
package crm

//go:generate go run kith/internal/generate ../../../lib/packages/kith.crm.json crm_generated.go
