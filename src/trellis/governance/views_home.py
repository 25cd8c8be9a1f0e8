"""Home, the list of programmes, a programme's page, its stage."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, pieces, ports
from trellis.core.conditions import Invalid
from trellis.core.context import address
from trellis.core.forms import Form, forms
from trellis.core.tables import Column, Table
from trellis.governance import founding, home, procedure, reviews, rights, selectors
from trellis.governance import services as governance
from trellis.governance.forms import ReasonForm
from trellis.governance.kinds import ORDER, StageAdvance, Suspension, stage_conditions, stage_of
from trellis.governance.models import Decision, Stage
from trellis.governance.registry import kind_named
from trellis.governance.views_matrix import may
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told, with_account


@with_account
def work_list(request: Asked) -> HttpResponse:
    """What waits for the viewer, what they wait for, and what happened since they were here."""
    viewer = request.viewer
    if viewer.organisation is None:
        return render(request, "governance/home_outside.html", {"operator_url": address("parties:operator")})
    last = home.visit(viewer)
    keys = home.keys_open(viewer)
    items = home.work(viewer)
    mine = parties.programmes_of(viewer)
    late = [item for item in items if item.due and item.due < clock.now()]
    return render(
        request,
        "governance/home.html",
        {
            "keys": keys,
            "groups": home.groups(items),
            "count": len(keys) + len(items),
            "late": len(late),
            "others": selectors.waiting_for_others(viewer),
            "last": last,
            "events": home.since(viewer, last) if last else home.events([p.id for p in mine]),
            "mine": mine,
            "foundings": founding.waiting_for(viewer),
        },
    )


class ProgrammeTable(Table):
    caption = gettext_lazy("Programmes")
    name = "programmes"
    columns = [
        Column("title", gettext_lazy("Programme"), link="url", sort="title"),
        Column("kind", gettext_lazy("Kind")),
        Column("side", gettext_lazy("Your side"), kind="side"),
        Column("stage", gettext_lazy("Stage"), kind="tag"),
        Column("label", gettext_lazy("Label"), kind="tlp"),
    ]
    empty_title = gettext_lazy("Your organisation is in no programme yet")
    empty_note = gettext_lazy("An administrator drafts a founding; it exists when every party has signed.")


@with_account
def programmes(request: Asked) -> HttpResponse:
    """The programmes and agreements of the viewer's organisation, and foundings that wait."""
    viewer = request.viewer
    found = parties.programmes_of(viewer)
    stages = {row.stream: row for row in Stage.objects.current().filter(stream__in=[p.id for p in found])}
    rows = [
        {
            "title": p.title,
            "kind": _("agreement among states") if p.kind == "agreement" else _("programme"),
            "side": parties.sides(p.id).get(viewer.organisation, "") if viewer.organisation else "",
            "stage": str(stages[p.id].get_stage_display()) if p.id in stages else "",
            "label": p.label,
            "url": reverse("governance:programme", args=[p.id]),
        }
        for p in found
    ]
    table = ProgrammeTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    waiting = founding.waiting_for(viewer) if viewer.organisation else []
    return render(request, "governance/programmes.html", {"table": table, "foundings": waiting})


@in_programme
def programme(request: Asked) -> HttpResponse:
    """One programme: where it stands, who takes part, what waits, what happened last."""
    here, viewer = request.programme.id, request.viewer
    open_ = list(Decision.objects.filter(stream=here, outcome=None).order_by("at"))
    seats: dict[Any, list[Any]] = {}
    for seat in parties.seats_in(here):
        seats.setdefault(seat.organisation, []).append(seat)
    steps = sorted((s for port in ports.programme_steps for s in port(here)), key=lambda s: s.order)
    current = stage_of(here)
    mine = {row.pk for row, _slot in selectors.waiting_for_me(viewer)} if open_ else set()
    return render(
        request,
        "governance/programme.html",
        {
            "steps": steps,
            "stage": current,
            "stages": [str(label) for _value, label in Stage.Name.choices],
            "stage_number": ORDER.index(current.stage),
            "parties": [{"party": p, "seats": seats.get(p.organisation, ())} for p in parties.parties(here)],
            "open": [{"view": view, "mine": view.id in mine} for view in selectors.views(open_)],
            "history": [
                pieces.Entry(e.at, e.text, e.joint, e.side, e.organisation, e.url)
                for e in home.events([here], limit=10)
            ],
            "overdue": [r for r in reviews.reviews(here) if r.state == "overdue"],
        },
    )


class StageForm(Form):
    """The reason for going to the next stage."""

    reason = forms.CharField(label=gettext_lazy("What has been reached?"), widget=forms.Textarea, required=False)


@in_programme
def stage(request: Asked) -> HttpResponse:
    """The stage, the conditions of the next one, and the forms that advance, suspend or resume."""
    here = request.programme.id
    current = stage_of(here)
    number = ORDER.index(current.stage)
    following = ORDER[number + 1] if number + 1 < len(ORDER) else ""
    sent = request.POST if request.method == "POST" else {}
    advance_form = StageForm(sent if "advance-reason" in sent else None, prefix="advance")
    suspend_form = ReasonForm(sent if "suspend-reason" in sent else None, prefix="suspend")
    procedure.offer(advance_form, request.viewer, here, "programme.advance")
    procedure.offer(suspend_form, request.viewer, here, "programme.suspend")
    alone = kind_named("programme.suspend")
    emergency = rights.right(here, alone).emergency
    assert request.viewer.organisation
    used: Any = None
    try:
        if request.method == "POST" and advance_form.is_bound and following and advance_form.is_valid():
            used = advance_form
            payload = StageAdvance(stage=following, reason=advance_form.cleaned_data["reason"])
            made = governance.propose(request.viewer, here, "programme.advance", payload, **procedure.chosen(used))
            return redirect("governance:decision", here, made.pk)
        if request.method == "POST" and suspend_form.is_bound and suspend_form.is_valid():
            used = suspend_form
            reason = suspend_form.cleaned_data["reason"]
            where = {"procedure": "emergency"} if request.POST.get("emergency") else procedure.chosen(used)
            change = Suspension(suspended=not current.suspended, reason=reason)
            made = governance.propose(request.viewer, here, "programme.suspend", change, **where)
            return redirect("governance:decision", here, made.pk)
    except Invalid as error:
        told(used, error)
    past = Stage.objects.filter(stream=here).order_by("-seq")
    return render(
        request,
        "governance/stage.html",
        {
            "stage": current,
            "stages": [str(label) for _value, label in Stage.Name.choices],
            "stage_number": number,
            "following": str(Stage.Name(following).label) if following else "",
            "conditions": stage_conditions(here, following) if following else [],
            "advance_form": advance_form,
            "suspend_form": suspend_form,
            "form": next((f for f in (advance_form, suspend_form) if f.is_bound), None),
            "past": past,
            "advance": may(request, "programme.advance"),
            "suspend": may(request, "programme.suspend"),
            "may_alone": bool(emergency)
            and rights.may(here, request.viewer.person, request.viewer.organisation, emergency),
        },
    )
