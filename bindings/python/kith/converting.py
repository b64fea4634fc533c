"""What comes of something: a lead becomes a person, an organisation and a deal; a quote an order, and that an invoice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kith import _kith
from kith.access import Viewer, viewer_of
from kith.values import Ref, question_json


class Converting:
    """The part of a database that makes one thing of another."""

    _handle: _kith.Database

    def convert(
        self,
        record: int,
        *,
        person: int | None = None,
        organisation: int | None = None,
        deal: int | None = None,
        find: bool = True,
        with_deal: bool = True,
        name: str | None = None,
        pipeline: str | None = None,
        owner: int | None = None,
        dry_run: bool = False,
        actor: Ref = None,
        reason: str = "",
        viewer: Viewer | int = 0,
    ) -> dict[str, Any]:
        """Makes a person, an organisation and a deal of a lead, or of any record whose type is convertible, in one batch and once.

        Existing ones are those given, those that the record names, or (with `find`) a person with the same mail or telephone number and an
        organisation of the same name; they get only what they lack, and `kept` tells what they say otherwise. Values go along as records of
        type `conversion_map` say, and fields of other packages to fields of the same name; so do activities, and external references.
        `stays` names what is on the record alone. Converting again writes nothing and gives the same (`already`).

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         lead = batch.create("lead", name="Li Wei", company="Acme", email="li@acme.cn", possible_project="New plant")
        ...     lead = batch.outcome.id(lead)
        ...     made = db.convert(lead)
        ...     with db.snapshot() as now:
        ...         print(now[made["person"]["record"]]["email"], now[made["organisation"]["record"]]["name"], now[made["deal"]["record"]]["name"])
        ...     print(made["person"]["how"], db.convert(lead)["already"])
        li@acme.cn Acme New plant
        created True
        """
        options = question_json(
            person=person, organisation=organisation, deal=deal, find=find, with_deal=with_deal, name=name, pipeline=pipeline, owner=owner
        )
        report: dict[str, Any] = json.loads(self._handle.convert(record, actor, reason, options, dry_run, *viewer_of(viewer)))
        return report

    def continue_document(
        self,
        document: int,
        type: str,
        quantities: Mapping[int, Decimal | int | str] | None = None,
        *,
        external: tuple[str, str] | None = None,
        owner: int | None = None,
        dry_run: bool = False,
        actor: Ref = None,
        reason: str = "",
        viewer: Viewer | int = 0,
    ) -> dict[str, Any]:
        """A draft that continues a document: an order of a quote, an invoice or return of an order, with what is left of its lines.

        `quantities` says how much of which lines, by their ids. However many continue a document at once, they never take more than there is.
        Of the same type it is a new revision. With `external` the call is safe to repeat.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         quote = batch.create("quote", status="accepted")
        ...         line = batch.create("quote_line", quote=quote, quantity=4, price=kith.Money(1000, "CNY"))
        ...     quote, line = batch.outcome.id(quote), batch.outcome.id(line)
        ...     first = db.continue_document(quote, "order", {line: 1})
        ...     rest = db.continue_document(quote, "order")
        ...     with db.snapshot() as now:
        ...         print(now[first["document"]]["total"].minor, now[rest["document"]]["total"].minor)
        1000 3000
        """
        how = None if quantities is None else {str(line): str(quantity) for line, quantity in quantities.items()}
        options = question_json(quantities=how, external=list(external) if external else None, owner=owner)
        report: dict[str, Any] = json.loads(
            self._handle.continue_document(document, type, actor, reason, options, dry_run, *viewer_of(viewer))
        )
        return report
