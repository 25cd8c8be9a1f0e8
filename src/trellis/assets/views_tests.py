"""Pages of one test: what it is, what authorises it, what it found, and the acts on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.assets import selectors, services
from trellis.assets.forms import AuthorisationForm, BeginForm, EndForm, TestCorrection, TestForm, WhyForm
from trellis.assets.history import test_history
from trellis.assets.models import STRICT
from trellis.assets.tables import finding_table
from trellis.assets.vocabulary import AUTHORISATION_STATES, TEST_STATES
from trellis.core import clock
from trellis.core.conditions import Invalid, unmet
from trellis.core.forms import Form
from trellis.parties import members
from trellis.parties.pages import Asked, inside, told

FIRST = ("title", "kind", "tester", "scope", "rules", "planned_from", "planned_until", "label", "readers")


def _staff(request: Asked) -> list[tuple[str, str]]:
    assert request.viewer.organisation
    return [(str(one.person), one.name) for one in members.members(request.viewer.organisation)]


@inside
def test_new(request: Asked) -> HttpResponse:
    """Plans a test."""
    form = TestForm(request.POST or None, staff=_staff(request), initial={"label": STRICT})
    if request.method == "POST" and form.is_valid():
        try:
            row = services.test_record(request.viewer, **form.said())
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The test is planned. It can begin once an authorisation is recorded."))
            return redirect("assets:test", row.subject)
    return render(request, "assets/test_new.html", {"form": form})


@inside
def test(request: Asked, test: UUID) -> HttpResponse:
    """One test, with every condition before it can begin. One that was called off shows its history only."""
    versions = selectors.test_versions(request.viewer, test)
    if versions[0].retracted:
        context = {"row": versions[0], "history": test_history(versions), "retracted": True}
        return render(request, "assets/test.html", context)
    view = selectors.test(request.viewer, test)
    table = finding_table(request, selectors.visible_findings(request.viewer).filter(test=test))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    waits = view.row.begun_at is None
    conditions = services.begin_conditions(request.viewer, test) if waits else []
    context = {
        "view": view,
        "row": view.row,
        "state_words": TEST_STATES[view.state],
        "papers": [(one, AUTHORISATION_STATES[one.state]) for one in view.authorisations],
        "conditions": conditions,
        "ready": waits and not unmet(conditions),
        "giver": selectors.may_authorise(request.viewer),
        "givers": [name for _id, name in selectors.givers(view.row.owner)],
        "table": table,
        "history": test_history(versions),
    }
    return render(request, "assets/test.html", context)


@inside
def test_correct(request: Asked, test: UUID) -> HttpResponse:
    """Corrects what is known of a test; the version before stays."""
    row = selectors.test(request.viewer, test).row
    times = [name for name in ("begun_at", "ended_at") if getattr(row, name) is not None]
    first = {**{name: getattr(row, name) for name in (*FIRST, *times)}, "seen": row.pk}
    form = TestCorrection(request.POST or None, staff=_staff(request), times=times, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.said()
        why, seen = said.pop("why"), said.pop("seen")
        try:
            services.test_correct(request.viewer, test, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays."))
            return redirect("assets:test", test)
    return render(request, "assets/test_correct.html", {"form": form, "row": row})


def _act(
    request: Asked, test: UUID, form: Form, template: str, act: Callable[..., Any], words: str, **more: Any
) -> HttpResponse:
    """A page with a form that does one act on a test."""
    row = selectors.test(request.viewer, test).row
    if request.method == "POST" and form.is_valid():
        try:
            act(request.viewer, test, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, words)
            return redirect("assets:test", test)
    return render(request, template, {"form": form, "row": row, **more})


@inside
def test_begin(request: Asked, test: UUID) -> HttpResponse:
    """Records that a test begins; shows every condition before it can."""
    form = BeginForm(request.POST if request.method == "POST" else None)
    conditions = services.begin_conditions(request.viewer, test, clock.now())
    words = _("It is recorded that the test began.")
    return _act(request, test, form, "assets/test_begin.html", services.test_begin, words, conditions=conditions)


@inside
def test_end(request: Asked, test: UUID) -> HttpResponse:
    """Records that a test ended."""
    stopped = selectors.test(request.viewer, test).stopped_at
    form = EndForm(request.POST if request.method == "POST" else None, initial={"at": stopped})
    words = _("It is recorded that the test ended. Say when all of its findings are recorded.")
    return _act(request, test, form, "assets/test_end.html", services.test_end, words, stopped=stopped)


@inside
@require_POST
def test_reported(request: Asked, test: UUID) -> HttpResponse:
    """Says that all findings of a test are recorded."""
    services.test_reported(request.viewer, test)
    messages.success(request, _("From now on what is not recorded counts as not found."))
    return redirect("assets:test", test)


@inside
def test_retract(request: Asked, test: UUID) -> HttpResponse:
    """Calls a test off."""
    form = WhyForm(request.POST or None)
    words = _("The test is called off. Its history stays.")
    return _act(request, test, form, "assets/test_retract.html", services.test_retract, words)


@inside
def authorisation_new(request: Asked, test: UUID) -> HttpResponse:
    """Records a written authorisation with its file."""
    row = selectors.test(request.viewer, test).row
    first = {"scope": row.scope, "starts_on": row.planned_from, "ends_on": row.planned_until}
    form = AuthorisationForm(request.POST or None, request.FILES or None, initial=first)
    words = _("The authorisation is recorded.")
    more = {
        "giver": selectors.may_authorise(request.viewer),
        "givers": [name for _id, name in selectors.givers(row.owner)],
    }
    return _act(request, test, form, "assets/authorisation_new.html", services.authorisation_give, words, **more)


@inside
def authorisation(request: Asked, authorisation: UUID) -> HttpResponse:
    """An authorisation is shown on the page of its test."""
    return redirect("assets:test", selectors.authorisation(request.viewer, authorisation).test)


@inside
def authorisation_withdraw(request: Asked, authorisation: UUID) -> HttpResponse:
    """Withdraws an authorisation, which stops its test."""
    held = selectors.authorisation(request.viewer, authorisation)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.authorisation_withdraw(request.viewer, authorisation, form.cleaned_data["why"])
        messages.success(request, _("The authorisation is withdrawn. A test that ran on it is stopped."))
        return redirect("assets:test", held.test)
    context = {
        "form": form,
        "held": held,
        "row": selectors.test(request.viewer, held.test).row,
        "giver": selectors.may_authorise(request.viewer),
        "givers": [name for _id, name in selectors.givers(held.owner)],
    }
    return render(request, "assets/authorisation_withdraw.html", context)
