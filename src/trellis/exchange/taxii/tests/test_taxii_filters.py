"""Parameters as they are understood, and what is said of those that are not."""

from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from trellis.exchange.schemas import micros
from trellis.exchange.taxii.filters import PAGE, moment_of, query
from trellis.exchange.taxii.problems import Problem

NAME = "indicator--01234567-89ab-4cde-8f01-23456789abcd"


def test_reg_04_nothing_asked_is_a_whole_page_from_the_beginning() -> None:
    found = query(QueryDict(""))
    assert (found.added_after, found.limit, found.next, found.ids, found.versions) == (None, PAGE, "", (), ())


def test_reg_04_all_parameters_are_understood() -> None:
    found = query(
        QueryDict(
            f"added_after=2026-01-05T09:00:00.000001Z&limit=7&next=abc_-1&match[id]={NAME}&match[type]=indicator,malware"
            "&match[version]=first,2026-01-05T09:00:00.000Z&match[spec_version]=2.0,2.1"
        )
    )
    assert found.added_after == micros(datetime(2026, 1, 5, 9, 0, 0, 1, tzinfo=UTC))
    assert (found.limit, found.next, found.ids) == (7, "abc_-1", (NAME,))
    assert found.types == ("indicator", "malware")
    assert found.versions == ("first", "2026-01-05T09:00:00.000Z")
    assert found.spec_versions == ("2.0", "2.1")


@pytest.mark.parametrize("limit", [PAGE + 1, 10**30])
def test_reg_04_a_limit_above_the_largest_page_is_lowered(limit: int) -> None:
    assert query(QueryDict(f"limit={limit}")).limit == PAGE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=1e3", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=", "limit"),
        ("added_after=yesterday", "added_after"),
        ("added_after=2026-01-05", "added_after"),
        ("added_after=2026-13-05T09:00:00Z", "added_after"),
        ("added_after=2026-01-05T09:00:60Z", "added_after"),
        ("added_after=0001-01-01T00:00:00%2B14:00", "added_after"),
        ("added_after=2026-01-05T09:00:00", "added_after"),
        ("next=a%20b", "next"),
        ("next=" + "a" * 401, "next"),
        ("match[id]=x", "match[id]"),
        ("match[id]=indicator--x", "match[id]"),
        (f"match[id]={NAME},", "match[id]"),
        ("match[type]=a%00b", "match[type]"),
        ("match[version]=newest", "match[version]"),
        ("match[spec_version]=two", "match[spec_version]"),
        ("match[type]=a&match[type]=b", "match[type]"),
        ("match[name]=a", "match[name]"),
        ("match[=a", "match["),
        ("match[type]=" + ",".join(f"t{n}" for n in range(501)), "match[type]"),
    ],
)
def test_reg_04_what_cannot_be_understood_is_400_and_named(text: str, name: str) -> None:
    with pytest.raises(Problem) as told:
        query(QueryDict(text))
    assert told.value.status == 400
    assert name in told.value.details and told.value.description


def test_reg_04_an_address_of_one_object_filters_by_version_only() -> None:
    with pytest.raises(Problem):
        query(QueryDict("match[type]=indicator"), ("version", "spec_version"), (NAME,))
    assert query(QueryDict("match[version]=all"), ("version", "spec_version"), (NAME,)).ids == (NAME,)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-05T09:00:00Z", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("2026-01-05t09:00:00.1z", datetime(2026, 1, 5, 9, 0, 0, 100_000, tzinfo=UTC)),
        ("2026-01-05T09:00:00.123456789Z", datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-05T10:00:00+01:00", datetime(2026, 1, 5, 9, tzinfo=UTC)),
    ],
)
def test_reg_04_times_are_rfc_3339(text: str, at: datetime) -> None:
    assert moment_of(text) == at
