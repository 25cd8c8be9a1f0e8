"""API of the exchange beside TAXII: agreements, collections, objects with their acknowledgements, figures."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from ninja import Router, Status
from pydantic import Field

from trellis.core import clock, ids
from trellis.core.conditions import Hidden, Invalid
from trellis.exchange import acts, browsing, compose, leaving, policy, selectors, services, words
from trellis.exchange.api_schemas import (
    AcknowledgeIn,
    AcknowledgementOut,
    AgreementIn,
    AgreementOut,
    CollectionIn,
    CollectionOut,
    EnvelopeIn,
    FigureOut,
    HoldingOut,
    LabelIn,
    LeaveOut,
    ObjectOut,
    ObjectRow,
    Proposed,
    RelationshipIn,
    SeesOut,
    StatusOut,
    WhyIn,
)
from trellis.exchange.models import StixObject
from trellis.exchange.schemas import AgreementView, SharingAgree
from trellis.exchange.schemas import Status as Became
from trellis.parties import selectors as parties
from trellis.sharing import figures

router = Router(tags=["exchange"])
HERE = "/programmes/{programme}/exchange"
LIMIT = 500


def _agreement(view: AgreementView) -> dict[str, Any]:
    names = ("version", "title", "ceiling", "starts_on", "ends_on", "clauses")
    held = view.covers(clock.today()) and len(view.parties) > 1
    more = {"id": view.id, "parties": sorted(view.parties), "purposes": sorted(view.purposes), "in_force": held}
    return {**{name: getattr(view, name) for name in names}, **more}


@router.get(HERE + "/agreements", response=list[AgreementOut])
def sharing_agreements(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """Every agreement on sharing in the version adopted last."""
    return [_agreement(view) for view in selectors.agreements(request.viewer, programme)]


@router.get(HERE + "/agreements/{agreement}", response=list[AgreementOut])
def sharing_agreement(request: Any, programme: UUID, agreement: UUID) -> list[dict[str, Any]]:
    """All versions of one agreement, newest first."""
    return [_agreement(policy.view(row)) for row in selectors.agreement_versions(request.viewer, programme, agreement)]


@router.post(HERE + "/agreements", response={201: Proposed})
def sharing_agree(request: Any, programme: UUID, body: AgreementIn) -> Any:
    """Proposes an agreement, or the next version of `agreement`. A missing clause is refused with all that are."""
    parties.programme_for(request.viewer, programme)
    said = body.dict(exclude={"agreement", "clauses"}) | body.clauses.dict()
    version = 1
    if body.agreement is not None:
        version = selectors.agreement_versions(request.viewer, programme, body.agreement)[0].version + 1
    payload = SharingAgree(agreement=body.agreement or ids.new(), version=version, **said)
    decision: Any = services.sharing_agree(request.viewer, programme, payload)
    return Status(201, {"decision": decision.pk, "agreement": payload.agreement})


@router.get(HERE + "/agreements/{agreement}/leaving", response=LeaveOut)
def sharing_leaving(request: Any, programme: UUID, agreement: UUID) -> dict[str, Any]:
    """What leaving would stop, and who already holds what. For a party to the agreement."""
    view = policy.view(selectors.agreement_versions(request.viewer, programme, agreement)[0])
    if request.viewer.organisation not in view.parties:
        raise Hidden()
    return {"stops": leaving.stops(request.viewer, view), "held": leaving.held(request.viewer, view)}


@router.post(HERE + "/agreements/{agreement}/leave", response={201: Proposed})
def sharing_leave(request: Any, programme: UUID, agreement: UUID, body: WhyIn) -> Any:
    """Leaves an agreement at once, by the key of the caller's own CERT lead."""
    selectors.agreement_versions(request.viewer, programme, agreement)
    decision: Any = services.sharing_leave(request.viewer, programme, agreement, body.why)
    return Status(201, {"decision": decision.pk, "agreement": agreement})


@router.get(HERE + "/collections", response=list[CollectionOut])
def collections(request: Any, programme: UUID) -> Any:
    """The collections, the caller's own withdrawals last."""
    return selectors.collections(request.viewer, programme)


@router.post(HERE + "/collections", response={201: CollectionOut})
def collection_create(request: Any, programme: UUID, body: CollectionIn) -> Any:
    """Makes a collection. For a CERT lead or a coordinator."""
    return Status(201, services.collection_create(request.viewer, programme, **body.dict()))


@router.post(HERE + "/collections/{collection}/close", response=CollectionOut)
def collection_close(request: Any, programme: UUID, collection: UUID) -> Any:
    """Ends what comes in."""
    services.collection_close(request.viewer, selectors.collection(request.viewer, programme, collection))
    return selectors.collection(request.viewer, programme, collection)


@router.get(HERE + "/collections/{collection}/objects", response=list[ObjectRow])
def shared_objects(
    request: Any,
    programme: UUID,
    collection: UUID,
    stix_type: str = "",
    producer: UUID | None = None,
    label: str = "",
    words: str = "",
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT,
    before: int | None = None,
) -> Any:
    """Objects in their last version, newest first; `before` is the `number` of the last one of the page before."""
    view = selectors.collection(request.viewer, programme, collection)
    rows = browsing.objects(request.viewer, view.id)
    wanted = {"stix_type": stix_type, "owner": producer, "label": label, "raw__icontains": words, "number__lt": before}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value not in ("", None)})
    return [_row(row) for row in rows.order_by("-number")[:limit]]


