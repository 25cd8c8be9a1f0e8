"""Pages of the committee, its meetings, and the quarterly reviews."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from trellis.core import clock, formats, ports
from trellis.core.conditions import Hidden, Invalid
from trellis.core.tables import Column, Table
from trellis.governance import committee as steering
from trellis.governance import procedure
from trellis.governance import reviews as calendar
from trellis.governance import services as governance
from trellis.governance.forms import CommitteeForm, CorrectMeetingForm, MeetingForm, ReviewForm
from trellis.governance.kinds_committee import CommitteeSet
from trellis.governance.models import Decision, Meeting
from trellis.governance.selectors import views
from trellis.governance.views_matrix import may
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told

STATES = {
    "upcoming": (gettext_lazy("not over yet"), "quiet"),
    "open": (gettext_lazy("to be held"), "wait"),
    "held": (gettext_lazy("held"), ""),
    "overdue": (gettext_lazy("overdue"), "red"),
}


class MeetingTable(Table):
    caption = gettext_lazy("Meetings")
    name = "meetings"
    default_sort = "-held_at"
    columns = [
        Column("held_at", gettext_lazy("Held"), sort="held_at", kind="when", link="url"),
        Column("present", gettext_lazy("Took part"), kind="num"),
        Column("recorded_by", gettext_lazy("Recorded by")),
        Column("quorate", gettext_lazy("Quorate"), kind="yes"),
        Column("words", gettext_lazy("Count")),
    ]
    empty_title = gettext_lazy("No meeting is recorded")
    empty_note = gettext_lazy("A co-chair records a meeting when it has been held.")


@in_programme
def committee(request: Asked) -> HttpResponse:
    """The committee: members, rule, meetings; and the form that proposes to change it."""
    here = request.programme.id
    rule = steering.committee(here)
    seats = parties.seats_in(here)
    rows = steering.meetings(request.viewer, here)
    names = parties.organisation_names({row.owner for row in rows})
    table = MeetingTable(request, [_meeting_row(row, names.get(row.owner, ""), here) for row in rows])
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    first: dict[str, Any] = {"members": [], "quorum": 2}
    if rule is not None:
        first = {"members": rule.members, "quorum": rule.quorum, "rule": rule.rule}
        first |= {f"alternate_{member}": other for member, other in rule.alternates.items()}
    form = CommitteeForm(request.POST or None, initial=first, seats=seats)
    procedure.offer(form, request.viewer, here, "committee.set")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        alternates = {m: given[f"alternate_{m}"] for m in given["members"] if given.get(f"alternate_{m}")}
        payload = CommitteeSet(
            members=given["members"], quorum=given["quorum"], rule=given["rule"], alternates=alternates
        )
        try:
            made = governance.propose(request.viewer, here, "committee.set", payload, **procedure.chosen(form))
        except Invalid as error:
            told(form, error)
        else:
            return redirect("governance:decision", here, made.pk)
    by_id = {str(seat.id): seat for seat in seats}
    context = {
        "rule": rule,
        "members": [
            {"seat": by_id[m], "alternate": by_id.get(rule.alternates.get(m, ""))}
            for m in (rule.members if rule else ())
            if m in by_id and rule
        ],
        "sides": parties.sides(here),
        "table": table,
        "form": form,
        "may_record": steering.may_record(request.viewer, here),
        "recorders": steering.recorders(here),
        **may(request, "committee.set"),
    }
    return render(request, "governance/committee.html", context)


def _meeting_row(row: Meeting, recorder: str, arrangement: UUID) -> dict[str, Any]:
    holds, words = steering.quorate(arrangement, row)
    return {
        "held_at": row.held_at,
        "present": len(row.attended),
        "recorded_by": recorder,
        "quorate": holds,
        "words": words,
        "url": reverse("governance:meeting", args=[arrangement, row.subject]),
    }


@in_programme
def meeting_record(request: Asked) -> HttpResponse:
    """Records a meeting that was held."""
    here = request.programme.id
    form = MeetingForm(request.POST or None, seats=parties.seats_in(here))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = steering.meeting_record(
                request.viewer,
                here,
                held_at=given["held_at"],
                attended=[UUID(s) for s in given["attended"]],
                recused=[UUID(s) for s in given["recused"]],
                notes=given["notes"],
            )
        except Invalid as error:
            told(form, error)
        else:
            return redirect("governance:meeting", here, row.subject)
    context = {
        "form": form,
        "may_record": steering.may_record(request.viewer, here),
        "recorders": steering.recorders(here),
    }
    return render(request, "governance/meeting_record.html", context)


@in_programme
def meeting(request: Asked, meeting: UUID) -> HttpResponse:
    """One meeting: who took part, whether it was quorate, and what it decided."""
    here = request.programme.id
    row = steering.meeting(request.viewer, here, meeting)
    seats = {str(seat.id): seat for seat in steering.seats_for(here, row)}
    holds, words = steering.quorate(here, row)
    context = {
        "row": row,
        "attended": [seats[s] for s in row.attended if s in seats and s not in row.recused],
        "recused": [seats[s] for s in row.recused if s in seats],
        "quorate": holds,
        "words": words,
        "recorder": parties.organisation_names([row.owner]).get(row.owner, ""),
        "sides": parties.sides(here),
        "decided": views(_decided(here, row)),
        "versions": steering.versions(request.viewer, here, row.subject),
        "may_correct": steering.may_correct(request.viewer, row),
    }
    return render(request, "governance/meeting.html", context)


def _decided(arrangement: UUID, row: Meeting) -> list[Decision]:
    """The decisions that name a meeting, when they were made or since."""
    named = Decision.objects.filter(Q(meeting=row.subject) | Q(placings__meeting=row.subject), stream=arrangement)
    rows = named.distinct().select_related("outcome").order_by("seq")
    return [decision for decision in rows if governance.forum(decision)[1] == row.subject]


@in_programme
def meeting_correct(request: Asked, meeting: UUID) -> HttpResponse:
    """Corrects the record of a meeting, by the organisation that recorded it; both versions stay."""
    here = request.programme.id
    row = steering.meeting(request.viewer, here, meeting)
    first = {name: getattr(row, name) for name in ("held_at", "attended", "recused", "notes")}
    form = CorrectMeetingForm(request.POST or None, seats=steering.seats_for(here, row), initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            steering.meeting_correct(
                request.viewer,
                here,
                meeting,
                given["why"],
                held_at=given["held_at"],
                attended=[UUID(s) for s in given["attended"]],
                recused=[UUID(s) for s in given["recused"]],
                notes=given["notes"],
            )
        except Invalid as error:
            told(form, error)
        else:
            return redirect("governance:meeting", here, meeting)
    context = {
        "form": form,
        "row": row,
        "may_correct": steering.may_correct(request.viewer, row),
        "recorder": parties.organisation_names([row.owner]).get(row.owner, ""),
        "recorders": steering.recorders(here, row.owner),
    }
    return render(request, "governance/meeting_correct.html", context)


class ReviewTable(Table):
    caption = gettext_lazy("Quarterly reviews")
    name = "reviews"
    columns = [
        Column("label", gettext_lazy("Quarter"), link="url"),
        Column("period_start", gettext_lazy("From"), kind="day"),
        Column("period_end", gettext_lazy("To"), kind="day"),
        Column("state", gettext_lazy("State"), kind="tag"),
        Column("due", gettext_lazy("To be held by"), kind="day"),
        Column("held_on", gettext_lazy("Held on"), kind="day", missing=gettext_lazy("not held")),
        Column("number", gettext_lazy("Decision"), kind="num", missing=gettext_lazy("none")),
    ]


@in_programme
def reviews(request: Asked) -> HttpResponse:
    """The calendar of reviews."""
    here = request.programme.id
    found = calendar.reviews(here)
    rows = [
        {
            **row.__dict__,
            "state": str(STATES[row.state][0]),
            "url": reverse("governance:review", args=[here, row.period_start.isoformat()]),
        }
        for row in found
    ]
    table = ReviewTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    overdue = [row for row in found if row.state == "overdue"]
    return render(request, "governance/reviews.html", {"table": table, "overdue": overdue})


@in_programme
def review(request: Asked, first: str) -> HttpResponse:
    """One review: its pack, signed and frozen or as it would be signed now; and the form that signs it."""
    here = request.programme.id
    try:
        start = date.fromisoformat(first)
    except ValueError:
        raise Hidden() from None
    found = calendar.review(request.viewer, here, start)
    seats = parties.seats_in(here)
    attended: list[Any] = []
    if found.state == "held":
        pack, attendance = calendar.signed_pack(request.viewer, here, start)
        by_id = {seat.id: seat for seat in seats}
        attended = [by_id[one.seat] for one in attendance if one.seat in by_id]
    else:
        pack = calendar.pack(request.viewer, here, start)
    form = ReviewForm(request.POST or None, seats=seats, initial={"held_on": formats.as_date(clock.now())})
    procedure.offer(form, request.viewer, here, "review.sign")
    if request.method == "POST" and form.is_valid():
        try:
            made = calendar.sign(
                request.viewer,
                here,
                start,
                attended=[UUID(s) for s in form.cleaned_data["attended"]],
                held_on=form.cleaned_data["held_on"],
                **procedure.chosen(form),
            )
        except Invalid as error:
            told(form, error)
        else:
            return redirect("governance:decision", here, made.pk)
    context = {
        "review": found,
        "state": STATES[found.state],
        "pack": pack,
        "attended": attended,
        "sides": parties.sides(here),
        "form": form,
        "links": [link for port in ports.review_links for link in port(here, start)],
        "checkpoints": calendar.checkpoints(request.viewer, here) if found.state == "held" else [],
        **may(request, "review.sign"),
    }
    return render(request, "governance/review.html", context)
