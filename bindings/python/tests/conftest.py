from __future__ import annotations

from collections.abc import Iterator

import pytest

import kith


@pytest.fixture
def db() -> Iterator[kith.Database]:
    with kith.open(temporary=True) as database:
        yield database
