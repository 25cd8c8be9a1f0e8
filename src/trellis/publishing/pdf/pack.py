"""The review pack as a printable, tagged PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from trellis.publishing.pdf.render import Rendered, render

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True)
class Figure:
    """A computed number as the page shows it: `value` is written out already; None needs a `reason`."""

    label: str
    value: str | None
    as_of: date
    method: str
    unit: str = ""
    n: int | None = None
    reason: str = ""
    caveats: tuple[str, ...] = ()
    open: int | None = None
    unknown: int = 0
    beside: str = ""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason.strip():
            raise ValueError(f"{self.label}: a figure without a value needs the reason why")


@dataclass(frozen=True)
class Table:
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: bool = False  # its columns do not fit beside each other: it is read row by row
    head: int = 0  # then the column that names the rows

    def __post_init__(self) -> None:
        if not self.columns or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.caption}: every row needs one cell for each column")


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Party:
    name: str
    side: str


@dataclass(frozen=True)
class Signature:
    """Who signs for a party; `signed` None leaves a place for the pen."""

    party: str
    name: str = ""
    role: str = ""
    signed: datetime | None = None


@dataclass(frozen=True)
class Pack:
    """`mark` stands at the top of every page (demonstration data, a label), `as_of` dates the document."""

    title: str
    programme: str
    period: str
    as_of: datetime
    parties: tuple[Party, ...]
    sections: tuple[Section, ...]
    signatures: tuple[Signature, ...] = ()
    language: str = "en"
    direction: Direction = "ltr"
    mark: str = ""


def render_pack(pack: Pack, *, font_paths: Sequence[Path] = (), system_fonts: bool = True) -> Rendered:
    """The pack as PDF/UA-1, its words of furniture in the pack's language.

    Raises ValueError for a naive `as_of` or an unusable language code.
    """
    with override(pack.language):
        data = _data(pack)
    return render(
        "pack.typ",
        data,
        code=pack.language,
        made=pack.as_of,
        font_paths=font_paths,
        system_fonts=system_fonts,
    )


def written(day: date) -> str:
    """A day written out in the language in force: 8 July 2027."""
    return date_format(day, "j F Y")


def _data(pack: Pack) -> dict[str, Any]:
    facts = [
        (_("Programme"), pack.programme),
        (_("Period"), pack.period),
        (_("As of"), written(pack.as_of)),
        *((party.side, party.name) for party in pack.parties),
    ]
    return {
        "title": pack.title,
        "author": [party.name for party in pack.parties],
        "period": pack.period,
        "direction": pack.direction,
        "mark": pack.mark,
        "foot": f"{pack.programme} · {pack.period}",
        "facts": facts,
        "labels": _labels(),
        "sections": [_section(section) for section in pack.sections],
        "signatures": [
            {
                "party": signature.party,
                "name": signature.name,
                "role": signature.role,
                "signed": written(signature.signed) if signature.signed else "",
            }
            for signature in pack.signatures
        ],
    }


def _labels() -> dict[str, str]:
    return {
        "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "about": _("About this pack"),
        "measure": _("Figure"),
        "value": _("Value"),
        "n": _("n"),
        "as_of": _("As of"),
        "method": _("Method"),
        "no_rows": _("Nothing to show in this period."),
        "signatures": _("Signatures"),
        "party": _("Party"),
        "signatory": _("Signatory"),
        "signed": _("Signed"),
        "not_signed": _("Not signed"),
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "paragraphs": section.paragraphs,
        "figures": [
            {
                "label": figure.label,
                "value": figure.value,
                "unit": figure.unit,
                "reason": figure.reason,
                "n": _counts(figure),
                "beside": figure.beside,
                "as_of": written(figure.as_of),
                "method": figure.method,
                "caveats": figure.caveats,
            }
            for figure in section.figures
        ],
        "tables": [
            {
                "caption": table.caption,
                "columns": table.columns,
                "rows": table.rows,
                "wide": table.wide,
                "head": table.head,
            }
            for table in section.tables
        ],
    }


def _counts(figure: Figure) -> str:
    """How many, and how many of them are open or left out as not known."""
    if figure.n is None:
        return _("not given")
    said = [str(figure.n)]
    if figure.open:
        said.append(_("%(n)s still open") % {"n": figure.open})
    if figure.unknown:
        said.append(_("%(n)s not known") % {"n": figure.unknown})
    return "; ".join(said)
