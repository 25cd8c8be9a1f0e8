"""States of grants and consents in words that are translated."""

from django.utils.translation import gettext as _


def state(name: str) -> str:
    """A computed state as a person reads it."""
    return {
        "in force": _("in force"),
        "not begun": _("not begun"),
        "ended": _("ended"),
        "expired": _("expired"),
        "withdrawn": _("withdrawn"),
        "requested": _("requested"),
        "answered": _("answered"),
    }.get(name, name)
