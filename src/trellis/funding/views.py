"""Pages of funding: commitments, tranches, one tranche with every condition, and payments."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from trellis.core import clock
from trellis.core.conditions import Blocked, Invalid, unmet
from trellis.core.context import address
from trellis.core.forms import Form
from trellis.core.tables import Choice, Column, Table
from trellis.funding import acts, rule, selectors, services, store
from trellis.funding.figures import as_of_today
from trellis.funding.forms import PaymentForm, ReceiptForm
from trellis.funding.models import Commitment, PaymentSent
from trellis.funding.schemas import STATES, TrancheView
from trellis.governance import drafts, rights
from trellis.governance.registry import kind_named
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.sharing import figures, gate


class TrancheTable(Table):
    caption = gettext_lazy("Tranches")
    name = "tranches"
    columns = [
        Column("title", gettext_lazy("Tranche"), link="url"),
        Column("donor", gettext_lazy("Donor"), sort="donor"),
        Column("year", gettext_lazy("Year"), sort="year"),
        Column("amount", gettext_lazy("Amount"), kind="money"),
        Column("due", gettext_lazy("Planned"), sort="due", kind="day"),
        Column("state", gettext_lazy("State"), kind="tag"),
        Column("reasons", gettext_lazy("Not met"), kind="num", sort="reasons"),
        Column("released", gettext_lazy("Released"), kind="money"),
        Column("received", gettext_lazy("Received"), kind="money"),
    ]
    filters = [
        Choice("donor", gettext_lazy("Donor"), []),
        Choice("code", gettext_lazy("State"), list(STATES.items())),
    ]
    empty_title = gettext_lazy("No money is committed")
    empty_note = gettext_lazy("Draft a commitment, give each year a tranche with milestones, and propose it.")


def row_of(here: UUID, view: TrancheView, names: dict[UUID, str]) -> dict[str, Any]:
    """A tranche as a row of the table."""
    return {
        "title": _("Tranche %(n)s") % {"n": view.number},
        "donor": names.get(view.donor, ""),
        "year": str(view.year),
        "amount": (view.amount, view.currency),
        "due": view.due,
        "state": view.words,
        "code": view.state,
        "reasons": 0 if view.released == view.amount else len(view.reasons),
        "released": (view.released, view.currency),
        "received": (view.received, view.currency),
        "url": address("funding:tranche", here, view.id),
    }


def holds(request: Asked, kind: str) -> dict[str, Any]:
    """Whether the viewer may propose a kind, and who may."""
    found, here, viewer = kind_named(kind), request.programme.id, request.viewer
    assert viewer.organisation
    return {
        "may": rights.may_propose(here, found, viewer.person, viewer.organisation),
        "holders": rights.proposer_words(here, found),
    }


@in_programme
def commitments(request: Asked) -> HttpResponse:
    """All commitments and tranches of the programme, and how predictable each donor is."""
    here = request.programme.id
    names = parties.organisation_names()
    views = selectors.tranches(here)
    rows = selectors.commitments(here)

    class Here(TrancheTable):
        filters = [
            Choice("donor", _("Donor"), sorted({(names[v.donor], names[v.donor]) for v in views})),
            TrancheTable.filters[1],
        ]

    short = selectors.short_terms([row.subject for row in rows])
    table = Here(request, [row_of(here, view, names) for view in views])
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {
        "table": table,
        "commitments": [_shown(row, names, short) for row in rows],
        "drafts": drafts.drafts(request.viewer, here, "commitment"),
        "held": sum(view.state in ("held", "disputed") for view in views),
        "figures": _figures(request, rows, names),
        **holds(request, "commitment.make"),
    }
    return render(request, "funding/commitments.html", context)


def _shown(row: Commitment, names: dict[UUID, str], short: set[UUID]) -> dict[str, Any]:
    return {
        "row": row,
        "donor": names.get(row.donor, ""),
        "short_term": row.subject in short,
        "url": address("funding:commitment", row.stream, row.subject),
    }


def _figures(request: Asked, rows: list[Commitment], names: dict[UUID, str]) -> list[dict[str, Any]]:
    here, year = request.programme.id, store.day_of(request.programme.id, clock.now()).year
    found, as_of = [], as_of_today(here)
    for donor, currency in sorted({(row.donor, row.currency) for row in rows}):
        said = {"programme": here, "donor": donor, "currency": currency, "year": year}
        for view, label in (
            ("partner", _("Paid in its year, of all due")),
            ("donor", _("Paid, of what was releasable")),
        ):
            params = {**said, "view": view}
            shown = figures.shown(request.viewer, "funding.predictability", params, None, as_of)
            found.append({"figure": shown.figure, "url": _url(shown), "label": label, "note": names.get(donor, "")})
    return found


def _url(shown: figures.Shown) -> str:
    return shown.url


@in_programme
def commitment(request: Asked, commitment: UUID) -> HttpResponse:
    """One commitment with its tranches."""
    here = request.programme.id
    row = selectors.commitment(request.viewer, here, commitment)
    names = parties.organisation_names()
    views = [selectors.tranche_view(tranche) for tranche in selectors.tranche_rows(commitment)]
    table = TrancheTable(request, [row_of(here, view, names) for view in views])
    table.filters = []  # type: ignore[misc]  # of one donor there is nothing to choose
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {**_shown(row, names, selectors.short_terms([row.subject])), "table": table, "views": views}
    context["agreement_url"] = address("agreements:agreement", here, row.agreement)
    context["decision_url"] = address("governance:decision", here, row.decision)
    context["released"] = sum((v.released for v in views), store.ZERO)
    return render(request, "funding/commitment.html", context)


@in_programme
def tranche(request: Asked, tranche: UUID) -> HttpResponse:
    """A tranche: why it is not released, what can be done today, keys, payments, history."""
    here = request.programme.id
    view = selectors.tranche(request.viewer, here, tranche)
    row = store.tranche(tranche, here)
    missing = unmet(view.conditions)
    ready = view.payable > 0 and not missing
    release_url = address("funding:tranche-release", here, tranche)
    whole = [c for c in view.conditions if not c.url]
    context = {
        "view": view,
        "missing": [c for c in missing if c.met is False],
        "unsure": [c for c in missing if c.met is None],
        "tasks": acts.tasks(here, view),
        "whole": whole,
        "milestones": _milestones(request, view),
        "keys": acts.key_pair(request.viewer, here, view.donor, view.release_decision, release_url, ready),
        "ready": ready,
        "refusal": Blocked(_("Not released: %(n)s conditions are not met.") % {"n": len(missing)}, missing),
        "done": view.released == view.amount,
        "payments": _payments(request, view),
        "releases": [(r, _unpaid(r)) for r in selectors.releases(tranche)],
        "history": acts.history(request.viewer, row),
        "donor": parties.organisation_names([view.donor]).get(view.donor, ""),
        "certainty": Commitment.Certainty(view.certainty).label,
        "held_for_milestones": view.due < clock.today() and not all(m.accepted_at for m in view.milestones),
        "commitment_url": address("funding:commitment", here, view.commitment),
        "may_pay": _is_officer(request, view.donor),
        "may_confirm": _is_payee(request),
        **holds(request, "tranche.release"),
    }
    context["question_url"] = f"{address('law:question-open', here)}?about={tranche}&about_title=" + _(
        "Tranche %(n)s"
    ) % {"n": view.number}
    return render(request, "funding/tranche.html", context)


def short(name: str) -> str:
    """A milestone's condition without the milestone's number, for a section that names it already."""
    return name.partition(": ")[2] or name


def _milestones(request: Asked, view: TrancheView) -> list[dict[str, Any]]:
    here, found = request.programme.id, []
    for row in view.milestones:
        url = address("funding:milestone", here, row.id)
        ready = bool(row.waiting_since)
        turn = address("funding:milestone-accept", here, row.id)
        decision = row.accept_decision
        if decision is None and row.accepted_at:
            accepted = store.acceptance(row.id)
            decision = accepted.decision if accepted else None
        found.append(
            {
                "row": row,
                "url": url,
                "checks": [replace(c, name=short(c.name)) for c in view.conditions if c.url == url],
                "keys": acts.key_pair(request.viewer, here, view.donor, decision, turn, ready),
            }
        )
    return found


def _is_officer(request: Asked, donor: UUID) -> bool:
    here, viewer = request.programme.id, request.viewer
    return viewer.organisation == donor and rights.may(here, viewer.person, donor, "programme-officer")


def _is_payee(request: Asked) -> bool:
    here, viewer = request.programme.id, request.viewer
    payee = rule.coordinator_of(here)
    return payee is not None and viewer.organisation == payee and rights.may(here, viewer.person, payee, "coordinator")


def _payments(request: Asked, view: TrancheView) -> list[dict[str, Any]]:
    found = selectors.payments(request.viewer, request.programme.id, view.id)
    here = request.programme.id
    return [{"paid": p, "url": address("funding:payment-receipt", here, p.sent.subject)} for p in found]


def _unpaid(release: Any) -> Any:
    paid = sum(
        (p.sent.amount for p in store.payments([release.tranche]) if p.sent.release == release.subject),
        store.ZERO,
    )
    return release.amount - paid


@require_POST
@in_programme
def tranche_release(request: Asked, tranche: UUID) -> HttpResponse:
    """Turns the viewer's key for releasing what the tranche has earned."""
    services.tranche_release(request.viewer, request.programme.id, tranche)
    return redirect("funding:tranche", request.programme.id, tranche)


