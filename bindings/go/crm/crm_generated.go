// Code generated from package kith.crm by go generate; DO NOT EDIT.

package crm

import (
	"time"

	"kith"
)

// Setting has the fields of the type setting: Setting, 设置.
var Setting = struct {
	BaseCurrency     kith.FieldOf[string]    // Base currency; 本位币; required
	TimeZone         kith.FieldOf[string]    // Time zone; 时区; required
	FiscalStartMonth kith.FieldOf[int64]     // First month of the fiscal year; 财年起始月; required
	WeekStart        kith.FieldOf[int64]     // First day of the week (1 Monday); 每周第一天（1 为周一）; required
	Language         kith.FieldOf[string]    // Language; 语言; required
	Owner            kith.FieldOf[kith.ID]   // Owner
	Created          kith.FieldOf[time.Time] // Created; derived: read it only
	Updated          kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	BaseCurrency:     kith.FieldOf[string]{Type: "setting", Name: "base_currency"},
	TimeZone:         kith.FieldOf[string]{Type: "setting", Name: "time_zone"},
	FiscalStartMonth: kith.FieldOf[int64]{Type: "setting", Name: "fiscal_start_month"},
	WeekStart:        kith.FieldOf[int64]{Type: "setting", Name: "week_start"},
	Language:         kith.FieldOf[string]{Type: "setting", Name: "language"},
	Owner:            kith.FieldOf[kith.ID]{Type: "setting", Name: "owner"},
	Created:          kith.FieldOf[time.Time]{Type: "setting", Name: "created"},
	Updated:          kith.FieldOf[time.Time]{Type: "setting", Name: "updated"},
}

// Rate has the fields of the type rate: Exchange rate, 汇率.
var Rate = struct {
	Currency kith.FieldOf[string]       // Currency; 币种; required
	Date     kith.FieldOf[kith.Date]    // From; 生效日期; required
	Rate     kith.FieldOf[kith.Decimal] // Base currency for one unit; 一单位折合本位币; required
	Owner    kith.FieldOf[kith.ID]      // Owner
	Created  kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated  kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Currency: kith.FieldOf[string]{Type: "rate", Name: "currency"},
	Date:     kith.FieldOf[kith.Date]{Type: "rate", Name: "date"},
	Rate:     kith.FieldOf[kith.Decimal]{Type: "rate", Name: "rate"},
	Owner:    kith.FieldOf[kith.ID]{Type: "rate", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "rate", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "rate", Name: "updated"},
}

// Team has the fields of the type team: Team, 团队.
var Team = struct {
	Name       kith.FieldOf[string]    // Name; 名称; required
	Parent     kith.FieldOf[kith.ID]   // Part of; 上级团队; to team
	Manager    kith.FieldOf[kith.ID]   // Manager; 负责人; to employee
	Region     kith.FieldOf[string]    // Region; 区域
	UnitNumber kith.FieldOf[int64]     // Unit number; 单位编号
	Owner      kith.FieldOf[kith.ID]   // Owner
	Created    kith.FieldOf[time.Time] // Created; derived: read it only
	Updated    kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:       kith.FieldOf[string]{Type: "team", Name: "name"},
	Parent:     kith.FieldOf[kith.ID]{Type: "team", Name: "parent"},
	Manager:    kith.FieldOf[kith.ID]{Type: "team", Name: "manager"},
	Region:     kith.FieldOf[string]{Type: "team", Name: "region"},
	UnitNumber: kith.FieldOf[int64]{Type: "team", Name: "unit_number"},
	Owner:      kith.FieldOf[kith.ID]{Type: "team", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "team", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "team", Name: "updated"},
}

// Employee has the fields of the type employee: Employee, 员工.
var Employee = struct {
	Name        kith.FieldOf[string]    // Name; 姓名; required
	NameLocal   kith.FieldOf[string]    // Name in the local script; 本地语言姓名
	Email       kith.FieldOf[string]    // Mail; 邮箱
	Phone       kith.FieldOf[string]    // Phone; 电话
	Title       kith.FieldOf[string]    // Title; 职务
	Team        kith.FieldOf[kith.ID]   // Team; 团队; to team
	Manager     kith.FieldOf[kith.ID]   // Manager; 上级; to employee
	Skills      kith.FieldOf[[]string]  // Skills; 技能
	Active      kith.FieldOf[bool]      // Active; 在职; required
	ActiveFrom  kith.FieldOf[kith.Date] // Joined; 入职日期
	ActiveTo    kith.FieldOf[kith.Date] // Left; 离职日期
	AccessRoles kith.FieldOf[[]string]  // Roles; 权限角色
	Sells       kith.FieldOf[[]string]  // Ways of selling (empty: all); 销售模式（空为全部）
	Owner       kith.FieldOf[kith.ID]   // Owner
	Created     kith.FieldOf[time.Time] // Created; derived: read it only
	Updated     kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:        kith.FieldOf[string]{Type: "employee", Name: "name"},
	NameLocal:   kith.FieldOf[string]{Type: "employee", Name: "name_local"},
	Email:       kith.FieldOf[string]{Type: "employee", Name: "email"},
	Phone:       kith.FieldOf[string]{Type: "employee", Name: "phone"},
	Title:       kith.FieldOf[string]{Type: "employee", Name: "title"},
	Team:        kith.FieldOf[kith.ID]{Type: "employee", Name: "team"},
	Manager:     kith.FieldOf[kith.ID]{Type: "employee", Name: "manager"},
	Skills:      kith.FieldOf[[]string]{Type: "employee", Name: "skills"},
	Active:      kith.FieldOf[bool]{Type: "employee", Name: "active"},
	ActiveFrom:  kith.FieldOf[kith.Date]{Type: "employee", Name: "active_from"},
	ActiveTo:    kith.FieldOf[kith.Date]{Type: "employee", Name: "active_to"},
	AccessRoles: kith.FieldOf[[]string]{Type: "employee", Name: "access_roles"},
	Sells:       kith.FieldOf[[]string]{Type: "employee", Name: "sells"},
	Owner:       kith.FieldOf[kith.ID]{Type: "employee", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "employee", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "employee", Name: "updated"},
}

// Choices of employee.sells.
const (
	EmployeeSellsProject      = "project"
	EmployeeSellsRelationship = "relationship"
	EmployeeSellsField        = "field"
)

// TeamMember has the fields of the type team_member: Team member, 团队成员.
var TeamMember = struct {
	Employee kith.FieldOf[kith.ID]   // Employee; 员工; to employee; required
	Team     kith.FieldOf[kith.ID]   // Team; 团队; to team; required
	Owner    kith.FieldOf[kith.ID]   // Owner
	Created  kith.FieldOf[time.Time] // Created; derived: read it only
	Updated  kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Employee: kith.FieldOf[kith.ID]{Type: "team_member", Name: "employee"},
	Team:     kith.FieldOf[kith.ID]{Type: "team_member", Name: "team"},
	Owner:    kith.FieldOf[kith.ID]{Type: "team_member", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "team_member", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "team_member", Name: "updated"},
}

// Share has the fields of the type share: Share, 共享.
var Share = struct {
	Record  kith.FieldOf[kith.ID]   // Record; 记录; required
	To      kith.FieldOf[kith.ID]   // Shared with; 共享对象; to employee, team; required
	Level   kith.FieldOf[string]    // Level; 权限; required
	From    kith.FieldOf[time.Time] // From; 开始时间
	Until   kith.FieldOf[time.Time] // Until; 截止时间
	Reason  kith.FieldOf[string]    // Reason; 原因
	Part    kith.FieldOf[string]    // Part in the team; 团队角色
	Owner   kith.FieldOf[kith.ID]   // Owner
	Created kith.FieldOf[time.Time] // Created; derived: read it only
	Updated kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Record:  kith.FieldOf[kith.ID]{Type: "share", Name: "record"},
	To:      kith.FieldOf[kith.ID]{Type: "share", Name: "to"},
	Level:   kith.FieldOf[string]{Type: "share", Name: "level"},
	From:    kith.FieldOf[time.Time]{Type: "share", Name: "from"},
	Until:   kith.FieldOf[time.Time]{Type: "share", Name: "until"},
	Reason:  kith.FieldOf[string]{Type: "share", Name: "reason"},
	Part:    kith.FieldOf[string]{Type: "share", Name: "part"},
	Owner:   kith.FieldOf[kith.ID]{Type: "share", Name: "owner"},
	Created: kith.FieldOf[time.Time]{Type: "share", Name: "created"},
	Updated: kith.FieldOf[time.Time]{Type: "share", Name: "updated"},
}

// Choices of share.level.
const (
	ShareLevelRead  = "read"
	ShareLevelWrite = "write"
)

// Choices of share.part.
const (
	SharePartLead       = "lead"
	SharePartSales      = "sales"
	SharePartTechnical  = "technical"
	SharePartCommercial = "commercial"
	SharePartDelivery   = "delivery"
	SharePartService    = "service"
	SharePartLegal      = "legal"
	SharePartFinance    = "finance"
	SharePartSponsor    = "sponsor"
	SharePartObserver   = "observer"
)

// Product has the fields of the type product: Product, 产品.
var Product = struct {
	Name          kith.FieldOf[string]     // Name; 名称; required
	Sku           kith.FieldOf[string]     // Stock number; 货号
	Family        kith.FieldOf[string]     // Family; 系列
	UnitOfMeasure kith.FieldOf[string]     // Unit of measure; 计量单位
	Price         kith.FieldOf[kith.Money] // List price; 标价
	Cost          kith.FieldOf[kith.Money] // Cost; 成本
	Active        kith.FieldOf[bool]       // On sale; 在售; required
	Description   kith.FieldOf[string]     // Description; 描述
	Complaints    kith.FieldOf[int64]      // Complaints; 投诉数
	Owner         kith.FieldOf[kith.ID]    // Owner
	Created       kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated       kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Name:          kith.FieldOf[string]{Type: "product", Name: "name"},
	Sku:           kith.FieldOf[string]{Type: "product", Name: "sku"},
	Family:        kith.FieldOf[string]{Type: "product", Name: "family"},
	UnitOfMeasure: kith.FieldOf[string]{Type: "product", Name: "unit_of_measure"},
	Price:         kith.FieldOf[kith.Money]{Type: "product", Name: "price"},
	Cost:          kith.FieldOf[kith.Money]{Type: "product", Name: "cost"},
	Active:        kith.FieldOf[bool]{Type: "product", Name: "active"},
	Description:   kith.FieldOf[string]{Type: "product", Name: "description"},
	Complaints:    kith.FieldOf[int64]{Type: "product", Name: "complaints"},
	Owner:         kith.FieldOf[kith.ID]{Type: "product", Name: "owner"},
	Created:       kith.FieldOf[time.Time]{Type: "product", Name: "created"},
	Updated:       kith.FieldOf[time.Time]{Type: "product", Name: "updated"},
}

// Account has the fields of the type account: Account, 客户.
var Account = struct {
	Name            kith.FieldOf[string]     // Name; 名称; required
	NameLocal       kith.FieldOf[string]     // Name in the local script; 本地语言名称
	LegalName       kith.FieldOf[string]     // Legal name; 法定名称
	RegistrationNo  kith.FieldOf[string]     // Registration number; 统一社会信用代码
	Kind            kith.FieldOf[string]     // Kind; 类别
	Roles           kith.FieldOf[[]string]   // Roles; 角色
	Industry        kith.FieldOf[string]     // Industry; 行业
	Tier            kith.FieldOf[string]     // Tier; 客户等级
	Lifecycle       kith.FieldOf[string]     // Life cycle; 生命周期
	LegalStatus     kith.FieldOf[string]     // Legal status; 经营状态
	Parent          kith.FieldOf[kith.ID]    // Parent company; 母公司; to account
	Employees       kith.FieldOf[int64]      // Employees; 员工人数
	AnnualRevenue   kith.FieldOf[kith.Money] // Annual revenue; 年营业额
	YearEstablished kith.FieldOf[int64]      // Founded in; 成立年份
	ChiefExecutive  kith.FieldOf[string]     // Chief executive; 首席执行官
	Website         kith.FieldOf[string]     // Website; 网站
	Email           kith.FieldOf[string]     // Mail; 邮箱
	Phone           kith.FieldOf[string]     // Phone; 电话
	Address         kith.FieldOf[string]     // Address; 地址
	City            kith.FieldOf[string]     // City; 城市
	Region          kith.FieldOf[string]     // Region; 省/地区
	Country         kith.FieldOf[string]     // Country; 国家
	Source          kith.FieldOf[string]     // Source; 来源
	Campaign        kith.FieldOf[kith.ID]    // Campaign; 市场活动; to campaign
	Tags            kith.FieldOf[[]string]   // Tags; 标签
	Description     kith.FieldOf[string]     // Description; 描述
	Pool            kith.FieldOf[string]     // Pool; 公海
	Owner           kith.FieldOf[kith.ID]    // Owner
	Created         kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated         kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Name:            kith.FieldOf[string]{Type: "account", Name: "name"},
	NameLocal:       kith.FieldOf[string]{Type: "account", Name: "name_local"},
	LegalName:       kith.FieldOf[string]{Type: "account", Name: "legal_name"},
	RegistrationNo:  kith.FieldOf[string]{Type: "account", Name: "registration_no"},
	Kind:            kith.FieldOf[string]{Type: "account", Name: "kind"},
	Roles:           kith.FieldOf[[]string]{Type: "account", Name: "roles"},
	Industry:        kith.FieldOf[string]{Type: "account", Name: "industry"},
	Tier:            kith.FieldOf[string]{Type: "account", Name: "tier"},
	Lifecycle:       kith.FieldOf[string]{Type: "account", Name: "lifecycle"},
	LegalStatus:     kith.FieldOf[string]{Type: "account", Name: "legal_status"},
	Parent:          kith.FieldOf[kith.ID]{Type: "account", Name: "parent"},
	Employees:       kith.FieldOf[int64]{Type: "account", Name: "employees"},
	AnnualRevenue:   kith.FieldOf[kith.Money]{Type: "account", Name: "annual_revenue"},
	YearEstablished: kith.FieldOf[int64]{Type: "account", Name: "year_established"},
	ChiefExecutive:  kith.FieldOf[string]{Type: "account", Name: "chief_executive"},
	Website:         kith.FieldOf[string]{Type: "account", Name: "website"},
	Email:           kith.FieldOf[string]{Type: "account", Name: "email"},
	Phone:           kith.FieldOf[string]{Type: "account", Name: "phone"},
	Address:         kith.FieldOf[string]{Type: "account", Name: "address"},
	City:            kith.FieldOf[string]{Type: "account", Name: "city"},
	Region:          kith.FieldOf[string]{Type: "account", Name: "region"},
	Country:         kith.FieldOf[string]{Type: "account", Name: "country"},
	Source:          kith.FieldOf[string]{Type: "account", Name: "source"},
	Campaign:        kith.FieldOf[kith.ID]{Type: "account", Name: "campaign"},
	Tags:            kith.FieldOf[[]string]{Type: "account", Name: "tags"},
	Description:     kith.FieldOf[string]{Type: "account", Name: "description"},
	Pool:            kith.FieldOf[string]{Type: "account", Name: "pool"},
	Owner:           kith.FieldOf[kith.ID]{Type: "account", Name: "owner"},
	Created:         kith.FieldOf[time.Time]{Type: "account", Name: "created"},
	Updated:         kith.FieldOf[time.Time]{Type: "account", Name: "updated"},
}

// Choices of account.kind.
const (
	AccountKindCompany    = "company"
	AccountKindPerson     = "person"
	AccountKindGovernment = "government"
	AccountKindStore      = "store"
)

// Choices of account.roles.
const (
	AccountRolesProspect   = "prospect"
	AccountRolesCustomer   = "customer"
	AccountRolesPartner    = "partner"
	AccountRolesCompetitor = "competitor"
	AccountRolesSupplier   = "supplier"
)

// Choices of account.industry.
const (
	AccountIndustryAgriculture        = "agriculture"
	AccountIndustryConstruction       = "construction"
	AccountIndustryEducation          = "education"
	AccountIndustryEmployment         = "employment"
	AccountIndustryEnergy             = "energy"
	AccountIndustryEntertainment      = "entertainment"
	AccountIndustryFinance            = "finance"
	AccountIndustryGovernment         = "government"
	AccountIndustryLaw                = "law"
	AccountIndustryLogistics          = "logistics"
	AccountIndustryManufacturing      = "manufacturing"
	AccountIndustryMarketing          = "marketing"
	AccountIndustryMedical            = "medical"
	AccountIndustryProperty           = "property"
	AccountIndustryRetail             = "retail"
	AccountIndustryServices           = "services"
	AccountIndustrySoftware           = "software"
	AccountIndustryTechnology         = "technology"
	AccountIndustryTelecommunications = "telecommunications"
	AccountIndustryTrade              = "trade"
	AccountIndustryOther              = "other"
)

// Choices of account.tier.
const (
	AccountTierS = "s"
	AccountTierA = "a"
	AccountTierB = "b"
	AccountTierC = "c"
)

// Choices of account.lifecycle.
const (
	AccountLifecycleProspect = "prospect"
	AccountLifecycleEngaged  = "engaged"
	AccountLifecycleCustomer = "customer"
	AccountLifecycleRepeat   = "repeat"
	AccountLifecycleLapsed   = "lapsed"
	AccountLifecycleVisited  = "visited"
)

// Choices of account.legal_status.
const (
	AccountLegalStatusActive    = "active"
	AccountLegalStatusSuspended = "suspended"
	AccountLegalStatusRevoked   = "revoked"
	AccountLegalStatusDissolved = "dissolved"
	AccountLegalStatusUnknown   = "unknown"
)

// Choices of account.source.
const (
	AccountSourceWeb              = "web"
	AccountSourceSearch           = "search"
	AccountSourceAdvertisement    = "advertisement"
	AccountSourceSocial           = "social"
	AccountSourceExhibition       = "exhibition"
	AccountSourceEvent            = "event"
	AccountSourceReferral         = "referral"
	AccountSourcePartner          = "partner"
	AccountSourceColdCall         = "cold_call"
	AccountSourceExistingCustomer = "existing_customer"
	AccountSourceTender           = "tender"
	AccountSourcePurchasedList    = "purchased_list"
	AccountSourceOther            = "other"
)

