"""Arrow streams, read by pyarrow."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

import kith
from kith import Money

PACKAGE = {
    "package": "test.columns",
    "version": "1.0.0",
    "types": [
        {
            "name": "deal",
            "fields": [
                {"name": "name", "kind": "text"},
                {"name": "count", "kind": "int"},
                {"name": "open", "kind": "bool"},
                {"name": "rate", "kind": "decimal", "scale": 2},
                {"name": "weight", "kind": "double"},
                {"name": "amount", "kind": "money"},
                {"name": "state", "kind": "choice", "choices": [{"name": "new"}, {"name": "won"}]},
                {"name": "tags", "kind": "text_list"},
                {"name": "day", "kind": "date"},
                {"name": "at", "kind": "time"},
            ],
            "indexes": [{"name": f"col_{f}", "kind": "column", "fields": [f]} for f in ("count", "open", "amount", "state", "day")],
        }
    ],
}
AT = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)


@pytest.fixture
def filled(db: kith.Database) -> kith.Database:
    db.ensure(PACKAGE)
    with db.batch(reason="load") as b:
        b.create(
            "deal", name="一", count=7, open=True, rate=Decimal("1.25"), weight=2.5, amount=Money(123456, "CNY"), state="won",
            tags=["a", "b"], day=dt.date(2026, 7, 4), at=AT,
        )
        b.create("deal", amount=Money(5, "JPY"), name="")
        for i in range(20_000):
            b.create("deal", count=i)
    return db


def test_every_kind_is_what_arrow_calls_it(filled: kith.Database) -> None:
    with filled.snapshot() as now:
        table = now.export("deal").to_arrow()
    assert table.schema.field("rate").type == pa.decimal128(19, 2)
    assert table.schema.field("amount").type == pa.decimal128(23, 4)
    assert table.schema.field("at").type == pa.timestamp("us", "UTC")
    assert table.schema.field("state").type == pa.dictionary(pa.int32(), pa.string())
    table.validate(full=True)
    assert table.num_rows == 20_002
    first, second, third = table.slice(0, 3).drop_columns(["id"]).to_pylist()
    assert first == {
        "name": "一", "count": 7, "open": True, "rate": Decimal("1.25"), "weight": 2.5, "amount": Decimal("1234.5600"),
        "amount.currency": "CNY", "state": "won", "tags": ["a", "b"], "day": dt.date(2026, 7, 4), "at": AT,
    }  # fmt: skip
    assert (second["amount"], second["amount.currency"], second["name"]) == (Decimal(5), "JPY", "")
    assert third == dict.fromkeys(first) | {"count": 0}


def test_columns_alone_give_the_same(filled: kith.Database) -> None:
    fields = ["id", "count", "open", "amount", "state", "day"]
    with filled.snapshot() as now:
        by_columns = now.export("deal", fields).to_arrow()
        by_records = now.query({"from": "deal", "where": "name == null || size(name) >= 0", "select": fields}).to_arrow()
    assert by_columns.to_pylist() == by_records.to_pylist()
    by_columns.validate(full=True)
    assert [batch.num_rows for batch in by_columns.to_batches()] == [8192, 8192, 20_002 - 2 * 8192]


def test_a_stream_outlives_what_it_came_from(filled: kith.Database) -> None:
    rows = filled.query({"from": "deal", "where": "count < 3", "select": ["count"], "order": ["count"]})
    reader = pa.RecordBatchReader.from_stream(rows)
    rows.close()
    filled.close()
    table = reader.read_all()
    del reader
    assert table.column("count").to_pylist() == [0, 1, 2]


def test_sums_by_currency_are_lists(filled: kith.Database) -> None:
    query = {"from": "deal", "group": ["open"], "aggregates": [{"sum": "amount", "name": "total"}]}
    assert filled.query(query).to_arrow().to_pylist() == [
        {"open": None, "total": [{"amount": Decimal(5), "currency": "JPY"}]},
        {"open": True, "total": [{"amount": Decimal("1234.56"), "currency": "CNY"}]},
    ]


def test_a_cancelled_query_ends_its_stream(filled: kith.Database) -> None:
    rows = filled.query({"from": "deal", "select": ["name"]})
    reader = pa.RecordBatchReader.from_stream(rows)
    rows.cancel()
    with pytest.raises((pa.ArrowCancelled, OSError), match="cancelled"):
        reader.read_all()


def test_related_records_have_no_table(filled: kith.Database) -> None:
    query = {"from": "deal", "expand": [{"name": "same", "path": "id", "from": "deal", "query": {}}]}
    with pytest.raises(kith.Error):
        filled.query(query).to_arrow()


def test_history_has_a_row_a_change(filled: kith.Database) -> None:
    with filled.snapshot() as now:
        first = next(iter(now.scan("deal"))).id
    with filled.batch(actor=("app", "7"), reason="won") as b:
        b.set(first, count=8, state="new")
    with filled.snapshot() as now:
        rows = now.export_history("deal").to_arrow().to_pylist()
    assert len(rows) == 20_002 + 2
    assert rows[0]["operation"] == "create" and rows[0]["field"] is None
    changed = [(row["record"], row["field"], row["before"], row["after"], row["reason"], row["actor"]) for row in rows[-2:]]
    actor = '{"system":"app","key":"7"}'
    assert sorted(changed) == [(first, "count", "7", "8", "won", actor), (first, "state", '"won"', '"new"', "won", actor)]


def test_pandas_keeps_whole_numbers(filled: kith.Database) -> None:
    pytest.importorskip("pandas")
    with filled.snapshot() as now:
        frame = now.export("deal", ["id", "count", "open"]).to_pandas()
    assert [str(kind) for kind in frame.dtypes] == ["Int64", "Int64", "boolean"]
    assert frame["count"].isna().sum() == 1


MAPPING = {
    "name": "deals",
    "files": [
        {
            "file": "deals",
            "type": "deal",
            "system": "app",
            "key": ["number"],
            "columns": [
                {"column": name, "field": name} for name in ("name", "count", "open", "rate", "weight", "state", "tags", "day", "at")
            ]
            + [{"column": "amount", "field": "amount", "currency_column": "amount.currency"}],
        }
    ],
}  # fmt: skip


def test_polars_has_the_same_and_comes_back(filled: kith.Database) -> None:
    with filled.snapshot() as now:
        exported = now.export("deal")
        frame = exported.to_polars()
        assert frame.to_dicts() == exported.to_arrow().to_pylist()
    report = filled.upsert(frame.head(100).drop("id").with_row_index("number"), "deal", key="number", system="frame")
    assert (report["files"][0]["created"], report["problems"]) == (100, [])
    with filled.snapshot() as now:
        again = now.export("deal").to_polars().tail(100).drop("id")
    assert again.to_dicts() == [{**row, "name": row["name"] or None} for row in frame.head(100).drop("id").to_dicts()]


def test_upsert_takes_references_and_other_names(db: kith.Database) -> None:
    pandas = import_module("pandas")
    accounts = pandas.DataFrame({"no": ["a", "b"], "title": ["Acme", "Bloom"], "mother": [None, "a"]})
    found = {"title": "name", "mother": "parent"}
    report = db.upsert(accounts, "account", key="no", system="erp", fields=found, references={"parent": "erp"})
    assert report["problems"] == []
    assert list(db.query({"from": "account", "select": ["name", "parent.name"]}))[1] == {"name": "Bloom", "parent.name": "Acme"}
    sales = pandas.DataFrame({"no": [1, 2], "name": ["S1", "S2"], "amount": [12.5, 3.0], "amount.currency": ["USD", "EUR"], "account": ["a", "x"]})
    report = db.upsert(sales, "opportunity", key="no", system="erp.deal", references={"account": "erp"})
    assert [(problem["line"], problem["column"]) for problem in report["problems"]] == [(2, "account")]
    assert list(db.query({"from": "opportunity", "select": ["amount"]})) == [{"amount": Money(1250, "USD")}]


def test_a_table_goes_out_and_in_again(filled: kith.Database) -> None:
    with filled.snapshot() as now:
        table = now.export("deal").to_arrow()
    numbered = table.drop_columns(["id"]).append_column("number", pa.array(range(table.num_rows)))
    with kith.open(temporary=True) as other:
        other.ensure(PACKAGE)
        small = numbered.slice(0, 3000)
        report = other.import_arrow(small, MAPPING)
        assert (report["files"][0]["created"], report["problems"]) == (3000, [])
        assert other.import_arrow(small.slice(1), MAPPING)["files"][0]["unchanged"] == 2999
        with other.snapshot() as now:
            again = now.export("deal").to_arrow()
    expected = [{**row, "name": row["name"] or None} for row in small.drop_columns(["number"]).to_pylist()]
    assert again.drop_columns(["id"]).to_pylist() == expected


def test_rows_that_are_wrong_are_named(filled: kith.Database) -> None:
    table = pa.table(
        {
            "number": pa.array([1, 2, None, 4], pa.uint16()),
            "count": pa.array([1.0, 2.5, 3.0, None]),
            "at": pa.array([0, 1_500_000_000, -1, None], pa.timestamp("ns", "Asia/Shanghai")),
            "state": pa.array(["new", "lost", "won", "won"]).dictionary_encode(),
            "tags": pa.array([["a", "b;c"], ["d"], [], None], pa.large_list(pa.large_string())),
        }
    )
    columns = [{"column": name, "field": name} for name in ("count", "at", "state", "tags")]
    mapping = {"name": "t", "files": [{"file": "t", "type": "deal", "system": "app", "key": ["number"], "columns": columns}]}
    report = filled.import_arrow(table, mapping)
    assert report["files"][0]["created"] == 1
    assert [(p["line"], p["column"], p["value"]) for p in report["problems"]][1:] == [(2, "count", "2.5"), (3, "number", "")]
    assert "holds" in report["problems"][0]["reason"]
    with filled.snapshot() as now:
        assert now.find("deal", ("app", "4"))["state"] == "won"  # type: ignore[index]


def test_columns_that_cannot_be_read_are_refused(filled: kith.Database) -> None:
    table = pa.table({"number": [1], "count": pa.array([dt.timedelta(1)])})
    mapping = {"name": "t", "files": [{"file": "t", "type": "deal", "system": "app", "key": ["number"], "columns": [{"column": "count", "field": "count"}]}]}
    with pytest.raises(kith.InvalidArgumentError, match="Arrow type") as caught:
        filled.import_arrow(table, mapping)
    assert caught.value.field == "count"
