"""Reads of assessments: headings, scope, snapshots, priorities and the order of gaps, as of a moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains
from django.utils.translation import gettext as _

from trellis.assessment import library
from trellis.assessment.models import Assessment, AssessmentItem, Priority, Ranking, Snapshot, Waiver
from trellis.assessment.profile import SURENESS
from trellis.assessment.schemas import (
    FOUR_GROUPS,
    AssessmentView,
    Change,
    GapView,
    GroupSpread,
    PriorityView,
    ScopeItem,
    WaiverView,
)
from trellis.calc import assessment as calc
from trellis.core import reading
from trellis.core.conditions import Condition, Hidden
from trellis.governance.parameters import parameter
from trellis.parties import selectors as parties
from trellis.parties.models import Group, Organisation
from trellis.parties.schemas import Viewer


def contested_from(programme: UUID, as_of: datetime | None = None) -> int:
    """The spread from which an item is contested (parameter `assessment.contested`)."""
    return int(parameter(programme, "assessment.contested", as_of))


def group_name(group: str) -> str:
    """A stakeholder group in words."""
    return str(Group(group).label) if group in Group.values else group


def _view(row: Assessment, waivers: Iterable[Waiver]) -> AssessmentView:
    return AssessmentView(
        id=row.subject,
        programme=row.stream,
        framework=row.framework,
        title=row.title,
        lead=row.lead,
        invited={UUID(one["organisation"]): one["group"] for one in row.invited},
        domains={name: tuple(codes) for name, codes in row.domains.items()},
        left_out=dict(row.left_out),
        due=row.due,
        closed=row.closed,
        number=row.number,
        at=row.at,
        decision=row.decision,
        waivers=tuple(
            WaiverView(w.group, w.reason, w.person, w.organisation, w.at, w.decision)
            for w in sorted(waivers, key=lambda w: w.group)
            if w.assessment == row.subject
        ),
    )


def _views(rows: Sequence[Assessment], as_of: datetime | None = None) -> list[AssessmentView]:
    if not rows:
        return []
    waivers = list(Waiver.objects.as_of(as_of).filter(assessment__in=[row.subject for row in rows]))
    return [_view(row, waivers) for row in rows]


def assessments(programme: UUID, as_of: datetime | None = None) -> list[AssessmentView]:
    """The assessments of a programme, newest opening first."""
    return _assessments(programme, as_of)


@reading.together
def _assessments(programmes: Sequence[UUID], as_of: datetime | None) -> dict[UUID, list[AssessmentView]]:
    rows = sorted(
        Assessment.objects.as_of(as_of).filter(stream__in=programmes), key=lambda row: str(row.subject), reverse=True
    )
    found: dict[UUID, list[AssessmentView]] = {programme: [] for programme in programmes}
    for row, view in zip(rows, _views(rows, as_of), strict=True):
        found[row.stream].append(view)
    return found


def assessment(id: UUID, as_of: datetime | None = None) -> AssessmentView:
    """One assessment, whoever asks. Raises Hidden when there is none."""
    row = Assessment.objects.as_of(as_of).filter(subject=id).first()
    if row is None:
        raise Hidden()
    return _views([row], as_of)[0]


def assessment_for(viewer: Viewer, id: UUID, programme: UUID | None = None) -> AssessmentView:
    """One assessment for a party of its programme. Raises Hidden for anybody else."""
    found = assessment(id)
    if programme is not None and found.programme != programme:
        raise Hidden()
    parties.programme_for(viewer, found.programme)
    return found


@reading.remembered
def assessments_inviting(viewer: Viewer) -> list[AssessmentView]:
    """The assessments that ask the viewer's organisation, a party or not; open ones first."""
    if viewer.organisation is None:
        return []
    me = str(viewer.organisation)
    # Found in the text of the list, so that the assessments of others are not read at every page.
    named = Assessment.objects.current().filter(Contains(Cast("invited", TextField()), f'"{me}"'))
    rows = [row for row in named if any(one["organisation"] == me for one in row.invited)]
    return _views(sorted(rows, key=lambda row: (row.closed, str(row.subject))))


