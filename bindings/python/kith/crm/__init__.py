"""The standard model with the types of its fields, so that mypy finds what is misspelt or of another kind.

>>> import kith
>>> from kith import crm
>>> with kith.open(temporary=True) as db:
...     with db.batch() as batch:
...         acme = crm.Account.upsert(batch, ("app.clients", "8841"), name="Acme", industry="law")
...         deal = crm.Opportunity.create(batch, name="Pilot", account=acme, amount=kith.Money(1_250_000, "CNY"))
...     with db.snapshot() as now:
...         pilot = crm.Opportunity(now[batch.outcome.id(deal)])
...         print(pilot.name, pilot.amount, pilot.budget)
...         print([account.industry for account in crm.Account.scan(now)], crm.Account.industry)
Pilot Money(minor=1250000, currency='CNY') None
['law'] account.industry
"""

from __future__ import annotations

from kith.crm.entity import Entity as Entity
from kith.crm.entity import Field as Field
from kith.crm.generated import *
