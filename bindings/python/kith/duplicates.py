"""One person once: which records are probably the same person or company, and who somebody about to be entered might be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from kith import _kith
from kith.values import listed

Json: TypeAlias = dict[str, Any]


class OnePersonOnce:
    """The part of a snapshot that finds duplicates.

    Pairs and look-alikes are candidates: nothing is changed. Each has `probability`, `bits` and `reasons`: by field how far it agrees ("exact",
    "close", "similar", "partial", "different") and how many bits that is worth, below 0 against. `fields`: what is compared in place of the roles
    of a party, as "name", "text", "address", "mail", "phone", "date", "identifier" or "website". `also`: types compared together with it, such as
    "contact" with "lead"; `across`: only pairs of two types.
    """

    def _open(self) -> _kith.Snapshot:
        raise NotImplementedError

    def duplicates(
        self,
        type: str,
        *,
        fields: Mapping[str, str] | None = None,
        also: str | Sequence[str] | None = None,
        across: bool | None = None,
        review: float | None = None,
        automatic: float | None = None,
        limit: int | None = None,
        threads: int | None = None,
    ) -> Json:
        """Pairs of records of a type that are probably one: `pairs`, likeliest first, of at least probability `review` (.5), at most `limit` (1000).

        Also `found` (all of them), `automatic` (how many, from the first, reach that probability: .99), the `precision`, `automatic_precision` and
        `recall` to expect, `groups` of ids joined by automatic pairs, `model` for `who_is`, `records` and `compared`.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         for number in range(100):
        ...             _ = batch.create("contact", name=f"Somebody Else{number}", mobile=f"139{number * 7919:08}")
        ...         _ = batch.create("contact", name="Wei Zhang", mobile="+86 138 0013 8000")
        ...         _ = batch.create("contact", name="张伟", mobile="13800138000")
        ...     with db.snapshot() as now:
        ...         [pair] = now.duplicates("contact", review=0.9)["pairs"]
        ...         print(now[pair["a"]]["name"], now[pair["b"]]["name"], [(why["field"], why["agreement"]) for why in pair["reasons"]])
        Wei Zhang 张伟 [('phone', 'exact'), ('name', 'close')]
        """
        question = _question(
            fields=fields,
            also=None if also is None else listed("also", also, str),
            across=across,
            review=review,
            automatic=automatic,
            limit=limit,
            threads=threads,
        )
        found: Json = json.loads(self._open().duplicates(type, question))
        return found

    def who_is(
        self,
        type: str,
        values: Mapping[str, str] | None = None,
        *,
        record: int | None = None,
        model: str | None = None,
        fields: Mapping[str, str] | None = None,
        also: str | Sequence[str] | None = None,
        across: bool | None = None,
        review: float | None = None,
        limit: int | None = None,
    ) -> list[Json]:
        """Who a `record`, or somebody with these `values` (texts by field), might be: `record`, `probability`, `bits`, `reasons`, likeliest first.

        `model`: as `duplicates` gave it with the same `fields`. Without one it is learnt from the snapshot, which takes as long as `duplicates`,
        and kept with it.
        """
        question = _question(values=values, record=record, fields=fields, also=None if also is None else listed("also", also, str), across=across, review=review, limit=limit)
        answer: Json = json.loads(self._open().who_is(type, question, model or ""))
        found: list[Json] = answer["records"]
        return found


def _question(**members: Any) -> str:
    return json.dumps({name: dict(value) if isinstance(value, Mapping) else value for name, value in members.items() if value is not None})
