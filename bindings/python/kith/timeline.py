"""One timeline of everything that happened with a record, and the thread that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from kith import _kith
from kith.settings import When, moment_of
from kith.values import check_counts, listed, question_json

if TYPE_CHECKING:
    from kith.snapshot import Snapshot

Json: TypeAlias = dict[str, Any]


class Timelines:
    """The part of a snapshot that tells what happened, in order."""

    def _open(self) -> _kith.Snapshot:
        raise NotImplementedError

    def timeline(
        self,
        record: int,
        *,
        whole: bool = True,
        kinds: str | Sequence[str] = (),
        since: When | None = None,
        until: When | None = None,
        page: int = 50,
    ) -> Iterator[Json]:
        """What happened with a person, an organisation, a deal or any other record, newest first.

        Entries have `record`, `at`, `kind`, `process` ("marketing", "sales" or "service"), `text`, and where there is one `initiator` ("us",
        "them" or "both") and `about`.

        The whole timeline puts together what visitors did who turned out to be a person, what happened with the people of an organisation
        while they worked there, deals, and what came before a record in its thread. `kinds` of "interaction", "task", "note", "ticket",
        "document", "deal", "move", "milestone"; none: all. Read page by page as it is asked for.

        >>> import datetime, kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         acme = batch.create("account", name="Acme")
        ...         li = batch.create("contact", name="Li", account=acme)
        ...         at = datetime.datetime.now(datetime.UTC)
        ...         _ = batch.create("interaction", kind="call", direction="in", at=at, contact=li, subject="asks for a price")
        ...     with db.snapshot() as now:
        ...         print([(entry["kind"], entry["text"]) for entry in now.timeline(batch.outcome.id(acme))])
        [('interaction', 'asks for a price')]
        """
        check_counts(page=page)
        now = cast("Snapshot", self)
        asked = {"whole": whole, "kinds": listed("kinds", kinds, str) or None, "from": moment_of(now, since), "until": moment_of(now, until), "limit": page}
        after: str | None = ""
        while after is not None:
            found = json.loads(self._open().timeline(record, question_json(**asked, after=after or None)))
            yield from found["entries"]
            after = found["next"]

    def thread(self, record: int) -> Json:
        """The records in which a customer's matter goes on, from lead to service: `id` (the first), `parts`, and `hand_overs` between owners.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         lead = batch.create("lead", name="Li")
        ...         deal = batch.create("opportunity", name="Press", lead=lead)
        ...     with db.snapshot() as now:
        ...         print(now.thread(batch.outcome.id(deal))["id"] == batch.outcome.id(lead))
        True
        """
        found: Json = json.loads(self._open().thread(record))
        return found
