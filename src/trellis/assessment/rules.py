"""The conditions of decisions about assessments: all of them, met or not."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.assessment import answers, library, selectors
from trellis.assessment.frameworks import MANDATORY_DOMAINS, Framework
from trellis.assessment.profile import by_code, frozen
from trellis.assessment.schemas import (
    FOUR_GROUPS,
    AssessmentAmend,
    AssessmentClose,
    AssessmentOpen,
    AssessmentView,
    AssessmentWaive,
    Invited,
    ScopeItem,
    SnapshotItem,
)
from trellis.assessment.selectors import group_name
from trellis.core.conditions import Condition, Hidden
from trellis.governance.registry import Context
from trellis.parties import selectors as parties
from trellis.parties.models import Group

__all__ = ["amending", "closing", "domain_name", "group_name", "opening", "snapshot_items", "waiving"]


def domain_name(domain: str) -> str:
    """A mandatory domain in words (NA-05)."""
    words = {
        "incident-response": _("Incident response"),
        "cybercrime-policing": _("Cybercrime policing"),
        "critical-infrastructure-protection": _("Critical infrastructure protection"),
    }
    return words.get(domain, domain)


def domain_codes(framework: Framework, stated: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The items that stand for each mandatory domain: as stated, or the national framework's own."""
    national = MANDATORY_DOMAINS if framework.id == "national" else {}
    return {name: tuple(stated.get(name) or national.get(name, ())) for name in MANDATORY_DOMAINS}


def mandatory(
    framework: Framework,
    codes: Iterable[str],
    stated: Mapping[str, Sequence[str]],
    left_out: Mapping[str, str],
) -> list[Condition]:
    """NA-05: each of the three domains is in scope, or the assessment states why not."""
    held, found = set(codes), []
    for domain, wanted in domain_codes(framework, stated).items():
        inside = [code for code in wanted if code in held]
        reason = left_out.get(domain, "").strip()
        note = ", ".join(inside) or reason or _("No item in scope stands for it, and no reason is stated.")
        name = _("%(domain)s is in scope, or it is stated why not") % {"domain": domain_name(domain)}
        found.append(Condition(name, bool(inside or reason), note))
    return found


def opening(payload: AssessmentOpen, context: Context) -> list[Condition]:
    """Conditions of `assessment.open`."""
    try:
        framework = library.framework(payload.framework)
    except Hidden:
        return [Condition(_("The framework is on this installation"), False, payload.framework)]
    partners = parties.on_side(context.arrangement, "partner")
    fresh = not any(one.id == payload.assessment for one in selectors.assessments(context.arrangement))
    return [
        Condition(_("The framework has stages to rate in"), bool(framework.stages), framework.title),
        Condition(_("The lead stands on the partner side"), payload.lead in partners),
        Condition(_("The assessment is new"), fresh),
        Condition(_("At least one item is in scope"), bool(payload.items)),
        *_items(framework, payload.items),
        Condition(_("At least one organisation is invited"), bool(payload.invited)),
        *_invitations(payload.invited),
        *mandatory(framework, (i.code for i in payload.items), payload.domains, payload.left_out),
    ]


def _items(framework: Framework, items: Sequence[ScopeItem]) -> list[Condition]:
    rated = {item.code for item in framework.rated}
    stages = {stage.number for stage in framework.stages}
    unknown = sorted({item.code for item in items} - rated)
    beyond = sorted(i.code for i in items if i.target is not None and i.target not in stages)
    codes = [item.code for item in items]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    return [
        Condition(_("Every item is one that the framework rates"), not unknown, ", ".join(unknown)),
        Condition(_("Every target is a stage of the framework"), not beyond, ", ".join(beyond)),
        Condition(_("No item is named twice"), not twice, ", ".join(twice)),
    ]


