"""Tables in and out: wrong kinds, wrong encodings, sizes, dirty rows."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.core import tabular
from trellis.core.tabular import Column, Limits, TabularError, interpret, read

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


def workbook(*rows: tuple, sheets: dict[str, list[tuple]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in (sheets or {"data": list(rows)}).items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# --- what kind of file it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "a picture (PNG)"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture (JPEG)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password-protected"),
        (b"\x1f\x8b\x08\x00\x00", "gzip"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "a program"),
        (b"\x7fELF\x02\x01\x01\x00", "a program"),
        (b"\x01\x02\x03\x00\x00\x05\x06", "a binary file"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (b'<?xml version="1.0"?><a/>', "an XML document"),
    ],
)
def test_the_wrong_kind_is_told_by_content_and_named(data: bytes, says: str) -> None:
    with pytest.raises(TabularError) as caught:
        read(data, "innocent.csv")
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("member", "says"),
    [("word/document.xml", "Word"), ("readme.txt", "a zip archive"), ("content.xml", "OpenDocument")],
)
def test_an_archive_that_is_no_workbook_is_named(member: str, says: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(TabularError, match=says):
        read(buffer.getvalue())


def test_a_csv_column_named_like_a_program_is_a_csv() -> None:
    assert read(b"MZ,b\n1,2\n").header == ("MZ", "b")


@pytest.mark.parametrize("data", [b"", b"  \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_named(data: bytes) -> None:
    with pytest.raises(TabularError, match="empty"):
        read(data)


# --- sizes -------------------------------------------------------------------------------------------------


def test_size_is_checked_before_reading(tmp_path) -> None:
    class Upload(io.BytesIO):
        size = 30 * 1024 * 1024

        def read(self, *args):
            raise AssertionError("read before the size was checked")

    with pytest.raises(TabularError, match="20 MB"):
        read(Upload())
    path = tmp_path / "big.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 1000)
    with pytest.raises(TabularError, match="larger"):
        read(path, limits=Limits(bytes=1000))
    with pytest.raises(TabularError, match="larger"):
        read(io.BytesIO(path.read_bytes()), limits=Limits(bytes=1000))


def test_rows_columns_and_cells_are_limited() -> None:
    with pytest.raises(TabularError, match="more than 3 rows"):
        read(csv("a", "1", "2", "3", "4"), limits=Limits(rows=3))
    with pytest.raises(TabularError, match="more than 3 rows"):
        read(workbook(("a",), (1,), (2,), (3,), (4,)), limits=Limits(rows=3))
    with pytest.raises(TabularError, match="more than 2 columns"):
        read(csv("a,b,c", "1,2,3"), limits=Limits(columns=2))
    report = interpret(read(csv("a", "x" * 50), limits=Limits(cell=20)), [Column("a")])
    assert "50 characters" in str(report.problems[0])


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    buffer = io.BytesIO(workbook(("a",), ("b",)))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * 5_000_000)
    assert len(buffer.getvalue()) < 20_000
    with pytest.raises(TabularError, match="unpacks to more than 4 MB"):
        read(buffer.getvalue(), limits=Limits(unpacked=4 * 1024 * 1024))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_that_declares_entities_is_refused(encoding: str) -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook(("a",), ("b",))))
    buffer = io.BytesIO()
    bomb = '<?xml version="1.0"?><!-- ' + "x" * 70_000 + ' --><!DOCTYPE s [<!ENTITY a "ha">]><sst>&a;</sst>'
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, bomb.encode(encoding) if name.endswith("sheet1.xml") else source.read(name))
    with pytest.raises(TabularError, match="entities"):
        read(buffer.getvalue())


def test_a_damaged_workbook_is_named() -> None:
    data = workbook(("a",), ("b",))
    with pytest.raises(TabularError, match="damaged"):
        read(data[: len(data) // 2])


def test_a_sheet_that_claims_to_be_huge_costs_nothing() -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook(("a",), ("b",))))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name).replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"'))
    assert [row.cells for row in read(buffer.getvalue()).rows] == [{"a": "b"}]


# --- encodings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
def test_utf_8_and_marked_utf_16_are_read(encoding: str) -> None:
    text = "name\nJosé\nمريم العلي\n日本"
    if encoding.endswith("-bom"):
        data = ("\ufeff" + text).encode(encoding.removesuffix("-bom"))
    else:
        data = text.encode(encoding)
    assert [row.cells["name"] for row in read(data).rows] == ["José", "مريم العلي", "日本"]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850"])
def test_another_encoding_is_refused_with_its_line_and_byte(encoding: str) -> None:
    with pytest.raises(TabularError) as caught:
        read(csv("name", "Ann", "José", "Bob", encoding=encoding))
    assert caught.value.line == 3
    assert "Line 3 is not UTF-8" in caught.value.message
    assert f"0x{'é'.encode(encoding)[0]:02X}" in caught.value.message


def test_unmarked_utf_16_and_utf_32_are_named() -> None:
    with pytest.raises(TabularError, match="UTF-16 without its byte order mark"):
        read("name,town\nAnn,Rome and many more letters here\n".encode("utf-16-le"))
    with pytest.raises(TabularError, match="UTF-32"):
        read("name,town\n".encode("utf-32"))


# --- form --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    lines = [["reference", "note"], ["A1", "one, two; three"], ["A2", "1,5"], ["A3", "x;y"]]
    data = csv(*(delimiter.join(f'"{cell}"' for cell in line) for line in lines))
    table = read(data)
    assert table.delimiter == delimiter
    assert [row.cells["note"] for row in table.rows] == ["one, two; three", "1,5", "x;y"]


def test_line_numbers_are_those_of_the_file() -> None:
    table = read(csv("reference,note", "A1,plain", 'A2,"two', 'lines"', "", "A3,after a blank line"))
    assert [row.number for row in table.rows] == [2, 3, 6]


def test_broken_quotes_are_named_with_their_line() -> None:
    with pytest.raises(TabularError) as caught:
        read(csv("a,b", "1,2", '"x"y,3'))
    assert caught.value.line == 3


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(TabularError, match="two columns have the same name: Due date, due_date"):
        read(csv("Due date,x,due_date", "1,2,3"))


def test_text_beside_the_named_columns_is_a_problem_not_a_loss() -> None:
    report = interpret(read(csv("reference,state", "A1,open,stray")), COLUMNS)
    assert "“stray” stands in column 3, which has no name" in str(report.problems[0])
    assert not report.accepted


def test_headers_match_by_name_title_alias_or_mapping() -> None:
    data = csv("REFERENCE;Day-of-payment;Zustand;extra", "A1;2026-05-01;Closed for good;?")
    report = interpret(read(data), COLUMNS, mapping={"Zustand": "state"})
    assert dict(report.ready()[0].values) == {
        "reference": "A1",
        "amount": None,
        "currency": None,
        "when": date(2026, 5, 1),
        "state": "closed",
    }
    assert report.unknown_columns == ("extra",)


def test_a_missing_required_column_and_a_wrong_mapping_are_named() -> None:
    with pytest.raises(TabularError, match=r"no column for: Reference. Its columns are: a, b"):
        interpret(read(csv("a,b", "1,2")), COLUMNS)
    with pytest.raises(TabularError, match="does not exist"):
        interpret(read(csv("reference", "1")), COLUMNS, mapping={"nowhere": "state"})
    with pytest.raises(TabularError, match="Two columns are mapped"):
        interpret(read(csv("reference,p,q", "1,2,3")), COLUMNS, mapping={"p": "state", "q": "state"})


# --- rows and reports --------------------------------------------------------------------------------------


def test_an_import_is_all_or_nothing_unless_asked_otherwise() -> None:
    data = csv("reference,amount", "A1,5", "A2,five", "A3,7")
    report = interpret(read(data), COLUMNS)
    assert len(report.accepted) == 2
    with pytest.raises(tabular.ImportRefused) as caught:
        report.ready()
    assert caught.value.report is report
    partial = interpret(read(data), COLUMNS, partial=True)
    assert [parsed.values["reference"] for parsed in partial.ready()] == ["A1", "A3"]


def test_a_problem_names_line_field_value_and_what_was_expected() -> None:
    lines = [f"A{number},1" for number in range(2, 17)]
    report = interpret(read(csv("reference,amount", *lines, "A17,1e9")), COLUMNS)
    problem = report.problems[0]
    assert (problem.row, problem.field, problem.value) == (17, "amount", "1e9")
    assert str(problem) == "Line 17, Amount: “1e9” is not a number. Expected a number such as 1234.56."


def test_duplicate_references_name_the_first_line() -> None:
    report = interpret(read(csv("reference", "A1", "B1", "a1")), COLUMNS)
    assert [str(problem) for problem in report.problems] == ["Line 4, Reference: “a1” stands already in line 2."]


@given(st.lists(st.sampled_from(["A,1", "B,-1", "C,x", ",", "D,5", "=1,2", "# x,1"]), max_size=12))
def test_no_row_vanishes(lines: list[str]) -> None:
    report = interpret(read(csv("reference,amount", *lines)), COLUMNS, partial=True)
    assert report.total == sum(line != "," for line in lines)
    assert report.total == len(report.accepted) + len(report.rejected) + len(report.ignored)
    assert not {parsed.row for parsed in report.accepted} & set(report.rejected)


def test_checks_across_cells_reject_or_remark() -> None:
    def check(values):
        if values["amount"] and not values["currency"]:
            yield tabular.Flaw("currency", "An amount needs its currency.")
        if values["state"] is None:
            yield tabular.Flaw("state", "Taken as open.", fatal=False)

    report = interpret(read(csv("reference,amount,currency", "A1,5,", "A2,5,EUR")), COLUMNS, check=check, partial=True)
    assert report.rejected == (2,)
    assert [str(remark) for remark in report.remarks] == ["Line 3, state: Taken as open."]


# --- XLSX and JSON -----------------------------------------------------------------------------------------


def test_a_workbook_is_read_as_text_that_csv_would_hold() -> None:
    moment = datetime(2026, 3, 31, 14, 5)  # noqa: DTZ001  # as a spreadsheet has it
    data = workbook(
        ("a", "b", "c", "d", "e", "f"),
        (1, 0.1 + 0.2, True, date(2026, 3, 31), moment, None),
        (None,) * 6,
        (1e15, 2.50, False, "=not a formula".replace("=", "'="), " x ", -3),
    )
    rows = read(data).rows
    assert rows[0].number == 2 and list(rows[0].cells.values()) == [
        "1",
        "0.3",
        "true",
        "2026-03-31",
        "2026-03-31T14:05:00",
        "",
    ]
    assert rows[1].number == 4 and list(rows[1].cells.values()) == [
        "1000000000000000",
        "2.5",
        "false",
        "=not a formula",
        " x ",
        "-3",
    ]


def test_a_formula_is_a_problem_of_its_row() -> None:
    report = interpret(read(workbook(("reference", "amount"), ("A1", "=1+1"), ("A2", 2))), COLUMNS, partial=True)
    assert str(report.problems[0]).startswith("Line 2, Amount: The cell holds a formula.")
    assert len(report.problems) == 1
    assert [parsed.values["amount"] for parsed in report.ready()] == [Decimal(2)]


def test_a_sheet_is_chosen_by_name_number_or_content() -> None:
    data = workbook(sheets={"cover": [], "one": [("a",), (1,)], "two": [("b",), (2,)]})
    assert read(data).sheet == "one"
    assert read(data, sheet="two").header == ("b",)
    assert read(data, sheet=2).header == ("b",)
    with pytest.raises(TabularError, match="It has: cover, one, two"):
        read(data, sheet="three")


def test_json_numbers_stay_exact_and_nested_values_are_problems() -> None:
    data = b'[{"reference": "A1", "amount": 0.10, "state": null}, {"reference": "A2", "amount": [1]}]'
    report = interpret(read(data), COLUMNS, partial=True)
    assert str(report.ready()[0].values["amount"]) == "0.10"
    assert str(report.problems[0]).startswith("Item 2, Amount: The value is a list or an object.")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a": 1}', "list of objects"),
        (b"[]", "list of objects"),
        (b'[{"a": NaN}]', "not a JSON value"),
        (b'[{"a": 1, "a": 2}]', "twice"),
        (b'[{"a": 1},\n {"a": }]', "Line 2 is not well-formed"),
        (b'[{"Due date": 1, "due_date": 2}]', "same name"),
        (b'[{"a":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_broken_json_is_named(data: bytes, says: str) -> None:
    with pytest.raises(TabularError, match=says):
        read(data)