// Contact has the fields of the type contact: Contact, 联系人.
var Contact = struct {
	Name         kith.FieldOf[string]    // Name; 姓名; required
	NameLocal    kith.FieldOf[string]    // Name in the local script; 本地语言姓名
	Account      kith.FieldOf[kith.ID]   // Account; 客户; to account
	Title        kith.FieldOf[string]    // Title; 职务
	JobLevel     kith.FieldOf[string]    // Level; 职级
	Department   kith.FieldOf[string]    // Department; 部门
	ReportsTo    kith.FieldOf[kith.ID]   // Reports to; 汇报给; to contact
	Email        kith.FieldOf[string]    // Mail; 邮箱
	Phone        kith.FieldOf[string]    // Phone; 电话
	Mobile       kith.FieldOf[string]    // Mobile phone; 手机
	Wechat       kith.FieldOf[string]    // WeChat; 微信
	Qq           kith.FieldOf[string]    // QQ; QQ
	Gender       kith.FieldOf[string]    // Gender; 性别
	Birthday     kith.FieldOf[kith.Date] // Birthday; 生日
	Language     kith.FieldOf[string]    // Language; 语言
	Consent      kith.FieldOf[[]string]  // May be contacted by; 同意的联系方式
	DoNotContact kith.FieldOf[bool]      // Do not contact; 请勿联系
	Source       kith.FieldOf[string]    // Source; 来源
	Campaign     kith.FieldOf[kith.ID]   // Campaign; 市场活动; to campaign
	Tags         kith.FieldOf[[]string]  // Tags; 标签
	Description  kith.FieldOf[string]    // Description; 描述
	Owner        kith.FieldOf[kith.ID]   // Owner
	Created      kith.FieldOf[time.Time] // Created; derived: read it only
	Updated      kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:         kith.FieldOf[string]{Type: "contact", Name: "name"},
	NameLocal:    kith.FieldOf[string]{Type: "contact", Name: "name_local"},
	Account:      kith.FieldOf[kith.ID]{Type: "contact", Name: "account"},
	Title:        kith.FieldOf[string]{Type: "contact", Name: "title"},
	JobLevel:     kith.FieldOf[string]{Type: "contact", Name: "job_level"},
	Department:   kith.FieldOf[string]{Type: "contact", Name: "department"},
	ReportsTo:    kith.FieldOf[kith.ID]{Type: "contact", Name: "reports_to"},
	Email:        kith.FieldOf[string]{Type: "contact", Name: "email"},
	Phone:        kith.FieldOf[string]{Type: "contact", Name: "phone"},
	Mobile:       kith.FieldOf[string]{Type: "contact", Name: "mobile"},
	Wechat:       kith.FieldOf[string]{Type: "contact", Name: "wechat"},
	Qq:           kith.FieldOf[string]{Type: "contact", Name: "qq"},
	Gender:       kith.FieldOf[string]{Type: "contact", Name: "gender"},
	Birthday:     kith.FieldOf[kith.Date]{Type: "contact", Name: "birthday"},
	Language:     kith.FieldOf[string]{Type: "contact", Name: "language"},
	Consent:      kith.FieldOf[[]string]{Type: "contact", Name: "consent"},
	DoNotContact: kith.FieldOf[bool]{Type: "contact", Name: "do_not_contact"},
	Source:       kith.FieldOf[string]{Type: "contact", Name: "source"},
	Campaign:     kith.FieldOf[kith.ID]{Type: "contact", Name: "campaign"},
	Tags:         kith.FieldOf[[]string]{Type: "contact", Name: "tags"},
	Description:  kith.FieldOf[string]{Type: "contact", Name: "description"},
	Owner:        kith.FieldOf[kith.ID]{Type: "contact", Name: "owner"},
	Created:      kith.FieldOf[time.Time]{Type: "contact", Name: "created"},
	Updated:      kith.FieldOf[time.Time]{Type: "contact", Name: "updated"},
}

// Choices of contact.job_level.
const (
	ContactJobLevelCLevel        = "c_level"
	ContactJobLevelVicePresident = "vice_president"
	ContactJobLevelDirector      = "director"
	ContactJobLevelManager       = "manager"
	ContactJobLevelStaff         = "staff"
)

// Choices of contact.gender.
const (
	ContactGenderFemale = "female"
	ContactGenderMale   = "male"
	ContactGenderOther  = "other"
)

// Choices of contact.consent.
const (
	ContactConsentMail  = "mail"
	ContactConsentPhone = "phone"
	ContactConsentChat  = "chat"
	ContactConsentPost  = "post"
)

// Choices of contact.source.
const (
	ContactSourceWeb              = "web"
	ContactSourceSearch           = "search"
	ContactSourceAdvertisement    = "advertisement"
	ContactSourceSocial           = "social"
	ContactSourceExhibition       = "exhibition"
	ContactSourceEvent            = "event"
	ContactSourceReferral         = "referral"
	ContactSourcePartner          = "partner"
	ContactSourceColdCall         = "cold_call"
	ContactSourceExistingCustomer = "existing_customer"
	ContactSourceTender           = "tender"
	ContactSourcePurchasedList    = "purchased_list"
	ContactSourceOther            = "other"
)

// Campaign has the fields of the type campaign: Campaign, 市场活动.
var Campaign = struct {
	Name        kith.FieldOf[string]     // Name; 名称; required
	Kind        kith.FieldOf[string]     // Kind; 类型
	Channel     kith.FieldOf[string]     // Channel; 渠道
	Status      kith.FieldOf[string]     // Status; 状态
	Starts      kith.FieldOf[kith.Date]  // Starts; 开始日期
	Ends        kith.FieldOf[kith.Date]  // Ends; 结束日期
	Budget      kith.FieldOf[kith.Money] // Budget; 预算
	Cost        kith.FieldOf[kith.Money] // Cost; 花费
	Parent      kith.FieldOf[kith.ID]    // Part of; 上级活动; to campaign
	Description kith.FieldOf[string]     // Description; 描述
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Name:        kith.FieldOf[string]{Type: "campaign", Name: "name"},
	Kind:        kith.FieldOf[string]{Type: "campaign", Name: "kind"},
	Channel:     kith.FieldOf[string]{Type: "campaign", Name: "channel"},
	Status:      kith.FieldOf[string]{Type: "campaign", Name: "status"},
	Starts:      kith.FieldOf[kith.Date]{Type: "campaign", Name: "starts"},
	Ends:        kith.FieldOf[kith.Date]{Type: "campaign", Name: "ends"},
	Budget:      kith.FieldOf[kith.Money]{Type: "campaign", Name: "budget"},
	Cost:        kith.FieldOf[kith.Money]{Type: "campaign", Name: "cost"},
	Parent:      kith.FieldOf[kith.ID]{Type: "campaign", Name: "parent"},
	Description: kith.FieldOf[string]{Type: "campaign", Name: "description"},
	Owner:       kith.FieldOf[kith.ID]{Type: "campaign", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "campaign", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "campaign", Name: "updated"},
}

// Choices of campaign.kind.
const (
	CampaignKindAdvertisement = "advertisement"
	CampaignKindMail          = "mail"
	CampaignKindEvent         = "event"
	CampaignKindExhibition    = "exhibition"
	CampaignKindWebinar       = "webinar"
	CampaignKindSocial        = "social"
	CampaignKindContent       = "content"
	CampaignKindReferral      = "referral"
	CampaignKindOther         = "other"
)

// Choices of campaign.status.
const (
	CampaignStatusPlanned   = "planned"
	CampaignStatusRunning   = "running"
	CampaignStatusFinished  = "finished"
	CampaignStatusCancelled = "cancelled"
)

// Lead has the fields of the type lead: Lead, 线索.
var Lead = struct {
	Name             kith.FieldOf[string]     // Name; 姓名; required
	Company          kith.FieldOf[string]     // Company; 公司
	Title            kith.FieldOf[string]     // Title; 职务
	PossibleProject  kith.FieldOf[string]     // Possible project; 可能的项目
	Email            kith.FieldOf[string]     // Mail; 邮箱
	Phone            kith.FieldOf[string]     // Phone; 电话
	Wechat           kith.FieldOf[string]     // WeChat; 微信
	Status           kith.FieldOf[string]     // Status; 状态; required
	Source           kith.FieldOf[string]     // Source; 来源
	Campaign         kith.FieldOf[kith.ID]    // Campaign; 市场活动; to campaign
	Industry         kith.FieldOf[string]     // Industry; 行业
	Score            kith.FieldOf[float64]    // Score; 评分
	Budget           kith.FieldOf[kith.Money] // Budget; 预算
	Pool             kith.FieldOf[string]     // Pool; 线索池
	DisqualifyReason kith.FieldOf[string]     // Reason of disqualification; 无效原因
	ReferredBy       kith.FieldOf[kith.ID]    // Referred by; 转介绍人; to account, contact
	Account          kith.FieldOf[kith.ID]    // Account; 客户; to account
	Contact          kith.FieldOf[kith.ID]    // Contact; 联系人; to contact
	Opportunity      kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity
	ConvertedAt      kith.FieldOf[time.Time]  // Converted at; 转化时间
	Tags             kith.FieldOf[[]string]   // Tags; 标签
	Description      kith.FieldOf[string]     // Description; 描述
	Owner            kith.FieldOf[kith.ID]    // Owner
	Created          kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated          kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Name:             kith.FieldOf[string]{Type: "lead", Name: "name"},
	Company:          kith.FieldOf[string]{Type: "lead", Name: "company"},
	Title:            kith.FieldOf[string]{Type: "lead", Name: "title"},
	PossibleProject:  kith.FieldOf[string]{Type: "lead", Name: "possible_project"},
	Email:            kith.FieldOf[string]{Type: "lead", Name: "email"},
	Phone:            kith.FieldOf[string]{Type: "lead", Name: "phone"},
	Wechat:           kith.FieldOf[string]{Type: "lead", Name: "wechat"},
	Status:           kith.FieldOf[string]{Type: "lead", Name: "status"},
	Source:           kith.FieldOf[string]{Type: "lead", Name: "source"},
	Campaign:         kith.FieldOf[kith.ID]{Type: "lead", Name: "campaign"},
	Industry:         kith.FieldOf[string]{Type: "lead", Name: "industry"},
	Score:            kith.FieldOf[float64]{Type: "lead", Name: "score"},
	Budget:           kith.FieldOf[kith.Money]{Type: "lead", Name: "budget"},
	Pool:             kith.FieldOf[string]{Type: "lead", Name: "pool"},
	DisqualifyReason: kith.FieldOf[string]{Type: "lead", Name: "disqualify_reason"},
	ReferredBy:       kith.FieldOf[kith.ID]{Type: "lead", Name: "referred_by"},
	Account:          kith.FieldOf[kith.ID]{Type: "lead", Name: "account"},
	Contact:          kith.FieldOf[kith.ID]{Type: "lead", Name: "contact"},
	Opportunity:      kith.FieldOf[kith.ID]{Type: "lead", Name: "opportunity"},
	ConvertedAt:      kith.FieldOf[time.Time]{Type: "lead", Name: "converted_at"},
	Tags:             kith.FieldOf[[]string]{Type: "lead", Name: "tags"},
	Description:      kith.FieldOf[string]{Type: "lead", Name: "description"},
	Owner:            kith.FieldOf[kith.ID]{Type: "lead", Name: "owner"},
	Created:          kith.FieldOf[time.Time]{Type: "lead", Name: "created"},
	Updated:          kith.FieldOf[time.Time]{Type: "lead", Name: "updated"},
}

// Choices of lead.status.
const (
	LeadStatusNew          = "new"
	LeadStatusWorking      = "working"
	LeadStatusQualified    = "qualified"
	LeadStatusDisqualified = "disqualified"
	LeadStatusRecycled     = "recycled"
)

// Choices of lead.source.
const (
	LeadSourceWeb              = "web"
	LeadSourceSearch           = "search"
	LeadSourceAdvertisement    = "advertisement"
	LeadSourceSocial           = "social"
	LeadSourceExhibition       = "exhibition"
	LeadSourceEvent            = "event"
	LeadSourceReferral         = "referral"
	LeadSourcePartner          = "partner"
	LeadSourceColdCall         = "cold_call"
	LeadSourceExistingCustomer = "existing_customer"
	LeadSourceTender           = "tender"
	LeadSourcePurchasedList    = "purchased_list"
	LeadSourceOther            = "other"
)

// Choices of lead.industry.
const (
	LeadIndustryAgriculture        = "agriculture"
	LeadIndustryConstruction       = "construction"
	LeadIndustryEducation          = "education"
	LeadIndustryEmployment         = "employment"
	LeadIndustryEnergy             = "energy"
	LeadIndustryEntertainment      = "entertainment"
	LeadIndustryFinance            = "finance"
	LeadIndustryGovernment         = "government"
	LeadIndustryLaw                = "law"
	LeadIndustryLogistics          = "logistics"
	LeadIndustryManufacturing      = "manufacturing"
	LeadIndustryMarketing          = "marketing"
	LeadIndustryMedical            = "medical"
	LeadIndustryProperty           = "property"
	LeadIndustryRetail             = "retail"
	LeadIndustryServices           = "services"
	LeadIndustrySoftware           = "software"
	LeadIndustryTechnology         = "technology"
	LeadIndustryTelecommunications = "telecommunications"
	LeadIndustryTrade              = "trade"
	LeadIndustryOther              = "other"
)

// Pipeline has the fields of the type pipeline: Pipeline, 销售管道.
var Pipeline = struct {
	Name     kith.FieldOf[string]    // Name; 名称; required
	ForType  kith.FieldOf[string]    // For records of type; 适用实体; required
	Version  kith.FieldOf[int64]     // Version; 版本; required
	LabelEn  kith.FieldOf[string]    // Label in English; 英文标签
	LabelZh  kith.FieldOf[string]    // Label in Chinese; 中文标签
	Parallel kith.FieldOf[bool]      // Runs beside the main track; 并行管道
	Selling  kith.FieldOf[string]    // Way of selling (empty: projects); 销售模式（空为项目型）
	Owner    kith.FieldOf[kith.ID]   // Owner
	Created  kith.FieldOf[time.Time] // Created; derived: read it only
	Updated  kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:     kith.FieldOf[string]{Type: "pipeline", Name: "name"},
	ForType:  kith.FieldOf[string]{Type: "pipeline", Name: "for_type"},
	Version:  kith.FieldOf[int64]{Type: "pipeline", Name: "version"},
	LabelEn:  kith.FieldOf[string]{Type: "pipeline", Name: "label_en"},
	LabelZh:  kith.FieldOf[string]{Type: "pipeline", Name: "label_zh"},
	Parallel: kith.FieldOf[bool]{Type: "pipeline", Name: "parallel"},
	Selling:  kith.FieldOf[string]{Type: "pipeline", Name: "selling"},
	Owner:    kith.FieldOf[kith.ID]{Type: "pipeline", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "pipeline", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "pipeline", Name: "updated"},
}

// Choices of pipeline.selling.
const (
	PipelineSellingProject      = "project"
	PipelineSellingRelationship = "relationship"
	PipelineSellingField        = "field"
)

// Stage has the fields of the type stage: Stage, 商机阶段.
var Stage = struct {
	Pipeline     kith.FieldOf[kith.ID]   // Pipeline; 销售管道; to pipeline; required
	Name         kith.FieldOf[string]    // Name; 名称; required
	LabelEn      kith.FieldOf[string]    // Label in English; 英文标签
	LabelZh      kith.FieldOf[string]    // Label in Chinese; 中文标签
	Position     kith.FieldOf[int64]     // Position; 序号; required
	Kind         kith.FieldOf[string]    // Kind; 类别; required
	Archived     kith.FieldOf[bool]      // Archived; 已停用; required
	MaxDwellDays kith.FieldOf[int64]     // Longest stay in days; 最长停留天数
	Optional     kith.FieldOf[bool]      // May be left out; 可跳过
	Owner        kith.FieldOf[kith.ID]   // Owner
	Created      kith.FieldOf[time.Time] // Created; derived: read it only
	Updated      kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Pipeline:     kith.FieldOf[kith.ID]{Type: "stage", Name: "pipeline"},
	Name:         kith.FieldOf[string]{Type: "stage", Name: "name"},
	LabelEn:      kith.FieldOf[string]{Type: "stage", Name: "label_en"},
	LabelZh:      kith.FieldOf[string]{Type: "stage", Name: "label_zh"},
	Position:     kith.FieldOf[int64]{Type: "stage", Name: "position"},
	Kind:         kith.FieldOf[string]{Type: "stage", Name: "kind"},
	Archived:     kith.FieldOf[bool]{Type: "stage", Name: "archived"},
	MaxDwellDays: kith.FieldOf[int64]{Type: "stage", Name: "max_dwell_days"},
	Optional:     kith.FieldOf[bool]{Type: "stage", Name: "optional"},
	Owner:        kith.FieldOf[kith.ID]{Type: "stage", Name: "owner"},
	Created:      kith.FieldOf[time.Time]{Type: "stage", Name: "created"},
	Updated:      kith.FieldOf[time.Time]{Type: "stage", Name: "updated"},
}

// Choices of stage.kind.
const (
	StageKindOpen = "open"
	StageKindWon  = "won"
	StageKindLost = "lost"
)

