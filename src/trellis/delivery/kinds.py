"""Data and figure kinds of delivery: courses, participants, scores, and what was learned (D14)."""

from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc import delivery as calc
from trellis.calc.figure import Basis, Figure, Method
from trellis.core.conditions import Hidden, Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.delivery import selectors
from trellis.delivery.models import Course, Participant, Score
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind(
        selectors.COURSE,
        Course,
        gettext_lazy("Course"),
        gettext_lazy("Title, dates, kind of course, who teaches"),
        search=("title", "topic"),
    )
)
data_kind(
    DataKind(
        selectors.PARTICIPANT,
        Participant,
        gettext_lazy("Participant of a course"),
        gettext_lazy("A code, the organisation, whether they came, how they found it"),
    )
)
data_kind(
    DataKind(
        selectors.SCORE,
        Score,
        gettext_lazy("Score in a test"),
        gettext_lazy("Marks before and after a course, by code"),
    )
)


def _course(ask: Ask) -> Course:
    try:
        subject = UUID(ask.param("course"))
    except ValueError:
        raise Invalid({"course": _("Name the course by its id.")}) from None
    found = selectors.course_ever(subject)
    if found is None:
        raise Hidden()
    return found


def _programme(ask: Ask) -> UUID | None:
    return _course(ask).context


def _gain(ask: Ask) -> Figure:
    subject = _course(ask).subject
    basis = Basis(ask.as_of, ask.period, (f"{selectors.SCORE}?course={subject}",))
    then = selectors.course_at(subject, ask.as_of)
    if then is None:
        return basis.none(Method("delivery.course_gain"), "no data", "gain")
    people = selectors.people_at(subject, ask.as_of)
    scores = [calc.Scores(one.code, one.pre, one.post) for one in people]
    found = calc.learning(basis, scores, then.maximum)
    parts = {
        "individual_gain": found.individual_gain.value,
        "individual_n": found.individual_gain.n,
        "normalised_change": found.normalised_change.value,
        "band": found.band,
        "at_maximum": found.at_maximum,
        "participants": len(people),
        "attended": sum(one.attended is True for one in people),
    }
    return replace(
        found.course_gain,
        parts={**found.course_gain.parts, **parts},
        caveats=(*found.course_gain.caveats, *found.individual_gain.caveats),
    )


figure_kind(
    FigureKind(
        name="delivery.gain",
        title=gettext_lazy("Learning gain of a course"),
        unit="gain",
        method="delivery",
        version="1",
        reads=(selectors.SCORE,),
        scope=lambda ask: [_course(ask).owner],
        compute=_gain,
        context=_programme,
        direction="up",
    )
)
