"""What a person does with one object: share, relate, relabel, revoke, take back. Pages and API call the same."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.exchange import browsing, compose, selectors, services
from trellis.exchange.models import StixObject
from trellis.exchange.stix import Malformed
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer


def own(viewer: Viewer, arrangement: UUID, subject: UUID) -> StixObject:
    """One of the viewer's own objects that stands. Raises Refused naming the producer for who sees another's."""
    row = browsing.one(viewer, arrangement, subject)
    if row.owner != viewer.organisation:
        names = parties.organisation_names([row.owner])
        raise Refused(_("Only its producer does this."), [names.get(row.owner, "")])
    if row.retracted or not row.raw:
        raise Hidden()
    return row


def _source(row: StixObject) -> None:
    """Raises Refused for what was pulled from elsewhere: its source alone relabels and revokes it."""
    if row.said_by is not None:
        names = parties.organisation_names([row.said_by])
        raise Refused(_("Only its source does this: you pulled it from there."), [names.get(row.said_by, "")])


def share(viewer: Viewer, arrangement: UUID, collection: UUID, thing: dict[str, Any]) -> StixObject:
    """Shares one object. Returns its row. Raises Invalid with the words of what is wrong with it."""
    view = selectors.collection(viewer, arrangement, collection)
    status = services.add(viewer, view, compose.envelope(thing))
    if status.failures:
        raise Invalid({"object": status.failures[0][2]})
    rows = browsing.by_stix_id(viewer, arrangement, [thing["id"]])
    return next(row for row in rows if row.owner == viewer.organisation and row.collection == collection)


def about(viewer: Viewer, arrangement: UUID, stix_id: str) -> list[StixObject]:
    """An object that somebody says something of: only what they see. Raises Invalid."""
    found = browsing.by_stix_id(viewer, arrangement, [stix_id])
    if not found:
        raise Invalid({"about": _("You see no object with this id.")})
    return found


def strict_enough(label: str, said_of: list[StixObject]) -> None:
    """Raises Invalid for a label that is looser than that of another's object which the words are about."""
    strictest = compose.strictest([one.label for one in said_of])
    if compose.strictest([label, strictest]) != label:
        words = _("It says something of what is under TLP:%(label)s, so its own label is that at least.")
        raise Invalid({"label": words % {"label": strictest}})


def relate(viewer: Viewer, row: StixObject, how: str, target: str, label: str, description: str = "") -> StixObject:
    """Shares a relationship from one object to another, both of which the viewer sees."""
    assert row.context
    if how not in compose.RELATIONSHIPS:
        raise Invalid({"how": _("Choose one from the list")})
    others = browsing.by_stix_id(viewer, row.context, [target])
    if not others or target == row.stix_id:
        raise Invalid({"target_id": _("You see no other object with this id.")})
    strict_enough(label, [row, *others])
    thing = compose.relationship(row.stix_id, how, target, label, description)
    return share(viewer, row.context, row.collection, thing)


def relabel(viewer: Viewer, row: StixObject, label: str) -> StixObject:
    """The same version under another label. Only the source relabels (REG-04)."""
    assert row.context
    _source(row)
    try:
        thing = compose.relabelled(row.raw, label)
    except Malformed as error:
        raise Invalid({"label": str(error)}) from error
    return share(viewer, row.context, row.collection, thing)


def revoke(viewer: Viewer, row: StixObject) -> StixObject:
    """A new version that says that the object no longer holds."""
    assert row.context
    _source(row)
    return share(viewer, row.context, row.collection, compose.revoked(row.raw))


def take_back(viewer: Viewer, row: StixObject) -> None:
    """Stops serving an object in every version; who holds it is told."""
    assert row.context
    services.delete(viewer, selectors.collection(viewer, row.context, row.collection), row.stix_id)