// Opportunity has the fields of the type opportunity: Opportunity, 商机.
var Opportunity = struct {
	Name           kith.FieldOf[string]     // Name; 名称; required
	Account        kith.FieldOf[kith.ID]    // Account; 客户; to account
	Contact        kith.FieldOf[kith.ID]    // Contact; 联系人; to contact
	Pipeline       kith.FieldOf[kith.ID]    // Pipeline; 销售管道; to pipeline; derived: read it only
	Stage          kith.FieldOf[kith.ID]    // Stage; 阶段; to stage; derived: read it only
	ClosedAt       kith.FieldOf[time.Time]  // Closed at; 结单时间; derived: read it only
	Amount         kith.FieldOf[kith.Money] // Amount; 金额
	CloseDate      kith.FieldOf[kith.Date]  // Expected close; 预计成交日期
	Source         kith.FieldOf[string]     // Source; 来源
	Segment        kith.FieldOf[string]     // Segment; 细分市场
	Kind           kith.FieldOf[string]     // Kind; 类型
	Product        kith.FieldOf[kith.ID]    // Main product; 主要产品; to product
	Campaign       kith.FieldOf[kith.ID]    // Campaign; 市场活动; to campaign
	Lead           kith.FieldOf[kith.ID]    // From lead; 来源线索; to lead
	Grade          kith.FieldOf[string]     // Grade; 商机等级
	Budget         kith.FieldOf[kith.Money] // Customer's budget; 客户预算
	RepProbability kith.FieldOf[int64]      // Rep's probability (%); 销售人员填写的赢率（%）
	RepCategory    kith.FieldOf[string]     // Rep's forecast category; 销售人员填写的预测类别
	NextStep       kith.FieldOf[string]     // Next step; 下一步
	LostTo         kith.FieldOf[kith.ID]    // Lost to; 输给的竞争对手; to competitor
	LossReason     kith.FieldOf[string]     // Reason of loss; 丢单原因
	LossNote       kith.FieldOf[string]     // Note on the loss; 丢单说明
	Tags           kith.FieldOf[[]string]   // Tags; 标签
	Description    kith.FieldOf[string]     // Description; 描述
	AmountSource   kith.FieldOf[string]     // Where the amount comes from (empty: typed); 金额来源（空为手工填写）
	DeliveryCost   kith.FieldOf[kith.Money] // Cost of delivery; 交付成本
	WinCost        kith.FieldOf[kith.Money] // Cost to win it; 打单成本
	Margin         kith.FieldOf[kith.Money] // Margin; 毛利
	DeliveryCosts  kith.FieldOf[int64]      // Costs of delivery, how many; 交付成本笔数
	WinCosts       kith.FieldOf[int64]      // Costs to win it, how many; 打单成本笔数
	Owner          kith.FieldOf[kith.ID]    // Owner
	Created        kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated        kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Name:           kith.FieldOf[string]{Type: "opportunity", Name: "name"},
	Account:        kith.FieldOf[kith.ID]{Type: "opportunity", Name: "account"},
	Contact:        kith.FieldOf[kith.ID]{Type: "opportunity", Name: "contact"},
	Pipeline:       kith.FieldOf[kith.ID]{Type: "opportunity", Name: "pipeline"},
	Stage:          kith.FieldOf[kith.ID]{Type: "opportunity", Name: "stage"},
	ClosedAt:       kith.FieldOf[time.Time]{Type: "opportunity", Name: "closed_at"},
	Amount:         kith.FieldOf[kith.Money]{Type: "opportunity", Name: "amount"},
	CloseDate:      kith.FieldOf[kith.Date]{Type: "opportunity", Name: "close_date"},
	Source:         kith.FieldOf[string]{Type: "opportunity", Name: "source"},
	Segment:        kith.FieldOf[string]{Type: "opportunity", Name: "segment"},
	Kind:           kith.FieldOf[string]{Type: "opportunity", Name: "kind"},
	Product:        kith.FieldOf[kith.ID]{Type: "opportunity", Name: "product"},
	Campaign:       kith.FieldOf[kith.ID]{Type: "opportunity", Name: "campaign"},
	Lead:           kith.FieldOf[kith.ID]{Type: "opportunity", Name: "lead"},
	Grade:          kith.FieldOf[string]{Type: "opportunity", Name: "grade"},
	Budget:         kith.FieldOf[kith.Money]{Type: "opportunity", Name: "budget"},
	RepProbability: kith.FieldOf[int64]{Type: "opportunity", Name: "rep_probability"},
	RepCategory:    kith.FieldOf[string]{Type: "opportunity", Name: "rep_category"},
	NextStep:       kith.FieldOf[string]{Type: "opportunity", Name: "next_step"},
	LostTo:         kith.FieldOf[kith.ID]{Type: "opportunity", Name: "lost_to"},
	LossReason:     kith.FieldOf[string]{Type: "opportunity", Name: "loss_reason"},
	LossNote:       kith.FieldOf[string]{Type: "opportunity", Name: "loss_note"},
	Tags:           kith.FieldOf[[]string]{Type: "opportunity", Name: "tags"},
	Description:    kith.FieldOf[string]{Type: "opportunity", Name: "description"},
	AmountSource:   kith.FieldOf[string]{Type: "opportunity", Name: "amount_source"},
	DeliveryCost:   kith.FieldOf[kith.Money]{Type: "opportunity", Name: "delivery_cost"},
	WinCost:        kith.FieldOf[kith.Money]{Type: "opportunity", Name: "win_cost"},
	Margin:         kith.FieldOf[kith.Money]{Type: "opportunity", Name: "margin"},
	DeliveryCosts:  kith.FieldOf[int64]{Type: "opportunity", Name: "delivery_costs"},
	WinCosts:       kith.FieldOf[int64]{Type: "opportunity", Name: "win_costs"},
	Owner:          kith.FieldOf[kith.ID]{Type: "opportunity", Name: "owner"},
	Created:        kith.FieldOf[time.Time]{Type: "opportunity", Name: "created"},
	Updated:        kith.FieldOf[time.Time]{Type: "opportunity", Name: "updated"},
}

// Choices of opportunity.source.
const (
	OpportunitySourceWeb              = "web"
	OpportunitySourceSearch           = "search"
	OpportunitySourceAdvertisement    = "advertisement"
	OpportunitySourceSocial           = "social"
	OpportunitySourceExhibition       = "exhibition"
	OpportunitySourceEvent            = "event"
	OpportunitySourceReferral         = "referral"
	OpportunitySourcePartner          = "partner"
	OpportunitySourceColdCall         = "cold_call"
	OpportunitySourceExistingCustomer = "existing_customer"
	OpportunitySourceTender           = "tender"
	OpportunitySourcePurchasedList    = "purchased_list"
	OpportunitySourceOther            = "other"
)

// Choices of opportunity.segment.
const (
	OpportunitySegmentConsumer      = "consumer"
	OpportunitySegmentSmallBusiness = "small_business"
	OpportunitySegmentMidMarket     = "mid_market"
	OpportunitySegmentEnterprise    = "enterprise"
	OpportunitySegmentPublicSector  = "public_sector"
	OpportunitySegmentPartner       = "partner"
)

// Choices of opportunity.kind.
const (
	OpportunityKindNewBusiness = "new_business"
	OpportunityKindExpansion   = "expansion"
	OpportunityKindRenewal     = "renewal"
)

// Choices of opportunity.grade.
const (
	OpportunityGradeS = "s"
	OpportunityGradeA = "a"
	OpportunityGradeB = "b"
	OpportunityGradeC = "c"
	OpportunityGradeD = "d"
)

// Choices of opportunity.rep_category.
const (
	OpportunityRepCategoryCommit     = "commit"
	OpportunityRepCategoryBestCase   = "best_case"
	OpportunityRepCategoryInPipeline = "in_pipeline"
	OpportunityRepCategoryOmitted    = "omitted"
)

// Choices of opportunity.loss_reason.
const (
	OpportunityLossReasonPrice        = "price"
	OpportunityLossReasonProduct      = "product"
	OpportunityLossReasonRelationship = "relationship"
	OpportunityLossReasonTiming       = "timing"
	OpportunityLossReasonNoBudget     = "no_budget"
	OpportunityLossReasonNoDecision   = "no_decision"
	OpportunityLossReasonCompetitor   = "competitor"
	OpportunityLossReasonService      = "service"
	OpportunityLossReasonOther        = "other"
)

// Choices of opportunity.amount_source.
const (
	OpportunityAmountSourceTyped     = "typed"
	OpportunityAmountSourceQuote     = "quote"
	OpportunityAmountSourcePredicted = "predicted"
)

// OpportunityLine has the fields of the type opportunity_line: Opportunity line, 商机明细.
var OpportunityLine = struct {
	Opportunity kith.FieldOf[kith.ID]      // Opportunity; 商机; to opportunity; required
	Product     kith.FieldOf[kith.ID]      // Product; 产品; to product
	Description kith.FieldOf[string]       // Description; 描述
	Quantity    kith.FieldOf[kith.Decimal] // Quantity; 数量; required
	Price       kith.FieldOf[kith.Money]   // Unit price; 单价
	Discount    kith.FieldOf[kith.Decimal] // Discount (share of the price); 折扣（占单价比例）
	Amount      kith.FieldOf[kith.Money]   // Amount; 金额
	Position    kith.FieldOf[int64]        // Position; 序号
	Owner       kith.FieldOf[kith.ID]      // Owner
	Created     kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Opportunity: kith.FieldOf[kith.ID]{Type: "opportunity_line", Name: "opportunity"},
	Product:     kith.FieldOf[kith.ID]{Type: "opportunity_line", Name: "product"},
	Description: kith.FieldOf[string]{Type: "opportunity_line", Name: "description"},
	Quantity:    kith.FieldOf[kith.Decimal]{Type: "opportunity_line", Name: "quantity"},
	Price:       kith.FieldOf[kith.Money]{Type: "opportunity_line", Name: "price"},
	Discount:    kith.FieldOf[kith.Decimal]{Type: "opportunity_line", Name: "discount"},
	Amount:      kith.FieldOf[kith.Money]{Type: "opportunity_line", Name: "amount"},
	Position:    kith.FieldOf[int64]{Type: "opportunity_line", Name: "position"},
	Owner:       kith.FieldOf[kith.ID]{Type: "opportunity_line", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "opportunity_line", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "opportunity_line", Name: "updated"},
}

// Move has the fields of the type move: Move, 阶段流转.
var Move = struct {
	Record   kith.FieldOf[kith.ID]    // Record; 记录; required
	Pipeline kith.FieldOf[kith.ID]    // Pipeline; 销售管道; to pipeline; required; derived: read it only
	From     kith.FieldOf[kith.ID]    // From stage; 原阶段; to stage; derived: read it only
	To       kith.FieldOf[kith.ID]    // To stage; 新阶段; to stage; required
	At       kith.FieldOf[time.Time]  // At; 时间; required
	Owner    kith.FieldOf[kith.ID]    // Owner at the time; 当时负责人
	Segment  kith.FieldOf[int64]      // Segment at the time; 当时细分市场
	Source   kith.FieldOf[int64]      // Source at the time; 当时来源
	Amount   kith.FieldOf[kith.Money] // Amount at the time; 当时金额
	Cause    kith.FieldOf[string]     // Cause; 原因类别; required
	Reason   kith.FieldOf[string]     // Reason; 说明
	Unmet    kith.FieldOf[[]string]   // Asked for and not met; 未满足的要求; derived: read it only
	Event    kith.FieldOf[int64]      // Id of the record that was the event; 触发记录编号; derived: read it only
	Created  kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated  kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Record:   kith.FieldOf[kith.ID]{Type: "move", Name: "record"},
	Pipeline: kith.FieldOf[kith.ID]{Type: "move", Name: "pipeline"},
	From:     kith.FieldOf[kith.ID]{Type: "move", Name: "from"},
	To:       kith.FieldOf[kith.ID]{Type: "move", Name: "to"},
	At:       kith.FieldOf[time.Time]{Type: "move", Name: "at"},
	Owner:    kith.FieldOf[kith.ID]{Type: "move", Name: "owner"},
	Segment:  kith.FieldOf[int64]{Type: "move", Name: "segment"},
	Source:   kith.FieldOf[int64]{Type: "move", Name: "source"},
	Amount:   kith.FieldOf[kith.Money]{Type: "move", Name: "amount"},
	Cause:    kith.FieldOf[string]{Type: "move", Name: "cause"},
	Reason:   kith.FieldOf[string]{Type: "move", Name: "reason"},
	Unmet:    kith.FieldOf[[]string]{Type: "move", Name: "unmet"},
	Event:    kith.FieldOf[int64]{Type: "move", Name: "event"},
	Created:  kith.FieldOf[time.Time]{Type: "move", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "move", Name: "updated"},
}

// Choices of move.cause.
const (
	MoveCauseManual    = "manual"
	MoveCauseEvent     = "event"
	MoveCauseImport    = "import"
	MoveCauseMigration = "migration"
	MoveCauseOverride  = "override"
	MoveCauseUndo      = "undo"
)

// Competitor has the fields of the type competitor: Competitor, 竞争对手.
var Competitor = struct {
	Name       kith.FieldOf[string]    // Name; 名称; required
	Account    kith.FieldOf[kith.ID]   // Account; 客户; to account
	Website    kith.FieldOf[string]    // Website; 网站
	Strengths  kith.FieldOf[string]    // Strengths; 优势
	Weaknesses kith.FieldOf[string]    // Weaknesses; 劣势
	Owner      kith.FieldOf[kith.ID]   // Owner
	Created    kith.FieldOf[time.Time] // Created; derived: read it only
	Updated    kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:       kith.FieldOf[string]{Type: "competitor", Name: "name"},
	Account:    kith.FieldOf[kith.ID]{Type: "competitor", Name: "account"},
	Website:    kith.FieldOf[string]{Type: "competitor", Name: "website"},
	Strengths:  kith.FieldOf[string]{Type: "competitor", Name: "strengths"},
	Weaknesses: kith.FieldOf[string]{Type: "competitor", Name: "weaknesses"},
	Owner:      kith.FieldOf[kith.ID]{Type: "competitor", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "competitor", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "competitor", Name: "updated"},
}

// ContactRole has the fields of the type contact_role: Contact role, 决策链角色.
var ContactRole = struct {
	Contact     kith.FieldOf[kith.ID]   // Contact; 联系人; to contact; required
	Opportunity kith.FieldOf[kith.ID]   // Opportunity; 商机; to opportunity; required
	Role        kith.FieldOf[string]    // Role; 角色
	Primary     kith.FieldOf[bool]      // Primary contact; 主要联系人
	Veto        kith.FieldOf[bool]      // Can veto; 一票否决
	Approve     kith.FieldOf[bool]      // Can approve alone; 一票批准
	Political   kith.FieldOf[string]    // Political standing; 政治地位
	ChainStep   kith.FieldOf[int64]     // Step of the chain; 决策链顺序
	Strength    kith.FieldOf[float64]   // Strength; 强度
	Confidence  kith.FieldOf[float64]   // Confidence; 置信度
	ValidFrom   kith.FieldOf[kith.Date] // From; 生效日期
	ValidTo     kith.FieldOf[kith.Date] // Until; 失效日期
	Owner       kith.FieldOf[kith.ID]   // Owner
	Created     kith.FieldOf[time.Time] // Created; derived: read it only
	Updated     kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Contact:     kith.FieldOf[kith.ID]{Type: "contact_role", Name: "contact"},
	Opportunity: kith.FieldOf[kith.ID]{Type: "contact_role", Name: "opportunity"},
	Role:        kith.FieldOf[string]{Type: "contact_role", Name: "role"},
	Primary:     kith.FieldOf[bool]{Type: "contact_role", Name: "primary"},
	Veto:        kith.FieldOf[bool]{Type: "contact_role", Name: "veto"},
	Approve:     kith.FieldOf[bool]{Type: "contact_role", Name: "approve"},
	Political:   kith.FieldOf[string]{Type: "contact_role", Name: "political"},
	ChainStep:   kith.FieldOf[int64]{Type: "contact_role", Name: "chain_step"},
	Strength:    kith.FieldOf[float64]{Type: "contact_role", Name: "strength"},
	Confidence:  kith.FieldOf[float64]{Type: "contact_role", Name: "confidence"},
	ValidFrom:   kith.FieldOf[kith.Date]{Type: "contact_role", Name: "valid_from"},
	ValidTo:     kith.FieldOf[kith.Date]{Type: "contact_role", Name: "valid_to"},
	Owner:       kith.FieldOf[kith.ID]{Type: "contact_role", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "contact_role", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "contact_role", Name: "updated"},
}

// Choices of contact_role.role.
const (
	ContactRoleRoleApprover      = "approver"
	ContactRoleRoleDecisionMaker = "decision_maker"
	ContactRoleRoleEconomic      = "economic"
	ContactRoleRoleTechnical     = "technical"
	ContactRoleRoleUser          = "user"
	ContactRoleRoleEvaluator     = "evaluator"
	ContactRoleRoleGatekeeper    = "gatekeeper"
	ContactRoleRoleCoach         = "coach"
	ContactRoleRoleChampion      = "champion"
	ContactRoleRoleBlocker       = "blocker"
)

// Choices of contact_role.political.
const (
	ContactRolePoliticalInnerCircle        = "inner_circle"
	ContactRolePoliticalPoliticalStructure = "political_structure"
	ContactRolePoliticalNone               = "none"
)

// Quote has the fields of the type quote: Quote, 报价单.
var Quote = struct {
	Number      kith.FieldOf[string]     // Number; 编号
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity
	Account     kith.FieldOf[kith.ID]    // Account; 客户; to account
	Contact     kith.FieldOf[kith.ID]    // Contact; 联系人; to contact
	Status      kith.FieldOf[string]     // Status; 状态; required
	Revision    kith.FieldOf[int64]      // Revision; 修订版
	Date        kith.FieldOf[kith.Date]  // Date; 日期
	ValidUntil  kith.FieldOf[kith.Date]  // Valid until; 有效期至
	Total       kith.FieldOf[kith.Money] // Total; 总额
	Discount    kith.FieldOf[kith.Money] // Discount; 折扣额
	Tax         kith.FieldOf[kith.Money] // Tax; 税额
	Description kith.FieldOf[string]     // Description; 描述
	Rounding    kith.FieldOf[string]     // Rounding; 舍入方式
	AcceptedOn  kith.FieldOf[kith.Date]  // Accepted on; 接受日期
	Revises     kith.FieldOf[kith.ID]    // Revision of; 修订自; to quote
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Number:      kith.FieldOf[string]{Type: "quote", Name: "number"},
	Opportunity: kith.FieldOf[kith.ID]{Type: "quote", Name: "opportunity"},
	Account:     kith.FieldOf[kith.ID]{Type: "quote", Name: "account"},
	Contact:     kith.FieldOf[kith.ID]{Type: "quote", Name: "contact"},
	Status:      kith.FieldOf[string]{Type: "quote", Name: "status"},
	Revision:    kith.FieldOf[int64]{Type: "quote", Name: "revision"},
	Date:        kith.FieldOf[kith.Date]{Type: "quote", Name: "date"},
	ValidUntil:  kith.FieldOf[kith.Date]{Type: "quote", Name: "valid_until"},
	Total:       kith.FieldOf[kith.Money]{Type: "quote", Name: "total"},
	Discount:    kith.FieldOf[kith.Money]{Type: "quote", Name: "discount"},
	Tax:         kith.FieldOf[kith.Money]{Type: "quote", Name: "tax"},
	Description: kith.FieldOf[string]{Type: "quote", Name: "description"},
	Rounding:    kith.FieldOf[string]{Type: "quote", Name: "rounding"},
	AcceptedOn:  kith.FieldOf[kith.Date]{Type: "quote", Name: "accepted_on"},
	Revises:     kith.FieldOf[kith.ID]{Type: "quote", Name: "revises"},
	Owner:       kith.FieldOf[kith.ID]{Type: "quote", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "quote", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "quote", Name: "updated"},
}

// Choices of quote.status.
const (
	QuoteStatusDraft    = "draft"
	QuoteStatusSent     = "sent"
	QuoteStatusAccepted = "accepted"
	QuoteStatusRejected = "rejected"
	QuoteStatusExpired  = "expired"
)

// Choices of quote.rounding.
const (
	QuoteRoundingHalfUp   = "half_up"
	QuoteRoundingHalfEven = "half_even"
	QuoteRoundingDown     = "down"
)

