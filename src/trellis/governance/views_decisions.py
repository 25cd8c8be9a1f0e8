"""Pages of decisions: the list, the register of numbers, one decision, and every act on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from trellis.core import ledger, pieces
from trellis.core.conditions import Hidden, Invalid, TrellisError
from trellis.core.models import Entry
from trellis.core.outside import SignatureNeeded
from trellis.core.tables import Choice, Column, Search, Table
from trellis.governance import committee, procedure, redaction, rights, selectors, words
from trellis.governance import services as governance
from trellis.governance.forms import DissentForm, PlaceForm, ReasonForm, RedactForm
from trellis.governance.matrix import role_title
from trellis.governance.models import Decision, Dissent, Expiry, Key, KeyTakenBack, Outcome, Placing, Slot
from trellis.governance.registry import Context, decision_kinds, kind_named
from trellis.governance.views_signing import to_sign
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme

STATES = [("open", gettext_lazy("Open")), *Outcome.State.choices]


def _url(row: Any) -> str:
    return reverse("governance:decision", args=[row.programme, row.id])


class DecisionTable(Table):
    caption = gettext_lazy("Decisions")
    name = "decisions"
    default_sort = "-proposed_at"
    columns = [
        Column("title", gettext_lazy("Decision"), link=_url),
        Column("kind_title", gettext_lazy("Kind"), sort="kind_title"),
        Column("number", gettext_lazy("Number"), sort="number", missing=gettext_lazy("no number")),
        Column("proposer", gettext_lazy("Proposed by"), sort="proposer"),
        Column("proposed_at", gettext_lazy("Proposed"), sort="proposed_at", kind="when"),
        Column("keys", gettext_lazy("Keys")),
        Column("state", gettext_lazy("State"), kind="tag", value=lambda row: str(dict(STATES)[row.state])),
        Column("decided_at", gettext_lazy("Ended"), sort="decided_at", kind="when", missing=gettext_lazy("open")),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "kind_title", "proposer"]),
        Choice("state", gettext_lazy("State"), STATES),
        Choice("kind", gettext_lazy("Kind"), lambda: [(k.name, k.title) for k in decision_kinds()]),
    ]
    empty_title = gettext_lazy("No decision has been proposed")
    empty_note = gettext_lazy("A decision begins where its subject is: the plan, the money, the matrix.")


class RegisterTable(Table):
    caption = gettext_lazy("Register of numbered decisions")
    name = "register"
    default_sort = "-number"
    columns = [
        Column("number", gettext_lazy("Number"), sort="number", kind="num"),
        Column("title", gettext_lazy("Decision"), link=_url),
        Column("decided_at", gettext_lazy("Adopted"), sort="decided_at", kind="when"),
        Column("kind_title", gettext_lazy("Kind"), sort="kind_title"),
        Column("proposer", gettext_lazy("Proposed by"), sort="proposer"),
    ]
    filters = [Search(gettext_lazy("Words"), ["title", "kind_title"])]
    empty_title = gettext_lazy("No decision has been adopted")
    empty_note = gettext_lazy("The first adopted decision gets number 1.")


@in_programme
def decisions(request: Asked) -> HttpResponse:
    """All decisions of the programme."""
    rows = selectors.decisions(request.viewer, request.programme.id)
    table = DecisionTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    still = sum(row.state == "open" for row in rows)
    return render(request, "governance/decisions.html", {"table": table, "still": still})


@in_programme
def register(request: Asked) -> HttpResponse:
    """Adopted decisions by number."""
    table = RegisterTable(request, selectors.decisions(request.viewer, request.programme.id, state="adopted"))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "governance/register.html", {"table": table})


@in_programme
def decision(request: Asked, decision: UUID) -> HttpResponse:
    """One decision: what it says, whose keys it needs, every condition, its history."""
    return _page(request, selectors.decision(request.viewer, decision, request.programme.id))


def _page(request: Asked, row: Decision, **more: Any) -> HttpResponse:
    payload = selectors.contents([row]).get(row.pk)
    status = more.pop("status", 200)
    kind = next((k for k in decision_kinds() if k.name == row.kind), None)
    outcome: Outcome | None = getattr(row, "outcome", None)
    open_ = outcome is None
    context = {
        "decision": row,
        "heading": selectors.title_of(row, payload),
        "kind_title": selectors.kind_title(row.kind),
        "proposer": parties.organisation_names([row.organisation]).get(row.organisation, ""),
        "proposer_side": parties.sides(row.stream).get(row.organisation, ""),
        "proposer_name": parties.person_names([row.person]).get(row.person) if row.person else "",
        "outcome": outcome,
        "open": open_,
        "conditions": governance.conditions(row) if open_ and payload is not None and kind else [],
        "payload": payload,
        "payload_template": kind.template if kind and payload is not None else "",
        **(kind.shown(payload, Context(row.stream, row.at, row.organisation, row.pk)) if kind and payload else {}),
        "facts": words.facts(row.stream, payload) if payload is not None else [],
        "history": history(row),
        "reject_form": ReasonForm(prefix="reject"),
        "withdraw_form": ReasonForm(prefix="withdraw"),
        "dissent_form": DissentForm(prefix="dissent"),
        **_where(request, row, open_),
        **_keys(request, row, outcome),
        **_redaction(request, row),
        **more,
    }
    return render(request, "governance/decision.html", context, status=status)


PROCEDURES = {
    "ordinary": gettext_lazy("ordinary procedure"),
    "written": gettext_lazy("written procedure"),
    "emergency": gettext_lazy("emergency procedure"),
}


def _where(request: Asked, row: Decision, open_: bool) -> dict[str, Any]:
    """Procedure and meeting, and the form that names them while the proposal is open."""
    how, meeting = governance.forum(row)
    found: dict[str, Any] = {"procedure": PROCEDURES.get(how, how)}
    if meeting is not None and committee.recorded(row.stream, meeting):
        held = committee.meeting(request.viewer, row.stream, meeting)
        found["meeting"] = {"held_at": held.held_at, "url": reverse("governance:meeting", args=[row.stream, meeting])}
    if open_ and row.procedure != "emergency" and _asks_committee(row):
        given = procedure.choices(request.viewer, row.stream, row.kind, later=False)
        form = PlaceForm(prefix="place", choices=given, initial={"decided": meeting or how})
        found |= {"asks_committee": True, "place_form": form if given else None}
        found |= {"may_place": procedure.may_place(request.viewer, row), "placers": committee.recorders(row.stream)}
    return found


def _asks_committee(row: Decision) -> bool:
    known = {kind.name for kind in decision_kinds()}
    return row.kind in known and rights.right(row.stream, kind_named(row.kind)).forum == "committee"


def _keys(request: Asked, row: Decision, outcome: Outcome | None) -> dict[str, Any]:
    """The keys with who turned or holds them, and which acts are the viewer's."""
    here, viewer = row.stream, request.viewer
    slots = list(row.slots.order_by("side", "name"))
    standing = {k.slot_id: k for k in Key.objects.filter(slot__decision=row, taken_back=None)}
    people = parties.person_names([k.person for k in standing.values()])
    names = parties.organisation_names({slot.organisation for slot in slots})
    mine = [s for s in slots if s.organisation == viewer.organisation and _may(request, s)]
    turned = any(k.person == viewer.person for k in standing.values())
    own_key = next((k for k in standing.values() if k.person == viewer.person), None)
    shown = []
    for slot in slots:
        key = standing.get(slot.pk)
        holders = rights.holders(here, slot.organisation, slot.role) if key is None else []
        shown.append(
            pieces.Key(
                slot.side,
                names.get(slot.organisation, ""),
                "turned" if key else "open",
                role_title(slot.role),
                people.get(key.person, "") if key else "",
                key.at if key else None,
                outcome is None and slot in mine and not turned,
                reverse("governance:turn", args=[here, row.pk]),
                "#reject" if slot in mine else "",
                key.right if key else "; ".join(holders),
            )
        )
    kind = kind_named(row.kind) if row.kind in {k.name for k in decision_kinds()} else None
    proposer = viewer.organisation == row.organisation and (
        viewer.person == row.person
        or (kind is not None and rights.may_propose(here, kind, viewer.person, row.organisation))
    )
    return {
        "keys": shown,
        "may_reject": bool(mine),
        "may_take_back": own_key is not None,
        "may_withdraw": proposer,
        "may_adopt": bool(mine) and len(standing) == len(slots),
        "all_turned": len(standing) == len(slots),
        "holders": [h for slot in slots for h in rights.holders(here, slot.organisation, slot.role)],
    }


