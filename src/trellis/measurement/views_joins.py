"""Pages of policies and of the cooperation of agencies, and what the partner side detects (MEA-07 to MEA-09)."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from trellis.calc import adoption
from trellis.core import clock
from trellis.core.conditions import Invalid
from trellis.core.context import address
from trellis.core.pieces import Entry
from trellis.core.tables import Choice, Column, Search, Table
from trellis.measurement import joins
from trellis.measurement import joins_reading as reading
from trellis.measurement.forms_joins import PairCorrection, PairForm, PolicyCorrection, PolicyForm, RetractForm
from trellis.measurement.models import AgencyPair, Policy
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told
from trellis.sharing import figures

PAIR_STATES = {
    "exercised": gettext_lazy("exercised in time"),
    "paper": gettext_lazy("on paper only"),
    "none": gettext_lazy("no protocol in force"),
}


class PolicyTable(Table):
    caption = gettext_lazy("Policies")
    name = "policies"
    default_sort = "due"
    columns = [
        Column("title", gettext_lazy("Policy"), sort="title", link="url"),
        Column("strategy", gettext_lazy("Strategy"), sort="strategy"),
        Column("due", gettext_lazy("Due"), sort="due", kind="day"),
        Column("counted", gettext_lazy("Counted")),
        Column("step_words", gettext_lazy("Step"), kind="tag"),
        Column("adopted", gettext_lazy("Adopted"), kind="day", missing=gettext_lazy("not yet")),
        Column("in_force", gettext_lazy("In force"), kind="day", missing=gettext_lazy("not yet")),
        Column("source", gettext_lazy("Source"), missing=gettext_lazy("not said")),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "strategy"]),
        Choice("step", gettext_lazy("Step"), list(reading.STEPS.items())),
    ]
    empty_title = gettext_lazy("No policy is recorded yet")
    empty_note = gettext_lazy("The partner side records what its strategies planned, and by when.")


class PairTable(Table):
    caption = gettext_lazy("Pairs of agencies")
    name = "cooperation"
    columns = [
        Column("pair", gettext_lazy("Agencies"), sort="pair", link="url"),
        Column("required", gettext_lazy("Required"), kind="yes"),
        Column("state_words", gettext_lazy("State"), kind="tag"),
        Column("protocol_title", gettext_lazy("Protocol"), missing=gettext_lazy("none")),
        Column("starts", gettext_lazy("In force from"), kind="day", missing="-"),
        Column("ends", gettext_lazy("Until"), kind="day", missing=gettext_lazy("no end")),
        Column("exercised", gettext_lazy("Last exercised"), kind="day", missing=gettext_lazy("never")),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["pair", "protocol_title"]),
        Choice("state", gettext_lazy("State"), list(PAIR_STATES.items())),
    ]
    empty_title = gettext_lazy("No pair of agencies is recorded yet")
    empty_note = gettext_lazy("The partner side records which agencies have to work together.")


def _day(request: Asked) -> date:
    return reading.day_of(request.programme.id, clock.now(), None)


def _shown(request: Asked, kind: str, **params: Any) -> figures.Shown:
    return figures.shown(request.viewer, kind, {"programme": request.programme.id, **params})


def _may(request: Asked) -> dict[str, Any]:
    partners = parties.on_side(request.programme.id, "partner")
    names = sorted(parties.organisation_names(partners).values())
    return {"may_record": request.viewer.organisation in partners, "partners": names}


def _withheld(request: Asked, shown: figures.Shown) -> dict[str, Any]:
    names = parties.organisation_names(shown.withheld_by)
    return {"withheld": sorted(names.values()), "mine_withheld": request.viewer.organisation in shown.withheld_by}


def _step(row: Policy, day: date) -> str:
    return reading.counted_policy(row).step(day).replace(" ", "_")


@in_programme
def policies(request: Asked) -> HttpResponse:
    """Policies in force of those due, by strategy, with the ladder."""
    here, day = request.programme.id, _day(request)
    found = reading.policies(request.viewer, here)
    names = ("title", "strategy", "due", "adopted", "in_force", "source")
    rows = [
        {
            **{name: getattr(row, name) for name in names},
            "counted": _("yes") if row.due <= day else _("not due yet"),
            "step": _step(row, day),
            "step_words": str(reading.STEPS[_step(row, day)]),
            "url": address("measurement:policy", here, row.subject),
        }
        for row in found
    ]
    table = PolicyTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    total = _shown(request, "measurement.policies")
    context = {
        "table": table,
        "total": total,
        "early": total.figure.parts.get("early"),
        "not_due": total.figure.parts.get("not_due"),
        "strategies": [
            (
                name,
                _shown(request, "measurement.policies", strategy=name),
                _ladder([r for r in found if r.strategy == name], day),
            )
            for name in dict.fromkeys(row.strategy for row in found)
        ],
        "steps": list(reading.STEPS.values()),
        **_withheld(request, total),
        **_may(request),
    }
    return render(request, "measurement/policies.html", context)


def _ladder(rows: Sequence[Policy], day: date) -> list[tuple[str, int]]:
    """How many of the policies due stand on each step."""
    counts = Counter(_step(row, day) for row in rows if row.due <= day)
    return [(str(title), counts[name]) for name, title in reading.STEPS.items()]


@in_programme
def cooperation(request: Asked) -> HttpResponse:
    """Required pairs with a protocol in force and exercised in time; those on paper only apart."""
    here, day = request.programme.id, _day(request)
    months = reading.months(here)
    names = ("required", "protocol_title", "starts", "ends", "exercised")
    rows = []
    for row in reading.pairs(request.viewer, here):
        state = adoption.pair_state(reading.counted_pair(row), day, months)
        rows.append(
            {
                **{name: getattr(row, name) for name in names},
                "pair": str(row),
                "state": state,
                "state_words": str(PAIR_STATES[state]),
                "url": address("measurement:pair", here, row.subject),
            }
        )
    table = PairTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    total = _shown(request, "measurement.cooperation")
    context = {
        "table": table,
        "total": total,
        "paper": total.figure.parts.get("paper_only"),
        "without": total.figure.parts.get("without"),
        "months": months,
        **_withheld(request, total),
        **_may(request),
    }
    return render(request, "measurement/cooperation.html", context)


@in_programme
def detection(request: Asked) -> HttpResponse:
    """What the partner side notices of what was planted, and what its triaged alerts were worth."""
    planted = _shown(request, "measurement.detection")
    owners = reading.partners_with(request.programme.id, reading.ALERTS, clock.now())
    params = {"owner": ",".join(str(owner) for owner in owners)}
    alerts = figures.shown(request.viewer, "operations.alert_precision", params) if owners else None
    names = parties.organisation_names({*planted.withheld_by, *(alerts.withheld_by if alerts else ())})
    context = {
        "planted": planted,
        "alerts": alerts,
        "untriaged": alerts.figure.parts.get("untriaged") if alerts else None,
        "withheld": sorted(names.values()),
    }
    return render(request, "measurement/detection.html", context)


@in_programme
@require_POST
def joins_share(request: Asked) -> HttpResponse:
    """Lets all parties see the figures of policies and pairs, as far as they rest on the viewer's records."""
    joins.joins_share(request.viewer, request.programme.id)
    messages.success(request, _("All parties now see these figures as far as they rest on your records."))
    back = "measurement:cooperation" if request.POST.get("back") == "cooperation" else "measurement:policies"
    return redirect(back, request.programme.id)


