"""Pages of law: the list of rights questions, one question, opening and closing."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.conditions import Invalid
from trellis.core.context import address
from trellis.core.tables import Choice, Column, Search, Table
from trellis.governance import rights
from trellis.governance.registry import kind_named
from trellis.law import selectors, services
from trellis.law.forms import CloseForm, QuestionForm
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme


class QuestionTable(Table):
    caption = gettext_lazy("Rights questions")
    name = "rights-questions"
    columns = [
        Column("title", gettext_lazy("Question"), sort="title", link="url"),
        Column("about", gettext_lazy("Blocks")),
        Column("raised_by", gettext_lazy("Opened by"), sort="raised_by"),
        Column("opened_at", gettext_lazy("Opened"), sort="opened_at", kind="day"),
        Column("state", gettext_lazy("State"), kind="tag"),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "about"]),
        Choice(
            "state",
            gettext_lazy("State"),
            [("open", gettext_lazy("open")), ("closed", gettext_lazy("closed"))],
        ),
    ]
    empty_title = gettext_lazy("No rights question has been opened")
    empty_note = gettext_lazy("A rights officer of either side, or the coordinator, can open one alone.")


@in_programme
def questions(request: Asked) -> HttpResponse:
    """All questions of the programme."""
    found = selectors.questions(request.viewer, request.programme.id)
    names = parties.organisation_names({row.raised_by for row in found})
    table = QuestionTable(
        request,
        [
            {
                "title": row.title,
                "about": row.about_title or _("The whole programme"),
                "raised_by": names.get(row.raised_by, ""),
                "opened_at": row.opened_at,
                "state": "open" if row.open else "closed",
                "url": address("law:question", request.programme.id, row.subject),
            }
            for row in found
        ],
    )
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    count = sum(row.open for row in found)
    return render(request, "law/questions.html", {"table": table, "open": count, **_rights(request)})


def _rights(request: Asked) -> dict[str, Any]:
    opening = [kind_named("rights.question-open"), kind_named("rights.question-raise")]
    closing = kind_named("rights.question-close")
    here, viewer = request.programme.id, request.viewer
    assert viewer.organisation
    return {
        "may_open": any(rights.may_propose(here, kind, viewer.person, viewer.organisation) for kind in opening),
        "openers": [words for kind in opening for words in rights.proposer_words(here, kind)],
        "may_close": rights.may_propose(here, closing, viewer.person, viewer.organisation),
        "closers": rights.proposer_words(here, closing),
    }


def _after(request: Asked, decision: Any, question: UUID) -> HttpResponse:
    return redirect(
        address("governance:decision", request.programme.id, decision.pk)
        or address("law:question", request.programme.id, question)
    )


@in_programme
def question_open(request: Asked) -> HttpResponse:
    """Opens a question; `about` and `about_title` may come in the address."""
    first = {name: request.GET.get(name, "") for name in ("about", "about_title")}
    form = QuestionForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            question, _decision = services.question_open(request.viewer, request.programme.id, **form.cleaned_data)
        except Invalid as error:
            for name, text in error.fields.items():
                form.add_error(name, text)
        else:
            return redirect(address("law:question", request.programme.id, question))
    about = form["about_title"].value() or ""
    return render(request, "law/question_open.html", {"form": form, "about": about, **_rights(request)})


@in_programme
def question(request: Asked, question: UUID) -> HttpResponse:
    """One question, with what it blocks, and the form that closes it for who may."""
    found = selectors.question(request.viewer, request.programme.id, question)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decision = services.question_close(
            request.viewer, request.programme.id, question, form.cleaned_data["safeguards"]
        )
        return _after(request, decision, question)
    raised = parties.organisation_names([found.raised_by]).get(found.raised_by, "")
    context = {"question": found, "form": form, "raised_by": raised, **_rights(request)}
    context["raised_side"] = parties.sides(request.programme.id).get(found.raised_by, "")
    context["decision_url"] = address("governance:decision", request.programme.id, found.decision)
    return render(request, "law/question.html", context)