def _may(request: Asked, slot: Slot) -> bool:
    return rights.may(request.programme.id, request.viewer.person, slot.organisation, slot.role)


def _redaction(request: Asked, row: Decision) -> dict[str, Any]:
    if not request.viewer.administrator or request.viewer.organisation != row.organisation:
        return {}
    texts = redaction.texts(row.stream, row.seq)
    return {"redact_form": RedactForm(prefix="redact", texts=texts)} if texts else {}


def history(row: Decision) -> list[pieces.Entry]:
    """Everything that happened to a decision, newest first."""
    seqs = {row.seq, *Dissent.objects.filter(decision=row).values_list("seq", flat=True)}
    for model, path in (
        (Key, "slot__decision"),
        (KeyTakenBack, "key__slot__decision"),
        (Outcome, "decision"),
        (Placing, "decision"),
    ):
        seqs |= set(model._default_manager.filter(**{path: row}).values_list("seq", flat=True))
    seqs |= set(Expiry.objects.filter(decision=row).values_list("seq", flat=True))
    entries = Entry.objects.filter(stream=row.stream, seq__in=seqs).select_related("payload").order_by("seq")
    told = [(entry, ledger.payload_of(entry) or {}) for entry in entries]
    people = parties.person_names([entry.person for entry, _said in told])
    names = parties.organisation_names({entry.organisation for entry, _said in told if entry.organisation})
    sides = parties.sides(row.stream)
    return [
        pieces.Entry(
            entry.at,
            _happened(entry.kind, said, people.get(entry.person, "") if entry.person else ""),
            joint=entry.kind == "decision.adopted",
            side=sides.get(entry.organisation, "") if entry.organisation else "",
            organisation=names.get(entry.organisation, "") if entry.organisation else "",
        )
        for entry, said in reversed(told)
    ]