def _entry(request: Asked, form: Any, act: Callable[..., Any], page: str, template: str, **more: Any) -> HttpResponse:
    """A form whose service may find something wrong; on success the page of the record."""
    if request.method == "POST" and form.is_valid():
        try:
            row = act(form)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("It is recorded. Versions before stay."))
            return redirect(page, request.programme.id, row.subject)
    return render(request, template, {"form": form, **_may(request), **more})


@in_programme
def policy_new(request: Asked) -> HttpResponse:
    """Records a policy."""
    here = request.programme.id
    first = {"strategy": reading.strategy(here)}
    form = PolicyForm(request.POST or None, objectives=reading.objectives(here), initial=first)
    return _entry(
        request,
        form,
        lambda form: joins.policy_record(request.viewer, here, **form.said()),
        "measurement:policy",
        "measurement/policy_new.html",
    )


@in_programme
def pair_new(request: Asked) -> HttpResponse:
    """Records a pair of agencies."""
    here = request.programme.id
    return _entry(
        request,
        PairForm(request.POST or None),
        lambda form: joins.pair_record(request.viewer, here, **form.said()),
        "measurement:pair",
        "measurement/pair_new.html",
    )


def _history(request: Asked, row: Policy | AgencyPair) -> list[Entry]:
    names, sides = parties.organisation_names([row.owner]), parties.sides(request.programme.id)
    owner, side = names.get(row.owner, ""), sides.get(row.owner, "")
    return [
        Entry(one.recorded_at, one.why or _("First recorded"), side=side, organisation=owner)
        for one in reading.versions(request.viewer, row)
    ]


