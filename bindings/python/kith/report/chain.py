"""Who decides a deal, as it is recorded: people with a role in it, the lines between them, and where they stand.

By behaviours: a relation that leads from a party to the deal's type gives the roles; relations between parties, and references of a party to
its own type that know no circles, give the lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import kith

Type = Mapping[str, Any]


def _fields(type: Type) -> dict[str, Any]:
    return {field["name"]: field for field in type["fields"]}


def _between(type: Type, sources: list[str], targets: list[str]) -> bool:
    """Whether the type is a relation from one of the one types to one of the others."""
    relation = type.get("behaviours", {}).get("relation")
    if not relation:
        return False
    fields = _fields(type)
    return any(name in sources for name in fields[relation["from"]].get("to", [])) and any(
        name in targets for name in fields[relation["to"]].get("to", [])
    )


class Chains:
    """Reads the chains of deals of one type through a snapshot."""

    def __init__(self, now: kith.Snapshot, catalog: Mapping[str, Any], for_type: str, as_of: dt.datetime | None) -> None:
        self._now = now
        self._as_of = as_of
        types: list[Type] = catalog["types"]
        parties = [type for type in types if "party" in type.get("behaviours", {})]
        names = [type["name"] for type in parties]
        self._roles = [type for type in types if _between(type, names, [for_type])]
        self._lines = [type for type in types if _between(type, names, names)]
        self._choices = {
            choice["name"]: choice
            for type in self._roles
            if "kind" in type["behaviours"]["relation"]
            for choice in _fields(type)[type["behaviours"]["relation"]["kind"]].get("choices", [])
        }
        self._superiors = {
            party["name"]: [
                field["name"] for field in party["fields"] if field.get("acyclic") and field.get("to") == [party["name"]]
            ]
            for party in parties
        }

    @property
    def known(self) -> bool:
        """Whether roles in such deals can be recorded at all."""
        return bool(self._roles)

    def of(self, deal: int) -> dict[str, Any]:
        """{"deal", "people": [{"id", "role", "labels", "order", "veto", "approve", "stance"}], "lines": [{"from", "to", "kind"}], "score",
        "missing", "suggestions"}: `from` has a say with `to`; what is measured is that of `Snapshot.relation`."""
        people: dict[int, dict[str, Any]] = {}
        for type in self._roles:
            for person in self._with_role(type, deal):
                known = people.get(person["id"])
                if known is None or person["order"] < known["order"]:
                    people[person["id"]] = person
        ordered = sorted(people.values(), key=lambda person: (person["order"], person["id"]))
        chain = {"deal": deal, "people": ordered, "lines": list(self._lines_among(people))}
        return chain | (self._measured(deal, people) if people else {"score": None, "missing": [], "suggestions": []})

    def _measured(self, deal: int, people: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
        """How the chain stands; adds to each of the people where they stand, None where nothing is known of them."""
        report = self._now.relation(object=deal, as_of=self._as_of, contributions=False, capital=False)
        for person in report["chain"]["people"]:
            if person["contact"] in people:
                people[person["contact"]]["stance"] = person["stance"] if person["own"]["confidence"] > 0 else None
        missing = [{"role": role, "labels": self._choices.get(role, {}).get("labels", {})} for role in report["chain"]["missing"]]
        return {"score": report["score"], "missing": missing, "suggestions": report["suggestions"]}

    def _with_role(self, type: Type, deal: int) -> Iterator[dict[str, Any]]:
        kind = type["behaviours"]["relation"].get("kind")
        fields = _fields(type)
        choices = {choice["name"]: (order, choice) for order, choice in enumerate(fields[kind].get("choices", []))} if kind else {}
        for found in self._now.neighbours(deal, type["name"], "in"):
            edge = self._now.get(found["edge"])
            role = found.get("kind") or ""
            order, choice = choices.get(role, (len(choices), {}))
            yield {
                "id": found["record"],
                "role": role,
                "labels": choice.get("labels", {}),
                "order": order,
                "stance": None,
                **{right: bool(edge is not None and right in fields and edge[right]) for right in ("veto", "approve")},
            }

    def _lines_among(self, people: Mapping[int, Any]) -> Iterator[dict[str, Any]]:
        for id in people:
            for type in self._lines:
                # A relation with a strength is a say in the other's mind; one without leads to a superior, who has it the other way round.
                influence = "strength" in type["behaviours"]["relation"]
                for found in self._now.neighbours(id, type["name"], "out"):
                    if found["record"] in people:
                        ends = (id, found["record"]) if influence else (found["record"], id)
                        yield {"from": ends[0], "to": ends[1], "kind": "influence" if influence else "reports"}
            record = self._now.get(id)
            for field in self._superiors.get(record.type, ()) if record is not None else ():
                superior = record[field] if record is not None else None
                if superior in people:
                    yield {"from": superior, "to": id, "kind": "reports"}