def _happened(kind: str, said: dict[str, Any], person: str) -> str:
    given = {
        "who": person or _("The installation"),
        "why": said.get("reason", ""),
        "text": said.get("text", ""),
        "number": said.get("number", ""),
        "right": said.get("right", ""),
    }
    lines = {
        "decision.proposed": _("%(who)s proposed it."),
        "decision.key": _("%(who)s turned a key under %(right)s."),
        "decision.key-back": _("%(who)s took the key back."),
        "decision.placed": _("%(who)s said that it is decided in writing.")
        if said.get("procedure") == procedure.WRITTEN
        else _("%(who)s named the meeting that decides it."),
        "decision.dissent": _("%(who)s dissents: %(text)s"),
        "decision.adopted": _("Adopted with number %(number)s; the last act was by %(who)s."),
        "decision.rejected": _("%(who)s rejected it: %(why)s"),
        "decision.withdrawn": _("%(who)s withdrew it: %(why)s"),
        "decision.lapsed": _("It lapsed: its time ran out."),
        "decision.expired": _("The emergency act ended without being ratified; what it had changed was put back."),
    }
    return lines.get(kind, kind) % given


def _act(request: Asked, decision: UUID, act: Callable[[], Any], **forms: Any) -> HttpResponse:
    """Does an act and goes back to the page. A refusal is shown there, and what was typed stays."""
    row = selectors.decision(request.viewer, decision, request.programme.id)
    bound = next(iter(forms.values()), None)
    if bound is not None and not bound.is_valid():
        return _page(request, row, **forms, form=bound, status=422)
    try:
        act()
    except Hidden:
        raise
    except Invalid as error:
        for name, text in error.fields.items():
            if bound is not None:
                bound.add_error(name if name in bound.fields else None, text)
        return _page(request, row, **forms, form=bound, refusal=None if bound else error, status=422)
    except SignatureNeeded:
        text = next((bound.cleaned_data[n] for n in ("reason", "text") if bound and n in bound.cleaned_data), "")
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        return to_sign(request, decision, name, text)
    except TrellisError as error:
        fresh = selectors.decision(request.viewer, decision, request.programme.id)
        return _page(request, fresh, **forms, refusal=error, status=error.status)
    return redirect("governance:decision", request.programme.id, decision)


