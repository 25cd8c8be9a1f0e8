"""Fixtures of every test; tests/early.py sets the environment."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def clock_runs() -> Iterator[None]:
    """Whatever a test does to the clock ends with it."""
    yield
    from trellis.core import clock

    clock.set_to(None)


_worlds: list[Any] = []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Makes the world once for all tests: each runs in a transaction that is taken back, so none sees another's."""
    from tests.world import build
    from trellis.core import clock

    with django_db_blocker.unblock():
        _worlds.append(build())
    clock.set_to(None)


@pytest.fixture
def world(db: Any) -> Any:
    """A founded programme with its parties; see tests/world.py."""
    from tests.world import START
    from trellis.core import clock

    clock.set_to(START)
    return deepcopy(_worlds[0])


# Files of a minute and more: begun last, one of them would leave every other process waiting for its end.
LONG = ("tests/faults/", "test_taxii_served.py", "test_replay.py", "test_publication.py")


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Marks every test that uses the database, so that PostgreSQL runs just those; the longest files come first."""
    items.sort(key=lambda item: not any(part in item.nodeid for part in LONG))
    for item in items:
        if {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
