"""``python -m kith.report DATABASE PATH``: the report of a database, from a shell. Exits with 1 and says why when there is none."""

from __future__ import annotations

import argparse
import datetime as dt
import sys

import kith
from kith import report
from kith.browser import NoBrowserError


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m kith.report", description="Writes the report of a pipeline: .html, .pdf or .png.")
    parser.add_argument("database", help="the database's folder")
    parser.add_argument("path", help="the file to write; its ending says which format")
    parser.add_argument("--pipeline", default="default")
    parser.add_argument("--period", help='such as 2026-Q3 or "next-month"; this quarter unless given')
    parser.add_argument("--viewer", type=int, help="id of the person whose eyes it is for; everything is told unless given")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    parser.add_argument("--as-of", type=_moment, metavar="TIME", help="as it stood then, such as 2026-07-01")
    given = parser.parse_args(arguments)
    options = {name: getattr(given, name) for name in ("pipeline", "period", "viewer", "lang", "as_of")}
    try:
        with kith.open(given.database, read_only=True) as db:
            print(report.write(db, given.path, **options))
    except (kith.Error, NoBrowserError, ValueError, OSError) as error:
        print(f"kith.report: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