def _owner(request: Asked, row: Policy | AgencyPair) -> dict[str, Any]:
    name = parties.organisation_names([row.owner]).get(row.owner, "")
    return {"row": row, "owner": name, "mine": row.owner == request.viewer.organisation}


@in_programme
def policy(request: Asked, policy: UUID) -> HttpResponse:
    """One policy on its ladder, and for its owner the form that says where it stands now."""
    here, day = request.programme.id, _day(request)
    row = reading.policy(request.viewer, here, policy)
    first: dict[str, Any] = {name: getattr(row, name) for name in joins.POLICY}
    first |= {"objective": str(row.objective or ""), "seen": row.pk}
    known = reading.objectives(here)
    form = PolicyCorrection(request.POST or None, objectives=known, initial=first)

    def act(form: PolicyCorrection) -> Policy:
        said = form.said()
        return joins.policy_correct(request.viewer, here, policy, said.pop("why"), seen=said.pop("seen"), **said)

    current = _step(row, day)
    more = {
        **_owner(request, row),
        "step": reading.STEPS[current],
        "not_due": row.due > day,
        "objective": known.get(row.objective, "") if row.objective else "",
        "steps": [(reading.STEPS[name], getattr(row, name)) for name in joins.STEPS],
        "history": _history(request, row),
    }
    return _entry(request, form, act, "measurement:policy", "measurement/policy.html", **more)


@in_programme
def pair(request: Asked, pair: UUID) -> HttpResponse:
    """One pair of agencies, and for its owner the form that says what is known now."""
    here, day = request.programme.id, _day(request)
    row = reading.pair(request.viewer, here, pair)
    first = {**{name: getattr(row, name) for name in joins.PAIR}, "seen": row.pk}
    form = PairCorrection(request.POST or None, initial=first)

    def act(form: PairCorrection) -> AgencyPair:
        said = form.said()
        return joins.pair_correct(request.viewer, here, pair, said.pop("why"), seen=said.pop("seen"), **said)

    state = adoption.pair_state(reading.counted_pair(row), day, reading.months(here))
    more = {**_owner(request, row), "state": PAIR_STATES[state], "history": _history(request, row)}
    return _entry(request, form, act, "measurement:pair", "measurement/pair.html", **more)


@in_programme
def policy_retract(request: Asked, policy: UUID) -> HttpResponse:
    """Says that the record of a policy no longer stands."""
    row = reading.policy(request.viewer, request.programme.id, policy)
    return _retract(request, row, joins.policy_retract, "measurement:policies", "measurement:policy")


@in_programme
def pair_retract(request: Asked, pair: UUID) -> HttpResponse:
    """Says that the record of a pair no longer stands."""
    row = reading.pair(request.viewer, request.programme.id, pair)
    return _retract(request, row, joins.pair_retract, "measurement:cooperation", "measurement:pair")


def _retract(request: Asked, row: Policy | AgencyPair, act: Callable[..., Any], after: str, page: str) -> HttpResponse:
    here = request.programme.id
    form = RetractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act(request.viewer, here, row.subject, form.cleaned_data["why"])
        messages.success(request, _("The record is retracted. Its history stays."))
        return redirect(after, here)
    context = {**_owner(request, row), "form": form, "up": address(page, here, row.subject), "title": str(row)}
    return render(request, "measurement/join_retract.html", context)