// QuoteLine has the fields of the type quote_line: Quote line, 报价明细.
var QuoteLine = struct {
	Quote       kith.FieldOf[kith.ID]      // Quote; 报价单; to quote; required
	Product     kith.FieldOf[kith.ID]      // Product; 产品; to product
	Description kith.FieldOf[string]       // Description; 描述
	Quantity    kith.FieldOf[kith.Decimal] // Quantity; 数量; required
	Price       kith.FieldOf[kith.Money]   // Unit price; 单价
	Discount    kith.FieldOf[kith.Decimal] // Discount (share of the price); 折扣（占单价比例）
	Amount      kith.FieldOf[kith.Money]   // Amount; 金额
	Position    kith.FieldOf[int64]        // Position; 序号
	TaxRate     kith.FieldOf[kith.Decimal] // Tax rate (share of the amount); 税率（占金额比例）
	Tax         kith.FieldOf[kith.Money]   // Tax; 税额
	Owner       kith.FieldOf[kith.ID]      // Owner
	Created     kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Quote:       kith.FieldOf[kith.ID]{Type: "quote_line", Name: "quote"},
	Product:     kith.FieldOf[kith.ID]{Type: "quote_line", Name: "product"},
	Description: kith.FieldOf[string]{Type: "quote_line", Name: "description"},
	Quantity:    kith.FieldOf[kith.Decimal]{Type: "quote_line", Name: "quantity"},
	Price:       kith.FieldOf[kith.Money]{Type: "quote_line", Name: "price"},
	Discount:    kith.FieldOf[kith.Decimal]{Type: "quote_line", Name: "discount"},
	Amount:      kith.FieldOf[kith.Money]{Type: "quote_line", Name: "amount"},
	Position:    kith.FieldOf[int64]{Type: "quote_line", Name: "position"},
	TaxRate:     kith.FieldOf[kith.Decimal]{Type: "quote_line", Name: "tax_rate"},
	Tax:         kith.FieldOf[kith.Money]{Type: "quote_line", Name: "tax"},
	Owner:       kith.FieldOf[kith.ID]{Type: "quote_line", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "quote_line", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "quote_line", Name: "updated"},
}

// Order has the fields of the type order: Order, 订单.
var Order = struct {
	Number      kith.FieldOf[string]     // Number; 编号
	Account     kith.FieldOf[kith.ID]    // Account; 客户; to account
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity
	Quote       kith.FieldOf[kith.ID]    // Quote; 报价单; to quote
	Contact     kith.FieldOf[kith.ID]    // Contact; 联系人; to contact
	Status      kith.FieldOf[string]     // Status; 状态; required
	Date        kith.FieldOf[kith.Date]  // Date; 日期
	Due         kith.FieldOf[kith.Date]  // Payment due; 付款到期日
	DeliveredOn kith.FieldOf[kith.Date]  // Delivered on; 交付日期
	Total       kith.FieldOf[kith.Money] // Total; 总额
	Discount    kith.FieldOf[kith.Money] // Discount; 折扣额
	Tax         kith.FieldOf[kith.Money] // Tax; 税额
	Description kith.FieldOf[string]     // Description; 描述
	Rounding    kith.FieldOf[string]     // Rounding; 舍入方式
	Returned    kith.FieldOf[kith.Money] // Returned; 退货金额
	Revenue     kith.FieldOf[kith.Money] // Revenue after returns; 退货后收入
	Invoiced    kith.FieldOf[kith.Money] // Invoiced; 已开票金额
	Returns     kith.FieldOf[int64]      // Returns received; 已收退货数
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Number:      kith.FieldOf[string]{Type: "order", Name: "number"},
	Account:     kith.FieldOf[kith.ID]{Type: "order", Name: "account"},
	Opportunity: kith.FieldOf[kith.ID]{Type: "order", Name: "opportunity"},
	Quote:       kith.FieldOf[kith.ID]{Type: "order", Name: "quote"},
	Contact:     kith.FieldOf[kith.ID]{Type: "order", Name: "contact"},
	Status:      kith.FieldOf[string]{Type: "order", Name: "status"},
	Date:        kith.FieldOf[kith.Date]{Type: "order", Name: "date"},
	Due:         kith.FieldOf[kith.Date]{Type: "order", Name: "due"},
	DeliveredOn: kith.FieldOf[kith.Date]{Type: "order", Name: "delivered_on"},
	Total:       kith.FieldOf[kith.Money]{Type: "order", Name: "total"},
	Discount:    kith.FieldOf[kith.Money]{Type: "order", Name: "discount"},
	Tax:         kith.FieldOf[kith.Money]{Type: "order", Name: "tax"},
	Description: kith.FieldOf[string]{Type: "order", Name: "description"},
	Rounding:    kith.FieldOf[string]{Type: "order", Name: "rounding"},
	Returned:    kith.FieldOf[kith.Money]{Type: "order", Name: "returned"},
	Revenue:     kith.FieldOf[kith.Money]{Type: "order", Name: "revenue"},
	Invoiced:    kith.FieldOf[kith.Money]{Type: "order", Name: "invoiced"},
	Returns:     kith.FieldOf[int64]{Type: "order", Name: "returns"},
	Owner:       kith.FieldOf[kith.ID]{Type: "order", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "order", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "order", Name: "updated"},
}

// Choices of order.status.
const (
	OrderStatusDraft     = "draft"
	OrderStatusPlaced    = "placed"
	OrderStatusDelivered = "delivered"
	OrderStatusReturned  = "returned"
	OrderStatusCancelled = "cancelled"
)

// Choices of order.rounding.
const (
	OrderRoundingHalfUp   = "half_up"
	OrderRoundingHalfEven = "half_even"
	OrderRoundingDown     = "down"
)

// OrderLine has the fields of the type order_line: Order line, 订单明细.
var OrderLine = struct {
	Order       kith.FieldOf[kith.ID]      // Order; 订单; to order; required
	Product     kith.FieldOf[kith.ID]      // Product; 产品; to product
	Description kith.FieldOf[string]       // Description; 描述
	Quantity    kith.FieldOf[kith.Decimal] // Quantity; 数量; required
	Price       kith.FieldOf[kith.Money]   // Unit price; 单价
	Discount    kith.FieldOf[kith.Decimal] // Discount (share of the price); 折扣（占单价比例）
	Amount      kith.FieldOf[kith.Money]   // Amount; 金额
	Position    kith.FieldOf[int64]        // Position; 序号
	TaxRate     kith.FieldOf[kith.Decimal] // Tax rate (share of the amount); 税率（占金额比例）
	Tax         kith.FieldOf[kith.Money]   // Tax; 税额
	QuoteLine   kith.FieldOf[kith.ID]      // Line of the quote; 对应报价明细; to quote_line
	Owner       kith.FieldOf[kith.ID]      // Owner
	Created     kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Order:       kith.FieldOf[kith.ID]{Type: "order_line", Name: "order"},
	Product:     kith.FieldOf[kith.ID]{Type: "order_line", Name: "product"},
	Description: kith.FieldOf[string]{Type: "order_line", Name: "description"},
	Quantity:    kith.FieldOf[kith.Decimal]{Type: "order_line", Name: "quantity"},
	Price:       kith.FieldOf[kith.Money]{Type: "order_line", Name: "price"},
	Discount:    kith.FieldOf[kith.Decimal]{Type: "order_line", Name: "discount"},
	Amount:      kith.FieldOf[kith.Money]{Type: "order_line", Name: "amount"},
	Position:    kith.FieldOf[int64]{Type: "order_line", Name: "position"},
	TaxRate:     kith.FieldOf[kith.Decimal]{Type: "order_line", Name: "tax_rate"},
	Tax:         kith.FieldOf[kith.Money]{Type: "order_line", Name: "tax"},
	QuoteLine:   kith.FieldOf[kith.ID]{Type: "order_line", Name: "quote_line"},
	Owner:       kith.FieldOf[kith.ID]{Type: "order_line", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "order_line", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "order_line", Name: "updated"},
}

// Ticket has the fields of the type ticket: Ticket, 工单.
var Ticket = struct {
	Subject     kith.FieldOf[string]    // Subject; 主题; required
	Kind        kith.FieldOf[string]    // Kind; 类型
	Status      kith.FieldOf[string]    // Status; 状态; required
	Priority    kith.FieldOf[string]    // Priority; 优先级; required
	Channel     kith.FieldOf[string]    // Channel; 渠道
	Account     kith.FieldOf[kith.ID]   // Account; 客户; to account
	Contact     kith.FieldOf[kith.ID]   // Contact; 联系人; to contact
	Product     kith.FieldOf[kith.ID]   // Product; 产品; to product
	Order       kith.FieldOf[kith.ID]   // Order; 订单; to order
	OpenedAt    kith.FieldOf[time.Time] // Opened at; 提出时间
	ResolvedAt  kith.FieldOf[time.Time] // Resolved at; 解决时间
	Description kith.FieldOf[string]    // Description; 描述
	Owner       kith.FieldOf[kith.ID]   // Owner
	Created     kith.FieldOf[time.Time] // Created; derived: read it only
	Updated     kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Subject:     kith.FieldOf[string]{Type: "ticket", Name: "subject"},
	Kind:        kith.FieldOf[string]{Type: "ticket", Name: "kind"},
	Status:      kith.FieldOf[string]{Type: "ticket", Name: "status"},
	Priority:    kith.FieldOf[string]{Type: "ticket", Name: "priority"},
	Channel:     kith.FieldOf[string]{Type: "ticket", Name: "channel"},
	Account:     kith.FieldOf[kith.ID]{Type: "ticket", Name: "account"},
	Contact:     kith.FieldOf[kith.ID]{Type: "ticket", Name: "contact"},
	Product:     kith.FieldOf[kith.ID]{Type: "ticket", Name: "product"},
	Order:       kith.FieldOf[kith.ID]{Type: "ticket", Name: "order"},
	OpenedAt:    kith.FieldOf[time.Time]{Type: "ticket", Name: "opened_at"},
	ResolvedAt:  kith.FieldOf[time.Time]{Type: "ticket", Name: "resolved_at"},
	Description: kith.FieldOf[string]{Type: "ticket", Name: "description"},
	Owner:       kith.FieldOf[kith.ID]{Type: "ticket", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "ticket", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "ticket", Name: "updated"},
}

// Choices of ticket.kind.
const (
	TicketKindQuestion  = "question"
	TicketKindProblem   = "problem"
	TicketKindComplaint = "complaint"
	TicketKindRequest   = "request"
)

// Choices of ticket.status.
const (
	TicketStatusNew      = "new"
	TicketStatusOpen     = "open"
	TicketStatusWaiting  = "waiting"
	TicketStatusResolved = "resolved"
	TicketStatusClosed   = "closed"
)

// Choices of ticket.priority.
const (
	TicketPriorityLow    = "low"
	TicketPriorityNormal = "normal"
	TicketPriorityHigh   = "high"
	TicketPriorityUrgent = "urgent"
)

// Choices of ticket.channel.
const (
	TicketChannelPhone  = "phone"
	TicketChannelMail   = "mail"
	TicketChannelWeb    = "web"
	TicketChannelWechat = "wechat"
	TicketChannelQq     = "qq"
	TicketChannelWeibo  = "weibo"
	TicketChannelVisit  = "visit"
	TicketChannelOther  = "other"
)

// Interaction has the fields of the type interaction: Interaction, 互动记录.
var Interaction = struct {
	Kind      kith.FieldOf[string]    // Kind; 类型; required
	Direction kith.FieldOf[string]    // Direction; 方向; required
	At        kith.FieldOf[time.Time] // At; 时间; required
	Minutes   kith.FieldOf[int64]     // Minutes; 时长（分钟）
	Externals kith.FieldOf[int64]     // How many of theirs; 对方人数
	Account   kith.FieldOf[kith.ID]   // Account; 客户; to account
	Contact   kith.FieldOf[kith.ID]   // Contact; 联系人; to contact
	Employee  kith.FieldOf[kith.ID]   // Employee; 员工; to employee
	Regarding kith.FieldOf[kith.ID]   // Regarding; 相关记录
	Channel   kith.FieldOf[string]    // Channel; 渠道
	Subject   kith.FieldOf[string]    // Subject; 主题
	Body      kith.FieldOf[string]    // Text; 内容
	Visitor   kith.FieldOf[kith.ID]   // Visitor; 访客; to visitor
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Kind:      kith.FieldOf[string]{Type: "interaction", Name: "kind"},
	Direction: kith.FieldOf[string]{Type: "interaction", Name: "direction"},
	At:        kith.FieldOf[time.Time]{Type: "interaction", Name: "at"},
	Minutes:   kith.FieldOf[int64]{Type: "interaction", Name: "minutes"},
	Externals: kith.FieldOf[int64]{Type: "interaction", Name: "externals"},
	Account:   kith.FieldOf[kith.ID]{Type: "interaction", Name: "account"},
	Contact:   kith.FieldOf[kith.ID]{Type: "interaction", Name: "contact"},
	Employee:  kith.FieldOf[kith.ID]{Type: "interaction", Name: "employee"},
	Regarding: kith.FieldOf[kith.ID]{Type: "interaction", Name: "regarding"},
	Channel:   kith.FieldOf[string]{Type: "interaction", Name: "channel"},
	Subject:   kith.FieldOf[string]{Type: "interaction", Name: "subject"},
	Body:      kith.FieldOf[string]{Type: "interaction", Name: "body"},
	Visitor:   kith.FieldOf[kith.ID]{Type: "interaction", Name: "visitor"},
	Owner:     kith.FieldOf[kith.ID]{Type: "interaction", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "interaction", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "interaction", Name: "updated"},
}

// Choices of interaction.kind.
const (
	InteractionKindMeeting        = "meeting"
	InteractionKindVisit          = "visit"
	InteractionKindVideo          = "video"
	InteractionKindCall           = "call"
	InteractionKindChat           = "chat"
	InteractionKindMail           = "mail"
	InteractionKindMassMail       = "mass_mail"
	InteractionKindPageView       = "page_view"
	InteractionKindMaterialSent   = "material_sent"
	InteractionKindMaterialViewed = "material_viewed"
	InteractionKindEvent          = "event"
	InteractionKindGift           = "gift"
	InteractionKindDinner         = "dinner"
)

// Choices of interaction.direction.
const (
	InteractionDirectionOut    = "out"
	InteractionDirectionIn     = "in"
	InteractionDirectionMutual = "mutual"
)

// Choices of interaction.channel.
const (
	InteractionChannelPhone  = "phone"
	InteractionChannelMail   = "mail"
	InteractionChannelWeb    = "web"
	InteractionChannelWechat = "wechat"
	InteractionChannelQq     = "qq"
	InteractionChannelWeibo  = "weibo"
	InteractionChannelVisit  = "visit"
	InteractionChannelOther  = "other"
)

// Visitor has the fields of the type visitor: Visitor, 访客.
var Visitor = struct {
	Contact   kith.FieldOf[kith.ID]   // Turned out to be; 识别为; to contact
	Channel   kith.FieldOf[string]    // Channel; 渠道
	Handle    kith.FieldOf[string]    // Known there as; 渠道标识
	FirstSeen kith.FieldOf[time.Time] // First seen; 首次出现
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Contact:   kith.FieldOf[kith.ID]{Type: "visitor", Name: "contact"},
	Channel:   kith.FieldOf[string]{Type: "visitor", Name: "channel"},
	Handle:    kith.FieldOf[string]{Type: "visitor", Name: "handle"},
	FirstSeen: kith.FieldOf[time.Time]{Type: "visitor", Name: "first_seen"},
	Owner:     kith.FieldOf[kith.ID]{Type: "visitor", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "visitor", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "visitor", Name: "updated"},
}

// Employment has the fields of the type employment: Former employment, 任职经历.
var Employment = struct {
	Contact   kith.FieldOf[kith.ID]   // Contact; 联系人; to contact; required
	Account   kith.FieldOf[kith.ID]   // Account; 客户; to account; required
	Title     kith.FieldOf[string]    // Title; 职务
	ValidFrom kith.FieldOf[time.Time] // From; 开始
	ValidTo   kith.FieldOf[time.Time] // Until; 结束
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Contact:   kith.FieldOf[kith.ID]{Type: "employment", Name: "contact"},
	Account:   kith.FieldOf[kith.ID]{Type: "employment", Name: "account"},
	Title:     kith.FieldOf[string]{Type: "employment", Name: "title"},
	ValidFrom: kith.FieldOf[time.Time]{Type: "employment", Name: "valid_from"},
	ValidTo:   kith.FieldOf[time.Time]{Type: "employment", Name: "valid_to"},
	Owner:     kith.FieldOf[kith.ID]{Type: "employment", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "employment", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "employment", Name: "updated"},
}

// Task has the fields of the type task: Task, 任务.
var Task = struct {
	Subject     kith.FieldOf[string]    // Subject; 主题; required
	Status      kith.FieldOf[string]    // Status; 状态; required
	Priority    kith.FieldOf[string]    // Priority; 优先级; required
	Due         kith.FieldOf[time.Time] // Due; 截止时间
	Assignee    kith.FieldOf[kith.ID]   // Assignee; 执行人; to employee
	Account     kith.FieldOf[kith.ID]   // Account; 客户; to account
	Contact     kith.FieldOf[kith.ID]   // Contact; 联系人; to contact
	Regarding   kith.FieldOf[kith.ID]   // Regarding; 相关记录
	DoneAt      kith.FieldOf[time.Time] // Done at; 完成时间
	Description kith.FieldOf[string]    // Description; 描述
	Template    kith.FieldOf[kith.ID]   // Started by; 来自模板; to task_template; derived: read it only
	After       kith.FieldOf[kith.ID]   // After; 前置任务; to task
	Owner       kith.FieldOf[kith.ID]   // Owner
	Created     kith.FieldOf[time.Time] // Created; derived: read it only
	Updated     kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Subject:     kith.FieldOf[string]{Type: "task", Name: "subject"},
	Status:      kith.FieldOf[string]{Type: "task", Name: "status"},
	Priority:    kith.FieldOf[string]{Type: "task", Name: "priority"},
	Due:         kith.FieldOf[time.Time]{Type: "task", Name: "due"},
	Assignee:    kith.FieldOf[kith.ID]{Type: "task", Name: "assignee"},
	Account:     kith.FieldOf[kith.ID]{Type: "task", Name: "account"},
	Contact:     kith.FieldOf[kith.ID]{Type: "task", Name: "contact"},
	Regarding:   kith.FieldOf[kith.ID]{Type: "task", Name: "regarding"},
	DoneAt:      kith.FieldOf[time.Time]{Type: "task", Name: "done_at"},
	Description: kith.FieldOf[string]{Type: "task", Name: "description"},
	Template:    kith.FieldOf[kith.ID]{Type: "task", Name: "template"},
	After:       kith.FieldOf[kith.ID]{Type: "task", Name: "after"},
	Owner:       kith.FieldOf[kith.ID]{Type: "task", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "task", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "task", Name: "updated"},
}

