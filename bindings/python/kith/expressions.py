"""Expressions without records."""

from __future__ import annotations

import ast
import datetime as dt
import decimal
import json
from typing import Any

from kith import _kith


def eval(expression: str) -> Any:
    """The value of an expression in Kith's subset of CEL.

    Timestamps, dates, decimals and bytes are Python's own; what Python has no exact form for (money, durations, types) is the text that the
    expression language has for it.

    >>> import kith
    >>> kith.eval("1 + 2")
    3
    >>> kith.eval("['a', 'b'].map(x, x + '!')")
    ['a!', 'b!']
    >>> kith.eval("money('12.50', 'EUR') * 2")
    'money("25.00", "EUR")'
    """
    result = json.loads(_kith.eval(expression))
    text: str = result["text"]
    match result["type"]:
        case "timestamp":
            return dt.datetime.fromisoformat(ast.literal_eval(text.removeprefix("timestamp")))
        case "date":
            return dt.date.fromisoformat(ast.literal_eval(text.removeprefix("date")))
        case "decimal":
            return decimal.Decimal(ast.literal_eval(text.removeprefix("decimal")))
        case "bytes":
            return ast.literal_eval(text)
    return result["value"]