@router.post(HERE + "/collections/{collection}/objects", response={202: StatusOut})
def objects_add(request: Any, programme: UUID, collection: UUID, body: EnvelopeIn) -> Any:
    """Takes a STIX bundle or an envelope; each object is judged by itself. A machine does this by TAXII."""
    view = selectors.collection(request.viewer, programme, collection)
    try:
        sent = compose.pasted(request.body)
    except Invalid as error:
        raise Invalid({"body": error.fields["text"]}) from None
    return Status(202, _became(services.add(request.viewer, view, sent)))


def _became(status: Became) -> dict[str, Any]:
    names = ("stix_id", "version", "message")
    return {
        "id": status.id,
        "state": status.state,
        "at": status.at,
        "successes": [dict(zip(names, one, strict=False)) for one in status.successes],
        "failures": [dict(zip(names, one, strict=False)) for one in status.failures],
    }


def _row(row: StixObject) -> dict[str, Any]:
    same = ("owner", "label", "collection", "stix_id", "stix_type", "revoked", "number", "detected", "recorded_at")
    given = {name: getattr(row, name) for name in same}
    return {**given, "id": row.subject, "version": f"{row.version}Z", "title": words.title(row.raw, row.stix_id)}


@router.get(HERE + "/objects/{object}", response=ObjectOut)
def shared_object(request: Any, programme: UUID, object: UUID) -> dict[str, Any]:
    """One object in its last version, with what it points at and what points at it as far as the caller may see."""
    row = browsing.one(request.viewer, programme, object)
    pointing, whole = browsing.pointing_at(request.viewer, row)
    related = [*browsing.pointed_at(request.viewer, row), *pointing]
    return {
        **_row(row),
        "retracted": row.retracted,
        "object": orjson.loads(row.raw) if row.raw else None,
        "versions": [f"{one.version}Z" for one in browsing.versions(request.viewer, row)],
        "related": [one.row.subject for one in related if one.row],
        "looked_through": whole,
        "acknowledgements": [_said(one) for one in selectors.acknowledgements(request.viewer, row.subject)],
    }


def _said(one: Any) -> dict[str, Any]:
    return {"by": one.owner, "at": one.at, "useful": one.useful, "note": one.note}


@router.get(HERE + "/objects/{object}/readers", response=list[SeesOut])
def object_readers(request: Any, programme: UUID, object: UUID) -> Any:
    """Who is served an object now, under which agreement and by which rule; others than its producer see themselves."""
    row = browsing.one(request.viewer, programme, object)
    mine = row.owner == request.viewer.organisation
    return [
        {"organisation": one.organisation, "name": one.name, "agreement": one.agreement.id, "rule": one.rule}
        for one in browsing.sees(row)
        if mine or one.organisation == request.viewer.organisation
    ]


@router.get(HERE + "/objects/{object}/holders", response=list[HoldingOut])
def object_holders(request: Any, programme: UUID, object: UUID) -> Any:
    """Who was served an object, first and last. For its producer."""
    return browsing.holders(request.viewer, browsing.one(request.viewer, programme, object))


@router.post(HERE + "/objects/{object}/acknowledge", response={201: AcknowledgementOut})
def object_acknowledge(request: Any, programme: UUID, object: UUID, body: AcknowledgeIn) -> Any:
    """Says that an object arrived and whether it was of use; said again, it corrects what was said before."""
    row = browsing.one(request.viewer, programme, object)
    return Status(201, _said(services.acknowledge(request.viewer, row.pk, body.useful, body.note)))


@router.post(HERE + "/objects/{object}/mark", response=ObjectRow)
def object_mark(request: Any, programme: UUID, object: UUID, body: LabelIn) -> Any:
    """Another label. For the producer alone."""
    row = acts.own(request.viewer, programme, object)
    return _row(acts.relabel(request.viewer, row, body.label))


@router.post(HERE + "/objects/{object}/relate", response={201: ObjectRow})
def object_relate(request: Any, programme: UUID, object: UUID, body: RelationshipIn) -> Any:
    """A relationship from this object to another that the caller may see."""
    row = browsing.one(request.viewer, programme, object)
    made = acts.relate(request.viewer, row, body.how, body.target, body.label, body.description)
    return Status(201, _row(made))


@router.delete(HERE + "/objects/{object}", response={204: None})
def object_withdraw(request: Any, programme: UUID, object: UUID) -> Any:
    """Takes an object back in every version; who holds it is told. For its producer."""
    row = acts.own(request.viewer, programme, object)
    acts.take_back(request.viewer, row)
    return Status(204, None)


@router.get(HERE + "/figures/{name}", response=FigureOut)
def exchange_figure(
    request: Any,
    programme: UUID,
    name: Literal["share", "acknowledge", "balance", "usefulness"],
    owner: UUID | None = None,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """A figure of the exchange of one party, the caller's own without `owner`."""
    parties.programme_for(request.viewer, programme)
    asked = owner or request.viewer.organisation
    if asked not in parties.sides(programme):
        raise Hidden()
    shown = figures.shown(request.viewer, f"exchange.{name}", {"owner": asked, "arrangement": programme}, as_of=as_of)
    made = {"address": shown.ask.address, "title": shown.title, "figure": shown.figure.to_dict()}
    return {**made, "withheld_by": list(shown.withheld_by)}
