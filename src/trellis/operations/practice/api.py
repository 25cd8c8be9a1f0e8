"""API of the books and their figures: for each book list, read, record, correct, retract."""

from datetime import date, datetime
from typing import Any, Literal, cast
from uuid import UUID

from django.db import models
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field, create_model

from trellis.core.paging import part
from trellis.operations.api import FigureOut, figure_out
from trellis.operations.practice import book as keeping
from trellis.operations.practice import figures, kev
from trellis.operations.practice.book import Book
from trellis.operations.practice.books import BOOKS

router = Router(tags=["hunting and hygiene"])
LIMIT = 500
TYPES: list[tuple[type[Any], Any]] = [
    (models.JSONField, list[UUID]),
    (models.BooleanField, bool),
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.BigIntegerField, int),
    (models.PositiveSmallIntegerField, int),
]
LABEL = Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"]


class WhyIn(Schema):
    """A reason."""

    why: str


def _type(field: Any) -> Any:
    found = next((kind for model, kind in TYPES if isinstance(field, model)), str)
    return found | None if field.null else found


def _fields(book: Book, *, given: bool, partly: bool = False) -> dict[str, Any]:
    """The fields of a book as a schema has them: what may be left out has a default."""
    found: dict[str, Any] = {}
    for name in book.fields:
        field = cast("Any", book.model._meta.get_field(name))
        optional = partly or field.null or field.blank or isinstance(field, models.JSONField)
        kind = _type(field)
        default: Any = Field(default=None) if optional else ...
        found[name] = (kind | None if optional and given else kind, default if given else ...)
    return found


def _schemas(book: Book) -> tuple[type[Schema], type[Schema], type[Schema]]:
    name = "".join(part.title() for part in book.noun.split("_"))
    said = {**_fields(book, given=True), "label": (LABEL, book.label)}
    changed = {**_fields(book, given=True, partly=True), "label": (LABEL | None, None)}
    held = {
        "id": (UUID, ...),
        "version": (UUID, ...),
        "owner": (UUID, ...),
        "label": (str, ...),
        **_fields(book, given=False),
        "recorded_at": (datetime, ...),
        "retracted": (bool, ...),
        "why": (str, ...),
    }
    more = {"why": (str, ...), "seen": (UUID | None, None)}
    make = cast("Any", create_model)
    return (
        make(f"{name}Out", __base__=Schema, __doc__=f"{book.detail}. `id` stays through corrections.", **held),
        make(f"{name}In", __base__=Schema, __doc__="What is not known is left out: it is never 0.", **said),
        make(f"{name}Change", __base__=Schema, __doc__="What changes, and why; the rest stays.", **changed, **more),
    )


def out(book: Book, row: Any) -> dict[str, Any]:
    """A record as the API gives it."""
    same = ("owner", "label", *book.fields, "recorded_at", "retracted", "why")
    return {"id": row.subject, "version": row.pk, **{name: getattr(row, name) for name in same}}


def _offer(book: Book) -> None:
    """The five operations of a book."""
    path, noun = f"/operations/{book.key}", book.noun
    # The schemas are made while the module is read, so no annotation can name them.
    out_, in_, change = _schemas(book)

    def listed(request: Any, offset: int = 0, limit: int = 100) -> list[dict[str, Any]]:
        rows = keeping.rows(request.viewer, book).order_by("-recorded_at", "-pk")
        return [out(book, row) for row in rows[part(offset, limit, LIMIT)]]

    def one(request: Any, record: UUID) -> dict[str, Any]:
        return out(book, keeping.get(request.viewer, book, record))

    def recorded(request: Any, body: Any) -> Any:
        return Status(201, out(book, keeping.record(request.viewer, book, **body.dict())))

    def corrected(request: Any, record: UUID, body: Any) -> dict[str, Any]:
        said = body.dict(exclude_unset=True)
        why, seen = said.pop("why"), said.pop("seen", None)
        return out(book, keeping.correct(request.viewer, book, record, why, seen=seen, **said))

    def retracted(request: Any, record: UUID, body: WhyIn) -> dict[str, Any]:
        return out(book, keeping.retract(request.viewer, book, record, body.why))

    recorded.__annotations__["body"] = in_
    corrected.__annotations__["body"] = change
    title = str(book.title)
    offers: list[tuple[str, str, Any, Any, str, str]] = [
        ("GET", path, listed, list[out_], "list", f"{title}: records that the caller may read, newest first."),  # type: ignore[valid-type]
        ("GET", f"{path}/{{record}}", one, out_, "get", f"{title}: one record."),
        ("POST", path, recorded, {201: out_}, "record", f"{title}: records something of the caller's organisation."),
        ("POST", f"{path}/{{record}}/correct", corrected, out_, "correct", f"{title}: what is known now; both stay."),
        ("POST", f"{path}/{{record}}/retract", retracted, out_, "retract", f"{title}: a record no longer stands."),
    ]
    for method, where, view, answer, act, words in offers:
        view.__name__ = f"{noun}_{act}"
        router.api_operation(
            [method], where, response=answer, summary=f"{noun} {act}", description=words, operation_id=f"{noun}_{act}"
        )(view)


class FigureQuery(Schema):
    """Which figure: of whose records, of which measure, and for hunts, alerts and planted events of which quarter."""

    owner: list[UUID]
    measure: str = ""
    since: str = ""
    first: date | None = None
    last: date | None = None


NAMES = Literal[
    "hunting_level",
    "hunt_yield",
    "hygiene",
    "exposure",
    "alert_precision",
    "detection_rate",
    "patch_latency",
    "patch_in_time",
]


@router.get("/operations/figures/{name}", response=FigureOut)
def practice_figure(request: Any, name: NAMES, asked: Query[FigureQuery]) -> dict[str, Any]:
    """One figure of hunting and hygiene; of several owners it is over their sums. 404 where none is shown."""
    period = (asked.first, asked.last) if asked.first and asked.last else None
    params = {key: value for key, value in (("measure", asked.measure), ("since", asked.since)) if value}
    return figure_out(figures.shown(request.viewer, name, asked.owner, period, **params))


class CatalogueOut(Schema):
    """The catalogue that was taken in: how many entries, and which version it names."""

    version: str
    entries: int


@router.post("/operations/kev-catalogue", response=CatalogueOut)
def kev_load(request: Any, file: File[UploadedFile]) -> dict[str, Any]:
    """Takes in a catalogue file of known exploited vulnerabilities; it takes the place of the one before."""
    made = kev.kev_load(request.viewer, file.read(), file.name or "")
    return {"version": made.version, "entries": len(made.entries)}


for _book in BOOKS:
    _offer(_book)
