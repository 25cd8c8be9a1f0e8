"""Canonical bytes: equal content gives equal bytes, and only what has one form is taken."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from trellis.core import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
EARLY, LATE = (datetime.fromisoformat(day) for day in ("0001-01-03", "9999-12-29"))
LEAVES = st.none() | st.booleans() | st.integers() | TEXT | st.decimals(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


def test_rfc_8785_example_of_sorting_and_escapes() -> None:
    """Section 3.2.3 of the RFC: keys in order of UTF-16 code units."""
    names = ["\u20ac", "\r", "1", "\U0001f600", "\u0080", "\u00f6"]
    inside = list(json.loads(canonical.encode({name: str(n) for n, name in enumerate(names)})))
    assert inside == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600"]


@given(VALUES)
def test_encoding_what_was_decoded_gives_the_same_bytes(value: object) -> None:
    first = canonical.encode({"v": value})
    assert canonical.encode(canonical.decode(first)) == first


@given(st.dictionaries(TEXT, st.integers(), max_size=6))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical.encode(value) == canonical.encode(dict(reversed(value.items())))


@given(TEXT)
def test_text_is_nfc(value: str) -> None:
    assert canonical.encode(unicodedata.normalize("NFD", value)) == canonical.encode(
        unicodedata.normalize("NFC", value)
    )


@given(st.datetimes(min_value=EARLY, max_value=LATE), st.integers(-14, 14))
def test_one_moment_has_one_form_whatever_its_zone(naive: datetime, hours: int) -> None:
    moment = naive.replace(tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
    assert canonical.moment_text(moment) == canonical.moment_text(elsewhere)


def test_decimals_keep_their_scale_and_have_no_exponent() -> None:
    assert canonical.encode(Decimal("1200000.00")) == b'"1200000.00"'
    assert canonical.encode(Decimal("1E+3")) == b'"1000"'


def test_times_have_six_digits() -> None:
    assert canonical.moment_text(datetime(2027, 7, 1, 9, 42, tzinfo=UTC)) == "2027-07-01T09:42:00.000000Z"


@pytest.mark.parametrize("value", [1.5, float("nan"), Decimal("NaN"), EARLY, {1, 2}, object()])
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical.encode(value)


def test_whole_numbers_that_a_double_cannot_hold_go_as_text() -> None:
    assert canonical.encode([2**53 - 1, 2**53]) == b'[9007199254740991,"9007199254740992"]'


def test_ids_and_bytes() -> None:
    assert canonical.plain([UUID(int=1), b"\x01\xff"]) == ["00000000-0000-0000-0000-000000000001", "01ff"]


@given(st.lists(TEXT, max_size=6), st.randoms())
def test_a_root_does_not_depend_on_order(values: list[str], random: object) -> None:
    hashes = [canonical.digest(v.encode()) for v in values]
    mixed = list(hashes)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert canonical.root(hashes) == canonical.root(mixed)


@given(st.dictionaries(st.text(), st.one_of(VALUES, st.text()), max_size=5))
def test_the_fast_encoder_gives_the_bytes_of_rfc_8785(value: dict[str, object]) -> None:
    """Names and texts of any characters, those beyond the BMP and control characters among them."""
    said = canonical.plain(value)
    try:
        expected = rfc8785.dumps(said)
    except Exception as error:
        with pytest.raises(type(error)):
            canonical.encode(value)
        return
    assert canonical.encode(value) == expected
