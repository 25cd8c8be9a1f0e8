"""What the pages of assessments share: who may act, where to go after an act."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from trellis.core.context import address
from trellis.governance import rights
from trellis.governance.models import Decision, Outcome
from trellis.governance.registry import kind_named
from trellis.parties.pages import Asked


@dataclass(frozen=True)
class Act:
    """An act: whether the reader may do it, and who may."""

    may: bool
    holders: tuple[str, ...]

    @property
    def words(self) -> str:
        """`Held by …`."""
        return _("Only %(holders)s can do this.") % {"holders": "; ".join(self.holders) or _("a seat that is vacant")}


def act(request: Asked, kind: str, programme: UUID | None = None) -> Act:
    """Whether the reader may propose a kind of decision here."""
    where = programme or request.programme.id
    declared, viewer = kind_named(kind), request.viewer
    assert viewer.organisation
    may = rights.may_propose(where, declared, viewer.person, viewer.organisation)
    return Act(may, tuple(rights.proposer_words(where, declared)))


def after(request: Asked, decision: Decision, url: str, said: str) -> HttpResponse:
    """To `url` where the decision is adopted already, else to the decision, which waits for keys."""
    if Outcome.objects.filter(decision=decision, state=Outcome.State.ADOPTED).exists():
        messages.success(request, said)
        return redirect(url)
    return redirect(address("governance:decision", decision.stream, decision.pk) or url)


def decision_url(programme: UUID, decision: UUID) -> str:
    """The page of a decision, or '' where the installation has none."""
    return address("governance:decision", programme, decision)
