"""One demonstration for all browser tests of a run."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.served import Served, browser, served
from tests.tools.browser import find


@pytest.fixture(scope="session")
def demonstration() -> Iterator[Served]:
    """The demonstration, served; `told` has the ids that tests open."""
    if find() is None:
        pytest.skip("no Chromium on this machine")
    with served("tests.browser.prepare_demo", mode="demo") as here:
        yield here


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for the tests of one module."""
    with browser() as running:
        yield running
