"""Pages of one milestone: its protocol, claims with evidence, verification, and the keys that accept it."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.core.conditions import Blocked, Invalid
from trellis.core.context import address
from trellis.funding import acts, evidence, selectors, services, store
from trellis.funding.forms import ClaimForm, LockForm, VerificationForm
from trellis.funding.models import Claim, Protocol
from trellis.funding.schemas import MilestoneLock
from trellis.funding.views import holds, with_errors
from trellis.governance import rights
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.sharing import gate, records
from trellis.sharing import services as sharing


def _heading(request: Asked, milestone: UUID) -> dict[str, Any]:
    here = request.programme.id
    row = selectors.milestone(request.viewer, here, milestone)
    commitment = store.commitment(row.commitment)
    return {
        "milestone": row,
        "currency": commitment.currency,
        "donor": commitment.donor,
        "tranche_url": address("funding:tranche", here, row.tranche),
        "url": address("funding:milestone", here, milestone),
    }


@in_programme
def milestone(request: Asked, milestone: UUID) -> HttpResponse:
    """One milestone with all that is known of it to the viewer."""
    here, viewer = request.programme.id, request.viewer
    found = _heading(request, milestone)
    held, view = store.protocol(milestone), selectors.milestone_view(found["milestone"])
    names = parties.organisation_names()
    decision = view.accept_decision
    accepted = store.acceptance(milestone)
    if decision is None and accepted is not None and not view.waiting_since:
        decision = accepted.decision
    turn = address("funding:milestone-accept", here, milestone)
    waiting = services.acceptance_of(here, milestone) if view.waiting_since else None
    context = {
        **found,
        "view": view,
        "protocol": held,
        "versions": Protocol.objects.filter(subject=milestone).order_by("-version"),
        "verifier": names.get(held.verifier, "") if held else "",
        "claims": _claims(request, milestone, names),
        "accepted": accepted,
        "waiting": waiting,
        "keys": acts.key_pair(viewer, here, found["donor"], decision, turn, bool(view.waiting_since)),
        "may_claim": viewer.organisation in parties.on_side(here, "partner") and held is not None,
        "claimants": [p.name for p in parties.parties(here) if p.side == "partner"],
        "may_verify": bool(
            held and viewer.organisation == held.verifier and rights.may(here, viewer.person, held.verifier, "verifier")
        ),
        "verifiers": rights.holders(here, held.verifier, "verifier") if held else [],
        **holds(request, "milestone.lock"),
    }
    return render(request, "funding/milestone.html", context)


def _claims(request: Asked, milestone: UUID, names: dict[UUID, str]) -> list[dict[str, Any]]:
    by_claim = {row.claim: row for row in selectors.verifications(request.viewer, milestone)}
    found = []
    for row in selectors.claims(request.viewer, milestone):
        files = gate.visible(records.kind_named(evidence.EVIDENCE).model, request.viewer, _("Evidence of a claim"))
        shown = list(files.filter(subject__in=row.evidence))
        found.append(
            {
                "row": row,
                "owner": names.get(row.owner, ""),
                "files": [{"title": f.title, "url": address("sharing:evidence", f.subject)} for f in shown],
                "verification": by_claim.get(row.pk),
                "verify_url": address("funding:claim-verify", request.programme.id, row.subject),
            }
        )
    return found


@in_programme
def milestone_lock(request: Asked, milestone: UUID) -> HttpResponse:
    """The protocol's form; proposing it needs every field, and locking it both keys."""
    here = request.programme.id
    found = _heading(request, milestone)
    held = store.protocol(milestone)
    names = parties.organisation_names()
    seated = {seat.organisation for seat in parties.seats_in(here, "verifier")}
    form = LockForm(
        request.POST or None,
        initial=_initial(held),
        verifiers=[(str(o), names.get(o, "")) for o in sorted(seated)],
        change=held is not None,
    )
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        said["scalable"] = {"yes": True, "no": False}.get(said["scalable"])
        said["verifier"] = UUID(said["verifier"]) if said["verifier"] else None
        payload = MilestoneLock(milestone=milestone, version=held.version + 1 if held else 1, **said)
        try:
            decision = services.milestone_lock(request.viewer, here, payload)
        except Blocked as blocked:
            for condition in blocked.conditions:
                form.add_error(None, f"{condition.name}. {condition.note}".strip())
        else:
            return redirect(address("governance:decision", here, decision.pk) or found["url"])
    return render(
        request,
        "funding/lock.html",
        {**found, "form": form, "held": held, **holds(request, "milestone.lock")},
    )


