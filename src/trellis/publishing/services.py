"""Acts of publishing: building a publication, proposing it, opening figures, and files for parties and the public."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock, figures, ids
from trellis.core.conditions import Invalid, Refused
from trellis.governance import services as governance
from trellis.governance.models import Decision
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.publishing import activity, building
from trellis.publishing.iati.export import export
from trellis.publishing.iati.official import check_official as check_official
from trellis.publishing.iati.validate import SchemaError as SchemaError
from trellis.publishing.identifiers import identifier_set as identifier_set
from trellis.publishing.paper import review_pack_pdf as review_pack_pdf
from trellis.publishing.schemas import REASONS, Built, PublicationPublish, PublicationView, Withheld
from trellis.sharing import gate
from trellis.sharing import services as sharing

# The data kinds from which public figures are made.
PUBLIC_KINDS = (
    "funding.payment-sent",
    "funding.payment-receipt",
    "measurement.reading",
    "operations.incident",
    "handover.presence",
)


def publication_build(
    viewer: Viewer,
    arrangement: UUID,
    as_of: datetime | None = None,
    withheld: Mapping[str, str] | None = None,
) -> Built:
    """Exactly what the public would see now of a programme as of a moment, less the withheld items (item: reason).

    Only for parties: raises Hidden for anybody else, and Invalid for a moment that has not come.
    """
    parties.programme_for(viewer, arrangement)
    now = clock.now()
    as_of = as_of or now
    if as_of > now:
        raise Invalid({"as_of": _("A publication cannot be of a date that has not come.")})
    return building.build(arrangement, as_of, now, withheld)


def publication_propose(
    viewer: Viewer,
    arrangement: UUID,
    *,
    title: str,
    as_of: datetime | None = None,
    withheld: Mapping[str, str] | None = None,
    corrects: UUID | None = None,
    reason: str = "",
) -> Decision:
    """Builds the publication and proposes it, turning the proposer's key; the other side turns the second.

    `withheld` gives items and their reason codes; only the partner's side may. `corrects` names a publication that
    this one corrects, with a reason: the old one stays.
    """
    parties.programme_for(viewer, arrangement)
    if not title.strip():
        raise Invalid({"title": _("Give it a title.")})
    rights_at = clock.now()
    as_of = as_of or rights_at
    if as_of > rights_at:
        raise Invalid({"as_of": _("A publication cannot be of a date that has not come.")})
    figures.settle([arrangement, *parties.sides(arrangement)], as_of)
    codes = dict(withheld or {})
    if strange := [code for code in codes.values() if code not in REASONS]:
        raise Invalid({"withheld": _("There is no reason code %(code)s.") % {"code": strange[0]}})
    payload = PublicationPublish(
        publication=ids.new(),
        title=title.strip(),
        as_of=as_of,
        rights_at=rights_at,
        sections=building.build(arrangement, as_of, rights_at, codes).sections,
        withheld=tuple(Withheld(item=item, reason=code) for item, code in sorted(codes.items())),  # type: ignore[arg-type]
        corrects=corrects,
        reason=reason.strip(),
    )
    return governance.propose(viewer, arrangement, "publication.publish", payload)


def regenerated(view: PublicationView) -> Built:
    """ACC-05: a publication built again for its own moment; equal to what was published."""
    withheld = {one["item"]: one["reason"] for one in view.withheld}
    return building.build(view.programme, view.as_of, view.rights_at, withheld)


@transaction.atomic
def figures_open(viewer: Viewer, arrangement: UUID, kinds: Iterable[str] = PUBLIC_KINDS) -> list[str]:
    """Lets the public see figures made of the viewer's organisation's records: an administrator's act.

    Opens figures, not records, for this programme; returns the kinds that were not open yet. Withdrawing the grant
    changes what a new publication may hold; what is published stays.
    """
    parties.programme_for(viewer, arrangement)
    assert viewer.organisation
    if not viewer.administrator:
        names = [name for _id, name in parties.administrators(viewer.organisation)]
        raise Refused(_("Only an administrator opens figures to the public."), names)
    missing = closed_kinds(viewer, arrangement, kinds)
    for kind in missing:
        sharing.grant(
            viewer.actor,
            kind,
            "anyone",
            purpose=_("Public reports of the programme"),
            detail="figure",
            ceiling="CLEAR",
            context=arrangement,
        )
    return missing


def closed_kinds(viewer: Viewer, arrangement: UUID, kinds: Iterable[str] = PUBLIC_KINDS) -> list[str]:
    """Of the kinds from which public figures are made, those that the viewer's organisation has not opened."""
    rows = gate.in_force().filter(owner=viewer.organisation, audience="anyone", about=None)
    opened = {row.data_kind for row in rows if row.context in (None, arrangement)}
    return [kind for kind in kinds if kind not in opened]


def iati(viewer: Viewer, arrangement: UUID, as_of: datetime | None = None) -> bytes:
    """The programme as an IATI 2.03 activity file, with what the viewer, a party, may see. Raises Hidden."""
    parties.programme_for(viewer, arrangement)
    now = clock.now()
    as_of = as_of or now
    if as_of > now:
        raise Invalid({"as_of": _("A file cannot be of a date that has not come.")})
    built = building.build(arrangement, as_of, now, viewer=viewer)
    return export(activity.activities(arrangement, built.sections, as_of), as_of)


def iati_public(view: PublicationView) -> bytes:
    """A publication as an IATI 2.03 activity file: from its frozen content, so that it never says more."""
    return export(activity.activities(view.programme, view.sections, view.as_of), view.as_of)
