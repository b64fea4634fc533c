"""kith.eval: values as Python has them, errors with their place."""

import datetime as dt
import decimal

import pytest

import kith


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2", 3),
        ("1.5 * 2.0", 3.0),
        ("'a' + 'ü'", "aü"),
        ("[1, [true]]", [1, [True]]),
        ("{'a': 1}", {"a": 1}),
        ("null", None),
        ("b'\\xff'", b"\xff"),
        ("timestamp('2026-07-01T12:30:00Z')", dt.datetime(2026, 7, 1, 12, 30, tzinfo=dt.UTC)),
        ("date('2026-07-01')", dt.date(2026, 7, 1)),
        ("decimal('1.50')", decimal.Decimal("1.50")),
    ],
)
def test_values(expression: str, value: object) -> None:
    assert kith.eval(expression) == value


def test_errors_name_their_place() -> None:
    with pytest.raises(kith.InvalidArgumentError) as error:
        kith.eval("1 +\n 'a'")
    assert error.value.field == "1:3"
    with pytest.raises(kith.Error, match="zero"):
        kith.eval("1 / 0")