def with_errors(form: Form, error: Invalid) -> None:
    """Shows what a service could not take beside the fields that it names."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, text)


@in_programme
def payment_sent(request: Asked, release: UUID) -> HttpResponse:
    """The donor records a payment of a release."""
    here = request.programme.id
    row = selectors.release(here, release)
    form = PaymentForm(request.POST or None, initial={"amount": _unpaid(row), "paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.payment_sent(request.viewer, here, release, **form.cleaned_data)
        except Invalid as error:
            with_errors(form, error)
        else:
            return redirect("funding:tranche", here, row.tranche)
    commitment = store.commitment(row.commitment)
    context = {
        "form": form,
        "release": row,
        "currency": commitment.currency,
        "may": _is_officer(request, commitment.donor),
    }
    context["holders"] = rights.holders(here, commitment.donor, "programme-officer")
    return render(request, "funding/payment_sent.html", context)


@in_programme
def payment_receipt(request: Asked, payment: UUID) -> HttpResponse:
    """The payee confirms or disputes a payment."""
    here = request.programme.id
    sent: PaymentSent = gate.get(PaymentSent, request.viewer, payment, _("Payments"))
    form = ReceiptForm(request.POST or None, initial={"amount": sent.amount, "received_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.payment_receipt(request.viewer, here, payment, **form.cleaned_data)
        except Invalid as error:
            with_errors(form, error)
        else:
            return redirect("funding:tranche", here, sent.tranche)
    context: dict[str, Any] = {"form": form, "sent": sent, "may": _is_payee(request)}
    payee = rule.coordinator_of(here)
    context["holders"] = rights.holders(here, payee, "coordinator") if payee else []
    return render(request, "funding/payment_receipt.html", context)
