"""Writes of law: rights questions."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import ids
from trellis.core.conditions import Invalid
from trellis.governance import rights
from trellis.governance import services as governance
from trellis.governance.registry import kind_named
from trellis.law.kinds import QuestionClose, QuestionOpen
from trellis.parties.schemas import Viewer


def question_open(
    viewer: Viewer,
    arrangement: UUID,
    *,
    title: str,
    text: str,
    about: UUID | None = None,
    about_title: str = "",
) -> tuple[UUID, Any]:
    """Opens a blocking question by the viewer's key alone. Returns the question's id and the decision.

    Raises Invalid without title or text; Refused naming the holders of the right.
    """
    wrong = {}
    if not title.strip():
        wrong["title"] = _("Enter a title.")
    if not text.strip():
        wrong["text"] = _("Say what the risk is, and for whom.")
    if wrong:
        raise Invalid(wrong)
    said = QuestionOpen(question=ids.new(), title=title, text=text, about=about, about_title=about_title)
    kind = "rights.question-open"
    own = kind_named("rights.question-raise")
    if (
        viewer.organisation
        and not rights.may_propose(arrangement, kind_named(kind), viewer.person, viewer.organisation)
        and rights.may_propose(arrangement, own, viewer.person, viewer.organisation)
    ):
        kind = own.name
    return said.question, governance.propose(viewer, arrangement, kind, said)


def question_close(viewer: Viewer, arrangement: UUID, question: UUID, safeguards: str) -> Any:
    """Proposes to close a question; it stays open until the rights officers of both sides turn their keys.

    Raises Invalid without safeguards; Refused naming who may propose.
    """
    if not safeguards.strip():
        raise Invalid({"safeguards": _("Say what was agreed so that the risk is met.")})
    return governance.propose(
        viewer, arrangement, "rights.question-close", QuestionClose(question=question, safeguards=safeguards)
    )
