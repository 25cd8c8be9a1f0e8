"""The body of a POST, judged by its headers before any of it is read."""

import re

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.exchange.taxii import media
from trellis.exchange.taxii.problems import Problem


def body(request: HttpRequest) -> bytes:
    """The whole body, at most `max_content_length` of it. Raises 411, 413 or 415 without having read it."""
    if not media.taken(request.headers.get("Content-Type", "")):
        raise Problem(415, _("Only %(media)s is taken here.") % {"media": media.MEDIA})
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise Problem(415, _("A compressed body is not taken: send it as it is."))
    size = _size(request)
    data = request.read(size)
    if len(data) < size:
        raise Problem(400, _("The body is shorter than its Content-Length says."))
    return data


def _size(request: HttpRequest) -> int:
    said = request.headers.get("Content-Length", "")
    if not said:
        raise Problem(411, _("Say the Content-Length of the body."))
    if not re.fullmatch(r"[0-9]{1,20}", said):
        raise Problem(400, _("The Content-Length is not a number."))
    if int(said) > settings.EXCHANGE_LIMIT:
        raise Problem(
            413,
            _("The body is too large."),
            _("At most %(n)s bytes are taken at once. Send the objects in several envelopes.")
            % {"n": settings.EXCHANGE_LIMIT},
        )
    return int(said)