def _invitations(invited: Sequence[Invited]) -> list[Condition]:
    names = parties.organisation_names([one.organisation for one in invited])
    strangers = sorted(str(o.organisation) for o in invited if o.organisation not in names)
    groups = sorted({one.group for one in invited} - set(Group.values))
    asked = [one.organisation for one in invited]
    twice = sorted(names.get(o, str(o)) for o in set(asked) if asked.count(o) > 1)
    return [
        Condition(_("Every organisation invited has an account here"), not strangers, ", ".join(strangers)),
        Condition(_("Every organisation speaks for a stakeholder group"), not groups, ", ".join(groups)),
        Condition(_("No organisation is invited twice"), not twice, ", ".join(twice)),
    ]


def _is_open(assessment: UUID, context: Context) -> tuple[AssessmentView | None, Condition]:
    try:
        view = selectors.assessment(assessment)
    except Hidden:
        return None, Condition(_("The assessment is open"), False)
    mine = view.programme == context.arrangement
    return (view if mine else None), Condition(_("The assessment is open"), mine and not view.closed, view.title)


def amending(payload: AssessmentAmend, context: Context) -> list[Condition]:
    """Conditions of `assessment.amend`."""
    view, is_open = _is_open(payload.assessment, context)
    if view is None:
        return [is_open]
    framework = library.framework(view.framework)
    moved = sorted(
        group_name(one.group) for one in payload.invited if view.invited.get(one.organisation, one.group) != one.group
    )
    return [
        is_open,
        *_items(framework, payload.items),
        *_invitations(payload.invited),
        Condition(_("Nobody invited is moved to another group"), not moved, ", ".join(moved)),
    ]


def waiving(payload: AssessmentWaive, context: Context) -> list[Condition]:
    """Conditions of `assessment.waive`."""
    _view, is_open = _is_open(payload.assessment, context)
    return [
        is_open,
        Condition(_("It is one of the four groups that must answer"), payload.group in FOUR_GROUPS, payload.group),
        Condition(_("A reason is given"), bool(payload.reason.strip())),
    ]


def snapshot_items(view: AssessmentView) -> list[SnapshotItem]:
    """What closing would freeze: every item in scope as its ratings stand now."""
    framework = library.framework(view.framework)
    held = by_code(answers.standing(view.id))
    limit = selectors.contested_from(view.programme)
    found = []
    for item in selectors.scope(view.id):
        known = framework.by_code[item.code]
        area = framework.by_code[known.parent].title if known.parent else ""
        found.append(frozen(item, known.title, area, held.get(item.code, ()), limit))
    return found


def group_conditions(view: AssessmentView) -> list[Condition]:
    """NA-03: each of the four groups has answered, or its answer is waived."""
    given = answers.responses(view.id)
    words = {
        "answered": lambda g: _("%(n)s organisations answered") % {"n": given[g]},
        "waived": lambda g: _("waived: %(reason)s") % {"reason": next(w.reason for w in view.waivers if w.group == g)},
        "missing": lambda g: _("no answer, and no waiver signed by the partner's coordinator"),
    }
    return [
        Condition(
            _("%(group)s answered, or a waiver is signed") % {"group": group_name(group)},
            state != "missing",
            words[state](group),
        )
        for group, state in selectors.four_groups(view, given)
    ]


def closing(payload: AssessmentClose, context: Context) -> list[Condition]:
    """Conditions of `assessment.close`."""
    view, is_open = _is_open(payload.assessment, context)
    if view is None or view.closed:
        return [is_open]
    framework = library.framework(view.framework)
    codes = [item.code for item in selectors.scope(view.id)]
    last = selectors.latest_closed(context.arrangement)
    return [
        is_open,
        *group_conditions(view),
        *mandatory(framework, codes, view.domains, view.left_out),
        Condition(
            _("What is frozen is what the answers say now"),
            snapshot_items(view) == payload.items and answers.responses(view.id) == payload.responses,
            _("An answer that came since is in the next draft."),
        ),
        Condition(_("The snapshot has the next number"), payload.number == 1 + ((last.number or 0) if last else 0)),
    ]