// Choices of task.status.
const (
	TaskStatusOpen      = "open"
	TaskStatusDone      = "done"
	TaskStatusCancelled = "cancelled"
)

// Choices of task.priority.
const (
	TaskPriorityLow    = "low"
	TaskPriorityNormal = "normal"
	TaskPriorityHigh   = "high"
	TaskPriorityUrgent = "urgent"
)

// Note has the fields of the type note: Note, 备注.
var Note = struct {
	Body      kith.FieldOf[string]    // Text; 内容; required
	Regarding kith.FieldOf[kith.ID]   // Regarding; 相关记录; required
	Contact   kith.FieldOf[kith.ID]   // Contact; 联系人; to contact
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Body:      kith.FieldOf[string]{Type: "note", Name: "body"},
	Regarding: kith.FieldOf[kith.ID]{Type: "note", Name: "regarding"},
	Contact:   kith.FieldOf[kith.ID]{Type: "note", Name: "contact"},
	Owner:     kith.FieldOf[kith.ID]{Type: "note", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "note", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "note", Name: "updated"},
}

// Decision has the fields of the type decision: Decision, 决定.
var Decision = struct {
	Subject   kith.FieldOf[string]    // What was decided; 决定内容; required
	Regarding kith.FieldOf[kith.ID]   // Regarding; 相关记录; required
	Reason    kith.FieldOf[string]    // Reason; 理由
	DecidedBy kith.FieldOf[kith.ID]   // Decided by; 决定人; to employee
	DecidedAt kith.FieldOf[time.Time] // Decided at; 决定时间
	Replaces  kith.FieldOf[kith.ID]   // Replaces; 取代的决定; to decision
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Subject:   kith.FieldOf[string]{Type: "decision", Name: "subject"},
	Regarding: kith.FieldOf[kith.ID]{Type: "decision", Name: "regarding"},
	Reason:    kith.FieldOf[string]{Type: "decision", Name: "reason"},
	DecidedBy: kith.FieldOf[kith.ID]{Type: "decision", Name: "decided_by"},
	DecidedAt: kith.FieldOf[time.Time]{Type: "decision", Name: "decided_at"},
	Replaces:  kith.FieldOf[kith.ID]{Type: "decision", Name: "replaces"},
	Owner:     kith.FieldOf[kith.ID]{Type: "decision", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "decision", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "decision", Name: "updated"},
}

// File has the fields of the type file: File, 文件.
var File = struct {
	Name      kith.FieldOf[string]    // Name; 文件名; required
	Regarding kith.FieldOf[kith.ID]   // Regarding; 相关记录; required
	Link      kith.FieldOf[string]    // Where it is kept; 存放位置; required
	MediaType kith.FieldOf[string]    // Media type; 文件类型
	SizeBytes kith.FieldOf[int64]     // Size in bytes; 大小（字节）
	Sha256    kith.FieldOf[string]    // SHA-256 of the content; 内容 SHA-256
	Replaces  kith.FieldOf[kith.ID]   // Replaces; 取代的文件; to file
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:      kith.FieldOf[string]{Type: "file", Name: "name"},
	Regarding: kith.FieldOf[kith.ID]{Type: "file", Name: "regarding"},
	Link:      kith.FieldOf[string]{Type: "file", Name: "link"},
	MediaType: kith.FieldOf[string]{Type: "file", Name: "media_type"},
	SizeBytes: kith.FieldOf[int64]{Type: "file", Name: "size_bytes"},
	Sha256:    kith.FieldOf[string]{Type: "file", Name: "sha256"},
	Replaces:  kith.FieldOf[kith.ID]{Type: "file", Name: "replaces"},
	Owner:     kith.FieldOf[kith.ID]{Type: "file", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "file", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "file", Name: "updated"},
}

// Pool has the fields of the type pool: Pool, 公海.
var Pool = struct {
	Name        kith.FieldOf[string]    // Name; 名称; required
	ClaimsADay  kith.FieldOf[int64]     // Claims a day and owner; 每人每日领取上限
	Capacity    kith.FieldOf[int64]     // Held at once by an owner; 每人持有上限
	RecycleDays kith.FieldOf[int64]     // Goes back after days of silence; 未跟进回收天数
	WarnDays    kith.FieldOf[int64]     // Warned so many days before; 回收前提醒天数
	CoolingDays kith.FieldOf[int64]     // Days until a former owner may claim again; 原负责人冷却天数
	Exempt      kith.FieldOf[string]    // Never goes back where; 免回收条件
	Assignment  kith.FieldOf[string]    // Handed out; 分配方式; required
	Owner       kith.FieldOf[kith.ID]   // Owner
	Created     kith.FieldOf[time.Time] // Created; derived: read it only
	Updated     kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:        kith.FieldOf[string]{Type: "pool", Name: "name"},
	ClaimsADay:  kith.FieldOf[int64]{Type: "pool", Name: "claims_a_day"},
	Capacity:    kith.FieldOf[int64]{Type: "pool", Name: "capacity"},
	RecycleDays: kith.FieldOf[int64]{Type: "pool", Name: "recycle_days"},
	WarnDays:    kith.FieldOf[int64]{Type: "pool", Name: "warn_days"},
	CoolingDays: kith.FieldOf[int64]{Type: "pool", Name: "cooling_days"},
	Exempt:      kith.FieldOf[string]{Type: "pool", Name: "exempt"},
	Assignment:  kith.FieldOf[string]{Type: "pool", Name: "assignment"},
	Owner:       kith.FieldOf[kith.ID]{Type: "pool", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "pool", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "pool", Name: "updated"},
}

// Choices of pool.assignment.
const (
	PoolAssignmentInTurn   = "in_turn"
	PoolAssignmentByLoad   = "by_load"
	PoolAssignmentByResult = "by_result"
)

// PoolMember has the fields of the type pool_member: Member of a pool, 公海成员.
var PoolMember = struct {
	Pool     kith.FieldOf[kith.ID]   // Pool; 公海; to pool; required
	Employee kith.FieldOf[kith.ID]   // Employee; 员工; to employee; required
	Capacity kith.FieldOf[int64]     // Held at once, instead of the pool's; 个人持有上限
	Weight   kith.FieldOf[int64]     // Share in turn; 分配权重; required
	Takes    kith.FieldOf[string]    // Takes those where; 接收条件
	Active   kith.FieldOf[bool]      // Active; 启用; required
	Owner    kith.FieldOf[kith.ID]   // Owner
	Created  kith.FieldOf[time.Time] // Created; derived: read it only
	Updated  kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Pool:     kith.FieldOf[kith.ID]{Type: "pool_member", Name: "pool"},
	Employee: kith.FieldOf[kith.ID]{Type: "pool_member", Name: "employee"},
	Capacity: kith.FieldOf[int64]{Type: "pool_member", Name: "capacity"},
	Weight:   kith.FieldOf[int64]{Type: "pool_member", Name: "weight"},
	Takes:    kith.FieldOf[string]{Type: "pool_member", Name: "takes"},
	Active:   kith.FieldOf[bool]{Type: "pool_member", Name: "active"},
	Owner:    kith.FieldOf[kith.ID]{Type: "pool_member", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "pool_member", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "pool_member", Name: "updated"},
}

// PoolClaim has the fields of the type pool_claim: Claim from a pool, 领取记录.
var PoolClaim = struct {
	Record    kith.FieldOf[kith.ID]   // Record; 记录; required
	Holder    kith.FieldOf[kith.ID]   // Held by; 负责人
	Pool      kith.FieldOf[kith.ID]   // Pool; 公海; to pool; derived: read it only
	From      kith.FieldOf[time.Time] // From; 开始; derived: read it only
	To        kith.FieldOf[time.Time] // Until; 结束; derived: read it only
	How       kith.FieldOf[string]    // How; 方式; required
	Ended     kith.FieldOf[string]    // Ended; 结束方式
	Reason    kith.FieldOf[string]    // Reason; 原因
	EndReason kith.FieldOf[string]    // Reason of the end; 结束原因
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Record:    kith.FieldOf[kith.ID]{Type: "pool_claim", Name: "record"},
	Holder:    kith.FieldOf[kith.ID]{Type: "pool_claim", Name: "holder"},
	Pool:      kith.FieldOf[kith.ID]{Type: "pool_claim", Name: "pool"},
	From:      kith.FieldOf[time.Time]{Type: "pool_claim", Name: "from"},
	To:        kith.FieldOf[time.Time]{Type: "pool_claim", Name: "to"},
	How:       kith.FieldOf[string]{Type: "pool_claim", Name: "how"},
	Ended:     kith.FieldOf[string]{Type: "pool_claim", Name: "ended"},
	Reason:    kith.FieldOf[string]{Type: "pool_claim", Name: "reason"},
	EndReason: kith.FieldOf[string]{Type: "pool_claim", Name: "end_reason"},
	Owner:     kith.FieldOf[kith.ID]{Type: "pool_claim", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "pool_claim", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "pool_claim", Name: "updated"},
}

// Choices of pool_claim.how.
const (
	PoolClaimHowClaimed  = "claimed"
	PoolClaimHowAssigned = "assigned"
)

// Choices of pool_claim.ended.
const (
	PoolClaimEndedReleased  = "released"
	PoolClaimEndedRecycled  = "recycled"
	PoolClaimEndedPassedOn  = "passed_on"
	PoolClaimEndedConverted = "converted"
)

// Segment has the fields of the type segment: Segment, 客户分群.
var Segment = struct {
	Name      kith.FieldOf[string]    // Name; 名称; required
	ForType   kith.FieldOf[string]    // For records of type; 适用实体; required
	Condition kith.FieldOf[string]    // Condition; 条件; required
	LabelEn   kith.FieldOf[string]    // Label in English; 英文标签
	LabelZh   kith.FieldOf[string]    // Label in Chinese; 中文标签
	Steps     kith.FieldOf[int64]     // Steps asked for; 计算步数
	Seen      kith.FieldOf[int64]     // Last record looked at; 已计算到的记录; derived: read it only
	Complete  kith.FieldOf[bool]      // Complete; 已完成; derived: read it only
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Name:      kith.FieldOf[string]{Type: "segment", Name: "name"},
	ForType:   kith.FieldOf[string]{Type: "segment", Name: "for_type"},
	Condition: kith.FieldOf[string]{Type: "segment", Name: "condition"},
	LabelEn:   kith.FieldOf[string]{Type: "segment", Name: "label_en"},
	LabelZh:   kith.FieldOf[string]{Type: "segment", Name: "label_zh"},
	Steps:     kith.FieldOf[int64]{Type: "segment", Name: "steps"},
	Seen:      kith.FieldOf[int64]{Type: "segment", Name: "seen"},
	Complete:  kith.FieldOf[bool]{Type: "segment", Name: "complete"},
	Owner:     kith.FieldOf[kith.ID]{Type: "segment", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "segment", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "segment", Name: "updated"},
}

// SegmentMember has the fields of the type segment_member: Segment member, 分群成员.
var SegmentMember = struct {
	Segment kith.FieldOf[kith.ID]   // Segment; 客户分群; to segment; required; derived: read it only
	Record  kith.FieldOf[kith.ID]   // Record; 记录; required; derived: read it only
	Owner   kith.FieldOf[kith.ID]   // Owner
	Created kith.FieldOf[time.Time] // Created; derived: read it only
	Updated kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Segment: kith.FieldOf[kith.ID]{Type: "segment_member", Name: "segment"},
	Record:  kith.FieldOf[kith.ID]{Type: "segment_member", Name: "record"},
	Owner:   kith.FieldOf[kith.ID]{Type: "segment_member", Name: "owner"},
	Created: kith.FieldOf[time.Time]{Type: "segment_member", Name: "created"},
	Updated: kith.FieldOf[time.Time]{Type: "segment_member", Name: "updated"},
}

// Quota has the fields of the type quota: Quota, 销售指标.
var Quota = struct {
	Holder      kith.FieldOf[kith.ID]    // Holder; 承担者; to employee, team; required
	Metric      kith.FieldOf[string]     // Metric; 指标; required
	Period      kith.FieldOf[string]     // Period; 期间; required
	Starts      kith.FieldOf[kith.Date]  // Starts; 开始日期; required
	Ends        kith.FieldOf[kith.Date]  // Ends (exclusive); 结束日期（不含）; required
	Target      kith.FieldOf[kith.Money] // Target; 目标金额
	TargetCount kith.FieldOf[int64]      // Target number; 目标数量
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Holder:      kith.FieldOf[kith.ID]{Type: "quota", Name: "holder"},
	Metric:      kith.FieldOf[string]{Type: "quota", Name: "metric"},
	Period:      kith.FieldOf[string]{Type: "quota", Name: "period"},
	Starts:      kith.FieldOf[kith.Date]{Type: "quota", Name: "starts"},
	Ends:        kith.FieldOf[kith.Date]{Type: "quota", Name: "ends"},
	Target:      kith.FieldOf[kith.Money]{Type: "quota", Name: "target"},
	TargetCount: kith.FieldOf[int64]{Type: "quota", Name: "target_count"},
	Owner:       kith.FieldOf[kith.ID]{Type: "quota", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "quota", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "quota", Name: "updated"},
}

// Choices of quota.metric.
const (
	QuotaMetricRevenue   = "revenue"
	QuotaMetricMargin    = "margin"
	QuotaMetricCount     = "count"
	QuotaMetricCollected = "collected"
)

// Forecast has the fields of the type forecast: Forecast, 销售预测.
var Forecast = struct {
	Pipeline  kith.FieldOf[kith.ID]    // Pipeline; 销售管道; to pipeline; required
	Starts    kith.FieldOf[kith.Date]  // Starts; 开始日期; required
	Ends      kith.FieldOf[kith.Date]  // Ends (exclusive); 结束日期（不含）; required
	MadeAt    kith.FieldOf[time.Time]  // Made at; 预测时间; required
	Model     kith.FieldOf[string]     // Model and version; 模型与版本; required
	OpenDeals kith.FieldOf[int64]      // Open deals; 进行中的商机数
	Closed    kith.FieldOf[kith.Money] // Closed by then; 已成交金额
	P10       kith.FieldOf[kith.Money] // P10; P10
	P50       kith.FieldOf[kith.Money] // P50; P50
	P90       kith.FieldOf[kith.Money] // P90; P90
	Mean      kith.FieldOf[kith.Money] // Mean; 均值
	Sd        kith.FieldOf[kith.Money] // Standard deviation; 标准差
	ModelSd   kith.FieldOf[kith.Money] // Standard deviation before the common shock; 未含共同冲击的标准差
	Owner     kith.FieldOf[kith.ID]    // Owner
	Created   kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated   kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Pipeline:  kith.FieldOf[kith.ID]{Type: "forecast", Name: "pipeline"},
	Starts:    kith.FieldOf[kith.Date]{Type: "forecast", Name: "starts"},
	Ends:      kith.FieldOf[kith.Date]{Type: "forecast", Name: "ends"},
	MadeAt:    kith.FieldOf[time.Time]{Type: "forecast", Name: "made_at"},
	Model:     kith.FieldOf[string]{Type: "forecast", Name: "model"},
	OpenDeals: kith.FieldOf[int64]{Type: "forecast", Name: "open_deals"},
	Closed:    kith.FieldOf[kith.Money]{Type: "forecast", Name: "closed"},
	P10:       kith.FieldOf[kith.Money]{Type: "forecast", Name: "p10"},
	P50:       kith.FieldOf[kith.Money]{Type: "forecast", Name: "p50"},
	P90:       kith.FieldOf[kith.Money]{Type: "forecast", Name: "p90"},
	Mean:      kith.FieldOf[kith.Money]{Type: "forecast", Name: "mean"},
	Sd:        kith.FieldOf[kith.Money]{Type: "forecast", Name: "sd"},
	ModelSd:   kith.FieldOf[kith.Money]{Type: "forecast", Name: "model_sd"},
	Owner:     kith.FieldOf[kith.ID]{Type: "forecast", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "forecast", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "forecast", Name: "updated"},
}

// Submission has the fields of the type submission: Submitted forecast, 上报预测.
var Submission = struct {
	Pipeline kith.FieldOf[kith.ID]    // Pipeline; 销售管道; to pipeline; required
	By       kith.FieldOf[kith.ID]    // Submitted by; 上报人; to employee; required
	Of       kith.FieldOf[kith.ID]    // Whose deals (empty: all); 范围（空为全部）; to employee, team
	Starts   kith.FieldOf[kith.Date]  // Starts; 开始日期; required
	Ends     kith.FieldOf[kith.Date]  // Ends (exclusive); 结束日期（不含）; required
	MadeAt   kith.FieldOf[time.Time]  // Made at; 上报时间; required
	Amount   kith.FieldOf[kith.Money] // Amount; 金额; required
	Note     kith.FieldOf[string]     // Note; 说明
	Owner    kith.FieldOf[kith.ID]    // Owner
	Created  kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated  kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Pipeline: kith.FieldOf[kith.ID]{Type: "submission", Name: "pipeline"},
	By:       kith.FieldOf[kith.ID]{Type: "submission", Name: "by"},
	Of:       kith.FieldOf[kith.ID]{Type: "submission", Name: "of"},
	Starts:   kith.FieldOf[kith.Date]{Type: "submission", Name: "starts"},
	Ends:     kith.FieldOf[kith.Date]{Type: "submission", Name: "ends"},
	MadeAt:   kith.FieldOf[time.Time]{Type: "submission", Name: "made_at"},
	Amount:   kith.FieldOf[kith.Money]{Type: "submission", Name: "amount"},
	Note:     kith.FieldOf[string]{Type: "submission", Name: "note"},
	Owner:    kith.FieldOf[kith.ID]{Type: "submission", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "submission", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "submission", Name: "updated"},
}

