"""The lists of delivery."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from trellis.core.tables import Choice, Column, Search, Table
from trellis.delivery.loading import STATES
from trellis.delivery.models import Modality, ScoreReport
from trellis.delivery.schemas import Person


def course_table(
    request: HttpRequest, rows: "QuerySet[Any]", names: dict[UUID, str], activities: dict[UUID, str]
) -> Table:
    """The courses that passed the gate, with names of owners and titles of activities."""

    class CourseTable(Table):
        caption = gettext_lazy("Courses")
        name = "courses"
        default_sort = "-starts"
        columns: ClassVar[Sequence[Column]] = [
            Column(
                "title",
                gettext_lazy("Course"),
                sort="title",
                link=lambda row: reverse("delivery:course", args=[row.context, row.subject]),
            ),
            Column("modality", gettext_lazy("Kind"), value=lambda row: row.get_modality_display()),
            Column("activity", gettext_lazy("Activity"), value=lambda row: activities.get(row.activity)),
            Column("starts", gettext_lazy("First day"), sort="starts", kind="day"),
            Column("ends", gettext_lazy("Last day"), sort="ends", kind="day"),
            Column("owner", gettext_lazy("Trained by"), value=lambda row: names.get(row.owner, "")),
        ]
        filters = [
            Search(gettext_lazy("Words"), ["title", "topic"]),
            Choice("modality", gettext_lazy("Kind"), Modality.choices),
        ]
        empty_title = gettext_lazy("No course is recorded yet")
        empty_note = gettext_lazy(
            "Whoever trains opens a course on an activity of the plan, once consent to it is in force."
        )

    return CourseTable(request, rows)


def person_table(request: HttpRequest, found: Sequence[Person], names: dict[UUID, str]) -> Table:
    """The participants of a course."""

    class PersonTable(Table):
        caption = gettext_lazy("Participants")
        name = "participants"
        default_sort = "code"
        columns: ClassVar[Sequence[Column]] = [
            Column("code", gettext_lazy("Code"), sort="code"),
            Column(
                "organisation",
                gettext_lazy("Organisation"),
                value=lambda row: names.get(row.organisation) if row.organisation else None,
            ),
            Column("attended", gettext_lazy("Attended"), missing=gettext_lazy("not known")),
            Column("pre", gettext_lazy("Before"), kind="num", sort="pre", missing=gettext_lazy("no mark")),
            Column("post", gettext_lazy("After"), kind="num", sort="post", missing=gettext_lazy("no mark")),
            Column("reaction", gettext_lazy("Reaction"), kind="num", missing=gettext_lazy("not asked")),
        ]
        filters = [Search(gettext_lazy("Code"), ["code"])]
        empty_title = gettext_lazy("No participant is recorded yet")
        empty_note = gettext_lazy("Record one by code, or import a file of scores.")

    return PersonTable(request, found)


class ScoreRows(Table):
    """What every row of a file of scores came to."""

    caption = gettext_lazy("Rows of the file")
    name = "scores-import"
    columns = [
        Column("line", gettext_lazy("Line"), kind="num", sort="line"),
        Column("code", gettext_lazy("Code")),
        Column("words", gettext_lazy("State"), kind="tag"),
        Column("why", gettext_lazy("Reasons"), missing=gettext_lazy("nothing to remark")),
    ]
    filters = [Choice("state", gettext_lazy("State"), list(STATES.items()))]
    downloads = False
    empty_title = gettext_lazy("The file has no rows")


def score_rows(request: HttpRequest, held: ScoreReport) -> ScoreRows:
    """The table of a report."""
    return ScoreRows(
        request,
        [
            {"line": line, "code": code, "state": state, "words": str(STATES[state]), "why": " ".join(why)}
            for line, code, state, why in held.rows
        ],
    )
