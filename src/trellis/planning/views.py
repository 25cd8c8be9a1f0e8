"""Pages of the plan in force: overview, one activity, the strategic direction."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment import selectors as needs
from trellis.core.conditions import Blocked
from trellis.core.context import address
from trellis.core.tables import Choice, Column, Search, Table
from trellis.governance import rights
from trellis.governance.models import Decision, Outcome
from trellis.governance.registry import kind_named
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.planning import check, selectors, services, table
from trellis.planning.forms import DirectionForm
from trellis.planning.models import ActivityKind, Strand
from trellis.planning.schemas import ActivityView, DirectionView
from trellis.sharing import figures


def may(request: Asked, kind: str) -> bool:
    """Whether the reader may propose a kind of decision here."""
    viewer = request.viewer
    assert viewer.organisation
    return rights.may_propose(request.programme.id, kind_named(kind), viewer.person, viewer.organisation)


def holders(request: Asked, kind: str) -> str:
    """Who may, in words."""
    found = rights.proposer_words(request.programme.id, kind_named(kind))
    return _("Only %(holders)s can do this.") % {"holders": "; ".join(found)}


def after(request: Asked, decision: Decision, url: str, said: str) -> HttpResponse:
    """To `url` where the decision is adopted already, else to the decision, which waits for keys."""
    adopted = Outcome.objects.filter(decision=decision, state=Outcome.State.ADOPTED).exists()
    messages.success(request, said if adopted else _("It is proposed and waits for keys."))
    return redirect(url if adopted else address("governance:decision", decision.stream, decision.pk) or url)


class ActivityTable(Table):
    caption = gettext_lazy("Activities")
    name = "activities"
    columns = [
        Column(
            "title",
            gettext_lazy("Activity"),
            link=lambda row: reverse("planning:activity", args=[row["programme"], row["id"]]),
        ),
        Column("state", gettext_lazy("State"), kind="tag", sort="state"),
        Column("strand_words", gettext_lazy("Strand"), sort="strand"),
        Column("lead", gettext_lazy("Led by"), sort="lead"),
        Column("start", gettext_lazy("Start"), kind="day", sort="start"),
        Column("end", gettext_lazy("End"), kind="day", sort="end"),
        Column("money", gettext_lazy("Budget"), kind="money", missing=gettext_lazy("not known")),
        Column("gaps", gettext_lazy("Gaps"), missing=gettext_lazy("none cited")),
    ]
    filters = [
        Search(gettext_lazy("Activity"), ["title"]),
        Choice("strand", gettext_lazy("Strand"), Strand.choices),
        Choice(
            "state_code",
            gettext_lazy("State"),
            [
                ("planned", gettext_lazy("Planned")),
                ("running", gettext_lazy("Running")),
                ("paused", gettext_lazy("Paused")),
                ("ended", gettext_lazy("Ended")),
            ],
        ),
    ]
    empty_title = gettext_lazy("No plan is in force")
    empty_note = gettext_lazy("Draft one below; both sides' keys adopt it.")


def activity_rows(found: list[ActivityView]) -> list[dict[str, Any]]:
    """Activities as rows of a page."""
    names = parties.organisation_names({a.lead for a in found})
    rows = []
    for a in found:
        state = selectors.activity_state(a)
        rows.append(
            {
                "title": a.title,
                "programme": a.programme,
                "id": a.id,
                "state": state.words,
                "state_code": state.state,
                "strand": a.strand,
                "strand_words": str(Strand(a.strand).label),
                "lead": names.get(a.lead, ""),
                "start": a.start,
                "end": a.end,
                "money": (a.amount, a.currency) if a.amount is not None else None,
                "gaps": ", ".join(a.gaps),
            }
        )
    return rows


@in_programme
def index(request: Asked) -> HttpResponse:
    """The plan in force with its check, the direction, and the drafts of the reader's organisation."""
    here = request.programme.id
    plan = selectors.plan_in_force(here)
    rows = ActivityTable(request, activity_rows(list(plan.activities)) if plan else [])
    if (download := rows.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    found = selectors.plan_check_in_force(here)
    context = {
        "plan": plan,
        "table": rows,
        "check": found,
        "strands": [check.strand_empty(s) for s in found.empty_strands] if found else [],
        "figure": figures.shown(request.viewer, "planning.alignment", {"programme": here}) if plan else None,
        "totals": selectors.totals(plan.activities) if plan else [],
        "notices": needs.waiver_notices(here, plan.assessment) if plan else [],
        "direction": selectors.direction(here),
        "drafts": services.draft_list(request.viewer, here),
        "closed": needs.latest_closed(here),
        "may_adopt": may(request, "plan.adopt"),
        "adopters": holders(request, "plan.adopt"),
        "decision_url": address("governance:decision", here, plan.decision) if plan else "",
    }
    return render(request, "planning/index.html", context)


@in_programme
def activity(request: Asked, activity: UUID) -> HttpResponse:
    """One activity: state, gaps, alignment, origin."""
    here = request.programme.id
    found = selectors.activity_for(request.viewer, here, activity)
    plan = selectors.plan_in_force(here)
    assert plan is not None
    names = parties.organisation_names({found.lead, *filter(None, (found.funded_by, found.initiated_by))})
    titles = needs.gap_codes(here, plan.assessment)
    sides = parties.sides(here)
    who = [
        (found.lead, _("Led by")),
        (found.initiated_by, _("Initiated by")),
        (found.funded_by, _("Paid by")),
    ]
    context = {
        "activity": found,
        "state": selectors.activity_state(found),
        "conditions": selectors.start_conditions(found),
        "strand": Strand(found.strand).label,
        "kind": ActivityKind(found.kind).label,
        "who": [(words, names.get(key, ""), sides.get(key, "")) for key, words in who if key],
        "objective": next((o.title for o in plan.objectives if o.id == found.objective), ""),
        "gaps": [(code, titles.get(code, "")) for code in found.gaps],
        "decision_url": address("governance:decision", here, found.decision),
    }
    return render(request, "planning/activity.html", context)


@in_programme
def direction(request: Asked) -> HttpResponse:
    """The strategic direction: objectives with funded, unfunded and off-strategy work (OWN-07)."""
    here = request.programme.id
    found = selectors.direction(here)
    work = selectors.work_by_objective(here)
    context = {
        "direction": found,
        "work": [(w, selectors.totals(w.funded), selectors.totals(w.unfunded)) for w in work if w.objective],
        "off": next((w for w in work if w.objective is None), None),
        "may": may(request, "planning.direction"),
        "holders": holders(request, "planning.direction"),
        "phase": _phase(found),
        "decision_url": address("governance:decision", here, found.decision) if found else "",
    }
    return render(request, "planning/direction.html", context)


def _phase(found: DirectionView | None) -> str:
    from trellis.planning.models import Phase

    return str(Phase(found.phase).label) if found else ""


@in_programme
def direction_set(request: Asked) -> HttpResponse:
    """Writes the direction; for anybody but the partner side the page says who may (OWN-02)."""
    here = request.programme.id
    form = DirectionForm(selectors.direction(here), request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("title", "text", "phase")}
        try:
            decision = services.direction_set(request.viewer, here, objectives=form.objectives, **said)
        except Blocked as blocked:
            refusal = blocked
        else:
            return after(request, decision, reverse("planning:direction", args=[here]), _("The direction is set."))
    context = {
        "form": form,
        "refusal": refusal,
        "may": may(request, "planning.direction"),
        "holders": holders(request, "planning.direction"),
    }
    return render(request, "planning/direction_set.html", context, status=409 if refusal else 200)


@in_programme
def export(request: Asked, kind: str) -> HttpResponse:
    """The whole plan in force as a table that can be read back into a draft."""
    plan = selectors.plan_in_force(request.programme.id)
    found = table.export(request.programme.id, plan.activities if plan else (), plan.objectives if plan else (), kind)
    return sent(found, "activities", kind)


def sent(data: bytes, name: str, kind: str) -> HttpResponse:
    """A table as a download."""
    kinds = {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    response = HttpResponse(data, content_type=kinds[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
