"""Made from package kith.crm by bindings/python/generate.py; not to be edited."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal, TypedDict, Unpack

from kith.batch import Batch
from kith.crm.entity import Entity, Field
from kith.values import LocalId, Money, Target

# fmt: off
__all__ = ["Account", "AccountRelation", "Acquaintance", "Approval", "Bid", "BidCriterion", "BidRound", "BidScore", "BudgetEvidence", "Campaign", "Competitor", "Completion", "Contact", "ContactRole", "Contract", "ConversionMap", "Cost", "DealCompetitor", "Decision", "DottedLine", "Employee", "Employment", "Evidence", "File", "Forecast", "Influence", "Instalment", "Interaction", "Invoice", "InvoiceLine", "Lead", "Migration", "Milestone", "Move", "Note", "Opportunity", "OpportunityLine", "Order", "OrderLine", "OrderReturn", "OrderReturnLine", "Pipeline", "Pool", "PoolClaim", "PoolMember", "Product", "Quota", "Quote", "QuoteLine", "Rate", "Receipt", "Segment", "SegmentMember", "Setting", "Share", "Stage", "StageItem", "StockCheck", "StockLevel", "Submission", "Task", "TaskTemplate", "Team", "TeamMember", "Ticket", "Track", "VisitPlan", "Visitor"]

SettingFields = TypedDict(
    "SettingFields",
    {
        "base_currency": "str | None",
        "time_zone": "str | None",
        "fiscal_start_month": "int | None",
        "week_start": "int | None",
        "language": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Setting(Entity):
    """Setting: 设置."""

    TYPE = "setting"

    base_currency = Field[str]("base_currency")
    time_zone = Field[str]("time_zone")
    fiscal_start_month = Field[int]("fiscal_start_month")
    week_start = Field[int]("week_start")
    language = Field[str]("language")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[SettingFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[SettingFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[SettingFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


RateFields = TypedDict(
    "RateFields",
    {
        "currency": "str | None",
        "date": "dt.date | None",
        "rate": "Decimal | int | str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Rate(Entity):
    """Exchange rate: 汇率."""

    TYPE = "rate"

    currency = Field[str]("currency")
    date = Field[dt.date]("date")
    rate = Field[Decimal]("rate")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[RateFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[RateFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[RateFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


TeamFields = TypedDict(
    "TeamFields",
    {
        "name": "str | None",
        "parent": "Target | None",
        "manager": "Target | None",
        "region": "str | None",
        "unit_number": "int | None",
        "owner": "Target | None",
    },
    total=False,
)


class Team(Entity):
    """Team: 团队."""

    TYPE = "team"

    name = Field[str]("name")
    parent = Field[int]("parent")
    manager = Field[int]("manager")
    region = Field[str]("region")
    unit_number = Field[int]("unit_number")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[TeamFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[TeamFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[TeamFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


EmployeeSells = Literal["project", "relationship", "field"]
EmployeeFields = TypedDict(
    "EmployeeFields",
    {
        "name": "str | None",
        "name_local": "str | None",
        "email": "str | None",
        "phone": "str | None",
        "title": "str | None",
        "team": "Target | None",
        "manager": "Target | None",
        "skills": "list[str] | None",
        "active": "bool | None",
        "active_from": "dt.date | None",
        "active_to": "dt.date | None",
        "access_roles": "list[str] | None",
        "sells": "list[EmployeeSells] | None",
        "owner": "Target | None",
    },
    total=False,
)


class Employee(Entity):
    """Employee: 员工."""

    TYPE = "employee"

    name = Field[str]("name")
    name_local = Field[str]("name_local")
    email = Field[str]("email")
    phone = Field[str]("phone")
    title = Field[str]("title")
    team = Field[int]("team")
    manager = Field[int]("manager")
    skills = Field[list[str]]("skills")
    active = Field[bool]("active")
    active_from = Field[dt.date]("active_from")
    active_to = Field[dt.date]("active_to")
    access_roles = Field[list[str]]("access_roles")
    sells = Field[list[EmployeeSells]]("sells")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[EmployeeFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[EmployeeFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[EmployeeFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


TeamMemberFields = TypedDict(
    "TeamMemberFields",
    {
        "employee": "Target | None",
        "team": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class TeamMember(Entity):
    """Team member: 团队成员."""

    TYPE = "team_member"

    employee = Field[int]("employee")
    team = Field[int]("team")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[TeamMemberFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[TeamMemberFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[TeamMemberFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ShareLevel = Literal["read", "write"]
SharePart = Literal["lead", "sales", "technical", "commercial", "delivery", "service", "legal", "finance", "sponsor", "observer"]
ShareFields = TypedDict(
    "ShareFields",
    {
        "record": "Target | None",
        "to": "Target | None",
        "level": "ShareLevel | None",
        "from": "dt.datetime | None",
        "until": "dt.datetime | None",
        "reason": "str | None",
        "part": "SharePart | None",
        "owner": "Target | None",
    },
    total=False,
)


class Share(Entity):
    """Share: 共享."""

    TYPE = "share"

    record = Field[int]("record")
    to = Field[int]("to")
    level = Field[ShareLevel]("level")
    from_ = Field[dt.datetime]("from")
    until = Field[dt.datetime]("until")
    reason = Field[str]("reason")
    part = Field[SharePart]("part")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ShareFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ShareFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ShareFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ProductFields = TypedDict(
    "ProductFields",
    {
        "name": "str | None",
        "sku": "str | None",
        "family": "str | None",
        "unit_of_measure": "str | None",
        "price": "Money | None",
        "cost": "Money | None",
        "active": "bool | None",
        "description": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Product(Entity):
    """Product: 产品."""

    TYPE = "product"

    name = Field[str]("name")
    sku = Field[str]("sku")
    family = Field[str]("family")
    unit_of_measure = Field[str]("unit_of_measure")
    price = Field[Money]("price")
    cost = Field[Money]("cost")
    active = Field[bool]("active")
    description = Field[str]("description")
    complaints = Field[int]("complaints")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ProductFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ProductFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ProductFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


AccountKind = Literal["company", "person", "government", "store"]
AccountRoles = Literal["prospect", "customer", "partner", "competitor", "supplier"]
AccountIndustry = Literal["agriculture", "construction", "education", "employment", "energy", "entertainment", "finance", "government", "law", "logistics", "manufacturing", "marketing", "medical", "property", "retail", "services", "software", "technology", "telecommunications", "trade", "other"]
AccountTier = Literal["s", "a", "b", "c"]
AccountLifecycle = Literal["prospect", "engaged", "customer", "repeat", "lapsed", "visited"]
AccountLegalStatus = Literal["active", "suspended", "revoked", "dissolved", "unknown"]
AccountSource = Literal["web", "search", "advertisement", "social", "exhibition", "event", "referral", "partner", "cold_call", "existing_customer", "tender", "purchased_list", "other"]
AccountFields = TypedDict(
    "AccountFields",
    {
        "name": "str | None",
        "name_local": "str | None",
        "legal_name": "str | None",
        "registration_no": "str | None",
        "kind": "AccountKind | None",
        "roles": "list[AccountRoles] | None",
        "industry": "AccountIndustry | None",
        "tier": "AccountTier | None",
        "lifecycle": "AccountLifecycle | None",
        "legal_status": "AccountLegalStatus | None",
        "parent": "Target | None",
        "employees": "int | None",
        "annual_revenue": "Money | None",
        "year_established": "int | None",
        "chief_executive": "str | None",
        "website": "str | None",
        "email": "str | None",
        "phone": "str | None",
        "address": "str | None",
        "city": "str | None",
        "region": "str | None",
        "country": "str | None",
        "source": "AccountSource | None",
        "campaign": "Target | None",
        "tags": "list[str] | None",
        "description": "str | None",
        "pool": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Account(Entity):
    """Account: 客户."""

    TYPE = "account"

    name = Field[str]("name")
    name_local = Field[str]("name_local")
    legal_name = Field[str]("legal_name")
    registration_no = Field[str]("registration_no")
    kind = Field[AccountKind]("kind")
    roles = Field[list[AccountRoles]]("roles")
    industry = Field[AccountIndustry]("industry")
    tier = Field[AccountTier]("tier")
    lifecycle = Field[AccountLifecycle]("lifecycle")
    legal_status = Field[AccountLegalStatus]("legal_status")
    parent = Field[int]("parent")
    employees = Field[int]("employees")
    annual_revenue = Field[Money]("annual_revenue")
    year_established = Field[int]("year_established")
    chief_executive = Field[str]("chief_executive")
    website = Field[str]("website")
    email = Field[str]("email")
    phone = Field[str]("phone")
    address = Field[str]("address")
    city = Field[str]("city")
    region = Field[str]("region")
    country = Field[str]("country")
    source = Field[AccountSource]("source")
    campaign = Field[int]("campaign")
    tags = Field[list[str]]("tags")
    description = Field[str]("description")
    pool = Field[str]("pool")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[AccountFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[AccountFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[AccountFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ContactJobLevel = Literal["c_level", "vice_president", "director", "manager", "staff"]
ContactGender = Literal["female", "male", "other"]
ContactConsent = Literal["mail", "phone", "chat", "post"]
ContactSource = Literal["web", "search", "advertisement", "social", "exhibition", "event", "referral", "partner", "cold_call", "existing_customer", "tender", "purchased_list", "other"]
ContactFields = TypedDict(
    "ContactFields",
    {
        "name": "str | None",
        "name_local": "str | None",
        "account": "Target | None",
        "title": "str | None",
        "job_level": "ContactJobLevel | None",
        "department": "str | None",
        "reports_to": "Target | None",
        "email": "str | None",
        "phone": "str | None",
        "mobile": "str | None",
        "wechat": "str | None",
        "qq": "str | None",
        "gender": "ContactGender | None",
        "birthday": "dt.date | None",
        "language": "str | None",
        "consent": "list[ContactConsent] | None",
        "do_not_contact": "bool | None",
        "source": "ContactSource | None",
        "campaign": "Target | None",
        "tags": "list[str] | None",
        "description": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Contact(Entity):
    """Contact: 联系人."""

    TYPE = "contact"

    name = Field[str]("name")
    name_local = Field[str]("name_local")
    account = Field[int]("account")
    title = Field[str]("title")
    job_level = Field[ContactJobLevel]("job_level")
    department = Field[str]("department")
    reports_to = Field[int]("reports_to")
    email = Field[str]("email")
    phone = Field[str]("phone")
    mobile = Field[str]("mobile")
    wechat = Field[str]("wechat")
    qq = Field[str]("qq")
    gender = Field[ContactGender]("gender")
    birthday = Field[dt.date]("birthday")
    language = Field[str]("language")
    consent = Field[list[ContactConsent]]("consent")
    do_not_contact = Field[bool]("do_not_contact")
    source = Field[ContactSource]("source")
    campaign = Field[int]("campaign")
    tags = Field[list[str]]("tags")
    description = Field[str]("description")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ContactFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ContactFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ContactFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


CampaignKind = Literal["advertisement", "mail", "event", "exhibition", "webinar", "social", "content", "referral", "other"]
CampaignStatus = Literal["planned", "running", "finished", "cancelled"]
CampaignFields = TypedDict(
    "CampaignFields",
    {
        "name": "str | None",
        "kind": "CampaignKind | None",
        "channel": "str | None",
        "status": "CampaignStatus | None",
        "starts": "dt.date | None",
        "ends": "dt.date | None",
        "budget": "Money | None",
        "cost": "Money | None",
        "parent": "Target | None",
        "description": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Campaign(Entity):
    """Campaign: 市场活动."""

    TYPE = "campaign"

    name = Field[str]("name")
    kind = Field[CampaignKind]("kind")
    channel = Field[str]("channel")
    status = Field[CampaignStatus]("status")
    starts = Field[dt.date]("starts")
    ends = Field[dt.date]("ends")
    budget = Field[Money]("budget")
    cost = Field[Money]("cost")
    parent = Field[int]("parent")
    description = Field[str]("description")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[CampaignFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[CampaignFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[CampaignFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


LeadStatus = Literal["new", "working", "qualified", "disqualified", "recycled"]
LeadSource = Literal["web", "search", "advertisement", "social", "exhibition", "event", "referral", "partner", "cold_call", "existing_customer", "tender", "purchased_list", "other"]
LeadIndustry = Literal["agriculture", "construction", "education", "employment", "energy", "entertainment", "finance", "government", "law", "logistics", "manufacturing", "marketing", "medical", "property", "retail", "services", "software", "technology", "telecommunications", "trade", "other"]
LeadFields = TypedDict(
    "LeadFields",
    {
        "name": "str | None",
        "company": "str | None",
        "title": "str | None",
        "possible_project": "str | None",
        "email": "str | None",
        "phone": "str | None",
        "wechat": "str | None",
        "status": "LeadStatus | None",
        "source": "LeadSource | None",
        "campaign": "Target | None",
        "industry": "LeadIndustry | None",
        "score": "float | None",
        "budget": "Money | None",
        "pool": "str | None",
        "disqualify_reason": "str | None",
        "referred_by": "Target | None",
        "account": "Target | None",
        "contact": "Target | None",
        "opportunity": "Target | None",
        "converted_at": "dt.datetime | None",
        "tags": "list[str] | None",
        "description": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Lead(Entity):
    """Lead: 线索."""

    TYPE = "lead"

    name = Field[str]("name")
    company = Field[str]("company")
    title = Field[str]("title")
    possible_project = Field[str]("possible_project")
    email = Field[str]("email")
    phone = Field[str]("phone")
    wechat = Field[str]("wechat")
    status = Field[LeadStatus]("status")
    source = Field[LeadSource]("source")
    campaign = Field[int]("campaign")
    industry = Field[LeadIndustry]("industry")
    score = Field[float]("score")
    budget = Field[Money]("budget")
    pool = Field[str]("pool")
    disqualify_reason = Field[str]("disqualify_reason")
    referred_by = Field[int]("referred_by")
    account = Field[int]("account")
    contact = Field[int]("contact")
    opportunity = Field[int]("opportunity")
    converted_at = Field[dt.datetime]("converted_at")
    tags = Field[list[str]]("tags")
    description = Field[str]("description")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[LeadFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[LeadFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[LeadFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


PipelineSelling = Literal["project", "relationship", "field"]
PipelineFields = TypedDict(
    "PipelineFields",
    {
        "name": "str | None",
        "for_type": "str | None",
        "version": "int | None",
        "label_en": "str | None",
        "label_zh": "str | None",
        "parallel": "bool | None",
        "selling": "PipelineSelling | None",
        "owner": "Target | None",
    },
    total=False,
)


class Pipeline(Entity):
    """Pipeline: 销售管道."""

    TYPE = "pipeline"

    name = Field[str]("name")
    for_type = Field[str]("for_type")
    version = Field[int]("version")
    label_en = Field[str]("label_en")
    label_zh = Field[str]("label_zh")
    parallel = Field[bool]("parallel")
    selling = Field[PipelineSelling]("selling")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[PipelineFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[PipelineFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[PipelineFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


StageKind = Literal["open", "won", "lost"]
StageFields = TypedDict(
    "StageFields",
    {
        "pipeline": "Target | None",
        "name": "str | None",
        "label_en": "str | None",
        "label_zh": "str | None",
        "position": "int | None",
        "kind": "StageKind | None",
        "archived": "bool | None",
        "max_dwell_days": "int | None",
        "optional": "bool | None",
        "owner": "Target | None",
    },
    total=False,
)


class Stage(Entity):
    """Stage: 商机阶段."""

    TYPE = "stage"

    pipeline = Field[int]("pipeline")
    name = Field[str]("name")
    label_en = Field[str]("label_en")
    label_zh = Field[str]("label_zh")
    position = Field[int]("position")
    kind = Field[StageKind]("kind")
    archived = Field[bool]("archived")
    max_dwell_days = Field[int]("max_dwell_days")
    optional = Field[bool]("optional")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[StageFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[StageFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[StageFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


OpportunitySource = Literal["web", "search", "advertisement", "social", "exhibition", "event", "referral", "partner", "cold_call", "existing_customer", "tender", "purchased_list", "other"]
OpportunitySegment = Literal["consumer", "small_business", "mid_market", "enterprise", "public_sector", "partner"]
OpportunityKind = Literal["new_business", "expansion", "renewal"]
OpportunityGrade = Literal["s", "a", "b", "c", "d"]
OpportunityRepCategory = Literal["commit", "best_case", "in_pipeline", "omitted"]
OpportunityLossReason = Literal["price", "product", "relationship", "timing", "no_budget", "no_decision", "competitor", "service", "other"]
OpportunityAmountSource = Literal["typed", "quote", "predicted"]
OpportunityFields = TypedDict(
    "OpportunityFields",
    {
        "name": "str | None",
        "account": "Target | None",
        "contact": "Target | None",
        "amount": "Money | None",
        "close_date": "dt.date | None",
        "source": "OpportunitySource | None",
        "segment": "OpportunitySegment | None",
        "kind": "OpportunityKind | None",
        "product": "Target | None",
        "campaign": "Target | None",
        "lead": "Target | None",
        "grade": "OpportunityGrade | None",
        "budget": "Money | None",
        "rep_probability": "int | None",
        "rep_category": "OpportunityRepCategory | None",
        "next_step": "str | None",
        "lost_to": "Target | None",
        "loss_reason": "OpportunityLossReason | None",
        "loss_note": "str | None",
        "tags": "list[str] | None",
        "description": "str | None",
        "amount_source": "OpportunityAmountSource | None",
        "owner": "Target | None",
    },
    total=False,
)


class Opportunity(Entity):
    """Opportunity: 商机."""

    TYPE = "opportunity"

    name = Field[str]("name")
    account = Field[int]("account")
    contact = Field[int]("contact")
    pipeline = Field[int]("pipeline")
    stage = Field[int]("stage")
    closed_at = Field[dt.datetime]("closed_at")
    amount = Field[Money]("amount")
    close_date = Field[dt.date]("close_date")
    source = Field[OpportunitySource]("source")
    segment = Field[OpportunitySegment]("segment")
    kind = Field[OpportunityKind]("kind")
    product = Field[int]("product")
    campaign = Field[int]("campaign")
    lead = Field[int]("lead")
    grade = Field[OpportunityGrade]("grade")
    budget = Field[Money]("budget")
    rep_probability = Field[int]("rep_probability")
    rep_category = Field[OpportunityRepCategory]("rep_category")
    next_step = Field[str]("next_step")
    lost_to = Field[int]("lost_to")
    loss_reason = Field[OpportunityLossReason]("loss_reason")
    loss_note = Field[str]("loss_note")
    tags = Field[list[str]]("tags")
    description = Field[str]("description")
    amount_source = Field[OpportunityAmountSource]("amount_source")
    delivery_cost = Field[Money]("delivery_cost")
    win_cost = Field[Money]("win_cost")
    margin = Field[Money]("margin")
    delivery_costs = Field[int]("delivery_costs")
    win_costs = Field[int]("win_costs")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[OpportunityFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[OpportunityFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[OpportunityFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


OpportunityLineFields = TypedDict(
    "OpportunityLineFields",
    {
        "opportunity": "Target | None",
        "product": "Target | None",
        "description": "str | None",
        "quantity": "Decimal | int | str | None",
        "price": "Money | None",
        "discount": "Decimal | int | str | None",
        "amount": "Money | None",
        "position": "int | None",
        "owner": "Target | None",
    },
    total=False,
)


class OpportunityLine(Entity):
    """Opportunity line: 商机明细."""

    TYPE = "opportunity_line"

    opportunity = Field[int]("opportunity")
    product = Field[int]("product")
    description = Field[str]("description")
    quantity = Field[Decimal]("quantity")
    price = Field[Money]("price")
    discount = Field[Decimal]("discount")
    amount = Field[Money]("amount")
    position = Field[int]("position")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[OpportunityLineFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[OpportunityLineFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[OpportunityLineFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


MoveCause = Literal["manual", "event", "import", "migration", "override", "undo"]
MoveFields = TypedDict(
    "MoveFields",
    {
        "record": "Target | None",
        "to": "Target | None",
        "at": "dt.datetime | None",
        "owner": "Target | None",
        "segment": "int | None",
        "source": "int | None",
        "amount": "Money | None",
        "cause": "MoveCause | None",
        "reason": "str | None",
    },
    total=False,
)


class Move(Entity):
    """Move: 阶段流转."""

    TYPE = "move"

    record = Field[int]("record")
    pipeline = Field[int]("pipeline")
    from_ = Field[int]("from")
    to = Field[int]("to")
    at = Field[dt.datetime]("at")
    owner = Field[int]("owner")
    segment = Field[int]("segment")
    source = Field[int]("source")
    amount = Field[Money]("amount")
    cause = Field[MoveCause]("cause")
    reason = Field[str]("reason")
    unmet = Field[list[str]]("unmet")
    event = Field[int]("event")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[MoveFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[MoveFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[MoveFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


CompetitorFields = TypedDict(
    "CompetitorFields",
    {
        "name": "str | None",
        "account": "Target | None",
        "website": "str | None",
        "strengths": "str | None",
        "weaknesses": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Competitor(Entity):
    """Competitor: 竞争对手."""

    TYPE = "competitor"

    name = Field[str]("name")
    account = Field[int]("account")
    website = Field[str]("website")
    strengths = Field[str]("strengths")
    weaknesses = Field[str]("weaknesses")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[CompetitorFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[CompetitorFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[CompetitorFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ContactRoleRole = Literal["approver", "decision_maker", "economic", "technical", "user", "evaluator", "gatekeeper", "coach", "champion", "blocker"]
ContactRolePolitical = Literal["inner_circle", "political_structure", "none"]
ContactRoleFields = TypedDict(
    "ContactRoleFields",
    {
        "contact": "Target | None",
        "opportunity": "Target | None",
        "role": "ContactRoleRole | None",
        "primary": "bool | None",
        "veto": "bool | None",
        "approve": "bool | None",
        "political": "ContactRolePolitical | None",
        "chain_step": "int | None",
        "strength": "float | None",
        "confidence": "float | None",
        "valid_from": "dt.date | None",
        "valid_to": "dt.date | None",
        "owner": "Target | None",
    },
    total=False,
)


class ContactRole(Entity):
    """Contact role: 决策链角色."""

    TYPE = "contact_role"

    contact = Field[int]("contact")
    opportunity = Field[int]("opportunity")
    role = Field[ContactRoleRole]("role")
    primary = Field[bool]("primary")
    veto = Field[bool]("veto")
    approve = Field[bool]("approve")
    political = Field[ContactRolePolitical]("political")
    chain_step = Field[int]("chain_step")
    strength = Field[float]("strength")
    confidence = Field[float]("confidence")
    valid_from = Field[dt.date]("valid_from")
    valid_to = Field[dt.date]("valid_to")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ContactRoleFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ContactRoleFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ContactRoleFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


QuoteStatus = Literal["draft", "sent", "accepted", "rejected", "expired"]
QuoteRounding = Literal["half_up", "half_even", "down"]
QuoteFields = TypedDict(
    "QuoteFields",
    {
        "number": "str | None",
        "opportunity": "Target | None",
        "account": "Target | None",
        "contact": "Target | None",
        "status": "QuoteStatus | None",
        "revision": "int | None",
        "date": "dt.date | None",
        "valid_until": "dt.date | None",
        "total": "Money | None",
        "discount": "Money | None",
        "tax": "Money | None",
        "description": "str | None",
        "rounding": "QuoteRounding | None",
        "accepted_on": "dt.date | None",
        "revises": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class Quote(Entity):
    """Quote: 报价单."""

    TYPE = "quote"

    number = Field[str]("number")
    opportunity = Field[int]("opportunity")
    account = Field[int]("account")
    contact = Field[int]("contact")
    status = Field[QuoteStatus]("status")
    revision = Field[int]("revision")
    date = Field[dt.date]("date")
    valid_until = Field[dt.date]("valid_until")
    total = Field[Money]("total")
    discount = Field[Money]("discount")
    tax = Field[Money]("tax")
    description = Field[str]("description")
    rounding = Field[QuoteRounding]("rounding")
    accepted_on = Field[dt.date]("accepted_on")
    revises = Field[int]("revises")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[QuoteFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[QuoteFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[QuoteFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


QuoteLineFields = TypedDict(
    "QuoteLineFields",
    {
        "quote": "Target | None",
        "product": "Target | None",
        "description": "str | None",
        "quantity": "Decimal | int | str | None",
        "price": "Money | None",
        "discount": "Decimal | int | str | None",
        "amount": "Money | None",
        "position": "int | None",
        "tax_rate": "Decimal | int | str | None",
        "tax": "Money | None",
        "owner": "Target | None",
    },
    total=False,
)


class QuoteLine(Entity):
    """Quote line: 报价明细."""

    TYPE = "quote_line"

    quote = Field[int]("quote")
    product = Field[int]("product")
    description = Field[str]("description")
    quantity = Field[Decimal]("quantity")
    price = Field[Money]("price")
    discount = Field[Decimal]("discount")
    amount = Field[Money]("amount")
    position = Field[int]("position")
    tax_rate = Field[Decimal]("tax_rate")
    tax = Field[Money]("tax")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[QuoteLineFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[QuoteLineFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[QuoteLineFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


OrderStatus = Literal["draft", "placed", "delivered", "returned", "cancelled"]
OrderRounding = Literal["half_up", "half_even", "down"]
OrderFields = TypedDict(
    "OrderFields",
    {
        "number": "str | None",
        "account": "Target | None",
        "opportunity": "Target | None",
        "quote": "Target | None",
        "contact": "Target | None",
        "status": "OrderStatus | None",
        "date": "dt.date | None",
        "due": "dt.date | None",
        "delivered_on": "dt.date | None",
        "total": "Money | None",
        "discount": "Money | None",
        "tax": "Money | None",
        "description": "str | None",
        "rounding": "OrderRounding | None",
        "owner": "Target | None",
    },
    total=False,
)


class Order(Entity):
    """Order: 订单."""

    TYPE = "order"

    number = Field[str]("number")
    account = Field[int]("account")
    opportunity = Field[int]("opportunity")
    quote = Field[int]("quote")
    contact = Field[int]("contact")
    status = Field[OrderStatus]("status")
    date = Field[dt.date]("date")
    due = Field[dt.date]("due")
    delivered_on = Field[dt.date]("delivered_on")
    total = Field[Money]("total")
    discount = Field[Money]("discount")
    tax = Field[Money]("tax")
    description = Field[str]("description")
    rounding = Field[OrderRounding]("rounding")
    returned = Field[Money]("returned")
    revenue = Field[Money]("revenue")
    invoiced = Field[Money]("invoiced")
    returns = Field[int]("returns")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[OrderFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[OrderFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[OrderFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


OrderLineFields = TypedDict(
    "OrderLineFields",
    {
        "order": "Target | None",
        "product": "Target | None",
        "description": "str | None",
        "quantity": "Decimal | int | str | None",
        "price": "Money | None",
        "discount": "Decimal | int | str | None",
        "amount": "Money | None",
        "position": "int | None",
        "tax_rate": "Decimal | int | str | None",
        "tax": "Money | None",
        "quote_line": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class OrderLine(Entity):
    """Order line: 订单明细."""

    TYPE = "order_line"

    order = Field[int]("order")
    product = Field[int]("product")
    description = Field[str]("description")
    quantity = Field[Decimal]("quantity")
    price = Field[Money]("price")
    discount = Field[Decimal]("discount")
    amount = Field[Money]("amount")
    position = Field[int]("position")
    tax_rate = Field[Decimal]("tax_rate")
    tax = Field[Money]("tax")
    quote_line = Field[int]("quote_line")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[OrderLineFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[OrderLineFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[OrderLineFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


TicketKind = Literal["question", "problem", "complaint", "request"]
TicketStatus = Literal["new", "open", "waiting", "resolved", "closed"]
TicketPriority = Literal["low", "normal", "high", "urgent"]
TicketChannel = Literal["phone", "mail", "web", "wechat", "qq", "weibo", "visit", "other"]
TicketFields = TypedDict(
    "TicketFields",
    {
        "subject": "str | None",
        "kind": "TicketKind | None",
        "status": "TicketStatus | None",
        "priority": "TicketPriority | None",
        "channel": "TicketChannel | None",
        "account": "Target | None",
        "contact": "Target | None",
        "product": "Target | None",
        "order": "Target | None",
        "opened_at": "dt.datetime | None",
        "resolved_at": "dt.datetime | None",
        "description": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Ticket(Entity):
    """Ticket: 工单."""

    TYPE = "ticket"

    subject = Field[str]("subject")
    kind = Field[TicketKind]("kind")
    status = Field[TicketStatus]("status")
    priority = Field[TicketPriority]("priority")
    channel = Field[TicketChannel]("channel")
    account = Field[int]("account")
    contact = Field[int]("contact")
    product = Field[int]("product")
    order = Field[int]("order")
    opened_at = Field[dt.datetime]("opened_at")
    resolved_at = Field[dt.datetime]("resolved_at")
    description = Field[str]("description")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[TicketFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[TicketFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[TicketFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


InteractionKind = Literal["meeting", "visit", "video", "call", "chat", "mail", "mass_mail", "page_view", "material_sent", "material_viewed", "event", "gift", "dinner"]
InteractionDirection = Literal["out", "in", "mutual"]
InteractionChannel = Literal["phone", "mail", "web", "wechat", "qq", "weibo", "visit", "other"]
InteractionFields = TypedDict(
    "InteractionFields",
    {
        "kind": "InteractionKind | None",
        "direction": "InteractionDirection | None",
        "at": "dt.datetime | None",
        "minutes": "int | None",
        "externals": "int | None",
        "account": "Target | None",
        "contact": "Target | None",
        "employee": "Target | None",
        "regarding": "Target | None",
        "channel": "InteractionChannel | None",
        "subject": "str | None",
        "body": "str | None",
        "visitor": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class Interaction(Entity):
    """Interaction: 互动记录."""

    TYPE = "interaction"

    kind = Field[InteractionKind]("kind")
    direction = Field[InteractionDirection]("direction")
    at = Field[dt.datetime]("at")
    minutes = Field[int]("minutes")
    externals = Field[int]("externals")
    account = Field[int]("account")
    contact = Field[int]("contact")
    employee = Field[int]("employee")
    regarding = Field[int]("regarding")
    channel = Field[InteractionChannel]("channel")
    subject = Field[str]("subject")
    body = Field[str]("body")
    visitor = Field[int]("visitor")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[InteractionFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[InteractionFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[InteractionFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


VisitorFields = TypedDict(
    "VisitorFields",
    {
        "contact": "Target | None",
        "channel": "str | None",
        "handle": "str | None",
        "first_seen": "dt.datetime | None",
        "owner": "Target | None",
    },
    total=False,
)


class Visitor(Entity):
    """Visitor: 访客."""

    TYPE = "visitor"

    contact = Field[int]("contact")
    channel = Field[str]("channel")
    handle = Field[str]("handle")
    first_seen = Field[dt.datetime]("first_seen")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[VisitorFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[VisitorFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[VisitorFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


EmploymentFields = TypedDict(
    "EmploymentFields",
    {
        "contact": "Target | None",
        "account": "Target | None",
        "title": "str | None",
        "valid_from": "dt.datetime | None",
        "valid_to": "dt.datetime | None",
        "owner": "Target | None",
    },
    total=False,
)


class Employment(Entity):
    """Former employment: 任职经历."""

    TYPE = "employment"

    contact = Field[int]("contact")
    account = Field[int]("account")
    title = Field[str]("title")
    valid_from = Field[dt.datetime]("valid_from")
    valid_to = Field[dt.datetime]("valid_to")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[EmploymentFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[EmploymentFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[EmploymentFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


TaskStatus = Literal["open", "done", "cancelled"]
TaskPriority = Literal["low", "normal", "high", "urgent"]
TaskFields = TypedDict(
    "TaskFields",
    {
        "subject": "str | None",
        "status": "TaskStatus | None",
        "priority": "TaskPriority | None",
        "due": "dt.datetime | None",
        "assignee": "Target | None",
        "account": "Target | None",
        "contact": "Target | None",
        "regarding": "Target | None",
        "done_at": "dt.datetime | None",
        "description": "str | None",
        "after": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class Task(Entity):
    """Task: 任务."""

    TYPE = "task"

    subject = Field[str]("subject")
    status = Field[TaskStatus]("status")
    priority = Field[TaskPriority]("priority")
    due = Field[dt.datetime]("due")
    assignee = Field[int]("assignee")
    account = Field[int]("account")
    contact = Field[int]("contact")
    regarding = Field[int]("regarding")
    done_at = Field[dt.datetime]("done_at")
    description = Field[str]("description")
    template = Field[int]("template")
    after = Field[int]("after")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[TaskFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[TaskFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[TaskFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


NoteFields = TypedDict(
    "NoteFields",
    {
        "body": "str | None",
        "regarding": "Target | None",
        "contact": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class Note(Entity):
    """Note: 备注."""

    TYPE = "note"

    body = Field[str]("body")
    regarding = Field[int]("regarding")
    contact = Field[int]("contact")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[NoteFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[NoteFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[NoteFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


DecisionFields = TypedDict(
    "DecisionFields",
    {
        "subject": "str | None",
        "regarding": "Target | None",
        "reason": "str | None",
        "decided_by": "Target | None",
        "decided_at": "dt.datetime | None",
        "replaces": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class Decision(Entity):
    """Decision: 决定."""

    TYPE = "decision"

    subject = Field[str]("subject")
    regarding = Field[int]("regarding")
    reason = Field[str]("reason")
    decided_by = Field[int]("decided_by")
    decided_at = Field[dt.datetime]("decided_at")
    replaces = Field[int]("replaces")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[DecisionFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[DecisionFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[DecisionFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


FileFields = TypedDict(
    "FileFields",
    {
        "name": "str | None",
        "regarding": "Target | None",
        "link": "str | None",
        "media_type": "str | None",
        "size_bytes": "int | None",
        "sha256": "str | None",
        "replaces": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class File(Entity):
    """File: 文件."""

    TYPE = "file"

    name = Field[str]("name")
    regarding = Field[int]("regarding")
    link = Field[str]("link")
    media_type = Field[str]("media_type")
    size_bytes = Field[int]("size_bytes")
    sha256 = Field[str]("sha256")
    replaces = Field[int]("replaces")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[FileFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[FileFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[FileFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


PoolAssignment = Literal["in_turn", "by_load", "by_result"]
PoolFields = TypedDict(
    "PoolFields",
    {
        "name": "str | None",
        "claims_a_day": "int | None",
        "capacity": "int | None",
        "recycle_days": "int | None",
        "warn_days": "int | None",
        "cooling_days": "int | None",
        "exempt": "str | None",
        "assignment": "PoolAssignment | None",
        "owner": "Target | None",
    },
    total=False,
)


class Pool(Entity):
    """Pool: 公海."""

    TYPE = "pool"

    name = Field[str]("name")
    claims_a_day = Field[int]("claims_a_day")
    capacity = Field[int]("capacity")
    recycle_days = Field[int]("recycle_days")
    warn_days = Field[int]("warn_days")
    cooling_days = Field[int]("cooling_days")
    exempt = Field[str]("exempt")
    assignment = Field[PoolAssignment]("assignment")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[PoolFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[PoolFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[PoolFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


PoolMemberFields = TypedDict(
    "PoolMemberFields",
    {
        "pool": "Target | None",
        "employee": "Target | None",
        "capacity": "int | None",
        "weight": "int | None",
        "takes": "str | None",
        "active": "bool | None",
        "owner": "Target | None",
    },
    total=False,
)


class PoolMember(Entity):
    """Member of a pool: 公海成员."""

    TYPE = "pool_member"

    pool = Field[int]("pool")
    employee = Field[int]("employee")
    capacity = Field[int]("capacity")
    weight = Field[int]("weight")
    takes = Field[str]("takes")
    active = Field[bool]("active")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[PoolMemberFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[PoolMemberFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[PoolMemberFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


PoolClaimHow = Literal["claimed", "assigned"]
PoolClaimEnded = Literal["released", "recycled", "passed_on", "converted"]
PoolClaimFields = TypedDict(
    "PoolClaimFields",
    {
        "record": "Target | None",
        "holder": "Target | None",
        "how": "PoolClaimHow | None",
        "ended": "PoolClaimEnded | None",
        "reason": "str | None",
        "end_reason": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class PoolClaim(Entity):
    """Claim from a pool: 领取记录."""

    TYPE = "pool_claim"

    record = Field[int]("record")
    holder = Field[int]("holder")
    pool = Field[int]("pool")
    from_ = Field[dt.datetime]("from")
    to = Field[dt.datetime]("to")
    how = Field[PoolClaimHow]("how")
    ended = Field[PoolClaimEnded]("ended")
    reason = Field[str]("reason")
    end_reason = Field[str]("end_reason")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[PoolClaimFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[PoolClaimFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[PoolClaimFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


SegmentFields = TypedDict(
    "SegmentFields",
    {
        "name": "str | None",
        "for_type": "str | None",
        "condition": "str | None",
        "label_en": "str | None",
        "label_zh": "str | None",
        "steps": "int | None",
        "owner": "Target | None",
    },
    total=False,
)


class Segment(Entity):
    """Segment: 客户分群."""

    TYPE = "segment"

    name = Field[str]("name")
    for_type = Field[str]("for_type")
    condition = Field[str]("condition")
    label_en = Field[str]("label_en")
    label_zh = Field[str]("label_zh")
    steps = Field[int]("steps")
    seen = Field[int]("seen")
    complete = Field[bool]("complete")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[SegmentFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[SegmentFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[SegmentFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


SegmentMemberFields = TypedDict(
    "SegmentMemberFields",
    {
        "owner": "Target | None",
    },
    total=False,
)


class SegmentMember(Entity):
    """Segment member: 分群成员."""

    TYPE = "segment_member"

    segment = Field[int]("segment")
    record = Field[int]("record")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[SegmentMemberFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[SegmentMemberFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[SegmentMemberFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


QuotaMetric = Literal["revenue", "margin", "count", "collected"]
QuotaFields = TypedDict(
    "QuotaFields",
    {
        "holder": "Target | None",
        "metric": "QuotaMetric | None",
        "period": "str | None",
        "starts": "dt.date | None",
        "ends": "dt.date | None",
        "target": "Money | None",
        "target_count": "int | None",
        "owner": "Target | None",
    },
    total=False,
)


class Quota(Entity):
    """Quota: 销售指标."""

    TYPE = "quota"

    holder = Field[int]("holder")
    metric = Field[QuotaMetric]("metric")
    period = Field[str]("period")
    starts = Field[dt.date]("starts")
    ends = Field[dt.date]("ends")
    target = Field[Money]("target")
    target_count = Field[int]("target_count")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[QuotaFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[QuotaFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[QuotaFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ForecastFields = TypedDict(
    "ForecastFields",
    {
        "pipeline": "Target | None",
        "starts": "dt.date | None",
        "ends": "dt.date | None",
        "made_at": "dt.datetime | None",
        "model": "str | None",
        "open_deals": "int | None",
        "closed": "Money | None",
        "p10": "Money | None",
        "p50": "Money | None",
        "p90": "Money | None",
        "mean": "Money | None",
        "sd": "Money | None",
        "model_sd": "Money | None",
        "owner": "Target | None",
    },
    total=False,
)


class Forecast(Entity):
    """Forecast: 销售预测."""

    TYPE = "forecast"

    pipeline = Field[int]("pipeline")
    starts = Field[dt.date]("starts")
    ends = Field[dt.date]("ends")
    made_at = Field[dt.datetime]("made_at")
    model = Field[str]("model")
    open_deals = Field[int]("open_deals")
    closed = Field[Money]("closed")
    p10 = Field[Money]("p10")
    p50 = Field[Money]("p50")
    p90 = Field[Money]("p90")
    mean = Field[Money]("mean")
    sd = Field[Money]("sd")
    model_sd = Field[Money]("model_sd")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ForecastFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ForecastFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ForecastFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


SubmissionFields = TypedDict(
    "SubmissionFields",
    {
        "pipeline": "Target | None",
        "by": "Target | None",
        "of": "Target | None",
        "starts": "dt.date | None",
        "ends": "dt.date | None",
        "made_at": "dt.datetime | None",
        "amount": "Money | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Submission(Entity):
    """Submitted forecast: 上报预测."""

    TYPE = "submission"

    pipeline = Field[int]("pipeline")
    by = Field[int]("by")
    of = Field[int]("of")
    starts = Field[dt.date]("starts")
    ends = Field[dt.date]("ends")
    made_at = Field[dt.datetime]("made_at")
    amount = Field[Money]("amount")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[SubmissionFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[SubmissionFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[SubmissionFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


EvidenceDimension = Literal["closeness", "solution", "price", "budget", "need", "timing", "competitor", "sentiment"]
EvidenceSource = Literal["measured", "document", "said_by_customer", "third_party", "rep_opinion"]
EvidenceFields = TypedDict(
    "EvidenceFields",
    {
        "subject": "Target | None",
        "party": "Target | None",
        "dimension": "EvidenceDimension | None",
        "value": "float | None",
        "confidence": "float | None",
        "source": "EvidenceSource | None",
        "at": "dt.datetime | None",
        "seen_in": "Target | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Evidence(Entity):
    """Evidence: 证据."""

    TYPE = "evidence"

    subject = Field[int]("subject")
    party = Field[int]("party")
    dimension = Field[EvidenceDimension]("dimension")
    value = Field[float]("value")
    confidence = Field[float]("confidence")
    source = Field[EvidenceSource]("source")
    at = Field[dt.datetime]("at")
    seen_in = Field[int]("seen_in")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[EvidenceFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[EvidenceFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[EvidenceFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


InfluenceFields = TypedDict(
    "InfluenceFields",
    {
        "contact": "Target | None",
        "on": "Target | None",
        "topic": "str | None",
        "strength": "float | None",
        "confidence": "float | None",
        "valid_from": "dt.date | None",
        "valid_to": "dt.date | None",
        "owner": "Target | None",
    },
    total=False,
)


class Influence(Entity):
    """Influence: 影响力关系."""

    TYPE = "influence"

    contact = Field[int]("contact")
    on = Field[int]("on")
    topic = Field[str]("topic")
    strength = Field[float]("strength")
    confidence = Field[float]("confidence")
    valid_from = Field[dt.date]("valid_from")
    valid_to = Field[dt.date]("valid_to")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[InfluenceFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[InfluenceFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[InfluenceFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


DottedLineFields = TypedDict(
    "DottedLineFields",
    {
        "contact": "Target | None",
        "superior": "Target | None",
        "valid_from": "dt.date | None",
        "valid_to": "dt.date | None",
        "owner": "Target | None",
    },
    total=False,
)


class DottedLine(Entity):
    """Dotted reporting line: 虚线汇报关系."""

    TYPE = "dotted_line"

    contact = Field[int]("contact")
    superior = Field[int]("superior")
    valid_from = Field[dt.date]("valid_from")
    valid_to = Field[dt.date]("valid_to")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[DottedLineFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[DottedLineFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[DottedLineFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


AcquaintanceKind = Literal["ex_colleague", "alumni", "hometown", "family", "friend", "association", "co_bid"]
AcquaintanceFields = TypedDict(
    "AcquaintanceFields",
    {
        "from": "Target | None",
        "to": "Target | None",
        "kind": "AcquaintanceKind | None",
        "strength": "float | None",
        "confidence": "float | None",
        "valid_from": "dt.date | None",
        "valid_to": "dt.date | None",
        "may_introduce": "bool | None",
        "owner": "Target | None",
    },
    total=False,
)


class Acquaintance(Entity):
    """Acquaintance: 人脉."""

    TYPE = "acquaintance"

    from_ = Field[int]("from")
    to = Field[int]("to")
    kind = Field[AcquaintanceKind]("kind")
    strength = Field[float]("strength")
    confidence = Field[float]("confidence")
    valid_from = Field[dt.date]("valid_from")
    valid_to = Field[dt.date]("valid_to")
    may_introduce = Field[bool]("may_introduce")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[AcquaintanceFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[AcquaintanceFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[AcquaintanceFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


DealCompetitorFields = TypedDict(
    "DealCompetitorFields",
    {
        "competitor": "Target | None",
        "opportunity": "Target | None",
        "price": "Money | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class DealCompetitor(Entity):
    """Competitor in a deal: 参与竞争的友商."""

    TYPE = "deal_competitor"

    competitor = Field[int]("competitor")
    opportunity = Field[int]("opportunity")
    price = Field[Money]("price")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[DealCompetitorFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[DealCompetitorFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[DealCompetitorFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


TaskTemplatePriority = Literal["low", "normal", "high", "urgent"]
TaskTemplateFields = TypedDict(
    "TaskTemplateFields",
    {
        "for_type": "str | None",
        "field": "str | None",
        "value": "str | None",
        "stage": "Target | None",
        "condition": "str | None",
        "subject": "str | None",
        "subject_zh": "str | None",
        "due_days": "int | None",
        "priority": "TaskTemplatePriority | None",
        "active": "bool | None",
        "owner": "Target | None",
    },
    total=False,
)


class TaskTemplate(Entity):
    """Task template: 任务模板."""

    TYPE = "task_template"

    for_type = Field[str]("for_type")
    field = Field[str]("field")
    value = Field[str]("value")
    stage = Field[int]("stage")
    condition = Field[str]("condition")
    subject = Field[str]("subject")
    subject_zh = Field[str]("subject_zh")
    due_days = Field[int]("due_days")
    priority = Field[TaskTemplatePriority]("priority")
    active = Field[bool]("active")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[TaskTemplateFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[TaskTemplateFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[TaskTemplateFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


AccountRelationKind = Literal["subsidiary_of", "customer_of", "partner_of", "competitor_of"]
AccountRelationFields = TypedDict(
    "AccountRelationFields",
    {
        "from": "Target | None",
        "to": "Target | None",
        "kind": "AccountRelationKind | None",
        "share": "float | None",
        "strength": "float | None",
        "confidence": "float | None",
        "valid_from": "dt.date | None",
        "valid_to": "dt.date | None",
        "evidence": "Target | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class AccountRelation(Entity):
    """Company relation: 企业关系."""

    TYPE = "account_relation"

    from_ = Field[int]("from")
    to = Field[int]("to")
    kind = Field[AccountRelationKind]("kind")
    share = Field[float]("share")
    strength = Field[float]("strength")
    confidence = Field[float]("confidence")
    valid_from = Field[dt.date]("valid_from")
    valid_to = Field[dt.date]("valid_to")
    evidence = Field[int]("evidence")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[AccountRelationFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[AccountRelationFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[AccountRelationFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


MigrationFields = TypedDict(
    "MigrationFields",
    {
        "pipeline": "Target | None",
        "to_version": "int | None",
        "plan": "str | None",
        "before": "str | None",
        "settled": "bool | None",
        "moved": "int | None",
        "owner": "Target | None",
    },
    total=False,
)


class Migration(Entity):
    """Migration of a pipeline: 管道迁移."""

    TYPE = "migration"

    pipeline = Field[int]("pipeline")
    to_version = Field[int]("to_version")
    plan = Field[str]("plan")
    before = Field[str]("before")
    settled = Field[bool]("settled")
    moved = Field[int]("moved")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[MigrationFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[MigrationFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[MigrationFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


StageItemKind = Literal["entry", "exit", "step", "action", "event"]
StageItemFields = TypedDict(
    "StageItemFields",
    {
        "pipeline": "Target | None",
        "stage": "Target | None",
        "position": "int | None",
        "kind": "StageItemKind | None",
        "name": "str | None",
        "label_en": "str | None",
        "label_zh": "str | None",
        "condition": "str | None",
        "mandatory": "bool | None",
        "evidence": "str | None",
        "archived": "bool | None",
        "by": "str | None",
        "at": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class StageItem(Entity):
    """What a stage asks for: 阶段要求."""

    TYPE = "stage_item"

    pipeline = Field[int]("pipeline")
    stage = Field[int]("stage")
    position = Field[int]("position")
    kind = Field[StageItemKind]("kind")
    name = Field[str]("name")
    label_en = Field[str]("label_en")
    label_zh = Field[str]("label_zh")
    condition = Field[str]("condition")
    mandatory = Field[bool]("mandatory")
    evidence = Field[str]("evidence")
    archived = Field[bool]("archived")
    by = Field[str]("by")
    at = Field[str]("at")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[StageItemFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[StageItemFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[StageItemFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


CompletionFields = TypedDict(
    "CompletionFields",
    {
        "record": "Target | None",
        "step": "Target | None",
        "evidence": "Target | None",
        "at": "dt.datetime | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Completion(Entity):
    """Step done: 步骤完成."""

    TYPE = "completion"

    record = Field[int]("record")
    step = Field[int]("step")
    evidence = Field[int]("evidence")
    at = Field[dt.datetime]("at")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[CompletionFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[CompletionFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[CompletionFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


TrackFields = TypedDict(
    "TrackFields",
    {
        "owner": "Target | None",
    },
    total=False,
)


class Track(Entity):
    """Stage in a parallel pipeline: 并行阶段."""

    TYPE = "track"

    record = Field[int]("record")
    pipeline = Field[int]("pipeline")
    stage = Field[int]("stage")
    closed_at = Field[dt.datetime]("closed_at")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[TrackFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[TrackFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[TrackFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ConversionMapFields = TypedDict(
    "ConversionMapFields",
    {
        "for_type": "str | None",
        "field": "str | None",
        "to_type": "str | None",
        "to_field": "str | None",
        "active": "bool | None",
        "owner": "Target | None",
    },
    total=False,
)


class ConversionMap(Entity):
    """Field carried over by a conversion: 转化字段映射."""

    TYPE = "conversion_map"

    for_type = Field[str]("for_type")
    field = Field[str]("field")
    to_type = Field[str]("to_type")
    to_field = Field[str]("to_field")
    active = Field[bool]("active")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ConversionMapFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ConversionMapFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ConversionMapFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


OrderReturnStatus = Literal["requested", "received", "rejected"]
OrderReturnRounding = Literal["half_up", "half_even", "down"]
OrderReturnFields = TypedDict(
    "OrderReturnFields",
    {
        "number": "str | None",
        "order": "Target | None",
        "account": "Target | None",
        "contact": "Target | None",
        "status": "OrderReturnStatus | None",
        "date": "dt.date | None",
        "total": "Money | None",
        "discount": "Money | None",
        "tax": "Money | None",
        "reason": "str | None",
        "ticket": "Target | None",
        "rounding": "OrderReturnRounding | None",
        "owner": "Target | None",
    },
    total=False,
)


class OrderReturn(Entity):
    """Return: 退货单."""

    TYPE = "order_return"

    number = Field[str]("number")
    order = Field[int]("order")
    account = Field[int]("account")
    contact = Field[int]("contact")
    status = Field[OrderReturnStatus]("status")
    date = Field[dt.date]("date")
    total = Field[Money]("total")
    discount = Field[Money]("discount")
    tax = Field[Money]("tax")
    reason = Field[str]("reason")
    ticket = Field[int]("ticket")
    rounding = Field[OrderReturnRounding]("rounding")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[OrderReturnFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[OrderReturnFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[OrderReturnFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


OrderReturnLineFields = TypedDict(
    "OrderReturnLineFields",
    {
        "order_return": "Target | None",
        "product": "Target | None",
        "description": "str | None",
        "quantity": "Decimal | int | str | None",
        "price": "Money | None",
        "discount": "Decimal | int | str | None",
        "amount": "Money | None",
        "position": "int | None",
        "tax_rate": "Decimal | int | str | None",
        "tax": "Money | None",
        "order_line": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class OrderReturnLine(Entity):
    """Return line: 退货明细."""

    TYPE = "order_return_line"

    order_return = Field[int]("order_return")
    product = Field[int]("product")
    description = Field[str]("description")
    quantity = Field[Decimal]("quantity")
    price = Field[Money]("price")
    discount = Field[Decimal]("discount")
    amount = Field[Money]("amount")
    position = Field[int]("position")
    tax_rate = Field[Decimal]("tax_rate")
    tax = Field[Money]("tax")
    order_line = Field[int]("order_line")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[OrderReturnLineFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[OrderReturnLineFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[OrderReturnLineFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


InvoiceStatus = Literal["draft", "issued", "cancelled"]
InvoiceRounding = Literal["half_up", "half_even", "down"]
InvoiceFields = TypedDict(
    "InvoiceFields",
    {
        "number": "str | None",
        "order": "Target | None",
        "contract": "Target | None",
        "account": "Target | None",
        "contact": "Target | None",
        "opportunity": "Target | None",
        "status": "InvoiceStatus | None",
        "date": "dt.date | None",
        "due": "dt.date | None",
        "total": "Money | None",
        "discount": "Money | None",
        "tax": "Money | None",
        "rounding": "InvoiceRounding | None",
        "owner": "Target | None",
    },
    total=False,
)


class Invoice(Entity):
    """Invoice: 发票."""

    TYPE = "invoice"

    number = Field[str]("number")
    order = Field[int]("order")
    contract = Field[int]("contract")
    account = Field[int]("account")
    contact = Field[int]("contact")
    opportunity = Field[int]("opportunity")
    status = Field[InvoiceStatus]("status")
    date = Field[dt.date]("date")
    due = Field[dt.date]("due")
    total = Field[Money]("total")
    discount = Field[Money]("discount")
    tax = Field[Money]("tax")
    rounding = Field[InvoiceRounding]("rounding")
    paid = Field[Money]("paid")
    open = Field[Money]("open")
    last_paid = Field[dt.date]("last_paid")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[InvoiceFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[InvoiceFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[InvoiceFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


InvoiceLineFields = TypedDict(
    "InvoiceLineFields",
    {
        "invoice": "Target | None",
        "product": "Target | None",
        "description": "str | None",
        "quantity": "Decimal | int | str | None",
        "price": "Money | None",
        "discount": "Decimal | int | str | None",
        "amount": "Money | None",
        "position": "int | None",
        "tax_rate": "Decimal | int | str | None",
        "tax": "Money | None",
        "order_line": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class InvoiceLine(Entity):
    """Invoice line: 发票明细."""

    TYPE = "invoice_line"

    invoice = Field[int]("invoice")
    product = Field[int]("product")
    description = Field[str]("description")
    quantity = Field[Decimal]("quantity")
    price = Field[Money]("price")
    discount = Field[Decimal]("discount")
    amount = Field[Money]("amount")
    position = Field[int]("position")
    tax_rate = Field[Decimal]("tax_rate")
    tax = Field[Money]("tax")
    order_line = Field[int]("order_line")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[InvoiceLineFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[InvoiceLineFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[InvoiceLineFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ReceiptMethod = Literal["transfer", "cash", "card", "draft", "other"]
ReceiptFields = TypedDict(
    "ReceiptFields",
    {
        "invoice": "Target | None",
        "date": "dt.date | None",
        "amount": "Money | None",
        "method": "ReceiptMethod | None",
        "reference": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Receipt(Entity):
    """Receipt: 收款."""

    TYPE = "receipt"

    invoice = Field[int]("invoice")
    date = Field[dt.date]("date")
    amount = Field[Money]("amount")
    method = Field[ReceiptMethod]("method")
    reference = Field[str]("reference")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ReceiptFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ReceiptFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ReceiptFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ContractStatus = Literal["draft", "in_approval", "signed", "ended", "cancelled"]
ContractFields = TypedDict(
    "ContractFields",
    {
        "number": "str | None",
        "name": "str | None",
        "account": "Target | None",
        "contact": "Target | None",
        "opportunity": "Target | None",
        "quote": "Target | None",
        "status": "ContractStatus | None",
        "date": "dt.date | None",
        "signed_on": "dt.date | None",
        "starts": "dt.date | None",
        "ends": "dt.date | None",
        "total": "Money | None",
        "description": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Contract(Entity):
    """Contract: 合同."""

    TYPE = "contract"

    number = Field[str]("number")
    name = Field[str]("name")
    account = Field[int]("account")
    contact = Field[int]("contact")
    opportunity = Field[int]("opportunity")
    quote = Field[int]("quote")
    status = Field[ContractStatus]("status")
    date = Field[dt.date]("date")
    signed_on = Field[dt.date]("signed_on")
    starts = Field[dt.date]("starts")
    ends = Field[dt.date]("ends")
    total = Field[Money]("total")
    description = Field[str]("description")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ContractFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ContractFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ContractFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


InstalmentFields = TypedDict(
    "InstalmentFields",
    {
        "order": "Target | None",
        "contract": "Target | None",
        "position": "int | None",
        "name": "str | None",
        "due": "dt.date | None",
        "amount": "Money | None",
        "invoice": "Target | None",
        "owner": "Target | None",
    },
    total=False,
)


class Instalment(Entity):
    """Instalment: 付款计划."""

    TYPE = "instalment"

    order = Field[int]("order")
    contract = Field[int]("contract")
    position = Field[int]("position")
    name = Field[str]("name")
    due = Field[dt.date]("due")
    amount = Field[Money]("amount")
    invoice = Field[int]("invoice")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[InstalmentFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[InstalmentFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[InstalmentFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


MilestoneKind = Literal["delivery", "installation", "training", "acceptance"]
MilestoneFields = TypedDict(
    "MilestoneFields",
    {
        "opportunity": "Target | None",
        "name": "str | None",
        "kind": "MilestoneKind | None",
        "due": "dt.date | None",
        "done_on": "dt.date | None",
        "contract": "Target | None",
        "order": "Target | None",
        "instalment": "Target | None",
        "description": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Milestone(Entity):
    """Milestone of delivery: 交付里程碑."""

    TYPE = "milestone"

    opportunity = Field[int]("opportunity")
    name = Field[str]("name")
    kind = Field[MilestoneKind]("kind")
    due = Field[dt.date]("due")
    done_on = Field[dt.date]("done_on")
    contract = Field[int]("contract")
    order = Field[int]("order")
    instalment = Field[int]("instalment")
    description = Field[str]("description")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[MilestoneFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[MilestoneFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[MilestoneFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


CostKind = Literal["delivery", "to_win"]
CostFields = TypedDict(
    "CostFields",
    {
        "opportunity": "Target | None",
        "kind": "CostKind | None",
        "amount": "Money | None",
        "spent": "bool | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Cost(Entity):
    """Cost: 成本."""

    TYPE = "cost"

    opportunity = Field[int]("opportunity")
    kind = Field[CostKind]("kind")
    amount = Field[Money]("amount")
    spent = Field[bool]("spent")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[CostFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[CostFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[CostFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


BidKind = Literal["open", "invited", "negotiated", "single_source"]
BidStatus = Literal["planned", "submitted", "shortlisted", "won", "lost", "withdrawn"]
BidLossReason = Literal["price", "product", "relationship", "score", "formal", "other"]
BidFields = TypedDict(
    "BidFields",
    {
        "opportunity": "Target | None",
        "name": "str | None",
        "tender_no": "str | None",
        "kind": "BidKind | None",
        "status": "BidStatus | None",
        "published_on": "dt.date | None",
        "due_on": "dt.date | None",
        "opened_on": "dt.date | None",
        "awarded_on": "dt.date | None",
        "budget": "Money | None",
        "price": "Money | None",
        "lost_to": "Target | None",
        "loss_reason": "BidLossReason | None",
        "document": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Bid(Entity):
    """Bid: 投标."""

    TYPE = "bid"

    opportunity = Field[int]("opportunity")
    name = Field[str]("name")
    tender_no = Field[str]("tender_no")
    kind = Field[BidKind]("kind")
    status = Field[BidStatus]("status")
    published_on = Field[dt.date]("published_on")
    due_on = Field[dt.date]("due_on")
    opened_on = Field[dt.date]("opened_on")
    awarded_on = Field[dt.date]("awarded_on")
    budget = Field[Money]("budget")
    price = Field[Money]("price")
    lost_to = Field[int]("lost_to")
    loss_reason = Field[BidLossReason]("loss_reason")
    document = Field[str]("document")
    shortlisted = Field[int]("shortlisted")
    late_loss = Field[bool]("late_loss")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[BidFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[BidFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[BidFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


BidRoundResult = Literal["shortlisted", "dropped", "awarded"]
BidRoundFields = TypedDict(
    "BidRoundFields",
    {
        "bid": "Target | None",
        "number": "int | None",
        "date": "dt.date | None",
        "result": "BidRoundResult | None",
        "rank": "int | None",
        "participants": "int | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class BidRound(Entity):
    """Round of a bid: 投标轮次."""

    TYPE = "bid_round"

    bid = Field[int]("bid")
    number = Field[int]("number")
    date = Field[dt.date]("date")
    result = Field[BidRoundResult]("result")
    rank = Field[int]("rank")
    participants = Field[int]("participants")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[BidRoundFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[BidRoundFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[BidRoundFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


BidCriterionFields = TypedDict(
    "BidCriterionFields",
    {
        "bid": "Target | None",
        "name": "str | None",
        "weight": "Decimal | int | str | None",
        "position": "int | None",
        "owner": "Target | None",
    },
    total=False,
)


class BidCriterion(Entity):
    """Scoring criterion: 评分项."""

    TYPE = "bid_criterion"

    bid = Field[int]("bid")
    name = Field[str]("name")
    weight = Field[Decimal]("weight")
    position = Field[int]("position")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[BidCriterionFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[BidCriterionFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[BidCriterionFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


BidScoreFields = TypedDict(
    "BidScoreFields",
    {
        "criterion": "Target | None",
        "competitor": "Target | None",
        "score": "Decimal | int | str | None",
        "owner": "Target | None",
    },
    total=False,
)


class BidScore(Entity):
    """Score of a bidder: 评分."""

    TYPE = "bid_score"

    criterion = Field[int]("criterion")
    competitor = Field[int]("competitor")
    score = Field[Decimal]("score")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[BidScoreFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[BidScoreFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[BidScoreFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


ApprovalStatus = Literal["pending", "approved", "rejected"]
ApprovalFields = TypedDict(
    "ApprovalFields",
    {
        "record": "Target | None",
        "step": "int | None",
        "approver": "Target | None",
        "delegate": "Target | None",
        "decided_by": "Target | None",
        "status": "ApprovalStatus | None",
        "decided_at": "dt.datetime | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class Approval(Entity):
    """Approval: 审批."""

    TYPE = "approval"

    record = Field[int]("record")
    step = Field[int]("step")
    approver = Field[int]("approver")
    delegate = Field[int]("delegate")
    decided_by = Field[int]("decided_by")
    status = Field[ApprovalStatus]("status")
    decided_at = Field[dt.datetime]("decided_at")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[ApprovalFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[ApprovalFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[ApprovalFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


BudgetEvidenceSource = Literal["document", "said_by_customer", "third_party", "rep_opinion"]
BudgetEvidenceFields = TypedDict(
    "BudgetEvidenceFields",
    {
        "opportunity": "Target | None",
        "exists": "bool | None",
        "amount": "Money | None",
        "source": "BudgetEvidenceSource | None",
        "confidence": "float | None",
        "at": "dt.datetime | None",
        "note": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class BudgetEvidence(Entity):
    """Evidence of a budget: 预算证据."""

    TYPE = "budget_evidence"

    opportunity = Field[int]("opportunity")
    exists = Field[bool]("exists")
    amount = Field[Money]("amount")
    source = Field[BudgetEvidenceSource]("source")
    confidence = Field[float]("confidence")
    at = Field[dt.datetime]("at")
    note = Field[str]("note")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[BudgetEvidenceFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[BudgetEvidenceFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[BudgetEvidenceFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


VisitPlanFields = TypedDict(
    "VisitPlanFields",
    {
        "account": "Target | None",
        "employee": "Target | None",
        "every_days": "int | None",
        "starts": "dt.date | None",
        "ends": "dt.date | None",
        "route": "str | None",
        "owner": "Target | None",
    },
    total=False,
)


class VisitPlan(Entity):
    """Visit plan: 拜访计划."""

    TYPE = "visit_plan"

    account = Field[int]("account")
    employee = Field[int]("employee")
    every_days = Field[int]("every_days")
    starts = Field[dt.date]("starts")
    ends = Field[dt.date]("ends")
    route = Field[str]("route")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[VisitPlanFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[VisitPlanFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[VisitPlanFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


StockLevelFields = TypedDict(
    "StockLevelFields",
    {
        "account": "Target | None",
        "product": "Target | None",
        "par": "int | None",
        "daily_sales": "Decimal | int | str | None",
        "owner": "Target | None",
    },
    total=False,
)


class StockLevel(Entity):
    """Stock that a store should have: 门店安全库存."""

    TYPE = "stock_level"

    account = Field[int]("account")
    product = Field[int]("product")
    par = Field[int]("par")
    daily_sales = Field[Decimal]("daily_sales")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[StockLevelFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[StockLevelFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[StockLevelFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)


StockCheckState = Literal["ok", "low", "out"]
StockCheckFields = TypedDict(
    "StockCheckFields",
    {
        "visit": "Target | None",
        "account": "Target | None",
        "product": "Target | None",
        "on_hand": "int | None",
        "par": "int | None",
        "daily_sales": "Decimal | int | str | None",
        "days": "int | None",
        "owner": "Target | None",
    },
    total=False,
)


class StockCheck(Entity):
    """Stock check: 库存检查."""

    TYPE = "stock_check"

    visit = Field[int]("visit")
    account = Field[int]("account")
    product = Field[int]("product")
    on_hand = Field[int]("on_hand")
    par = Field[int]("par")
    daily_sales = Field[Decimal]("daily_sales")
    days = Field[int]("days")
    restock = Field[int]("restock")
    state = Field[StockCheckState]("state")
    owner = Field[int]("owner")
    created = Field[dt.datetime]("created")
    updated = Field[dt.datetime]("updated")

    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[StockCheckFields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[StockCheckFields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[StockCheckFields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)