def invitation(viewer: Viewer, id: UUID) -> AssessmentView:
    """An assessment that asks the viewer's organisation. Raises Hidden otherwise."""
    found = next((one for one in assessments_inviting(viewer) if one.id == id), None)
    if found is None:
        raise Hidden()
    return found


def scope(assessment: UUID, as_of: datetime | None = None) -> list[ScopeItem]:
    """The items in scope, by code."""
    rows = AssessmentItem.objects.as_of(as_of).filter(assessment=assessment)
    return sorted(
        (ScopeItem(code=r.code, target=r.target, institution=r.institution) for r in rows),
        key=lambda i: i.code,
    )


def ranked_at(programme: UUID) -> datetime | None:
    """When the priorities were ranked last; None where they never were."""
    return _ranked(programme)


@reading.together
def _ranked(programmes: Sequence[UUID]) -> dict[UUID, datetime | None]:
    rows = Ranking.objects.filter(stream__in=programmes).order_by().values_list("stream").annotate(last=Max("at"))
    return {**dict.fromkeys(programmes), **dict(rows)}


def scopes(assessments: Sequence[UUID]) -> dict[UUID, int]:
    """How many items are in scope of each assessment."""
    rows = AssessmentItem.objects.current().filter(assessment__in=list(assessments))
    return dict(rows.order_by().values_list("assessment").annotate(count=Count("row")))


def closed(programme: UUID, as_of: datetime | None = None) -> list[AssessmentView]:
    """The closed assessments, the last one first."""
    rows = [one for one in assessments(programme, as_of) if one.closed]
    return sorted(rows, key=lambda one: one.number or 0, reverse=True)


def latest_closed(programme: UUID, as_of: datetime | None = None) -> AssessmentView | None:
    """The assessment that was closed last, or None."""
    return next(iter(closed(programme, as_of)), None)


def closed_condition(programme: UUID) -> Condition:
    """NA-02: the condition that a needs assessment is closed."""
    last = latest_closed(programme)
    note = last.title if last else _("The partner's coordinator opens and closes one.")
    return Condition(_("A needs assessment is closed"), last is not None, note)


def snapshot(assessment: UUID, as_of: datetime | None = None) -> list[Snapshot]:
    """The frozen items of a closed assessment, by code."""
    return list(Snapshot.objects.as_of(as_of).filter(assessment=assessment).order_by("code"))


def gap_codes(programme: UUID, assessment: UUID | None = None) -> dict[str, str]:
    """Codes and titles of a closed assessment's items (the last without one): what may be cited as a gap."""
    found = assessment or (last.id if (last := latest_closed(programme)) else None)
    rows = Snapshot.objects.current().filter(stream=programme, assessment=found) if found else ()
    return {row.code: row.title for row in rows}


def priorities(programme: UUID, as_of: datetime | None = None, *, all: bool = False) -> list[PriorityView]:
    """The partner's priorities in order; with `all` those given up too, at the end."""
    rows = Priority.objects.as_of(as_of).filter(stream=programme)
    views = [
        PriorityView(
            row.subject,
            row.rank,
            row.title,
            row.note,
            row.origin,
            row.suggested_by,
            row.assessment,
            tuple(row.gaps),
            row.closed_because,
            row.at,
            row.decision,
        )
        for row in rows
        if all or row.rank is not None
    ]
    return sorted(views, key=lambda view: (view.rank is None, view.rank or 0, str(view.id)))


def priority(programme: UUID, id: UUID, as_of: datetime | None = None) -> PriorityView:
    """One priority. Raises Hidden when there is none."""
    for view in priorities(programme, as_of, all=True):
        if view.id == id:
            return view
    raise Hidden()


def rankings(programme: UUID) -> list[Ranking]:
    """Every act of ranking, newest first."""
    return list(Ranking.objects.filter(stream=programme).order_by("-seq"))


def ranks_by_code(programme: UUID, as_of: datetime | None = None) -> dict[str, int]:
    """The best rank among the priorities that cite an item."""
    found: dict[str, int] = {}
    for view in priorities(programme, as_of):
        for code in view.gaps:
            found.setdefault(code, view.rank or 0)
    return found


