"""GOV-04: the review pack on paper. X-07: right-to-left, accessible, printable."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from trellis.publishing.pdf.pack import Figure, Pack, Party, Section, Signature, Table, render_pack
from trellis.publishing.pdf.render import RenderError, language, render
from trellis.publishing.tests.pdf_text import pages

AS_OF = datetime(2027, 7, 8, 12, tzinfo=UTC)
HOSTILE = '#panic("x") #read("/etc/passwd") $a^2$ \\ \\u{41} *b* _c_ `d` <e> @f // g /* h */ -- "i" ~ {page} [j]'
ARABIC = "مراجعة ربع سنوية"


def pack(**changed: object) -> Pack:
    figures = (
        Figure(
            "Median hours to contain",
            "9",
            date(2027, 6, 30),
            "contain 1.2",
            "h",
            8,
            caveats=("3 still open",),
        ),
        Figure("90th percentile", None, date(2027, 6, 30), "contain 1.2", n=8, reason="not reached"),
    )
    tables = (
        Table("Tranches", ("Tranche", "State"), (("One", "paid"), ("Two", "held"))),
        Table("Risks", ("Risk",), ()),
    )
    whole = Pack(
        title="Quarterly review",
        programme="Response team",
        period="April to June 2027",
        as_of=AS_OF,
        parties=(Party("Ministry of Digital Affairs", "Partner"), Party("Norvia Cooperation", "Donor")),
        sections=(Section("Outcomes", ("Containment is faster.",), tables, figures),),
        signatures=(Signature("Ministry", "A. B.", "Coordinator", AS_OF), Signature("Norvia")),
    )
    return replace(whole, **changed)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf)).split())


def test_pack_says_everything() -> None:
    made = render_pack(pack(mark="Demonstration data"))
    assert (made.standard, made.caveats, made.warnings) == ("ua-1", (), ())
    said = words(made.pdf)
    for part in (
        "Demonstration data Quarterly review",
        "Programme Response team Period April to June 2027 As of 8 July 2027",
        "Partner Ministry of Digital Affairs Donor Norvia Cooperation",
        "Outcomes Containment is faster.",
        "Median hours to contain 3 still open 9 h 8 30 June 2027 contain 1.2",
        "90th percentile not reached 8",
        "Tranches Tranche State One paid Two held",
        "Risks Nothing to show in this period.",
        "Ministry A. B. Coordinator 8 July 2027 Norvia Not signed",
        "Page 1 of 1",
    ):
        assert part in said


def test_pack_is_tagged_titled_and_dated() -> None:
    pdf = render_pack(pack()).pdf
    assert pdf.startswith(b"%PDF-1.7")
    for marker in (b"/StructTreeRoot", b"/Lang(en)", b"pdfuaid:part>1<", b"/TH", b"/H1", b"D:20270708120000"):
        assert marker in pdf, marker


def test_same_pack_same_bytes_whatever_came_before() -> None:
    first = render_pack(pack()).pdf
    other = render_pack(pack(title="Another", language="fr")).pdf
    assert render_pack(pack()).pdf == first
    assert other != first
    assert "Another" in words(other) and "Another" not in words(render_pack(pack()).pdf)
    with translation.override("ar"):  # the reader's language does not change the paper
        assert render_pack(pack()).pdf == first


def test_hostile_text_is_only_text() -> None:
    table = Table(HOSTILE, (HOSTILE,), ((HOSTILE,),))
    figure = Figure(HOSTILE, HOSTILE, date(2027, 6, 30), HOSTILE, HOSTILE, 1, "", (HOSTILE,))
    made = render_pack(
        pack(
            title=HOSTILE,
            programme=HOSTILE,
            period=HOSTILE,
            mark=HOSTILE,
            parties=(Party(HOSTILE, HOSTILE),),
            sections=(Section(HOSTILE, (HOSTILE,), (table,), (figure,)),),
            signatures=(Signature(HOSTILE, HOSTILE, HOSTILE),),
        )
    )
    assert (made.standard, made.warnings) == ("ua-1", ())
    # Lines break where they must, so that words are compared without the spaces between them.
    said = "".join(words(made.pdf).split())
    assert said.count("".join(HOSTILE.split())) >= 15
    assert "root:" not in said


def test_line_breaks_are_kept_and_controls_dropped() -> None:
    said = words(render_pack(pack(sections=(Section("A", ("one\r\ntwo\tthree\x00\x07\u202efour",)),))).pdf)
    assert "one two threefour" in said


def test_arabic_reads_from_the_right_in_arabic_letters() -> None:
    made = render_pack(pack(title=ARABIC, language="ar", direction="rtl"))
    assert (made.standard, made.warnings) == ("ua-1", ())
    assert b"/Lang(ar)" in made.pdf
    drawn = pages(made.pdf)[0]
    # Glyphs stand in the file as they are drawn, from the left: each word is found reversed.
    for word in ARABIC.split():
        assert word[::-1] in drawn
    assert "Containment is faster." in drawn  # a Latin line keeps its order and its full stop


def test_arabic_without_an_installed_font_is_said_and_never_fails() -> None:
    made = render_pack(pack(title=ARABIC, language="ar", direction="rtl"), system_fonts=False)
    assert (made.standard, made.warnings) == ("ua-1", ())
    (caveat,) = made.caveats
    assert caveat
    assert ARABIC.split()[0][::-1] in pages(made.pdf)[0]
    assert b"DejaVuSansMono" in made.pdf


def test_letters_without_a_font_are_printed_as_codes_and_said() -> None:
    made = render_pack(pack(title="Team \U0010fffd and ไทย"), system_fonts=False)
    assert (made.standard, made.warnings) == ("ua-1", ())
    assert "Team [U+10FFFD] and [U+0E44]" in words(made.pdf)
    assert len(made.caveats) == 1
    assert made.caveats[0].split(",")[0] in words(made.pdf)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_printed(text: str) -> None:
    made = render_pack(pack(title="T" + text, sections=(Section("S" + text, (text,)),)), system_fonts=False)
    assert (made.standard, made.warnings) == ("ua-1", ())


def test_long_tables_repeat_their_header() -> None:
    rows = tuple((f"T{number}", "held") for number in range(120))
    table = Table("Tranches", ("Tranche", "State"), rows)
    made = pages(render_pack(pack(sections=(Section("S", (), (table,)),))).pdf)
    assert len(made) >= 3
    assert all("Tranche State" in page for page in made[1:-1])
    assert f"Page 2 of {len(made)}" in " ".join(made[1].split())


def test_missing_needs_a_reason_and_rows_their_cells() -> None:
    with pytest.raises(ValueError, match="reason"):
        Figure("x", None, date(2027, 1, 1), "m 1")
    with pytest.raises(ValueError, match="cell"):
        Table("x", ("a", "b"), (("1",),))
    with pytest.raises(ValueError, match="zone"):
        render_pack(pack(as_of=AS_OF.replace(tzinfo=None)))
    with pytest.raises(ValueError, match="language"):
        language('en") #panic(')
    assert language("pt-br") == ("pt", "BR")


def test_a_template_that_fails_is_our_fault() -> None:
    with pytest.raises(RenderError):
        render("pack.typ", {"direction": "ltr"}, code="en", made=AS_OF)