// Evidence has the fields of the type evidence: Evidence, 证据.
var Evidence = struct {
	Subject    kith.FieldOf[kith.ID]   // Subject; 对象; to contact; required
	Party      kith.FieldOf[kith.ID]   // Toward (none: us); 针对方（空为我方）; to competitor
	Dimension  kith.FieldOf[string]    // Dimension; 维度; required
	Value      kith.FieldOf[float64]   // Value (-1 against, 1 for); 取值（-1 反对，1 支持）; required
	Confidence kith.FieldOf[float64]   // Confidence; 置信度
	Source     kith.FieldOf[string]    // Source; 来源; required
	At         kith.FieldOf[time.Time] // At; 时间; required
	SeenIn     kith.FieldOf[kith.ID]   // Seen in; 出处
	Note       kith.FieldOf[string]    // Note; 说明
	Owner      kith.FieldOf[kith.ID]   // Owner
	Created    kith.FieldOf[time.Time] // Created; derived: read it only
	Updated    kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Subject:    kith.FieldOf[kith.ID]{Type: "evidence", Name: "subject"},
	Party:      kith.FieldOf[kith.ID]{Type: "evidence", Name: "party"},
	Dimension:  kith.FieldOf[string]{Type: "evidence", Name: "dimension"},
	Value:      kith.FieldOf[float64]{Type: "evidence", Name: "value"},
	Confidence: kith.FieldOf[float64]{Type: "evidence", Name: "confidence"},
	Source:     kith.FieldOf[string]{Type: "evidence", Name: "source"},
	At:         kith.FieldOf[time.Time]{Type: "evidence", Name: "at"},
	SeenIn:     kith.FieldOf[kith.ID]{Type: "evidence", Name: "seen_in"},
	Note:       kith.FieldOf[string]{Type: "evidence", Name: "note"},
	Owner:      kith.FieldOf[kith.ID]{Type: "evidence", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "evidence", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "evidence", Name: "updated"},
}

// Choices of evidence.dimension.
const (
	EvidenceDimensionCloseness  = "closeness"
	EvidenceDimensionSolution   = "solution"
	EvidenceDimensionPrice      = "price"
	EvidenceDimensionBudget     = "budget"
	EvidenceDimensionNeed       = "need"
	EvidenceDimensionTiming     = "timing"
	EvidenceDimensionCompetitor = "competitor"
	EvidenceDimensionSentiment  = "sentiment"
)

// Choices of evidence.source.
const (
	EvidenceSourceMeasured       = "measured"
	EvidenceSourceDocument       = "document"
	EvidenceSourceSaidByCustomer = "said_by_customer"
	EvidenceSourceThirdParty     = "third_party"
	EvidenceSourceRepOpinion     = "rep_opinion"
)

// Influence has the fields of the type influence: Influence, 影响力关系.
var Influence = struct {
	Contact    kith.FieldOf[kith.ID]   // Who; 影响者; to contact; required
	On         kith.FieldOf[kith.ID]   // On whom; 被影响者; to contact; required
	Topic      kith.FieldOf[string]    // Topic; 话题
	Strength   kith.FieldOf[float64]   // Strength; 强度
	Confidence kith.FieldOf[float64]   // Confidence; 置信度
	ValidFrom  kith.FieldOf[kith.Date] // From; 生效日期
	ValidTo    kith.FieldOf[kith.Date] // Until; 失效日期
	Owner      kith.FieldOf[kith.ID]   // Owner
	Created    kith.FieldOf[time.Time] // Created; derived: read it only
	Updated    kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Contact:    kith.FieldOf[kith.ID]{Type: "influence", Name: "contact"},
	On:         kith.FieldOf[kith.ID]{Type: "influence", Name: "on"},
	Topic:      kith.FieldOf[string]{Type: "influence", Name: "topic"},
	Strength:   kith.FieldOf[float64]{Type: "influence", Name: "strength"},
	Confidence: kith.FieldOf[float64]{Type: "influence", Name: "confidence"},
	ValidFrom:  kith.FieldOf[kith.Date]{Type: "influence", Name: "valid_from"},
	ValidTo:    kith.FieldOf[kith.Date]{Type: "influence", Name: "valid_to"},
	Owner:      kith.FieldOf[kith.ID]{Type: "influence", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "influence", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "influence", Name: "updated"},
}

// DottedLine has the fields of the type dotted_line: Dotted reporting line, 虚线汇报关系.
var DottedLine = struct {
	Contact   kith.FieldOf[kith.ID]   // Contact; 联系人; to contact; required
	Superior  kith.FieldOf[kith.ID]   // Also reports to; 兼向谁汇报; to contact; required
	ValidFrom kith.FieldOf[kith.Date] // From; 生效日期
	ValidTo   kith.FieldOf[kith.Date] // Until; 失效日期
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Contact:   kith.FieldOf[kith.ID]{Type: "dotted_line", Name: "contact"},
	Superior:  kith.FieldOf[kith.ID]{Type: "dotted_line", Name: "superior"},
	ValidFrom: kith.FieldOf[kith.Date]{Type: "dotted_line", Name: "valid_from"},
	ValidTo:   kith.FieldOf[kith.Date]{Type: "dotted_line", Name: "valid_to"},
	Owner:     kith.FieldOf[kith.ID]{Type: "dotted_line", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "dotted_line", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "dotted_line", Name: "updated"},
}

// Acquaintance has the fields of the type acquaintance: Acquaintance, 人脉.
var Acquaintance = struct {
	From         kith.FieldOf[kith.ID]   // Who; 谁; to contact, employee; required
	To           kith.FieldOf[kith.ID]   // Knows whom; 认识谁; to contact, employee; required
	Kind         kith.FieldOf[string]    // From where; 来源
	Strength     kith.FieldOf[float64]   // Strength; 强度
	Confidence   kith.FieldOf[float64]   // Confidence; 置信度
	ValidFrom    kith.FieldOf[kith.Date] // From; 生效日期
	ValidTo      kith.FieldOf[kith.Date] // Until; 失效日期
	MayIntroduce kith.FieldOf[bool]      // Others may know of the way; 可告知他人能引荐
	Owner        kith.FieldOf[kith.ID]   // Owner
	Created      kith.FieldOf[time.Time] // Created; derived: read it only
	Updated      kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	From:         kith.FieldOf[kith.ID]{Type: "acquaintance", Name: "from"},
	To:           kith.FieldOf[kith.ID]{Type: "acquaintance", Name: "to"},
	Kind:         kith.FieldOf[string]{Type: "acquaintance", Name: "kind"},
	Strength:     kith.FieldOf[float64]{Type: "acquaintance", Name: "strength"},
	Confidence:   kith.FieldOf[float64]{Type: "acquaintance", Name: "confidence"},
	ValidFrom:    kith.FieldOf[kith.Date]{Type: "acquaintance", Name: "valid_from"},
	ValidTo:      kith.FieldOf[kith.Date]{Type: "acquaintance", Name: "valid_to"},
	MayIntroduce: kith.FieldOf[bool]{Type: "acquaintance", Name: "may_introduce"},
	Owner:        kith.FieldOf[kith.ID]{Type: "acquaintance", Name: "owner"},
	Created:      kith.FieldOf[time.Time]{Type: "acquaintance", Name: "created"},
	Updated:      kith.FieldOf[time.Time]{Type: "acquaintance", Name: "updated"},
}

// Choices of acquaintance.kind.
const (
	AcquaintanceKindExColleague = "ex_colleague"
	AcquaintanceKindAlumni      = "alumni"
	AcquaintanceKindHometown    = "hometown"
	AcquaintanceKindFamily      = "family"
	AcquaintanceKindFriend      = "friend"
	AcquaintanceKindAssociation = "association"
	AcquaintanceKindCoBid       = "co_bid"
)

// DealCompetitor has the fields of the type deal_competitor: Competitor in a deal, 参与竞争的友商.
var DealCompetitor = struct {
	Competitor  kith.FieldOf[kith.ID]    // Competitor; 竞争对手; to competitor; required
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity; required
	Price       kith.FieldOf[kith.Money] // Their price; 对方报价
	Note        kith.FieldOf[string]     // What they offer; 对方方案
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Competitor:  kith.FieldOf[kith.ID]{Type: "deal_competitor", Name: "competitor"},
	Opportunity: kith.FieldOf[kith.ID]{Type: "deal_competitor", Name: "opportunity"},
	Price:       kith.FieldOf[kith.Money]{Type: "deal_competitor", Name: "price"},
	Note:        kith.FieldOf[string]{Type: "deal_competitor", Name: "note"},
	Owner:       kith.FieldOf[kith.ID]{Type: "deal_competitor", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "deal_competitor", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "deal_competitor", Name: "updated"},
}

// TaskTemplate has the fields of the type task_template: Task template, 任务模板.
var TaskTemplate = struct {
	ForType   kith.FieldOf[string]    // Type of record; 记录类型; required
	Field     kith.FieldOf[string]    // Field that changes; 变化的字段
	Value     kith.FieldOf[string]    // State it gets to; 达到的状态
	Stage     kith.FieldOf[kith.ID]   // Or stage it gets to; 或达到的阶段; to stage
	Condition kith.FieldOf[string]    // Condition; 条件
	Subject   kith.FieldOf[string]    // Subject; 主题; required
	SubjectZh kith.FieldOf[string]    // Subject in Chinese; 中文主题
	DueDays   kith.FieldOf[int64]     // Due after days; 期限（天）
	Priority  kith.FieldOf[string]    // Priority; 优先级
	Active    kith.FieldOf[bool]      // In use; 启用; required
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	ForType:   kith.FieldOf[string]{Type: "task_template", Name: "for_type"},
	Field:     kith.FieldOf[string]{Type: "task_template", Name: "field"},
	Value:     kith.FieldOf[string]{Type: "task_template", Name: "value"},
	Stage:     kith.FieldOf[kith.ID]{Type: "task_template", Name: "stage"},
	Condition: kith.FieldOf[string]{Type: "task_template", Name: "condition"},
	Subject:   kith.FieldOf[string]{Type: "task_template", Name: "subject"},
	SubjectZh: kith.FieldOf[string]{Type: "task_template", Name: "subject_zh"},
	DueDays:   kith.FieldOf[int64]{Type: "task_template", Name: "due_days"},
	Priority:  kith.FieldOf[string]{Type: "task_template", Name: "priority"},
	Active:    kith.FieldOf[bool]{Type: "task_template", Name: "active"},
	Owner:     kith.FieldOf[kith.ID]{Type: "task_template", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "task_template", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "task_template", Name: "updated"},
}

// Choices of task_template.priority.
const (
	TaskTemplatePriorityLow    = "low"
	TaskTemplatePriorityNormal = "normal"
	TaskTemplatePriorityHigh   = "high"
	TaskTemplatePriorityUrgent = "urgent"
)

// AccountRelation has the fields of the type account_relation: Company relation, 企业关系.
var AccountRelation = struct {
	From       kith.FieldOf[kith.ID]   // Company; 企业; to account; required
	To         kith.FieldOf[kith.ID]   // Of company; 相关企业; to account; required
	Kind       kith.FieldOf[string]    // Is; 关系; required
	Share      kith.FieldOf[float64]   // Share held; 持股比例
	Strength   kith.FieldOf[float64]   // Strength; 强度
	Confidence kith.FieldOf[float64]   // Confidence; 置信度
	ValidFrom  kith.FieldOf[kith.Date] // From; 生效日期
	ValidTo    kith.FieldOf[kith.Date] // Until; 失效日期
	Evidence   kith.FieldOf[kith.ID]   // Evidence; 依据
	Note       kith.FieldOf[string]    // Note; 说明
	Owner      kith.FieldOf[kith.ID]   // Owner
	Created    kith.FieldOf[time.Time] // Created; derived: read it only
	Updated    kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	From:       kith.FieldOf[kith.ID]{Type: "account_relation", Name: "from"},
	To:         kith.FieldOf[kith.ID]{Type: "account_relation", Name: "to"},
	Kind:       kith.FieldOf[string]{Type: "account_relation", Name: "kind"},
	Share:      kith.FieldOf[float64]{Type: "account_relation", Name: "share"},
	Strength:   kith.FieldOf[float64]{Type: "account_relation", Name: "strength"},
	Confidence: kith.FieldOf[float64]{Type: "account_relation", Name: "confidence"},
	ValidFrom:  kith.FieldOf[kith.Date]{Type: "account_relation", Name: "valid_from"},
	ValidTo:    kith.FieldOf[kith.Date]{Type: "account_relation", Name: "valid_to"},
	Evidence:   kith.FieldOf[kith.ID]{Type: "account_relation", Name: "evidence"},
	Note:       kith.FieldOf[string]{Type: "account_relation", Name: "note"},
	Owner:      kith.FieldOf[kith.ID]{Type: "account_relation", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "account_relation", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "account_relation", Name: "updated"},
}

// Choices of account_relation.kind.
const (
	AccountRelationKindSubsidiaryOf = "subsidiary_of"
	AccountRelationKindCustomerOf   = "customer_of"
	AccountRelationKindPartnerOf    = "partner_of"
	AccountRelationKindCompetitorOf = "competitor_of"
)

// Migration has the fields of the type migration: Migration of a pipeline, 管道迁移.
var Migration = struct {
	Pipeline  kith.FieldOf[kith.ID]   // Pipeline; 销售管道; to pipeline; required
	ToVersion kith.FieldOf[int64]     // To version; 新版本; required
	Plan      kith.FieldOf[string]    // Plan; 迁移方案; required
	Before    kith.FieldOf[string]    // Definition before; 迁移前定义; required
	Settled   kith.FieldOf[bool]      // Every record is in its stage; 已全部完成; required
	Moved     kith.FieldOf[int64]     // Records moved; 已迁移记录数; required
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Pipeline:  kith.FieldOf[kith.ID]{Type: "migration", Name: "pipeline"},
	ToVersion: kith.FieldOf[int64]{Type: "migration", Name: "to_version"},
	Plan:      kith.FieldOf[string]{Type: "migration", Name: "plan"},
	Before:    kith.FieldOf[string]{Type: "migration", Name: "before"},
	Settled:   kith.FieldOf[bool]{Type: "migration", Name: "settled"},
	Moved:     kith.FieldOf[int64]{Type: "migration", Name: "moved"},
	Owner:     kith.FieldOf[kith.ID]{Type: "migration", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "migration", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "migration", Name: "updated"},
}

// StageItem has the fields of the type stage_item: What a stage asks for, 阶段要求.
var StageItem = struct {
	Pipeline  kith.FieldOf[kith.ID]   // Pipeline; 销售管道; to pipeline; required
	Stage     kith.FieldOf[kith.ID]   // Stage; 阶段; to stage; required
	Position  kith.FieldOf[int64]     // Position; 序号; required
	Kind      kith.FieldOf[string]    // Kind; 类别; required
	Name      kith.FieldOf[string]    // Name; 名称; required
	LabelEn   kith.FieldOf[string]    // Label in English; 英文标签
	LabelZh   kith.FieldOf[string]    // Label in Chinese; 中文标签
	Condition kith.FieldOf[string]    // Condition; 条件
	Mandatory kith.FieldOf[bool]      // Mandatory; 强制; required
	Evidence  kith.FieldOf[string]    // Type of its evidence; 凭证类型
	Archived  kith.FieldOf[bool]      // Archived; 已停用; required
	By        kith.FieldOf[string]    // Field that leads to the record; 关联字段
	At        kith.FieldOf[string]    // Field that says when; 时间字段
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Pipeline:  kith.FieldOf[kith.ID]{Type: "stage_item", Name: "pipeline"},
	Stage:     kith.FieldOf[kith.ID]{Type: "stage_item", Name: "stage"},
	Position:  kith.FieldOf[int64]{Type: "stage_item", Name: "position"},
	Kind:      kith.FieldOf[string]{Type: "stage_item", Name: "kind"},
	Name:      kith.FieldOf[string]{Type: "stage_item", Name: "name"},
	LabelEn:   kith.FieldOf[string]{Type: "stage_item", Name: "label_en"},
	LabelZh:   kith.FieldOf[string]{Type: "stage_item", Name: "label_zh"},
	Condition: kith.FieldOf[string]{Type: "stage_item", Name: "condition"},
	Mandatory: kith.FieldOf[bool]{Type: "stage_item", Name: "mandatory"},
	Evidence:  kith.FieldOf[string]{Type: "stage_item", Name: "evidence"},
	Archived:  kith.FieldOf[bool]{Type: "stage_item", Name: "archived"},
	By:        kith.FieldOf[string]{Type: "stage_item", Name: "by"},
	At:        kith.FieldOf[string]{Type: "stage_item", Name: "at"},
	Owner:     kith.FieldOf[kith.ID]{Type: "stage_item", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "stage_item", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "stage_item", Name: "updated"},
}

// Choices of stage_item.kind.
const (
	StageItemKindEntry  = "entry"
	StageItemKindExit   = "exit"
	StageItemKindStep   = "step"
	StageItemKindAction = "action"
	StageItemKindEvent  = "event"
)

// Completion has the fields of the type completion: Step done, 步骤完成.
var Completion = struct {
	Record   kith.FieldOf[kith.ID]   // Record; 记录; required
	Step     kith.FieldOf[kith.ID]   // Step; 步骤; to stage_item; required
	Evidence kith.FieldOf[kith.ID]   // Evidence; 凭证
	At       kith.FieldOf[time.Time] // At; 时间
	Note     kith.FieldOf[string]    // Note; 说明
	Owner    kith.FieldOf[kith.ID]   // Owner
	Created  kith.FieldOf[time.Time] // Created; derived: read it only
	Updated  kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Record:   kith.FieldOf[kith.ID]{Type: "completion", Name: "record"},
	Step:     kith.FieldOf[kith.ID]{Type: "completion", Name: "step"},
	Evidence: kith.FieldOf[kith.ID]{Type: "completion", Name: "evidence"},
	At:       kith.FieldOf[time.Time]{Type: "completion", Name: "at"},
	Note:     kith.FieldOf[string]{Type: "completion", Name: "note"},
	Owner:    kith.FieldOf[kith.ID]{Type: "completion", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "completion", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "completion", Name: "updated"},
}

// Track has the fields of the type track: Stage in a parallel pipeline, 并行阶段.
var Track = struct {
	Record   kith.FieldOf[kith.ID]   // Record; 记录; required; derived: read it only
	Pipeline kith.FieldOf[kith.ID]   // Pipeline; 销售管道; to pipeline; required; derived: read it only
	Stage    kith.FieldOf[kith.ID]   // Stage; 阶段; to stage; derived: read it only
	ClosedAt kith.FieldOf[time.Time] // Closed at; 结束时间; derived: read it only
	Owner    kith.FieldOf[kith.ID]   // Owner
	Created  kith.FieldOf[time.Time] // Created; derived: read it only
	Updated  kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Record:   kith.FieldOf[kith.ID]{Type: "track", Name: "record"},
	Pipeline: kith.FieldOf[kith.ID]{Type: "track", Name: "pipeline"},
	Stage:    kith.FieldOf[kith.ID]{Type: "track", Name: "stage"},
	ClosedAt: kith.FieldOf[time.Time]{Type: "track", Name: "closed_at"},
	Owner:    kith.FieldOf[kith.ID]{Type: "track", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "track", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "track", Name: "updated"},
}