def gaps(programme: UUID, assessment: UUID | None = None, as_of: datetime | None = None) -> list[GapView]:
    """The items of a closed assessment in the order of D17; contested, unassessed and untargeted ones last.

    Without `assessment` the one closed last; nothing when none is closed.
    """
    found = assessment or (last.id if (last := latest_closed(programme, as_of)) else None)
    if found is None:
        return []
    rows = {row.code: row for row in snapshot(found, as_of) if row.stream == programme}
    ranks = ranks_by_code(programme, as_of)
    ratings = [_rating(row, ranks.get(row.code)) for row in rows.values()]
    ordered = calc.order_gaps(ratings, contested_from(programme, as_of))
    beside = (*ordered.contested, *ordered.not_assessed, *ordered.no_target)
    views = [_gap(rows[gap.id], gap, place) for place, gap in enumerate(ordered.ranked, 1)]
    return views + [_gap(rows[gap.id], gap, None) for gap in beside]


def _rating(row: Snapshot, rank: int | None) -> calc.FunctionRating:
    stages = tuple(int(cited["stage"]) for cited in row.ratings)
    sure = SURENESS.get(row.confidence)
    return calc.FunctionRating(row.code, row.current, row.target, rank, sure, stages, row.evidenced)


def _gap(row: Snapshot, gap: calc.Gap, order: int | None) -> GapView:
    return GapView(
        code=row.code,
        title=row.title,
        area=row.area,
        current=row.current,
        target=row.target,
        size=gap.size,
        status=gap.status,
        low=row.low,
        high=row.high,
        n=row.n,
        confidence=row.confidence,
        evidenced=row.evidenced,
        priority=gap.priority,
        order=order,
        groups={name: GroupSpread(**held) for name, held in row.groups.items()},
    )


def compare(before: UUID, after: UUID) -> list[Change]:
    """What moved between two snapshots (NA-04). An item in only one of them says so."""
    old, new = ({row.code: row for row in snapshot(one)} for one in (before, after))
    changes = []
    for code in sorted(old.keys() | new.keys()):
        first, second = old.get(code), new.get(code)
        title = second.title if second else first.title if first else code
        a, b = first.current if first else None, second.current if second else None
        moved = b - a if a is not None and b is not None else None
        changes.append(Change(code, title, a, b, moved, _moved(first, second, moved)))
    return changes


def _moved(first: Snapshot | None, second: Snapshot | None, moved: int | None) -> str:
    if first is None:
        return _("not in scope before")
    if second is None:
        return _("not in scope any more")
    if moved is None:
        return _("not assessed in one of the two")
    if moved == 0:
        return _("no change of stage")
    return _("up %(n)s") % {"n": moved} if moved > 0 else _("down %(n)s") % {"n": -moved}


def waiver_notices(programme: UUID, assessment: UUID | None = None, as_of: datetime | None = None) -> list[str]:
    """NA-03: a sentence for each waiver, to stand in every report built on the assessment."""
    found = [one for one in assessments(programme, as_of) if assessment in (None, one.id)]
    names = parties.person_names([w.person for one in found for w in one.waivers])
    said = _("%(group)s did not answer “%(title)s”: waived by %(person)s. %(reason)s")
    return [
        said
        % {
            "group": group_name(w.group),
            "title": one.title,
            "person": names.get(w.person, _("somebody")) if w.person else _("somebody"),
            "reason": w.reason,
        }
        for one in found
        for w in one.waivers
    ]


def four_groups(view: AssessmentView, responses: dict[str, int]) -> list[tuple[str, str]]:
    """The four groups that must answer, each `answered`, `waived` or `missing`."""
    waived = {w.group for w in view.waivers}
    return [
        (group, "answered" if responses.get(group) else "waived" if group in waived else "missing")
        for group in FOUR_GROUPS
    ]


def item_title(view: AssessmentView, code: str) -> str:
    """An item's title in the reader's language."""
    item = library.framework(view.framework, translated=True).by_code.get(code)
    return item.title if item else code


def organisations_by_group() -> list[tuple[str, list[Organisation]]]:
    """Everybody with an account here, by stakeholder group, for a list of invitations."""
    found: dict[str, list[Organisation]] = {group: [] for group in Group.values}
    for one in Organisation.objects.order_by("name"):
        found.setdefault(one.group, []).append(one)
    return [(group, held) for group, held in found.items() if held]
