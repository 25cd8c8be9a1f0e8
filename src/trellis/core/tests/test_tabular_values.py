"""Cells in and out: money, dates, names, formulas, and what is written comes back the same."""

import io
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.core import tabular
from trellis.core.tabular import Column, interpret, read
from trellis.core.tabular_base import is_formula_like, unquoted

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
COLUMNS = (
    Column("reference", "Reference", required=True, parse=tabular.text(40), unique=True),
    Column("amount", "Amount", parse=tabular.money(maximum=Decimal(1_000_000))),
    Column("currency", "Currency", parse=tabular.currency),
    Column("when", "Date", parse=tabular.day(not_after=NOW.date()), aliases=("Day of payment",)),
    Column("state", choices=(("open", "Open"), ("closed", "Closed for good"))),
)


def csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def values(data: bytes, *columns: Column, **options: object) -> list[dict]:
    return [dict(parsed.values) for parsed in interpret(read(data), columns or COLUMNS, **options).ready()]


# --- values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1.000.000", "1000000"),
        ("1'234.50", "1234.50"),
        ("1,000,000", "1000000"),
        ("١٢٣٤٫٥", "1234.5"),
        ("+5", "5"),
        ("1.20", "1.20"),
    ],
)
def test_money_is_exact(text: str, amount: str) -> None:
    assert tabular.money()(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-0.01", "less than 0"),
        ("-5", "less than 0"),
        ("−5", "less than 0"),
        ("1e400", "not a number"),
        ("9" * 40, "more than"),
        ("9" * 400, "not a number"),
        ("NaN", "not a number"),
        ("inf", "not a number"),
        ("1,234", "thousands or decimals"),
        ("1.234", "too many decimals"),
        ("12,34,56", "not a number"),
        ("€5", "not a number"),
        ("=5", "not a number"),
        ("1 2", "not a number"),
        ("--5", "not a number"),
    ],
)
def test_money_that_is_negative_huge_or_ambiguous_is_refused(text: str, says: str) -> None:
    with pytest.raises(tabular.BadValue, match=says):
        tabular.money()(text)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_money_written_plainly_is_read_unchanged(amount: Decimal) -> None:
    assert tabular.money()(f"{amount:f}") == amount
    assert tabular.money()(f"{amount:,.2f}".replace(",", " ")) == amount


@pytest.mark.parametrize("code", ["EUR", "usd", " XOF ", "XDR"])
def test_currencies_in_use(code: str) -> None:
    assert tabular.currency(code) == code.strip().upper()


@pytest.mark.parametrize("code", ["DEM", "FRF", "XXX", "EURO", "€", "ABC"])
def test_unknown_currencies_are_refused(code: str) -> None:
    with pytest.raises(tabular.BadValue, match="not a currency in use"):
        tabular.currency(code)


@pytest.mark.parametrize("text", ["31/12/2026", "2026-02-30", "2026-1-2", "1066-10-14", "46000", "٢٠٢٦-٠١-٠١"])
def test_dates_that_are_not_iso_are_refused(text: str) -> None:
    with pytest.raises(tabular.BadValue, match="not a date"):
        tabular.day()(text)


def test_dates_in_the_future_are_refused() -> None:
    with pytest.raises(tabular.BadValue, match="lies in the future"):
        tabular.day(not_after=date(2026, 6, 1))("2026-06-02")
    parse = tabular.moment(not_after=NOW)
    assert parse("2026-06-01T12:00Z") == NOW
    with pytest.raises(tabular.BadValue, match="future"):
        parse("2026-06-01T12:00:01Z")


def test_moments_are_read_in_the_given_zone_unless_they_say_theirs() -> None:
    zone = ZoneInfo("Europe/Paris")
    parse = tabular.stamp(zone)
    assert parse("2026-01-15T10:00") == tabular.Stamp(datetime(2026, 1, 15, 9, tzinfo=UTC), False)
    assert parse("2026-07-15 10:00").at == datetime(2026, 7, 15, 8, tzinfo=UTC)
    assert parse("2026-07-15T10:00-05:00").at == datetime(2026, 7, 15, 15, tzinfo=UTC)
    assert parse("2026-01-15") == tabular.Stamp(datetime(2026, 1, 14, 23, tzinfo=UTC), True)
    with pytest.raises(tabular.BadValue, match="clocks were put forward"):
        parse("2026-03-29T02:30")
    for bad in ("2026-01-15T25:00", "2026-01-15T10:00+99:00", "10:00", "2026-01-15T10"):
        with pytest.raises(tabular.BadValue):
            parse(bad)


def test_integers_identifiers_and_yes_or_no() -> None:
    assert tabular.integer()("1 500") == 1500
    assert tabular.integer()("12.0") == 12
    for bad in ("1.5", "-1", "9" * 30, "x"):
        with pytest.raises(tabular.BadValue):
            tabular.integer()(bad)
    assert str(tabular.uuid("018F3C5E-8A2B-7C3D-9E4F-5A6B7C8D9E0F")) == "018f3c5e-8a2b-7c3d-9e4f-5a6b7c8d9e0f"
    with pytest.raises(tabular.BadValue):
        tabular.uuid("018f3c5e8a2b7c3d9e4f5a6b7c8d9e0f")
    assert [tabular.boolean(word) for word in ("Yes", "oui", "TRUE", "0", "Non", "لا")] == [True] * 3 + [False] * 3
    with pytest.raises(tabular.BadValue):
        tabular.boolean("maybe")