// ConversionMap has the fields of the type conversion_map: Field carried over by a conversion, 转化字段映射.
var ConversionMap = struct {
	ForType kith.FieldOf[string]    // Type of what is converted; 被转化的记录类型; required
	Field   kith.FieldOf[string]    // Its field; 原字段; required
	ToType  kith.FieldOf[string]    // Type of what comes of it; 目标记录类型; required
	ToField kith.FieldOf[string]    // Field there; 目标字段; required
	Active  kith.FieldOf[bool]      // In use; 启用; required
	Owner   kith.FieldOf[kith.ID]   // Owner
	Created kith.FieldOf[time.Time] // Created; derived: read it only
	Updated kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	ForType: kith.FieldOf[string]{Type: "conversion_map", Name: "for_type"},
	Field:   kith.FieldOf[string]{Type: "conversion_map", Name: "field"},
	ToType:  kith.FieldOf[string]{Type: "conversion_map", Name: "to_type"},
	ToField: kith.FieldOf[string]{Type: "conversion_map", Name: "to_field"},
	Active:  kith.FieldOf[bool]{Type: "conversion_map", Name: "active"},
	Owner:   kith.FieldOf[kith.ID]{Type: "conversion_map", Name: "owner"},
	Created: kith.FieldOf[time.Time]{Type: "conversion_map", Name: "created"},
	Updated: kith.FieldOf[time.Time]{Type: "conversion_map", Name: "updated"},
}

// OrderReturn has the fields of the type order_return: Return, 退货单.
var OrderReturn = struct {
	Number   kith.FieldOf[string]     // Number; 编号
	Order    kith.FieldOf[kith.ID]    // Order; 订单; to order; required
	Account  kith.FieldOf[kith.ID]    // Account; 客户; to account
	Contact  kith.FieldOf[kith.ID]    // Contact; 联系人; to contact
	Status   kith.FieldOf[string]     // Status; 状态; required
	Date     kith.FieldOf[kith.Date]  // Date; 日期
	Total    kith.FieldOf[kith.Money] // Total; 总额
	Discount kith.FieldOf[kith.Money] // Discount; 折扣额
	Tax      kith.FieldOf[kith.Money] // Tax; 税额
	Reason   kith.FieldOf[string]     // Reason; 原因
	Ticket   kith.FieldOf[kith.ID]    // Ticket; 工单; to ticket
	Rounding kith.FieldOf[string]     // Rounding; 舍入方式
	Owner    kith.FieldOf[kith.ID]    // Owner
	Created  kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated  kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Number:   kith.FieldOf[string]{Type: "order_return", Name: "number"},
	Order:    kith.FieldOf[kith.ID]{Type: "order_return", Name: "order"},
	Account:  kith.FieldOf[kith.ID]{Type: "order_return", Name: "account"},
	Contact:  kith.FieldOf[kith.ID]{Type: "order_return", Name: "contact"},
	Status:   kith.FieldOf[string]{Type: "order_return", Name: "status"},
	Date:     kith.FieldOf[kith.Date]{Type: "order_return", Name: "date"},
	Total:    kith.FieldOf[kith.Money]{Type: "order_return", Name: "total"},
	Discount: kith.FieldOf[kith.Money]{Type: "order_return", Name: "discount"},
	Tax:      kith.FieldOf[kith.Money]{Type: "order_return", Name: "tax"},
	Reason:   kith.FieldOf[string]{Type: "order_return", Name: "reason"},
	Ticket:   kith.FieldOf[kith.ID]{Type: "order_return", Name: "ticket"},
	Rounding: kith.FieldOf[string]{Type: "order_return", Name: "rounding"},
	Owner:    kith.FieldOf[kith.ID]{Type: "order_return", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "order_return", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "order_return", Name: "updated"},
}

// Choices of order_return.status.
const (
	OrderReturnStatusRequested = "requested"
	OrderReturnStatusReceived  = "received"
	OrderReturnStatusRejected  = "rejected"
)

// Choices of order_return.rounding.
const (
	OrderReturnRoundingHalfUp   = "half_up"
	OrderReturnRoundingHalfEven = "half_even"
	OrderReturnRoundingDown     = "down"
)

// OrderReturnLine has the fields of the type order_return_line: Return line, 退货明细.
var OrderReturnLine = struct {
	OrderReturn kith.FieldOf[kith.ID]      // Return; 退货单; to order_return; required
	Product     kith.FieldOf[kith.ID]      // Product; 产品; to product
	Description kith.FieldOf[string]       // Description; 描述
	Quantity    kith.FieldOf[kith.Decimal] // Quantity; 数量; required
	Price       kith.FieldOf[kith.Money]   // Unit price; 单价
	Discount    kith.FieldOf[kith.Decimal] // Discount (share of the price); 折扣（占单价比例）
	Amount      kith.FieldOf[kith.Money]   // Amount; 金额
	Position    kith.FieldOf[int64]        // Position; 序号
	TaxRate     kith.FieldOf[kith.Decimal] // Tax rate (share of the amount); 税率（占金额比例）
	Tax         kith.FieldOf[kith.Money]   // Tax; 税额
	OrderLine   kith.FieldOf[kith.ID]      // Line of the order; 对应订单明细; to order_line
	Owner       kith.FieldOf[kith.ID]      // Owner
	Created     kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	OrderReturn: kith.FieldOf[kith.ID]{Type: "order_return_line", Name: "order_return"},
	Product:     kith.FieldOf[kith.ID]{Type: "order_return_line", Name: "product"},
	Description: kith.FieldOf[string]{Type: "order_return_line", Name: "description"},
	Quantity:    kith.FieldOf[kith.Decimal]{Type: "order_return_line", Name: "quantity"},
	Price:       kith.FieldOf[kith.Money]{Type: "order_return_line", Name: "price"},
	Discount:    kith.FieldOf[kith.Decimal]{Type: "order_return_line", Name: "discount"},
	Amount:      kith.FieldOf[kith.Money]{Type: "order_return_line", Name: "amount"},
	Position:    kith.FieldOf[int64]{Type: "order_return_line", Name: "position"},
	TaxRate:     kith.FieldOf[kith.Decimal]{Type: "order_return_line", Name: "tax_rate"},
	Tax:         kith.FieldOf[kith.Money]{Type: "order_return_line", Name: "tax"},
	OrderLine:   kith.FieldOf[kith.ID]{Type: "order_return_line", Name: "order_line"},
	Owner:       kith.FieldOf[kith.ID]{Type: "order_return_line", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "order_return_line", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "order_return_line", Name: "updated"},
}

// Invoice has the fields of the type invoice: Invoice, 发票.
var Invoice = struct {
	Number      kith.FieldOf[string]     // Number; 编号
	Order       kith.FieldOf[kith.ID]    // Order; 订单; to order
	Contract    kith.FieldOf[kith.ID]    // Contract; 合同; to contract
	Account     kith.FieldOf[kith.ID]    // Account; 客户; to account
	Contact     kith.FieldOf[kith.ID]    // Contact; 联系人; to contact
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity
	Status      kith.FieldOf[string]     // Status; 状态; required
	Date        kith.FieldOf[kith.Date]  // Date; 开票日期
	Due         kith.FieldOf[kith.Date]  // Payment due; 付款到期日
	Total       kith.FieldOf[kith.Money] // Total; 总额
	Discount    kith.FieldOf[kith.Money] // Discount; 折扣额
	Tax         kith.FieldOf[kith.Money] // Tax; 税额
	Rounding    kith.FieldOf[string]     // Rounding; 舍入方式
	Paid        kith.FieldOf[kith.Money] // Paid; 已收款
	Open        kith.FieldOf[kith.Money] // Still open; 未收款
	LastPaid    kith.FieldOf[kith.Date]  // Last payment; 最近收款日期
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Number:      kith.FieldOf[string]{Type: "invoice", Name: "number"},
	Order:       kith.FieldOf[kith.ID]{Type: "invoice", Name: "order"},
	Contract:    kith.FieldOf[kith.ID]{Type: "invoice", Name: "contract"},
	Account:     kith.FieldOf[kith.ID]{Type: "invoice", Name: "account"},
	Contact:     kith.FieldOf[kith.ID]{Type: "invoice", Name: "contact"},
	Opportunity: kith.FieldOf[kith.ID]{Type: "invoice", Name: "opportunity"},
	Status:      kith.FieldOf[string]{Type: "invoice", Name: "status"},
	Date:        kith.FieldOf[kith.Date]{Type: "invoice", Name: "date"},
	Due:         kith.FieldOf[kith.Date]{Type: "invoice", Name: "due"},
	Total:       kith.FieldOf[kith.Money]{Type: "invoice", Name: "total"},
	Discount:    kith.FieldOf[kith.Money]{Type: "invoice", Name: "discount"},
	Tax:         kith.FieldOf[kith.Money]{Type: "invoice", Name: "tax"},
	Rounding:    kith.FieldOf[string]{Type: "invoice", Name: "rounding"},
	Paid:        kith.FieldOf[kith.Money]{Type: "invoice", Name: "paid"},
	Open:        kith.FieldOf[kith.Money]{Type: "invoice", Name: "open"},
	LastPaid:    kith.FieldOf[kith.Date]{Type: "invoice", Name: "last_paid"},
	Owner:       kith.FieldOf[kith.ID]{Type: "invoice", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "invoice", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "invoice", Name: "updated"},
}

// Choices of invoice.status.
const (
	InvoiceStatusDraft     = "draft"
	InvoiceStatusIssued    = "issued"
	InvoiceStatusCancelled = "cancelled"
)

// Choices of invoice.rounding.
const (
	InvoiceRoundingHalfUp   = "half_up"
	InvoiceRoundingHalfEven = "half_even"
	InvoiceRoundingDown     = "down"
)

// InvoiceLine has the fields of the type invoice_line: Invoice line, 发票明细.
var InvoiceLine = struct {
	Invoice     kith.FieldOf[kith.ID]      // Invoice; 发票; to invoice; required
	Product     kith.FieldOf[kith.ID]      // Product; 产品; to product
	Description kith.FieldOf[string]       // Description; 描述
	Quantity    kith.FieldOf[kith.Decimal] // Quantity; 数量; required
	Price       kith.FieldOf[kith.Money]   // Unit price; 单价
	Discount    kith.FieldOf[kith.Decimal] // Discount (share of the price); 折扣（占单价比例）
	Amount      kith.FieldOf[kith.Money]   // Amount; 金额
	Position    kith.FieldOf[int64]        // Position; 序号
	TaxRate     kith.FieldOf[kith.Decimal] // Tax rate (share of the amount); 税率（占金额比例）
	Tax         kith.FieldOf[kith.Money]   // Tax; 税额
	OrderLine   kith.FieldOf[kith.ID]      // Line of the order; 对应订单明细; to order_line
	Owner       kith.FieldOf[kith.ID]      // Owner
	Created     kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Invoice:     kith.FieldOf[kith.ID]{Type: "invoice_line", Name: "invoice"},
	Product:     kith.FieldOf[kith.ID]{Type: "invoice_line", Name: "product"},
	Description: kith.FieldOf[string]{Type: "invoice_line", Name: "description"},
	Quantity:    kith.FieldOf[kith.Decimal]{Type: "invoice_line", Name: "quantity"},
	Price:       kith.FieldOf[kith.Money]{Type: "invoice_line", Name: "price"},
	Discount:    kith.FieldOf[kith.Decimal]{Type: "invoice_line", Name: "discount"},
	Amount:      kith.FieldOf[kith.Money]{Type: "invoice_line", Name: "amount"},
	Position:    kith.FieldOf[int64]{Type: "invoice_line", Name: "position"},
	TaxRate:     kith.FieldOf[kith.Decimal]{Type: "invoice_line", Name: "tax_rate"},
	Tax:         kith.FieldOf[kith.Money]{Type: "invoice_line", Name: "tax"},
	OrderLine:   kith.FieldOf[kith.ID]{Type: "invoice_line", Name: "order_line"},
	Owner:       kith.FieldOf[kith.ID]{Type: "invoice_line", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "invoice_line", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "invoice_line", Name: "updated"},
}

// Receipt has the fields of the type receipt: Receipt, 收款.
var Receipt = struct {
	Invoice   kith.FieldOf[kith.ID]    // Invoice; 发票; to invoice; required
	Date      kith.FieldOf[kith.Date]  // Date; 收款日期; required
	Amount    kith.FieldOf[kith.Money] // Amount; 金额; required
	Method    kith.FieldOf[string]     // Method; 收款方式
	Reference kith.FieldOf[string]     // Reference; 凭证号
	Owner     kith.FieldOf[kith.ID]    // Owner
	Created   kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated   kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Invoice:   kith.FieldOf[kith.ID]{Type: "receipt", Name: "invoice"},
	Date:      kith.FieldOf[kith.Date]{Type: "receipt", Name: "date"},
	Amount:    kith.FieldOf[kith.Money]{Type: "receipt", Name: "amount"},
	Method:    kith.FieldOf[string]{Type: "receipt", Name: "method"},
	Reference: kith.FieldOf[string]{Type: "receipt", Name: "reference"},
	Owner:     kith.FieldOf[kith.ID]{Type: "receipt", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "receipt", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "receipt", Name: "updated"},
}

// Choices of receipt.method.
const (
	ReceiptMethodTransfer = "transfer"
	ReceiptMethodCash     = "cash"
	ReceiptMethodCard     = "card"
	ReceiptMethodDraft    = "draft"
	ReceiptMethodOther    = "other"
)

// Contract has the fields of the type contract: Contract, 合同.
var Contract = struct {
	Number      kith.FieldOf[string]     // Number; 编号
	Name        kith.FieldOf[string]     // Name; 名称; required
	Account     kith.FieldOf[kith.ID]    // Account; 客户; to account
	Contact     kith.FieldOf[kith.ID]    // Contact; 联系人; to contact
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity
	Quote       kith.FieldOf[kith.ID]    // Quote; 报价单; to quote
	Status      kith.FieldOf[string]     // Status; 状态; required
	Date        kith.FieldOf[kith.Date]  // Date; 日期
	SignedOn    kith.FieldOf[kith.Date]  // Signed on; 签署日期
	Starts      kith.FieldOf[kith.Date]  // Starts; 生效日期
	Ends        kith.FieldOf[kith.Date]  // Ends; 结束日期
	Total       kith.FieldOf[kith.Money] // Value; 合同金额
	Description kith.FieldOf[string]     // Description; 描述
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Number:      kith.FieldOf[string]{Type: "contract", Name: "number"},
	Name:        kith.FieldOf[string]{Type: "contract", Name: "name"},
	Account:     kith.FieldOf[kith.ID]{Type: "contract", Name: "account"},
	Contact:     kith.FieldOf[kith.ID]{Type: "contract", Name: "contact"},
	Opportunity: kith.FieldOf[kith.ID]{Type: "contract", Name: "opportunity"},
	Quote:       kith.FieldOf[kith.ID]{Type: "contract", Name: "quote"},
	Status:      kith.FieldOf[string]{Type: "contract", Name: "status"},
	Date:        kith.FieldOf[kith.Date]{Type: "contract", Name: "date"},
	SignedOn:    kith.FieldOf[kith.Date]{Type: "contract", Name: "signed_on"},
	Starts:      kith.FieldOf[kith.Date]{Type: "contract", Name: "starts"},
	Ends:        kith.FieldOf[kith.Date]{Type: "contract", Name: "ends"},
	Total:       kith.FieldOf[kith.Money]{Type: "contract", Name: "total"},
	Description: kith.FieldOf[string]{Type: "contract", Name: "description"},
	Owner:       kith.FieldOf[kith.ID]{Type: "contract", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "contract", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "contract", Name: "updated"},
}

// Choices of contract.status.
const (
	ContractStatusDraft      = "draft"
	ContractStatusInApproval = "in_approval"
	ContractStatusSigned     = "signed"
	ContractStatusEnded      = "ended"
	ContractStatusCancelled  = "cancelled"
)

// Instalment has the fields of the type instalment: Instalment, 付款计划.
var Instalment = struct {
	Order    kith.FieldOf[kith.ID]    // Order; 订单; to order
	Contract kith.FieldOf[kith.ID]    // Contract; 合同; to contract
	Position kith.FieldOf[int64]      // Position; 序号
	Name     kith.FieldOf[string]     // Milestone; 里程碑
	Due      kith.FieldOf[kith.Date]  // Due; 应付日期; required
	Amount   kith.FieldOf[kith.Money] // Amount; 金额; required
	Invoice  kith.FieldOf[kith.ID]    // Invoice; 发票; to invoice
	Owner    kith.FieldOf[kith.ID]    // Owner
	Created  kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated  kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Order:    kith.FieldOf[kith.ID]{Type: "instalment", Name: "order"},
	Contract: kith.FieldOf[kith.ID]{Type: "instalment", Name: "contract"},
	Position: kith.FieldOf[int64]{Type: "instalment", Name: "position"},
	Name:     kith.FieldOf[string]{Type: "instalment", Name: "name"},
	Due:      kith.FieldOf[kith.Date]{Type: "instalment", Name: "due"},
	Amount:   kith.FieldOf[kith.Money]{Type: "instalment", Name: "amount"},
	Invoice:  kith.FieldOf[kith.ID]{Type: "instalment", Name: "invoice"},
	Owner:    kith.FieldOf[kith.ID]{Type: "instalment", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "instalment", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "instalment", Name: "updated"},
}

// Milestone has the fields of the type milestone: Milestone of delivery, 交付里程碑.
var Milestone = struct {
	Opportunity kith.FieldOf[kith.ID]   // Opportunity; 商机; to opportunity; required
	Name        kith.FieldOf[string]    // Name; 名称; required
	Kind        kith.FieldOf[string]    // Kind; 类别; required
	Due         kith.FieldOf[kith.Date] // Due; 计划完成日期; required
	DoneOn      kith.FieldOf[kith.Date] // Done on; 实际完成日期
	Contract    kith.FieldOf[kith.ID]   // Contract; 合同; to contract
	Order       kith.FieldOf[kith.ID]   // Order; 订单; to order
	Instalment  kith.FieldOf[kith.ID]   // Instalment that it makes due; 对应付款; to instalment
	Description kith.FieldOf[string]    // Description; 描述
	Owner       kith.FieldOf[kith.ID]   // Owner
	Created     kith.FieldOf[time.Time] // Created; derived: read it only
	Updated     kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Opportunity: kith.FieldOf[kith.ID]{Type: "milestone", Name: "opportunity"},
	Name:        kith.FieldOf[string]{Type: "milestone", Name: "name"},
	Kind:        kith.FieldOf[string]{Type: "milestone", Name: "kind"},
	Due:         kith.FieldOf[kith.Date]{Type: "milestone", Name: "due"},
	DoneOn:      kith.FieldOf[kith.Date]{Type: "milestone", Name: "done_on"},
	Contract:    kith.FieldOf[kith.ID]{Type: "milestone", Name: "contract"},
	Order:       kith.FieldOf[kith.ID]{Type: "milestone", Name: "order"},
	Instalment:  kith.FieldOf[kith.ID]{Type: "milestone", Name: "instalment"},
	Description: kith.FieldOf[string]{Type: "milestone", Name: "description"},
	Owner:       kith.FieldOf[kith.ID]{Type: "milestone", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "milestone", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "milestone", Name: "updated"},
}

