"""The page of the ledger: streams, whether they hold, and what a party can take away."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from trellis.core import clock
from trellis.governance import ledgers
from trellis.parties.pages import Asked, inside


@inside
def ledger(request: Asked) -> HttpResponse:
    """The streams of the viewer's organisation and programmes."""
    return render(request, "governance/ledger.html", {"streams": ledgers.readable(request.viewer)})


@require_POST
@inside
def verify(request: Asked, stream: UUID) -> HttpResponse:
    """Checks one stream now and says in words what was found."""
    verdict, signatures = ledgers.verify(request.viewer, stream)
    context = {
        "streams": ledgers.readable(request.viewer),
        "checked": stream,
        "verdict": verdict,
        "words": ledgers.words(verdict, signatures),
        "at": clock.now(),
    }
    return render(request, "governance/ledger.html", context)


@inside
def export(request: Asked, stream: UUID) -> HttpResponse:
    """Downloads a stream as JSON lines."""
    ledgers.require(request.viewer, stream)
    answer = StreamingHttpResponse(ledgers.export(request.viewer, stream), content_type="application/jsonl")
    answer["Content-Disposition"] = f'attachment; filename="stream-{stream}.jsonl"'
    return answer  # type: ignore[return-value]  # streamed


@inside
def checkpoint(request: Asked, checkpoint: UUID) -> HttpResponse:
    """Downloads a checkpoint to keep elsewhere."""
    name, text = ledgers.checkpoint_file(request.viewer, checkpoint)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@inside
def checkpoint_take(request: Asked, stream: UUID) -> HttpResponse:
    """Makes a checkpoint of where a stream stands now."""
    ledgers.checkpoint_take(request.viewer, stream)
    return redirect("ledger")
