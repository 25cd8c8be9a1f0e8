"""Who calls: an API token, as a bearer or as the password of Basic with any user name. Never a cookie."""

import base64
import binascii

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.exchange.taxii.problems import Problem
from trellis.parties import selectors, services
from trellis.parties.schemas import Viewer

CHALLENGE = 'Basic realm="Trellis TAXII", charset="UTF-8", Bearer realm="Trellis TAXII"'


def caller(request: HttpRequest) -> Viewer:
    """The viewer whose token came with the request, read now. Raises 401 without a token that holds."""
    token = _token(request.headers.get("Authorization", ""))
    # Tokens are long and random, so a plain SHA-256 finds them: no slow password hash on this path.
    person = services.person_by_token(token) if token else None
    if person is None:
        raise Problem(
            401,
            _("Sign in with an API token."),
            _("Send it as a bearer token, or as the password of Basic with any user name."),
            headers={"WWW-Authenticate": CHALLENGE},
        )
    return selectors.viewer_of(person)


def _token(header: str) -> str:
    scheme, _space, rest = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        plain = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return plain.partition(":")[2]
