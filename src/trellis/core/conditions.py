"""Conditions and refusals: a refused act says who holds the right and lists every unmet condition."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Condition:
    """One test of a gated act. `met` is None when it cannot be judged yet, which never counts as met."""

    name: str
    met: bool | None
    note: str = ""
    holder: str = ""
    url: str = ""


def unmet(conditions: Sequence[Condition]) -> list[Condition]:
    """Those that are not met, or cannot be judged."""
    return [condition for condition in conditions if condition.met is not True]


class TrellisError(Exception):
    """What a person may be told. `status` is the HTTP status of page and API alike."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass
class Refused(TrellisError):
    """An act that may not be done by this person, or not now."""

    message: str
    holders: Sequence[str] = field(default_factory=list)
    conditions: Sequence[Condition] = field(default_factory=list)
    status: int = 403

    def __post_init__(self) -> None:
        super().__init__(self.message)

    def __str__(self) -> str:
        parts = [self.message]
        if self.holders:
            parts.append(_("This right is held by %(holders)s.") % {"holders": ", ".join(self.holders)})
        parts += [f"{c.name}: {c.note}" if c.note else c.name for c in unmet(self.conditions)]
        return " ".join(parts)


class Blocked(Refused):
    """The right is held, but conditions are unmet: all of them are listed."""

    def __init__(self, message: str, conditions: Sequence[Condition], holders: Sequence[str] = ()) -> None:
        super().__init__(message, list(holders), list(conditions), 409)


class Conflict(TrellisError):
    """Somebody else acted first."""

    status = 409


class Hidden(TrellisError):
    """There is nothing here that this person may see; says the same as for what does not exist."""

    status = 404

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("There is nothing here that you may see."))


class Invalid(TrellisError):
    """Input that cannot be taken: field name to message."""

    status = 422

    def __init__(self, fields: dict[str, str], message: str = "") -> None:
        super().__init__(message or "; ".join(f"{name}: {text}" for name, text in fields.items()))
        self.fields = fields
