"""Reads of delivery: courses and participants through the gate, scores over one course for figures."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.dates import add_months
from trellis.calc.delivery import Scores
from trellis.core import clock, formats
from trellis.core.conditions import Condition, Hidden
from trellis.delivery.models import Course, Participant, Score, Test
from trellis.delivery.schemas import CourseView, FollowUp, Person
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.planning import selectors as planning
from trellis.planning.schemas import ActivityView
from trellis.sharing import gate
from trellis.sharing.models import Audience
from trellis.sharing.rows import RecordQuerySet

COURSE, PARTICIPANT, SCORE = "delivery.course", "delivery.participant", "delivery.score"
FIRST, LAST = 3, 6  # months after the last day in which behaviour is looked at


def view(row: Course) -> CourseView:
    """A course as a value."""
    assert row.context
    return CourseView(
        id=row.subject,
        version=row.pk,
        programme=row.context,
        activity=row.activity,
        owner=row.owner,
        title=row.title,
        topic=row.topic,
        modality=row.modality,
        modality_title=str(row.get_modality_display()),
        starts=row.starts,
        ends=row.ends,
        trainers=row.trainers,
        follow_on=row.follow_on,
        maximum=row.maximum,
        label=row.label,
    )


def courses(viewer: Viewer, programme: UUID) -> RecordQuerySet:
    """The courses of a programme that the viewer may read. Raises Hidden for who is no party to it."""
    parties.programme_for(viewer, programme)
    return gate.visible(Course, viewer, _("Courses of a programme")).filter(context=programme)


def course(viewer: Viewer, programme: UUID, subject: UUID) -> CourseView:
    """One course. Raises Hidden for who may not read it."""
    parties.programme_for(viewer, programme)
    row: Course = gate.get(Course, viewer, subject, _("To read a course"))
    if row.context != programme:
        raise Hidden()
    return view(row)


def people(viewer: Viewer, subject: UUID) -> list[Person]:
    """The participants of a course with their marks, as far as the viewer may read them, by code."""
    purpose = _("Participants of a course")
    known = {row.code: row for row in gate.visible(Participant, viewer, purpose).filter(course=subject)}
    marks = {(row.code, row.test): row.mark for row in gate.visible(Score, viewer, purpose).filter(course=subject)}
    return _people(known, marks)


def _people(known: dict[str, Participant], marks: dict[tuple[str, str], object]) -> list[Person]:
    found = []
    for code in sorted({*known, *(code for code, _test in marks)} - {""}):
        row = known.get(code)
        pre, post = marks.get((code, Test.PRE)), marks.get((code, Test.POST))
        found.append(
            Person(
                code,
                row.organisation if row else None,
                row.attended if row else None,
                pre,  # type: ignore[arg-type]  # a mark or None
                post,  # type: ignore[arg-type]  # a mark or None
                row.reaction if row else None,
            )
        )
    return found


def reads_people(viewer: Viewer, found: CourseView) -> bool:
    """Whether the viewer may read participants and scores of a course, not only figures made from them."""
    if viewer.organisation == found.owner:
        return True
    rows = gate.in_force().filter(gate.audience_is(viewer), owner=found.owner, data_kind=SCORE, detail="record")
    return any(not g.about and g.context in (None, found.programme) for g in rows)


# Over one course, for figures, work items and conditions: never for a page


def course_at(subject: UUID, as_of: datetime | None = None) -> Course | None:
    """The version of a course at a moment, whoever asks."""
    found: Course | None = Course.records.privileged().as_of(as_of).filter(subject=subject).first()
    return found


def course_ever(subject: UUID) -> Course | None:
    """The newest version of a course, also one that was retracted: figures of days before still stand."""
    found: Course | None = Course.records.privileged().filter(subject=subject, superseded_at=None).first()
    return found


def people_at(subject: UUID, as_of: datetime | None = None) -> list[Person]:
    """Every participant of a course at a moment, whoever asks."""
    known = {row.code: row for row in Participant.records.privileged().as_of(as_of).filter(course=subject)}
    rows = Score.records.privileged().as_of(as_of).filter(course=subject)
    return _people(known, {(row.code, row.test): row.mark for row in rows})


def scores_at(subject: UUID, as_of: datetime | None = None) -> list[Scores]:
    """The marks of a course for `calc.delivery.learning`, those of nobody tested included as unknown."""
    return [Scores(one.code, one.pre, one.post) for one in people_at(subject, as_of)]


def courses_at(programme: UUID, as_of: datetime | None = None) -> list[CourseView]:
    """Every course of a programme at a moment, whoever asks: packs show those that all parties see."""
    rows = Course.records.privileged().as_of(as_of).filter(context=programme).order_by("starts", "subject")
    return [view(row) for row in rows]


def shown_to_all(programme: UUID, kind: str) -> dict[UUID, set[UUID | None]]:
    """Owners that let all parties see records or figures of a kind: by owner the subjects, None for all."""
    members = [party.organisation for party in parties.parties(programme)]
    found: dict[UUID, set[UUID | None]] = {}
    for grant in gate.in_force().filter(owner__in=members, data_kind=kind):
        wide = grant.audience == Audience.ANYONE or (
            grant.audience == Audience.PARTIES and grant.arrangement == programme
        )
        if wide and grant.context in (None, programme):
            found.setdefault(grant.owner, set()).add(grant.about)
    return found


def ended_without_test(owner: UUID, day: date | None = None) -> list[tuple[CourseView, int]]:
    """Courses of an owner that are over and lack tests afterwards, with the number of participants without.

    Who is known not to have come is not waited for.
    """
    rows = Course.records.privileged().as_of(None).filter(owner=owner, ends__lt=day or clock.today())
    over = [view(row) for row in rows.order_by("ends", "subject")]
    if not over:
        return []
    ids = [one.id for one in over]
    known: dict[UUID, dict[str, bool | None]] = {}
    for subject, code, attended in (
        Participant.records.privileged().as_of(None).filter(course__in=ids).values_list("course", "code", "attended")
    ):
        known.setdefault(subject, {})[code] = attended
    done: dict[UUID, set[str]] = {}
    for subject, code, test in (
        Score.records.privileged().as_of(None).filter(course__in=ids).values_list("course", "code", "test")
    ):
        known.setdefault(subject, {}).setdefault(code, None)
        if test == Test.POST:
            done.setdefault(subject, set()).add(code)
    found = []
    for one in over:
        waiting = {c for c, came in known.get(one.id, {}).items() if came is not False} - done.get(one.id, set())
        if waiting:
            found.append((one, len(waiting)))
    return found


# Conditions


def _activity(programme: UUID, activity: UUID) -> ActivityView | None:
    try:
        return planning.activity(programme, activity)
    except Hidden:
        return None


def open_conditions(programme: UUID, activity: UUID, starts: date, ends: date) -> list[Condition]:
    """What opening a course needs: an activity of the plan, consent in force, dates within it (OWN-05)."""
    found = _activity(programme, activity)
    name = _("The activity is in the plan in force")
    if found is None:
        return [Condition(name, False, _("The plan has no activity of this id."))]
    dates = _("%(first)s to %(last)s") % {"first": formats.day(found.start), "last": formats.day(found.end)}
    inside = found.start <= starts and ends <= found.end
    return [
        Condition(name, True, found.title),
        planning.start_conditions(found)[0],
        Condition(_("The course lies within the dates of the activity"), inside, dates),
    ]


def collect_conditions(programme: UUID, activity: UUID) -> list[Condition]:
    """What recording attendance or scores needs: nothing is collected without consent in force (OWN-05)."""
    found = _activity(programme, activity)
    name = _("The activity is in the plan in force")
    if found is None:
        return [Condition(name, False, _("The plan has no activity of this id."))]
    return [Condition(name, True, found.title), *planning.start_conditions(found)]


def activity_titles(programme: UUID) -> dict[UUID, str]:
    """Titles of the activities of the plan in force."""
    return {one.id: one.title for one in planning.activities(programme)}


def follow_up(found: CourseView, day: date | None = None) -> FollowUp:
    """Whether behaviour after a course is due to be looked at. None is recorded yet, and it says so."""
    day = day or clock.today()
    first, last = add_months(found.ends, FIRST), add_months(found.ends, LAST)
    given = {"first": formats.day(first), "last": formats.day(last)}
    if day <= found.ends:
        return FollowUp("running", _("Not yet due: from %(first)s to %(last)s, after the course.") % given, first, last)
    if day < first:
        return FollowUp("not yet due", _("Not yet due: from %(first)s to %(last)s.") % given, first, last)
    if day <= last:
        return FollowUp("due", _("Due since %(first)s, until %(last)s. Nothing is recorded.") % given, first, last)
    return FollowUp("missing", _("Missing: it was due until %(last)s. Nothing is recorded.") % given, first, last)


def reactions(found: Sequence[Person]) -> list[tuple[int, int]]:
    """How many gave each reaction, 5 first; empty when nobody was asked."""
    given = [one.reaction for one in found if one.reaction is not None]
    return [(grade, given.count(grade)) for grade in (5, 4, 3, 2, 1)] if given else []
