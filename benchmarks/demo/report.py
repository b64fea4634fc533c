"""report.py FOLDER: the reports of the database that kith_demo kept in FOLDER, in English and Chinese."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import sys

import kith
import kith.report


def main(folder: pathlib.Path) -> None:
    subject = json.loads((folder / "subject.json").read_text(encoding="utf-8"))
    as_of = dt.datetime.fromisoformat(subject["as_of"])
    with kith.open(folder / "crm.kith", read_only=True) as db:
        english = kith.report.write(db, folder / "report.html", pipeline=subject["pipeline"], as_of=as_of)
        chinese = kith.report.write(db, folder / "report-zh.html", pipeline=subject["pipeline"], as_of=as_of, lang="zh")
    print(f"\nThe same as a page, for a phone, a desk or paper:\n  {english}\n  {chinese}")


main(pathlib.Path(sys.argv[1]))
