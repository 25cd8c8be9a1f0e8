"""Pages for who is asked, a party or not: the invitations, the questions, one answer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.assessment import answers, heat, library, selectors, services
from trellis.assessment.forms import AnswerForm
from trellis.assessment.models import Confidence
from trellis.core.conditions import Hidden, Invalid
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside, told
from trellis.sharing import gate


@inside
def index(request: Asked) -> HttpResponse:
    """The assessments that ask the reader's organisation."""
    rows = []
    for view in selectors.assessments_inviting(request.viewer):
        scope = selectors.scope(view.id)
        rows.append(
            {
                "view": view,
                "programme": parties.programme(view.programme).title,
                "lead": parties.organisation_names([view.lead]).get(view.lead, ""),
                "answered": len(answers.own(request.viewer, view.id)),
                "items": len(scope),
            }
        )
    return render(request, "assessment/answers.html", {"rows": rows})


@inside
def assessment(request: Asked, assessment: UUID) -> HttpResponse:
    """The questions of one assessment with the answers already given."""
    view = selectors.invitation(request.viewer, assessment)
    framework = library.framework(view.framework, translated=True)
    own = answers.own(request.viewer, view.id)
    scope = {item.code for item in selectors.scope(view.id)}
    areas: dict[str, list[dict[str, object]]] = {}
    for item in framework.rated:
        if item.code in scope:
            row = own.get(item.code)
            area = framework.by_code[item.parent].title if item.parent else ""
            areas.setdefault(area, []).append(
                {
                    "item": item,
                    "row": row,
                    "stage": heat.stage_words(view, row.stage) if row else "",
                    "confidence": Confidence(row.confidence).label if row else "",
                }
            )
    context = {
        "view": view,
        "framework": framework,
        "areas": list(areas.items()),
        "lead": parties.organisation_names([view.lead]).get(view.lead, ""),
        "group": selectors.group_name(view.invited[request.viewer.actor.organisation]),
        "answered": len(own),
        "items": len(scope),
    }
    return render(request, "assessment/answers_assessment.html", context)


@inside
def answer(request: Asked, assessment: UUID, code: str) -> HttpResponse:
    """One question: stages with their statements, confidence, evidence."""
    view = selectors.invitation(request.viewer, assessment)
    framework = library.framework(view.framework, translated=True)
    codes = [i.code for i in framework.rated if i.code in {s.code for s in selectors.scope(view.id)}]
    if code not in codes:
        raise Hidden()
    last = answers.own(request.viewer, view.id).get(code)
    names = ("stage", "confidence", "evidence_text", "evidence", "note")
    first = {name: getattr(last, name) for name in names} if last else {}
    evidence = answers.evidence_choices(request.viewer)
    form = AnswerForm(framework, code, evidence, request.POST or None, initial=first, first=last is None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.rating_give(
                request.viewer,
                view.id,
                code,
                int(said["stage"]),
                said["confidence"],
                evidence_text=said["evidence_text"],
                evidence=UUID(said["evidence"]) if said.get("evidence") else None,
                note=said["note"],
                why=said.get("why", ""),
            )
        except Invalid as error:
            told(form, error)
        else:
            return _next(request, view.id, code, codes)
    context = {
        "view": view,
        "form": form,
        "item": framework.by_code[code],
        "place": codes.index(code) + 1,
        "count": len(codes),
        "last": last,
        "lead": parties.organisation_names([view.lead]).get(view.lead, ""),
        "versions": _versions(request, view.id, code),
    }
    return render(request, "assessment/answer.html", context)


def _next(request: Asked, assessment: UUID, code: str, codes: list[str]) -> HttpResponse:
    messages.success(request, _("Your answer about %(code)s is recorded.") % {"code": code})
    own = answers.own(request.viewer, assessment)
    later = [one for one in codes[codes.index(code) + 1 :] if one not in own]
    if later and "list" not in request.POST:
        return redirect("answers:answer", assessment=assessment, code=later[0])
    return redirect("answers:assessment", assessment=assessment)


def _versions(request: Asked, assessment: UUID, code: str) -> list[dict[str, object]]:
    from trellis.assessment.models import Rating

    rows = gate.visible(Rating, request.viewer, "own answers", history=True).filter(
        assessment=assessment, code=code, said_by=request.viewer.organisation
    )
    view = selectors.assessment(assessment)
    return [{"row": row, "stage": heat.stage_words(view, row.stage)} for row in rows.order_by("-recorded_at", "-seq")]
