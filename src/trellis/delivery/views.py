"""Pages of delivery: courses, what was learned in them, entry by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.calc.figure import Figure
from trellis.core import formats
from trellis.core.conditions import Invalid
from trellis.delivery import selectors, services, store
from trellis.delivery.forms import CourseCorrection, CourseForm, PersonForm, WhyForm
from trellis.delivery.schemas import CourseView, Person, Said
from trellis.delivery.tables import course_table, person_table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told
from trellis.sharing import figures


@in_programme
def courses(request: Asked) -> HttpResponse:
    """The courses of the programme that the viewer may read."""
    here = request.programme.id
    rows = selectors.courses(request.viewer, here)
    table = course_table(request, rows, parties.organisation_names(), selectors.activity_titles(here))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "delivery/courses.html", {"table": table})


@in_programme
def course_new(request: Asked) -> HttpResponse:
    """Opens a course."""
    activities = selectors.activity_titles(request.programme.id)
    form = CourseForm(request.POST or None, activities=activities)
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "activity": UUID(form.cleaned_data["activity"])}
        try:
            row = services.course_open(request.viewer, request.programme.id, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The course is open. All parties of the programme see it."))
            return redirect("delivery:course", request.programme.id, row.subject)
    return render(request, "delivery/course_new.html", {"form": form, "activities": activities})


@in_programme
def course(request: Asked, course: UUID) -> HttpResponse:
    """One course: what was learned, what is missing, and for its readers who took part."""
    found = selectors.course(request.viewer, request.programme.id, course)
    shown = figures.shown(request.viewer, "delivery.gain", {"course": found.id})
    reads = selectors.reads_people(request.viewer, found)
    people = selectors.people(request.viewer, found.id) if reads else []
    names = parties.organisation_names({found.owner, *(one.organisation for one in people if one.organisation)})
    table = person_table(request, people, names)
    if reads and (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {
        "course": found,
        "owner_name": names.get(found.owner, ""),
        "activity": selectors.activity_titles(request.programme.id).get(found.activity),
        "mine": found.owner == request.viewer.organisation,
        "gain": shown.figure,
        "gain_url": shown.url,
        "reading": reading(shown.figure),
        "individual": individual(shown.figure),
        "conditions": selectors.collect_conditions(found.programme, found.activity),
        "follow_up": selectors.follow_up(found),
        "reads": reads,
        "came": _came(people),
        "reactions": selectors.reactions(people),
        "table": table,
    }
    return render(request, "delivery/course.html", context)


def _came(people: list[Person]) -> dict[str, int]:
    return {
        "yes": sum(one.attended is True for one in people),
        "no": sum(one.attended is False for one in people),
        "unknown": sum(one.attended is None for one in people),
    }


def individual(figure: Figure) -> str:
    """The mean of individual gains in words: it differs from the gain of the means, so both are shown."""
    value = figure.parts.get("individual_gain")
    if value is None or isinstance(value, str):
        return _("not known")
    n = figure.parts.get("individual_n")
    given = {"gain": formats.number(value, 2), "n": formats.number(n if isinstance(n, int) else None)}
    return _("%(gain)s (n = %(n)s)") % given


def reading(figure: Figure) -> list[str]:
    """What the gain says, for somebody who never saw one. Having come is never said to be having learned."""
    if figure.reason == "consent missing":
        return [_("Whoever trains does not let your organisation see what was learned.")]
    matched, dropped = figure.n or 0, figure.parts.get("dropped_out") or 0
    if figure.value is None:
        if figure.reason == "undefined":
            return [_("All began at the highest mark: there was nothing left to learn for this test.")]
        return [_("Nobody has marks both before and after. Whether anything was learned is not known.")]
    given = {
        "share": formats.number(round(figure.value * 100), 0),  # type: ignore[arg-type]  # a decimal
        "band": {"low": _("low"), "medium": _("medium"), "high": _("high")}[str(figure.parts["band"])],
        "n": formats.number(matched),
    }
    said = [
        _("By the tests, %(share)s per cent of what could be learned was: a %(band)s gain, on %(n)s pairs of marks.")
        % given
    ]
    if figure.unknown:
        counts = {"n": formats.number(figure.unknown), "dropped": str(dropped)}
        said.append(_("Left out and counted: %(n)s without both marks, of whom %(dropped)s dropped out.") % counts)
    return said


@in_programme
def course_correct(request: Asked, course: UUID) -> HttpResponse:
    """Corrects a course; the version before stays."""
    found = selectors.course(request.viewer, request.programme.id, course)
    first = {name: getattr(found, name) for name in services.FIELDS}
    form = CourseCorrection(request.POST or None, initial={**first, "seen": found.version}, activities={})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        why, seen = said.pop("why"), said.pop("seen")
        try:
            services.course_correct(request.viewer, found.programme, course, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays."))
            return redirect("delivery:course", found.programme, course)
    return _owned_page(request, "delivery/course_correct.html", found, form)


@in_programme
def course_retract(request: Asked, course: UUID) -> HttpResponse:
    """Says that a course no longer stands."""
    found = selectors.course(request.viewer, request.programme.id, course)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.course_retract(request.viewer, found.programme, course, form.cleaned_data["why"])
        messages.success(request, _("The course is retracted."))
        return redirect("delivery:courses", found.programme)
    return _owned_page(request, "delivery/course_retract.html", found, form)


@in_programme
def participant(request: Asked, course: UUID) -> HttpResponse:
    """Records what is known of one participant."""
    found = selectors.course(request.viewer, request.programme.id, course)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = _said(form)
            services.participants_say(request.viewer, found.programme, course, [said], form.cleaned_data["why"])
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("Recorded for %(code)s.") % {"code": said.code})
            return redirect("delivery:course", found.programme, course)
    return _owned_page(request, "delivery/participant.html", found, form)


def _said(form: PersonForm) -> Said:
    given = form.cleaned_data
    organisation = None
    if given["organisation"]:
        organisation = store.organisation_named(given["organisation"], parties.organisation_names())
        if organisation is None:
            raise Invalid({"organisation": _("No organisation of this name is registered here")})
    code = given["code"].strip().upper()
    return Said(code, organisation, form.came(), given["reaction"], given["pre"], given["post"])


def _owned_page(request: Asked, template: str, found: CourseView, form: Any) -> HttpResponse:
    owner = parties.organisation_names([found.owner]).get(found.owner, "")
    mine = found.owner == request.viewer.organisation
    return render(request, template, {"course": found, "form": form, "owner_name": owner, "mine": mine})
