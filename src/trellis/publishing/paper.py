"""The pack of a quarterly review as a paper, in the reader's language; for the programme's parties."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from trellis.core import canonical, clock, formats
from trellis.core.conditions import Hidden
from trellis.core.context import MARKS
from trellis.governance import reviews
from trellis.governance.models import Key
from trellis.governance.schemas import PackFigure, PackPart, PackTable, ReviewView
from trellis.parties import selectors as parties
from trellis.parties.models import Side
from trellis.parties.schemas import Viewer
from trellis.publishing.pdf.pack import Figure, Pack, Party, Section, Signature, Table, render_pack
from trellis.publishing.pdf.render import Rendered


def day_of(text: str) -> date:
    """A review is named by the first day of its quarter. Raises Hidden for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Hidden() from None


def review_pack_pdf(viewer: Viewer, arrangement: UUID, first: date, language: str = "") -> Rendered:
    """The pack of the quarter that begins on `first`: as signed, or as it would be signed now.

    Caveats are printed, and given beside the bytes. Raises Hidden for who is no party, or where there is no review.
    """
    code = language or viewer.language
    with translation.override(code):
        review = reviews.review(viewer, arrangement, first)
        if review.state == "held":
            parts, _attendance = reviews.signed_pack(viewer, arrangement, first)
            as_of = review.as_of or clock.now()
        else:
            as_of = clock.now()
            parts = reviews.pack(viewer, arrangement, first, as_of)
        return render_pack(_pack(arrangement, review, parts, as_of, code))


def _pack(arrangement: UUID, review: ReviewView, parts: list[PackPart], as_of: datetime, code: str) -> Pack:
    programme = parties.programme(arrangement)
    members = parties.parties(arrangement)
    marks = [str(MARKS.get(settings.MODE, ""))]
    if review.state != "held":
        marks.append(_("Not signed: a draft of what would be signed"))
    return Pack(
        title=_("Quarterly review %(label)s") % {"label": review.label},
        programme=programme.title,
        period=_("%(first)s to %(last)s")
        % {"first": formats.day(review.period_start), "last": formats.day(review.period_end)},
        as_of=as_of,
        parties=tuple(Party(member.name, str(Side(member.side).label)) for member in members),
        sections=tuple(_section(part, as_of) for part in parts),
        signatures=_signatures(arrangement, review),
        language=code,
        direction="rtl" if get_language_info(code)["bidi"] else "ltr",
        mark=". ".join(mark for mark in marks if mark),
    )


def _signatures(arrangement: UUID, review: ReviewView) -> tuple[Signature, ...]:
    keys = Key.objects.filter(slot__decision=review.decision, taken_back=None)
    found = list(keys.order_by("at", "seq")) if review.decision else []
    names = parties.organisation_names([key.organisation for key in found])
    people = parties.person_names([key.person for key in found])
    seats = {seat.id: seat.title for seat in parties.seats_in(arrangement)}
    signed = [
        Signature(
            names.get(key.organisation, ""),
            people.get(key.person, ""),
            seats.get(key.seat, "") if key.seat else "",
            key.at,
        )
        for key in found
    ]
    if signed:
        return tuple(signed)
    return tuple(
        Signature(seat.organisation_name, ", ".join(name for _id, name in seat.holders), seat.title)
        for seat in parties.seats_in(arrangement, "co-chair")
    )


def _said(text: str) -> str:
    """A text of the pack in the reader's language, where it is one of ours."""
    return _(text) if text.strip() else text


def _section(part: PackPart, as_of: datetime) -> Section:
    return Section(
        _said(part.title),
        tuple(_said(paragraph) for paragraph in part.paragraphs),
        tuple(_table(table, part.title) for table in part.tables if table.columns),
        tuple(_figure(figure, as_of) for figure in part.figures),
    )


def _table(table: PackTable, title: str) -> Table:
    """A table without a caption takes the title of its section: a heading of a paper is never empty."""
    width = len(table.columns)
    rows = tuple(tuple(_said(cell) for cell in [*row, *[""] * width][:width]) for row in table.rows)
    columns = tuple(_said(column) for column in table.columns)
    return Table(_said(table.caption.strip() or title), columns, rows, table.wide, table.head)


def _figure(figure: PackFigure, as_of: datetime) -> Figure:
    try:
        on = datetime.fromisoformat(figure.as_of).date() if figure.as_of else as_of.date()
    except ValueError:
        on = as_of.date()
    return Figure(
        label=_said(figure.label),
        value=figure.shown["text"] or None,
        as_of=on,
        method=figure.method or figure.address.partition("?")[0] or canonical.moment_text(as_of),
        unit=figure.shown["unit"],
        n=figure.n,
        reason=figure.shown["reason"],
        caveats=tuple(_said(caveat) for caveat in figure.caveats),
        open=figure.open,
        unknown=figure.unknown,
        beside=" ".join(filter(None, (figure.range, figure.beside))),
    )
