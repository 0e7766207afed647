"""Work in another process: the same result, the same error, nothing left running."""

from __future__ import annotations

import math

import pytest

from yenloop.errors import SpecError
from yenloop.workers import workers


def test_work_comes_back() -> None:
    with workers() as pool:
        assert pool.submit(math.sqrt, 49.0).result() == 7.0


def test_idle_processes_do_not_end_by_themselves() -> None:
    """Work handed over while they did so was never done, and the run waited for ever."""
    with workers() as pool:
        assert pool._executor._timeout is None


def test_a_typed_error_keeps_its_remedy_across_processes() -> None:
    with workers() as pool, pytest.raises(SpecError) as caught:
        pool.submit(_refuse).result()
    assert caught.value.remedy == "Do otherwise."


def _refuse() -> None:
    raise SpecError("It is not so.", remedy="Do otherwise.")
