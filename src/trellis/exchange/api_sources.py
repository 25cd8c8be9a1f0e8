"""API of the sources elsewhere: what their pages do. A secret goes in and never comes out."""

from typing import Any
from uuid import UUID

from ninja import Router, Status

from trellis.exchange import selectors, sourcing
from trellis.exchange.api import HERE
from trellis.exchange.api_schemas import PulledOut, SecretIn, SourceIn, SourceOut
from trellis.exchange.models import Source

router = Router(tags=["exchange"])


def _out(row: Source) -> dict[str, Any]:
    names = ("collection", "url", "organisation", "person", "user", "made_at", "paused_at", "pulled_at", "tried_at")
    counted = ("error", "taken", "refused", "reasons")
    more = {"id": row.pk, "has_secret": row.sealed is not None, "more": row.within, "reached": row.added_after}
    return {**{name: getattr(row, name) for name in (*names, *counted)}, **more}


@router.get(HERE + "/sources", response=list[SourceOut])
def sources(request: Any, programme: UUID) -> Any:
    """The sources elsewhere of the caller's organisation, and where each stands."""
    return [_out(row) for row in sourcing.sources(request.viewer, programme)]


@router.post(HERE + "/sources", response={201: SourceOut})
def source_add(request: Any, programme: UUID, body: SourceIn) -> Any:
    """Adds a collection elsewhere. For who may share into the collection here."""
    into = selectors.collection(request.viewer, programme, body.collection)
    made = sourcing.source_add(request.viewer, into, body.url, body.organisation, body.user, body.secret)
    return Status(201, _out(made))


@router.get(HERE + "/sources/{source}", response=SourceOut)
def source(request: Any, programme: UUID, source: UUID) -> Any:
    """One source, and where it stands."""
    return _out(sourcing.source(request.viewer, programme, source))


@router.post(HERE + "/sources/{source}/read", response=PulledOut)
def source_read(request: Any, programme: UUID, source: UUID) -> Any:
    """Reads a few pages now. `whole` False says that there is more: ask again."""
    found = sourcing.source_read(request.viewer, sourcing.source(request.viewer, programme, source))
    return {"pages": found.pages, "taken": found.taken, "refused": found.refused, "whole": found.whole}


@router.post(HERE + "/sources/{source}/secret", response=SourceOut)
def source_secret(request: Any, programme: UUID, source: UUID, body: SecretIn) -> Any:
    """Another user name and secret, or none. It is read in the caller's name from then on."""
    row = sourcing.source(request.viewer, programme, source)
    sourcing.source_secret(request.viewer, row, body.user, body.secret)
    return _out(sourcing.source(request.viewer, programme, source))


@router.post(HERE + "/sources/{source}/pause", response=SourceOut)
def source_pause(request: Any, programme: UUID, source: UUID) -> Any:
    """Nothing is read from it until somebody goes on with it."""
    sourcing.source_pause(request.viewer, sourcing.source(request.viewer, programme, source))
    return _out(sourcing.source(request.viewer, programme, source))


@router.post(HERE + "/sources/{source}/resume", response=SourceOut)
def source_resume(request: Any, programme: UUID, source: UUID) -> Any:
    """Goes on where it stood, in the caller's name."""
    sourcing.source_resume(request.viewer, sourcing.source(request.viewer, programme, source))
    return _out(sourcing.source(request.viewer, programme, source))


@router.delete(HERE + "/sources/{source}", response={204: None})
def source_remove(request: Any, programme: UUID, source: UUID) -> Any:
    """Forgets the source with its secret. What was taken in stays."""
    sourcing.source_remove(request.viewer, sourcing.source(request.viewer, programme, source))
    return Status(204, None)