// Choices of milestone.kind.
const (
	MilestoneKindDelivery     = "delivery"
	MilestoneKindInstallation = "installation"
	MilestoneKindTraining     = "training"
	MilestoneKindAcceptance   = "acceptance"
)

// Cost has the fields of the type cost: Cost, 成本.
var Cost = struct {
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity; required
	Kind        kith.FieldOf[string]     // Kind; 类别; required
	Amount      kith.FieldOf[kith.Money] // Amount; 金额; required
	Spent       kith.FieldOf[bool]       // Spent already; 已发生
	Note        kith.FieldOf[string]     // Note; 说明
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Opportunity: kith.FieldOf[kith.ID]{Type: "cost", Name: "opportunity"},
	Kind:        kith.FieldOf[string]{Type: "cost", Name: "kind"},
	Amount:      kith.FieldOf[kith.Money]{Type: "cost", Name: "amount"},
	Spent:       kith.FieldOf[bool]{Type: "cost", Name: "spent"},
	Note:        kith.FieldOf[string]{Type: "cost", Name: "note"},
	Owner:       kith.FieldOf[kith.ID]{Type: "cost", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "cost", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "cost", Name: "updated"},
}

// Choices of cost.kind.
const (
	CostKindDelivery = "delivery"
	CostKindToWin    = "to_win"
)

// Bid has the fields of the type bid: Bid, 投标.
var Bid = struct {
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity; required
	Name        kith.FieldOf[string]     // Name; 名称; required
	TenderNo    kith.FieldOf[string]     // Tender number; 招标编号
	Kind        kith.FieldOf[string]     // Kind; 招标方式
	Status      kith.FieldOf[string]     // Status; 状态; required
	PublishedOn kith.FieldOf[kith.Date]  // Published on; 发布日期
	DueOn       kith.FieldOf[kith.Date]  // Due on; 投标截止日期
	OpenedOn    kith.FieldOf[kith.Date]  // Opened on; 开标日期
	AwardedOn   kith.FieldOf[kith.Date]  // Awarded on; 定标日期
	Budget      kith.FieldOf[kith.Money] // Budget; 预算
	Price       kith.FieldOf[kith.Money] // Our price; 我方报价
	LostTo      kith.FieldOf[kith.ID]    // Lost to; 中标对手; to competitor
	LossReason  kith.FieldOf[string]     // Reason of loss; 落标原因
	Document    kith.FieldOf[string]     // Where its documents are; 标书位置
	Shortlisted kith.FieldOf[int64]      // Rounds survived; 入围轮次
	LateLoss    kith.FieldOf[bool]       // Lost after the shortlist; 入围后落标
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Opportunity: kith.FieldOf[kith.ID]{Type: "bid", Name: "opportunity"},
	Name:        kith.FieldOf[string]{Type: "bid", Name: "name"},
	TenderNo:    kith.FieldOf[string]{Type: "bid", Name: "tender_no"},
	Kind:        kith.FieldOf[string]{Type: "bid", Name: "kind"},
	Status:      kith.FieldOf[string]{Type: "bid", Name: "status"},
	PublishedOn: kith.FieldOf[kith.Date]{Type: "bid", Name: "published_on"},
	DueOn:       kith.FieldOf[kith.Date]{Type: "bid", Name: "due_on"},
	OpenedOn:    kith.FieldOf[kith.Date]{Type: "bid", Name: "opened_on"},
	AwardedOn:   kith.FieldOf[kith.Date]{Type: "bid", Name: "awarded_on"},
	Budget:      kith.FieldOf[kith.Money]{Type: "bid", Name: "budget"},
	Price:       kith.FieldOf[kith.Money]{Type: "bid", Name: "price"},
	LostTo:      kith.FieldOf[kith.ID]{Type: "bid", Name: "lost_to"},
	LossReason:  kith.FieldOf[string]{Type: "bid", Name: "loss_reason"},
	Document:    kith.FieldOf[string]{Type: "bid", Name: "document"},
	Shortlisted: kith.FieldOf[int64]{Type: "bid", Name: "shortlisted"},
	LateLoss:    kith.FieldOf[bool]{Type: "bid", Name: "late_loss"},
	Owner:       kith.FieldOf[kith.ID]{Type: "bid", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "bid", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "bid", Name: "updated"},
}

// Choices of bid.kind.
const (
	BidKindOpen         = "open"
	BidKindInvited      = "invited"
	BidKindNegotiated   = "negotiated"
	BidKindSingleSource = "single_source"
)

// Choices of bid.status.
const (
	BidStatusPlanned     = "planned"
	BidStatusSubmitted   = "submitted"
	BidStatusShortlisted = "shortlisted"
	BidStatusWon         = "won"
	BidStatusLost        = "lost"
	BidStatusWithdrawn   = "withdrawn"
)

// Choices of bid.loss_reason.
const (
	BidLossReasonPrice        = "price"
	BidLossReasonProduct      = "product"
	BidLossReasonRelationship = "relationship"
	BidLossReasonScore        = "score"
	BidLossReasonFormal       = "formal"
	BidLossReasonOther        = "other"
)

// BidRound has the fields of the type bid_round: Round of a bid, 投标轮次.
var BidRound = struct {
	Bid          kith.FieldOf[kith.ID]   // Bid; 投标; to bid; required
	Number       kith.FieldOf[int64]     // Round; 轮次; required
	Date         kith.FieldOf[kith.Date] // Date; 日期
	Result       kith.FieldOf[string]    // Result; 结果
	Rank         kith.FieldOf[int64]     // Our rank; 我方名次
	Participants kith.FieldOf[int64]     // Participants; 参与家数
	Note         kith.FieldOf[string]    // Note; 说明
	Owner        kith.FieldOf[kith.ID]   // Owner
	Created      kith.FieldOf[time.Time] // Created; derived: read it only
	Updated      kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Bid:          kith.FieldOf[kith.ID]{Type: "bid_round", Name: "bid"},
	Number:       kith.FieldOf[int64]{Type: "bid_round", Name: "number"},
	Date:         kith.FieldOf[kith.Date]{Type: "bid_round", Name: "date"},
	Result:       kith.FieldOf[string]{Type: "bid_round", Name: "result"},
	Rank:         kith.FieldOf[int64]{Type: "bid_round", Name: "rank"},
	Participants: kith.FieldOf[int64]{Type: "bid_round", Name: "participants"},
	Note:         kith.FieldOf[string]{Type: "bid_round", Name: "note"},
	Owner:        kith.FieldOf[kith.ID]{Type: "bid_round", Name: "owner"},
	Created:      kith.FieldOf[time.Time]{Type: "bid_round", Name: "created"},
	Updated:      kith.FieldOf[time.Time]{Type: "bid_round", Name: "updated"},
}

// Choices of bid_round.result.
const (
	BidRoundResultShortlisted = "shortlisted"
	BidRoundResultDropped     = "dropped"
	BidRoundResultAwarded     = "awarded"
)

// BidCriterion has the fields of the type bid_criterion: Scoring criterion, 评分项.
var BidCriterion = struct {
	Bid      kith.FieldOf[kith.ID]      // Bid; 投标; to bid; required
	Name     kith.FieldOf[string]       // Name; 名称; required
	Weight   kith.FieldOf[kith.Decimal] // Weight (all of a bid are 1); 权重（合计为 1）; required
	Position kith.FieldOf[int64]        // Position; 序号
	Owner    kith.FieldOf[kith.ID]      // Owner
	Created  kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated  kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Bid:      kith.FieldOf[kith.ID]{Type: "bid_criterion", Name: "bid"},
	Name:     kith.FieldOf[string]{Type: "bid_criterion", Name: "name"},
	Weight:   kith.FieldOf[kith.Decimal]{Type: "bid_criterion", Name: "weight"},
	Position: kith.FieldOf[int64]{Type: "bid_criterion", Name: "position"},
	Owner:    kith.FieldOf[kith.ID]{Type: "bid_criterion", Name: "owner"},
	Created:  kith.FieldOf[time.Time]{Type: "bid_criterion", Name: "created"},
	Updated:  kith.FieldOf[time.Time]{Type: "bid_criterion", Name: "updated"},
}

// BidScore has the fields of the type bid_score: Score of a bidder, 评分.
var BidScore = struct {
	Criterion  kith.FieldOf[kith.ID]      // Criterion; 评分项; to bid_criterion; required
	Competitor kith.FieldOf[kith.ID]      // Bidder (none: us); 投标方（空为我方）; to competitor
	Score      kith.FieldOf[kith.Decimal] // Score (share of the full mark); 得分（占满分比例）; required
	Owner      kith.FieldOf[kith.ID]      // Owner
	Created    kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated    kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Criterion:  kith.FieldOf[kith.ID]{Type: "bid_score", Name: "criterion"},
	Competitor: kith.FieldOf[kith.ID]{Type: "bid_score", Name: "competitor"},
	Score:      kith.FieldOf[kith.Decimal]{Type: "bid_score", Name: "score"},
	Owner:      kith.FieldOf[kith.ID]{Type: "bid_score", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "bid_score", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "bid_score", Name: "updated"},
}

// Approval has the fields of the type approval: Approval, 审批.
var Approval = struct {
	Record    kith.FieldOf[kith.ID]   // What is approved; 审批对象; required
	Step      kith.FieldOf[int64]     // Step (equal ones in parallel); 步骤（相同则并行）; required
	Approver  kith.FieldOf[kith.ID]   // Approver; 审批人; to employee; required
	Delegate  kith.FieldOf[kith.ID]   // Delegate; 代理人; to employee
	DecidedBy kith.FieldOf[kith.ID]   // Decided by; 实际审批人; to employee
	Status    kith.FieldOf[string]    // Status; 状态; required
	DecidedAt kith.FieldOf[time.Time] // Decided at; 审批时间
	Note      kith.FieldOf[string]    // Note; 意见
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Record:    kith.FieldOf[kith.ID]{Type: "approval", Name: "record"},
	Step:      kith.FieldOf[int64]{Type: "approval", Name: "step"},
	Approver:  kith.FieldOf[kith.ID]{Type: "approval", Name: "approver"},
	Delegate:  kith.FieldOf[kith.ID]{Type: "approval", Name: "delegate"},
	DecidedBy: kith.FieldOf[kith.ID]{Type: "approval", Name: "decided_by"},
	Status:    kith.FieldOf[string]{Type: "approval", Name: "status"},
	DecidedAt: kith.FieldOf[time.Time]{Type: "approval", Name: "decided_at"},
	Note:      kith.FieldOf[string]{Type: "approval", Name: "note"},
	Owner:     kith.FieldOf[kith.ID]{Type: "approval", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "approval", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "approval", Name: "updated"},
}

// Choices of approval.status.
const (
	ApprovalStatusPending  = "pending"
	ApprovalStatusApproved = "approved"
	ApprovalStatusRejected = "rejected"
)

// BudgetEvidence has the fields of the type budget_evidence: Evidence of a budget, 预算证据.
var BudgetEvidence = struct {
	Opportunity kith.FieldOf[kith.ID]    // Opportunity; 商机; to opportunity; required
	Exists      kith.FieldOf[bool]       // There is one; 有预算; required
	Amount      kith.FieldOf[kith.Money] // Amount; 金额
	Source      kith.FieldOf[string]     // Source; 来源; required
	Confidence  kith.FieldOf[float64]    // Confidence; 置信度
	At          kith.FieldOf[time.Time]  // At; 时间; required
	Note        kith.FieldOf[string]     // Note; 说明
	Owner       kith.FieldOf[kith.ID]    // Owner
	Created     kith.FieldOf[time.Time]  // Created; derived: read it only
	Updated     kith.FieldOf[time.Time]  // Updated; derived: read it only
}{
	Opportunity: kith.FieldOf[kith.ID]{Type: "budget_evidence", Name: "opportunity"},
	Exists:      kith.FieldOf[bool]{Type: "budget_evidence", Name: "exists"},
	Amount:      kith.FieldOf[kith.Money]{Type: "budget_evidence", Name: "amount"},
	Source:      kith.FieldOf[string]{Type: "budget_evidence", Name: "source"},
	Confidence:  kith.FieldOf[float64]{Type: "budget_evidence", Name: "confidence"},
	At:          kith.FieldOf[time.Time]{Type: "budget_evidence", Name: "at"},
	Note:        kith.FieldOf[string]{Type: "budget_evidence", Name: "note"},
	Owner:       kith.FieldOf[kith.ID]{Type: "budget_evidence", Name: "owner"},
	Created:     kith.FieldOf[time.Time]{Type: "budget_evidence", Name: "created"},
	Updated:     kith.FieldOf[time.Time]{Type: "budget_evidence", Name: "updated"},
}

// Choices of budget_evidence.source.
const (
	BudgetEvidenceSourceDocument       = "document"
	BudgetEvidenceSourceSaidByCustomer = "said_by_customer"
	BudgetEvidenceSourceThirdParty     = "third_party"
	BudgetEvidenceSourceRepOpinion     = "rep_opinion"
)

// VisitPlan has the fields of the type visit_plan: Visit plan, 拜访计划.
var VisitPlan = struct {
	Account   kith.FieldOf[kith.ID]   // Store; 门店; to account; required
	Employee  kith.FieldOf[kith.ID]   // Who visits; 拜访人; to employee
	EveryDays kith.FieldOf[int64]     // Every so many days; 拜访间隔（天）; required
	Starts    kith.FieldOf[kith.Date] // From; 开始日期
	Ends      kith.FieldOf[kith.Date] // Until (exclusive); 结束日期（不含）
	Route     kith.FieldOf[string]    // Route; 线路
	Owner     kith.FieldOf[kith.ID]   // Owner
	Created   kith.FieldOf[time.Time] // Created; derived: read it only
	Updated   kith.FieldOf[time.Time] // Updated; derived: read it only
}{
	Account:   kith.FieldOf[kith.ID]{Type: "visit_plan", Name: "account"},
	Employee:  kith.FieldOf[kith.ID]{Type: "visit_plan", Name: "employee"},
	EveryDays: kith.FieldOf[int64]{Type: "visit_plan", Name: "every_days"},
	Starts:    kith.FieldOf[kith.Date]{Type: "visit_plan", Name: "starts"},
	Ends:      kith.FieldOf[kith.Date]{Type: "visit_plan", Name: "ends"},
	Route:     kith.FieldOf[string]{Type: "visit_plan", Name: "route"},
	Owner:     kith.FieldOf[kith.ID]{Type: "visit_plan", Name: "owner"},
	Created:   kith.FieldOf[time.Time]{Type: "visit_plan", Name: "created"},
	Updated:   kith.FieldOf[time.Time]{Type: "visit_plan", Name: "updated"},
}

// StockLevel has the fields of the type stock_level: Stock that a store should have, 门店安全库存.
var StockLevel = struct {
	Account    kith.FieldOf[kith.ID]      // Store; 门店; to account; required
	Product    kith.FieldOf[kith.ID]      // Product; 产品; to product; required
	Par        kith.FieldOf[int64]        // To be there (par); 安全库存; required
	DailySales kith.FieldOf[kith.Decimal] // Sold a day; 日均销量
	Owner      kith.FieldOf[kith.ID]      // Owner
	Created    kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated    kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Account:    kith.FieldOf[kith.ID]{Type: "stock_level", Name: "account"},
	Product:    kith.FieldOf[kith.ID]{Type: "stock_level", Name: "product"},
	Par:        kith.FieldOf[int64]{Type: "stock_level", Name: "par"},
	DailySales: kith.FieldOf[kith.Decimal]{Type: "stock_level", Name: "daily_sales"},
	Owner:      kith.FieldOf[kith.ID]{Type: "stock_level", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "stock_level", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "stock_level", Name: "updated"},
}

// StockCheck has the fields of the type stock_check: Stock check, 库存检查.
var StockCheck = struct {
	Visit      kith.FieldOf[kith.ID]      // Visit; 拜访; to interaction
	Account    kith.FieldOf[kith.ID]      // Store; 门店; to account; required
	Product    kith.FieldOf[kith.ID]      // Product; 产品; to product; required
	OnHand     kith.FieldOf[int64]        // There; 现有库存; required
	Par        kith.FieldOf[int64]        // To be there (par); 安全库存
	DailySales kith.FieldOf[kith.Decimal] // Sold a day; 日均销量
	Days       kith.FieldOf[int64]        // Days until the next visit; 距下次拜访天数
	Restock    kith.FieldOf[int64]        // To restock; 补货数量; derived: read it only
	State      kith.FieldOf[string]       // State; 状态; derived: read it only
	Owner      kith.FieldOf[kith.ID]      // Owner
	Created    kith.FieldOf[time.Time]    // Created; derived: read it only
	Updated    kith.FieldOf[time.Time]    // Updated; derived: read it only
}{
	Visit:      kith.FieldOf[kith.ID]{Type: "stock_check", Name: "visit"},
	Account:    kith.FieldOf[kith.ID]{Type: "stock_check", Name: "account"},
	Product:    kith.FieldOf[kith.ID]{Type: "stock_check", Name: "product"},
	OnHand:     kith.FieldOf[int64]{Type: "stock_check", Name: "on_hand"},
	Par:        kith.FieldOf[int64]{Type: "stock_check", Name: "par"},
	DailySales: kith.FieldOf[kith.Decimal]{Type: "stock_check", Name: "daily_sales"},
	Days:       kith.FieldOf[int64]{Type: "stock_check", Name: "days"},
	Restock:    kith.FieldOf[int64]{Type: "stock_check", Name: "restock"},
	State:      kith.FieldOf[string]{Type: "stock_check", Name: "state"},
	Owner:      kith.FieldOf[kith.ID]{Type: "stock_check", Name: "owner"},
	Created:    kith.FieldOf[time.Time]{Type: "stock_check", Name: "created"},
	Updated:    kith.FieldOf[time.Time]{Type: "stock_check", Name: "updated"},
}

// Choices of stock_check.state.
const (
	StockCheckStateOk  = "ok"
	StockCheckStateLow = "low"
	StockCheckStateOut = "out"
)
