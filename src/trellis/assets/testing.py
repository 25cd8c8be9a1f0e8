"""Writes of tests: record, correct, begin, end, say that all is recorded, call off. A test begins with an authorisation
in force or not at all."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.assets import rules, selectors
from trellis.assets.models import STRICT, Authorisation, Finding, SecurityTest, lines, odd_days
from trellis.assets.vocabulary import LABELS, Kind
from trellis.core import clock, formats, ledger
from trellis.core.conditions import Blocked, Condition, Conflict, Invalid, unmet
from trellis.parties import members
from trellis.parties.schemas import Viewer
from trellis.sharing import records
from trellis.sharing.models import Evidence
from trellis.sharing.services import viewer_actor

TEXTS = ("title", "tester", "rules", "scope")
FIELDS = (
    "title", "kind", "scope", "tester", "rules", "planned_from", "planned_until", "label", "readers",
)  # fmt: skip
TIMES = ("begun_at", "ended_at", "reported_on")
MOST = {"title": 200, "tester": 300, "rules": 8000, "scope": 8000}


@transaction.atomic
def test_record(
    viewer: Viewer,
    *,
    title: str,
    kind: str,
    scope: str,
    tester: str,
    planned_from: date,
    planned_until: date,
    rules: str = "",
    label: str = STRICT,
    readers: Sequence[UUID] = (),
) -> SecurityTest:
    """Records a test that the viewer's organisation plans to have made of itself. Nothing begins by that.

    scope: one system, network or site per line. readers: the people who read it when it is RED. Raises Invalid.
    """
    said = {name: value for name, value in locals().items() if name in FIELDS}
    actor = viewer_actor(viewer)
    row = SecurityTest(**settled(viewer, said))
    records.write(actor, [row])
    return row


@transaction.atomic
def test_correct(viewer: Viewer, test: UUID, why: str, *, seen: UUID | None = None, **changes: Any) -> SecurityTest:
    """Says what is known of a test now; the version before stays.

    Once it has begun its scope and times stay within what was authorised, or it is Blocked with all that is missing.
    A new label goes for its authorisations and findings as well.
    """
    last = locked(viewer, test, seen)
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    if unknown := set(changes) - {*FIELDS, *TIMES}:
        raise Invalid({name: _("This cannot be said here.") for name in unknown})
    said = settled(viewer, {name: changes.get(name, getattr(last, name)) for name in FIELDS})
    times = {name: changes.get(name, getattr(last, name)) for name in TIMES}
    _times_hold(times)
    if last.begun_at is not None and times["begun_at"] is None:
        raise Invalid({"begun_at": _("It has begun; say when. One that never ran is called off.")})
    if times["begun_at"] is not None:
        _require(last, lines(said["scope"]), times["begun_at"], times["ended_at"], said["planned_until"])
        _findings_within(last, times["begun_at"], times["ended_at"])
    row = records.successor(last, viewer.actor, why.strip(), **said, **times)
    followed = _followers(viewer, last, row, why) if (row.label, row.readers) != (last.label, last.readers) else []
    records.write(viewer.actor, [row, *followed])
    return row


@transaction.atomic
def test_begin(
    viewer: Viewer, test: UUID, *, at: datetime | None = None, ended_at: datetime | None = None
) -> SecurityTest:
    """Records that a test begins (now without `at`), or that one was done, with `ended_at`.

    Blocked with every unmet condition and who can give the authorisation, unless one is in force that names the
    test, covers its scope, and reaches to its planned end or to `ended_at`.
    """
    last = locked(viewer, test)
    if last.begun_at is not None:
        raise Conflict(_("This test has begun already; correct its times instead."))
    begun = at or clock.now()
    _times_hold({"begun_at": begun, "ended_at": ended_at, "reported_on": None})
    _require(last, last.targets, begun, ended_at, last.planned_until)
    why = _("It was done") if ended_at else _("It begins")
    return records.correct(last, viewer.actor, why, begun_at=begun, ended_at=ended_at)


@transaction.atomic
def test_end(viewer: Viewer, test: UUID, *, at: datetime | None = None) -> SecurityTest:
    """Records that a test ended (now without `at`). It cannot have gone on without an authorisation in force."""
    last = locked(viewer, test)
    if last.begun_at is None or last.ended_at is not None:
        raise Conflict(_("Only a test that has begun and not ended can be ended."))
    ended = at or clock.now()
    _times_hold({"begun_at": last.begun_at, "ended_at": ended, "reported_on": None})
    _require(last, last.targets, last.begun_at, ended, last.planned_until)
    _findings_within(last, last.begun_at, ended)
    return records.correct(last, viewer.actor, _("It ended"), ended_at=ended)


@transaction.atomic
def test_reported(viewer: Viewer, test: UUID, *, on: date | None = None) -> SecurityTest:
    """Says that all findings of a test that ended are recorded here: only then is no finding a count of 0."""
    last = locked(viewer, test)
    if last.ended_at is None:
        raise Conflict(_("The test has not ended: more may be found."))
    day = on or clock.today()
    _times_hold({"begun_at": last.begun_at, "ended_at": last.ended_at, "reported_on": day})
    return records.correct(last, viewer.actor, _("All findings are recorded"), reported_on=day)


@transaction.atomic
def test_retract(viewer: Viewer, test: UUID, why: str) -> SecurityTest:
    """Calls a test off, or says that it was recorded by mistake. Blocked while findings of it stand."""
    last = locked(viewer, test)
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    n = Finding.records.privileged().as_of(None).filter(test=last.subject).count()
    if n:
        name = _("No finding of it stands: there are %(n)s") % {"n": n}
        raise Blocked(_("A test that found something is not called off."), [Condition(name, False)])
    return records.retract(last, viewer.actor, why.strip())


def locked(viewer: Viewer, test: UUID, seen: UUID | None = None) -> SecurityTest:
    """The newest version of a test of the viewer's organisation, its stream held so that nothing changes meanwhile.

    An authorisation that is withdrawn at the same time is withdrawn before, or after, and never in between.
    """
    actor = viewer_actor(viewer)
    ledger.lock(actor.organisation)
    last = selectors.test(viewer, test).row
    if seen is not None and seen != last.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    return last


def begin_conditions(viewer: Viewer, test: UUID, at: datetime | None = None) -> list[Condition]:
    """What has to hold before a test begins, for its page: judged now, or for its planned first day if that comes."""
    view = selectors.test(viewer, test)
    zone = selectors.zone_of(view.row.owner)
    plan = selectors.planned(view.row, zone)
    begin = at or max(clock.now(), plan.begin)
    return rules.conditions(rules.Span(plan.targets, begin, max(begin, plan.end)), view.papers, _holder(view.row.owner))


def _holder(organisation: UUID) -> str:
    return ", ".join(name for _id, name in selectors.givers(organisation)) or _("vacant")


def _require(
    row: SecurityTest, targets: Sequence[str], begun: datetime, ended: datetime | None, planned_until: date
) -> None:
    """Raises Blocked unless authorisations carry a test from its begin to its end, or to its planned end."""
    zone = selectors.zone_of(row.owner)
    papers = [one.paper for one in selectors.authorisations_at(row.subject, zone)]
    if ended is not None and rules.stopped_at(begun, targets, papers) >= ended > begun:
        return  # one authorisation after another carried it to its end
    span = rules.Span(targets, begun, ended or max(begun, rules.until_of(planned_until, zone)))
    found = rules.conditions(span, papers, _holder(row.owner))
    if unmet(found):
        names = [name for _id, name in selectors.givers(row.owner)]
        raise Blocked(_("No test runs without a written authorisation in force."), found, names)


def _times_hold(times: dict[str, Any]) -> None:
    begun, ended, reported = (times[name] for name in TIMES)
    if odd := odd_days(times):
        raise Invalid(odd)
    wrong: dict[str, str] = {}
    for name, value in (("begun_at", begun), ("ended_at", ended)):
        if value is not None and value > clock.now():
            wrong[name] = _("This lies in the future")
    if ended is not None and (begun is None or ended <= begun):
        wrong.setdefault("ended_at", _("The end comes after the start."))
    if reported is not None and reported > clock.today():
        wrong["reported_on"] = _("This lies in the future")
    elif reported is not None and (ended is None or reported < ended.date()):
        wrong["reported_on"] = _("The test has not ended: more may be found.")
    if wrong:
        raise Invalid(wrong)


def _findings_within(row: SecurityTest, begun: datetime, ended: datetime | None) -> None:
    """Raises Invalid where findings that stand would lie outside the test."""
    held = Finding.records.privileged().as_of(None).filter(test=row.subject)
    if (early := held.filter(found_on__lt=begun.date()).order_by("found_on").first()) is not None:
        said = _("Finding %(reference)s was found on %(day)s, before this")
        raise Invalid({"begun_at": said % {"reference": early.reference, "day": formats.day(early.found_on)}})
    late = held.filter(found_on__gt=ended.date()).order_by("-found_on").first() if ended else None
    if late is not None:
        said = _("Finding %(reference)s was found on %(day)s, after this")
        raise Invalid({"ended_at": said % {"reference": late.reference, "day": formats.day(late.found_on)}})


def _followers(viewer: Viewer, last: SecurityTest, row: SecurityTest, why: str) -> list[Any]:
    """What belongs to a test takes on its label and its readers; so do the files of its authorisations."""
    found: list[Any] = []
    for model in (Authorisation, Finding):
        found += model.records.privileged().as_of(None).filter(test=last.subject)
    files = [one.evidence for one in found if isinstance(one, Authorisation)]
    kept = Evidence.records.privileged().as_of(None).filter(subject__in=files, redacted_at=None)
    found += kept.filter(owner=last.owner, label__in=LABELS)
    return [records.successor(one, viewer.actor, why.strip(), label=row.label, readers=row.readers) for one in found]


def settled(viewer: Viewer, said: dict[str, Any]) -> dict[str, Any]:
    """What is said of a test, trimmed and checked. Raises Invalid by field."""
    found = dict(said)
    wrong: dict[str, str] = {}
    for name in TEXTS:
        found[name] = str(found[name] or "").strip()
        if name != "rules" and not found[name]:
            wrong[name] = _("Write something here")
        elif len(found[name]) > MOST[name]:
            wrong[name] = _("At most %(n)s characters") % {"n": MOST[name]}
    found["scope"] = "\n".join(lines(found["scope"]))
    if found["kind"] not in Kind.values:
        wrong["kind"] = _("Choose one from the list")
    for name in ("planned_from", "planned_until"):
        if found[name] is None:
            wrong[name] = _("Enter a date, such as 8 July 2027")
    if None not in (found["planned_from"], found["planned_until"]) and found["planned_until"] < found["planned_from"]:
        wrong["planned_until"] = _("The end comes after the start.")
    if found["label"] not in LABELS:
        wrong["label"] = _("Security tests are RED or AMBER+STRICT: they stay inside your organisation")
    # Who says it reads it, or a test would be lost to who recorded it once somebody else corrects it.
    named = {str(person) for person in (*(found["readers"] or ()), viewer.person)}
    found["readers"] = sorted(named) if found["label"] == "RED" else []
    staff = {str(one.person) for one in members.members(viewer.organisation)} if viewer.organisation else set()
    if set(found["readers"]) - staff:
        wrong["readers"] = _("Name people of your own organisation")
    if wrong := {**odd_days(found), **wrong}:
        raise Invalid(wrong)
    return found