def test_names_in_any_script_are_kept_in_nfc() -> None:
    parse = tabular.text()
    assert parse("e\u0301te\u0301") == "été"
    for name in ("مريم بنت علي", "שָׁלוֹם כהן", "\u200fعلي\u200f", "Nguyễn Thị", "नमस्ते\u200d"):
        assert parse(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pay\u202eEUR 001", "direction of reading"),
        ("a\u2066b", "direction of reading"),
        ("a\x00b", "control character"),
        ("bell\x07", "control character"),
        ("two\nlines", "control character"),
        ("a\x85b", "control character"),
        ("Jos\ufffd", "was lost"),
        ("\ud800", "control character"),
        ("x" * 501, "501 characters"),
        ("a\u2028b", "control character"),
    ],
)
def test_text_that_hides_or_lost_something_is_refused(text: str, says: str) -> None:
    with pytest.raises(tabular.BadValue, match=says):
        tabular.text()(text)


def test_messages_cannot_be_turned_round_by_the_value_they_show() -> None:
    report = interpret(read(csv("reference,amount", "A1,\u202e5\x07")), COLUMNS)
    assert "<U+202E>5<U+0007>" in str(report.problems[0])
    assert "\u202e" not in str(report.problems[0])


def test_choices_take_value_or_label_and_name_what_is_allowed() -> None:
    parse = tabular.choice((("open", "Open"), ("in-work", "Under way")))
    assert [parse("OPEN"), parse("under way"), parse("In work")] == ["open", "in-work", "in-work"]
    with pytest.raises(tabular.BadValue) as caught:
        parse("shut")
    assert caught.value.expected == "open, in-work"


# --- formulas and writing ----------------------------------------------------------------------------------

INJECTIONS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "'=1", "''@x")


@pytest.mark.parametrize("text", INJECTIONS)
def test_formula_like_text_is_neutral_in_what_we_write_and_comes_back_the_same(text: str) -> None:
    column = Column("note")
    written = b"".join(tabular.write_csv([{"note": text}], [column]))
    assert tabular.safe_cell(text) == "'" + text
    assert b"'" in written.splitlines()[1][:2]
    if text[0] not in "\t\r":
        assert read(written).rows[0].cells["note"] == text
        assert read(tabular.write_xlsx([[text]], [column])).rows[0].cells["note"] == text


def test_formula_like_text_stays_text_on_input() -> None:
    report = interpret(read(csv("reference,note", '"=HYPERLINK(1)",x', "-5,x")), COLUMNS)
    assert [parsed.values["reference"] for parsed in report.ready()] == ["=HYPERLINK(1)", "-5"]


def test_negative_numbers_are_not_formulas() -> None:
    assert [tabular.safe_cell(text) for text in ("-5", "+5.25", "-1 000", "a=b", "")] == [
        "-5",
        "+5.25",
        "-1 000",
        "a=b",
        "",
    ]
    assert b"-5.10" in b"".join(tabular.write_csv([[Decimal("-5.10")]], [Column("amount")]))


@given(st.text(alphabet="'=+-@ \t\r\n1a.＝"))
def test_neutralising_text_loses_nothing(text: str) -> None:
    safe = tabular.safe_cell(text)
    assert unquoted(safe) == text
    assert not is_formula_like(text) or safe.startswith("'")


def test_no_cell_of_a_written_workbook_is_a_formula_or_a_link() -> None:
    data = tabular.write_xlsx([[text] for text in (*INJECTIONS, "https://example.org")], [Column("=head")])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert not sheet._hyperlinks
    assert sheet["A1"].value == "'=head"


ROWS = [
    {
        "reference": "é; \"q\", 'x'",
        "amount": Decimal("999999999999.99"),
        "when": date(2026, 5, 1),
        "state": "open",
    },
    {"reference": "مريم", "amount": None, "currency": "EUR", "when": None, "state": None},
]


def test_what_is_written_is_read_back_the_same() -> None:
    wide = (COLUMNS[0], Column("amount", parse=tabular.money()), *COLUMNS[2:])
    expected = [{column.name: row.get(column.name) for column in wide} for row in ROWS]
    assert values(b"".join(tabular.write_csv(ROWS, wide)), *wide) == expected
    assert values(tabular.write_xlsx(ROWS, wide), *wide) == expected


def test_long_numbers_stay_exact_in_a_workbook_and_moments_are_utc() -> None:
    columns = (Column("n"), Column("at"))
    at = datetime(2026, 5, 1, 12, 30, tzinfo=ZoneInfo("Africa/Lagos"))
    data = tabular.write_xlsx([[Decimal("12345678901234567.89"), at]], columns)
    assert list(read(data).rows[0].cells.values()) == ["12345678901234567.89", "2026-05-01T11:30:00Z"]
    assert tabular.write_xlsx([[1, at]], columns) == tabular.write_xlsx([[1, at]], columns)


def test_csv_is_a_stream_with_a_mark_for_spreadsheets() -> None:
    made: list[int] = []

    def rows():
        for number in range(2000):
            made.append(number)
            yield [number]

    parts = tabular.write_csv(rows(), [Column("n")])
    assert next(parts) == b"\xef\xbb\xbfn\r\n"
    assert not made
    assert sum(part.count(b"\n") for part in parts) == 2000
    with pytest.raises(ValueError, match="1 values for 2 columns"):
        list(tabular.write_csv([[1]], [Column("a"), Column("b")]))


@pytest.mark.parametrize("write", [tabular.template_csv, tabular.template_xlsx])
def test_a_template_reads_back_as_an_empty_import(write) -> None:
    report = interpret(read(write(COLUMNS)), COLUMNS)
    assert (report.accepted, report.problems, report.total) == ((), (), 1)
    assert report.ignored == (2,)
    assert set(report.matched) == {column.name for column in COLUMNS}
