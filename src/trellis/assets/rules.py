"""When a test is authorised: plain values in, conditions out; no table is read here.

One authorisation has to do all of it alone: name the test, cover its whole scope, and be in force from its begin to
its end. Days of an authorisation are whole days of the host's time zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trellis.calc.dates import day_start
from trellis.core import formats
from trellis.core.conditions import Condition, unmet


@dataclass(frozen=True)
class Paper:
    """A written authorisation as the rules read it: in force in [`since`, `until`)."""

    reference: str
    targets: frozenset[str]
    since: datetime
    until: datetime
    file: bool
    withdrawn_at: datetime | None = None

    def lasts(self) -> datetime:
        """The moment from which it no longer is in force."""
        return self.until if self.withdrawn_at is None else min(self.until, self.withdrawn_at)

    def in_force(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.since <= at < self.lasts()


def folded(targets: Sequence[str]) -> frozenset[str]:
    """Lines of a scope without regard to capitals."""
    return frozenset(target.casefold() for target in targets)


def since_of(signed_on: date, starts_on: date, zone: str) -> datetime:
    """From when: nothing is in force before the day on which it was signed."""
    return day_start(max(signed_on, starts_on), ZoneInfo(zone))


def until_of(ends_on: date, zone: str) -> datetime:
    """Until when: its last day is a whole one."""
    return day_start(ends_on + timedelta(days=1), ZoneInfo(zone))


@dataclass(frozen=True)
class Span:
    """What is to be covered: a scope, and from when until when."""

    targets: Sequence[str]
    begin: datetime
    end: datetime


def conditions(span: Span, papers: Sequence[Paper], holder: str) -> list[Condition]:
    """What has to hold before a test runs over a span. Of several authorisations the one that lacks least is judged."""
    if not papers:
        lacking = [
            (_("A written authorisation names this test"), _("None is recorded.")),
            (_("It is in force when the test begins"), _("There is none.")),
            (_("It covers the whole scope"), _("There is none.")),
            (_("It is in force until the test ends"), _("There is none.")),
            (_("Its file is kept here"), _("There is none.")),
        ]
        return [Condition(name, False, note, holder) for name, note in lacking]
    judged = [_judged(span, paper, holder) for paper in papers]
    return min(judged, key=lambda found: len(unmet(found)))


def _judged(span: Span, paper: Paper, holder: str) -> list[Condition]:
    missing = [target for target in span.targets if target.casefold() not in paper.targets]
    return [
        Condition(_("A written authorisation names this test"), True, paper.reference),
        Condition(_("It is in force when the test begins"), paper.in_force(span.begin), _when(paper), holder),
        Condition(
            _("It covers the whole scope"),
            not missing,
            _("It does not name: %(targets)s.") % {"targets": ", ".join(missing)} if missing else "",
            holder,
        ),
        Condition(
            _("It is in force until the test ends"),
            span.begin <= span.end <= paper.lasts(),
            _("The test ends on %(end)s.") % {"end": formats.moment(span.end)},
            holder,
        ),
        Condition(
            _("Its file is kept here"), paper.file, "" if paper.file else _("It was retracted or redacted."), holder
        ),
    ]


def _when(paper: Paper) -> str:
    given = {
        "reference": paper.reference,
        "since": formats.moment(paper.since),
        "until": formats.moment(paper.lasts()),
    }
    if paper.withdrawn_at is not None and paper.lasts() == paper.withdrawn_at:
        return _("%(reference)s was in force from %(since)s until it was withdrawn, %(until)s.") % given
    return _("%(reference)s is in force from %(since)s until %(until)s.") % given


def stopped_at(begun: datetime, targets: Sequence[str], papers: Sequence[Paper]) -> datetime:
    """The moment at which a test that began has to stop: when the last authorisation that carries it on ends."""
    wanted, at = folded(targets), begun
    able = [paper for paper in papers if wanted <= paper.targets and paper.file]
    while further := [paper.lasts() for paper in able if paper.in_force(at)]:
        at = max(further)
    return at
