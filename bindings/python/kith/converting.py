"""What turns out to be business: a lead becomes a person, the organisation they are of, and a deal."""

from __future__ import annotations

import json
from typing import Any

from kith import _kith
from kith.access import Viewer, viewer_of
from kith.values import Ref, question_json


class Converting:
    """The part of a database that converts records."""

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
