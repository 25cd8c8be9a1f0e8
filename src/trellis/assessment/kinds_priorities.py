"""The partner's priorities: ranked by one key of the partner side, commented by anybody (OWN-01, GOV-06)."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment import selectors
from trellis.assessment.models import Origin, Priority, PriorityComment, Ranking
from trellis.assessment.schemas import PrioritiesRank, RankedPriority
from trellis.core import ids
from trellis.core.conditions import Condition
from trellis.core.coowned import Effect
from trellis.governance.kinds import PARTNER_ONLY
from trellis.governance.registry import Context, DecisionKind, decision_kind, one
from trellis.parties import selectors as parties
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind(
        "assessment.priority-comment",
        PriorityComment,
        "Comment on a priority",
        "What a party says of a priority, or suggests as one",
        search=("text", "suggests"),
    )
)


def _effect(payload: PrioritiesRank, effect: Effect) -> None:
    known = {row.subject: row for row in Priority.objects.current().filter(stream=effect.stream)}
    for rank, priority in enumerate(payload.priorities, 1):
        fields = {**priority.model_dump(exclude={"id"}), "rank": rank, "closed_because": ""}
        last = known.get(priority.id)
        if last is None:
            effect.insert(Priority, priority.id, **fields)
        elif any(_plain(getattr(last, name)) != _plain(value) for name, value in fields.items()):
            effect.replace(Priority, priority.id, **fields)
    for gone in payload.closed:
        effect.replace(Priority, gone.id, rank=None, closed_because=gone.reason)
    effect.insert(
        Ranking,
        ids.derived(effect.decision, "ranking"),
        trigger=payload.trigger,
        before=payload.before,
        after=[priority.id for priority in payload.priorities],
        organisation=effect.organisation,
        person=effect.person,
    )


def _plain(value: object) -> str:
    return str(value)


def _unmet(payload: PrioritiesRank, context: Context) -> list[Condition]:
    current = selectors.priorities(context.arrangement)
    open_now = {view.id: view for view in current}
    named = [priority.id for priority in payload.priorities]
    gone = {closed.id: closed.reason for closed in payload.closed}
    dropped = sorted(open_now[i].title for i in open_now.keys() - set(named) - gone.keys())
    silent = [open_now[i].title for i, reason in gone.items() if i in open_now and not reason.strip()]
    strays = [str(i) for i in gone if i not in open_now or i in named]
    return [
        Condition(_("The list holds at least one priority"), bool(named)),
        Condition(_("No priority stands twice"), len(set(named)) == len(named)),
        Condition(_("No priority is dropped without being closed"), not dropped, ", ".join(dropped)),
        Condition(_("What is closed says why"), not silent, ", ".join(silent)),
        Condition(_("Only open priorities are closed"), not strays, ", ".join(strays)),
        Condition(
            _("Nobody ranked in between"),
            payload.before == [view.id for view in current],
            _("Look at the order in force, then rank."),
        ),
        Condition(
            _("A new order names what brought it about"),
            bool(payload.trigger.strip()) or not current,
            _("A change of threat, law, money or people."),
        ),
        *_cited(payload.priorities, context),
        *_origins(payload.priorities, context),
    ]


def _cited(priorities: list[RankedPriority], context: Context) -> list[Condition]:
    known: dict[UUID | None, set[str]] = {None: set()}
    for view in selectors.closed(context.arrangement):
        known[view.id] = set(selectors.gap_codes(context.arrangement, view.id))
    uncited = [p.title for p in priorities if not p.gaps]
    wrong = [f"{p.title}: {code}" for p in priorities for code in p.gaps if code not in known.get(p.assessment, set())]
    return [
        Condition(_("Every priority cites an assessed item"), not uncited, ", ".join(uncited)),
        Condition(_("Every item cited is in a closed assessment"), not wrong, ", ".join(wrong)),
    ]


def _origins(priorities: list[RankedPriority], context: Context) -> list[Condition]:
    sides = parties.sides(context.arrangement)
    before = {view.id: view for view in selectors.priorities(context.arrangement, all=True)}
    wrong = [
        p.title
        for p in priorities
        if p.origin not in Origin.values
        or (p.origin == Origin.DONOR) != (p.suggested_by is not None and sides.get(p.suggested_by) == "donor")
    ]
    changed = [
        p.title
        for p in priorities
        if p.id in before and (before[p.id].origin, before[p.id].suggested_by) != (p.origin, p.suggested_by)
    ]
    return [
        Condition(_("An origin with a donor names that donor, no other does"), not wrong, ", ".join(wrong)),
        Condition(_("A priority keeps its origin"), not changed, ", ".join(changed)),
    ]


decision_kind(
    DecisionKind(
        name="priorities.rank",
        title=gettext_lazy("Rank the priorities"),
        payload=PrioritiesRank,
        slots=one("partner", "coordinator"),
        proposers=("partner:coordinator",),
        effect=_effect,
        unmet=_unmet,
        describe=lambda p: (
            _("Priorities in order: %(titles)s") % {"titles": "; ".join(priority.title for priority in p.priorities)}
        ),
    )
)
PARTNER_ONLY["priorities.rank"] = True