@require_POST
@in_programme
def turn(request: Asked, decision: UUID) -> HttpResponse:
    """Turns the viewer's key."""
    return _act(request, decision, lambda: governance.key_turn(request.viewer, decision))


@require_POST
@in_programme
def take_back(request: Asked, decision: UUID) -> HttpResponse:
    """Takes the viewer's key back."""
    return _act(request, decision, lambda: governance.key_take_back(request.viewer, decision))


@require_POST
@in_programme
def adopt(request: Asked, decision: UUID) -> HttpResponse:
    """Tries again to adopt when all keys stand."""
    return _act(request, decision, lambda: governance.adopt_if_ready(request.viewer, decision))


@require_POST
@in_programme
def place(request: Asked, decision: UUID) -> HttpResponse:
    """Names the meeting that decides an open proposal, or written procedure."""
    row = selectors.decision(request.viewer, decision, request.programme.id)
    given = procedure.choices(request.viewer, row.stream, row.kind, later=False)
    form = PlaceForm(request.POST, prefix="place", choices=given)
    return _act(
        request,
        decision,
        lambda: procedure.place(request.viewer, decision, **procedure.read(form.cleaned_data["decided"])),
        place_form=form,
    )


@require_POST
@in_programme
def reject(request: Asked, decision: UUID) -> HttpResponse:
    """Rejects, with a reason."""
    form = ReasonForm(request.POST, prefix="reject")
    return _act(
        request,
        decision,
        lambda: governance.reject(request.viewer, decision, form.cleaned_data["reason"]),
        reject_form=form,
    )


@require_POST
@in_programme
def withdraw(request: Asked, decision: UUID) -> HttpResponse:
    """Withdraws the proposal, with a reason."""
    form = ReasonForm(request.POST, prefix="withdraw")
    return _act(
        request,
        decision,
        lambda: governance.withdraw(request.viewer, decision, form.cleaned_data["reason"]),
        withdraw_form=form,
    )


@require_POST
@in_programme
def dissent(request: Asked, decision: UUID) -> HttpResponse:
    """Records dissent."""
    form = DissentForm(request.POST, prefix="dissent")
    return _act(
        request,
        decision,
        lambda: governance.dissent(request.viewer, decision, form.cleaned_data["text"]),
        dissent_form=form,
    )


@require_POST
@in_programme
def redact(request: Asked, decision: UUID) -> HttpResponse:
    """Takes texts out of the proposal, by an administrator of the organisation that made it."""
    row = selectors.decision(request.viewer, decision, request.programme.id)
    form = RedactForm(request.POST, prefix="redact", texts=redaction.texts(row.stream, row.seq))
    return _act(
        request,
        decision,
        lambda: redaction.redact_payload(
            request.viewer, row.stream, row.seq, form.cleaned_data["paths"], form.cleaned_data["why"]
        ),
        redact_form=form,
    )
