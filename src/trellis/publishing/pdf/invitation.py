"""A one-time invitation on one printed page, for people who are handed it in person."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import segno
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from trellis.publishing.pdf.pack import Direction
from trellis.publishing.pdf.render import Rendered, render


@dataclass(frozen=True)
class Invitation:
    """`link` is where the code is typed; `made` dates the paper; `qr` is the link as an SVG image."""

    inviter: str
    organisation: str
    link: str
    code: str
    expires: datetime
    made: datetime
    invitee: str = ""
    seat: str = ""
    qr: bytes | None = None
    language: str = "en"
    direction: Direction = "ltr"
    mark: str = ""


def qr_svg(link: str) -> bytes:
    """The link as a QR code, SVG, with its quiet zone; the same bytes for the same link."""
    image = io.BytesIO()
    segno.make(link, error="m", micro=False).save(image, kind="svg", border=4, xmldecl=False)
    return image.getvalue()


def render_invitation(
    invitation: Invitation, *, font_paths: Sequence[Path] = (), system_fonts: bool = True
) -> Rendered:
    """The invitation as PDF/UA-1. Raises ValueError for naive times or an unusable language code."""
    if invitation.expires.tzinfo is None:
        raise ValueError("a time without a zone cannot be printed")
    with override(invitation.language):
        data = {
            "author": [invitation.organisation],
            "direction": invitation.direction,
            "mark": invitation.mark,
            "foot": invitation.organisation,
            "link": invitation.link,
            "code": invitation.code,
            "qr": invitation.qr.decode() if invitation.qr is not None else None,
            "lines": _lines(invitation),
            "labels": _labels(invitation),
        }
    return render(
        "invitation.typ",
        data,
        code=invitation.language,
        made=invitation.made,
        font_paths=font_paths,
        system_fonts=system_fonts,
    )


def _lines(invitation: Invitation) -> list[str]:
    lines = []
    if invitation.invitee:
        lines.append(_("For %(invitee)s") % {"invitee": invitation.invitee})
    if invitation.seat:
        lines.append(_("Seat: %(seat)s") % {"seat": invitation.seat})
    lines.append(_("Open the link, or scan the square with a telephone. Then type the code."))
    return lines


def _labels(invitation: Invitation) -> dict[str, str]:
    expires = date_format(invitation.expires.astimezone(UTC), "j F Y, H:i")
    return {
        "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "title": _("Invitation"),
        "invites": _("%(inviter)s invites you to join %(organisation)s.")
        % {"inviter": invitation.inviter, "organisation": invitation.organisation},
        "link": _("Link"),
        "code": _("One-time code"),
        "qr": _("The link as a square to scan"),
        "expires": _("Works once, until %(expires)s UTC.") % {"expires": expires},
        "keep": _("Whoever holds this paper can join in your place: keep it to yourself."),
    }