def _initial(held: Protocol | None) -> dict[str, Any]:
    if held is None:
        return {}
    names = ("definition", "unit", "baseline", "threshold", "source", "verifier", "procedure")
    return {**{name: getattr(held, name) for name in names}, "scalable": "yes" if held.scalable else "no"}


@in_programme
def claim(request: Asked, milestone: UUID) -> HttpResponse:
    """The claim's form. It says who will be shown the claim and its evidence before it is sent."""
    here, viewer = request.programme.id, request.viewer
    found = _heading(request, milestone)
    model = records.kind_named(evidence.EVIDENCE).model
    own = gate.visible(model, viewer).filter(owner=viewer.organisation).order_by("-recorded_at")
    form = ClaimForm(request.POST or None, request.FILES or None, evidence=[(str(f.subject), f.title) for f in own])
    if request.method == "POST" and form.is_valid():
        try:
            _submit(request, milestone, form.cleaned_data)
        except Invalid as error:
            with_errors(form, error)
        else:
            return redirect(found["url"])
    names = parties.organisation_names()
    readers = evidence.readers_of_claim(milestone, here, viewer.actor.organisation)
    partners = parties.on_side(here, "partner")
    context = {
        **found,
        "form": form,
        "protocol": store.protocol(milestone),
        "readers": [names.get(r, "") for r in readers],
        "until": store.tranche(found["milestone"].tranche).long_stop,
        "may": viewer.organisation in partners,
        "holders": [names.get(p, "") for p in partners],
    }
    return render(request, "funding/claim.html", context)


@transaction.atomic
def _submit(request: Asked, milestone: UUID, said: dict[str, Any]) -> None:
    """Keeps the new file, if there is one, and submits the claim; neither stays without the other."""
    cited = [UUID(text) for text in said.get("evidence") or ()]
    if said["file"]:
        parties.programme_for(request.viewer, request.programme.id)
        viewer = request.viewer
        kept = sharing.evidence_add(viewer.actor, said["file_title"], said["file"], "AMBER", milestone)
        cited.append(kept.subject)
    services.claim_submit(
        request.viewer,
        request.programme.id,
        milestone,
        value=said["value"],
        statement=said["statement"],
        evidence=cited,
    )


@in_programme
def claim_verify(request: Asked, claim: UUID) -> HttpResponse:
    """The verifier's form for one claim; others may read who can verify it."""
    here, viewer = request.programme.id, request.viewer
    row: Claim = gate.get(Claim, viewer, claim, _("Verification"))
    found = _heading(request, row.milestone)
    held = store.protocol(row.milestone)
    form = VerificationForm(request.POST or None, initial={"value": row.value})
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "passed": form.cleaned_data["passed"] == "yes"}
        try:
            services.verification_record(viewer, here, claim, **said)
        except Invalid as error:
            with_errors(form, error)
        else:
            return redirect(found["url"])
    may = bool(
        held and viewer.organisation == held.verifier and rights.may(here, viewer.person, held.verifier, "verifier")
    )
    context = {**found, "form": form, "claim": row, "protocol": held, "may": may}
    context["holders"] = rights.holders(here, held.verifier, "verifier") if held else []
    return render(request, "funding/verify.html", context)


@require_POST
@in_programme
def milestone_accept(request: Asked, milestone: UUID) -> HttpResponse:
    """Turns the viewer's key for accepting the newest verified claim."""
    services.milestone_accept(request.viewer, request.programme.id, milestone)
    return redirect("funding:milestone", request.programme.id, milestone)
