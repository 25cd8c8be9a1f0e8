"""IATI 2.03 activity files. The order of elements is that of the schema; what is not known is left out."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from lxml import etree

from trellis.publishing.iati.model import (
    Activity,
    Budget,
    DocumentLink,
    Location,
    OtherIdentifier,
    Participation,
    Party,
    PlannedDisbursement,
    Recipient,
    Transaction,
)
from trellis.publishing.iati.results import add_result
from trellis.publishing.iati.xml import Writer, node

VERSION = "2.03"


def export(activities: Iterable[Activity], generated: datetime) -> bytes:
    """The activities as one IATI 2.03 file (UTF-8, declared, indented).

    `generated` becomes `generated-datetime` and must be aware: equal input gives equal bytes.
    Raises ValueError for a naive time.
    """
    root = etree.Element("iati-activities", {"version": VERSION, "generated-datetime": stamp(generated)})
    for activity in activities:
        _activity(root, activity)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC, to the second. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be published")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _activity(root: etree._Element, activity: Activity) -> None:
    element = node(root, "iati-activity")
    write = Writer(element, activity.language, activity.currency)
    write.attributes(
        element,
        {
            "last-updated-datetime": stamp(activity.updated) if activity.updated else None,
            "{http://www.w3.org/XML/1998/namespace}lang": activity.language,
            "default-currency": activity.currency,
            "hierarchy": activity.hierarchy,
        },
    )
    _identity(write, activity)
    _classification(write, activity)
    _money(write, activity)
    for document in activity.documents:
        _document(write, document)
    for kind, ref in activity.related:
        write.child("related-activity", type=kind, ref=ref)
    _conditions(write, activity)
    for result in activity.results:
        add_result(write, result)


def _identity(write: Writer, activity: Activity) -> None:
    write.child("iati-identifier", text=activity.identifier)
    reporting = activity.reporting
    write.texts(
        write.child("reporting-org", ref=reporting.ref, type=reporting.type, secondary_reporter=reporting.secondary),
        reporting.name,
    )
    write.texts(write.child("title"), activity.title)
    for kind, texts in activity.descriptions:
        write.texts(write.child("description", type=kind), texts)
    for participant in activity.participants:
        _participant(write, participant)
    for identifier in activity.other_identifiers:
        _other_identifier(write, identifier)
    write.child("activity-status", code=activity.status)
    for entry in sorted(activity.dates, key=lambda entry: entry.type):
        write.child("activity-date", type=entry.type, iso_date=entry.on)
    write.code("activity-scope", activity.scope)


def _participant(write: Writer, participant: Participation) -> None:
    element = write.child(
        "participating-org",
        ref=participant.ref,
        type=participant.type,
        role=participant.role,
        activity_id=participant.activity_id,
    )
    write.texts(element, participant.name)


def _other_identifier(write: Writer, identifier: OtherIdentifier) -> None:
    element = write.child("other-identifier", ref=identifier.ref, type=identifier.type)
    if identifier.owner is not None:
        write.texts(write.child("owner-org", element, ref=identifier.owner.ref), identifier.owner.name)


def _classification(write: Writer, activity: Activity) -> None:
    # The schema wants all countries before all regions.
    for recipient in sorted(activity.recipients, key=lambda recipient: recipient.vocabulary is not None):
        _recipient(write, recipient)
    for location in activity.locations:
        _location(write, location)
    for sector in activity.sectors:
        element = write.child(
            "sector",
            vocabulary=sector.vocabulary,
            vocabulary_uri=sector.vocabulary_uri,
            code=sector.code,
            percentage=sector.percentage,
        )
        write.texts(element, sector.name)
    for marker in activity.policy_markers:
        element = write.child(
            "policy-marker",
            vocabulary=marker.vocabulary,
            code=marker.code,
            significance=marker.significance,
        )
        write.texts(element, marker.name)
    write.code("collaboration-type", activity.collaboration_type)
    write.code("default-flow-type", activity.flow_type)
    write.code("default-finance-type", activity.finance_type)
    for aid_type in activity.aid_types:
        write.code("default-aid-type", aid_type)
    write.code("default-tied-status", activity.tied_status)


def _recipient(write: Writer, recipient: Recipient) -> None:
    element = write.child(
        "recipient-country" if recipient.vocabulary is None else "recipient-region",
        code=recipient.code,
        vocabulary=recipient.vocabulary,
        percentage=recipient.percentage,
    )
    write.texts(element, recipient.name)


def _location(write: Writer, location: Location) -> None:
    element = write.child("location", ref=location.ref)
    write.code("location-reach", location.reach, element)
    if location.place is not None:
        write.child("location-id", element, vocabulary=location.place[0], code=location.place[1])
    for tag, texts in (("name", location.name), ("description", location.description)):
        if texts:
            write.texts(write.child(tag, element), texts)
    if location.point is not None:
        point = write.child("point", element, srsName="http://www.opengis.net/def/crs/EPSG/0/4326")
        latitude, longitude = location.point
        write.child("pos", point, text=f"{latitude:f} {longitude:f}")
    write.code("exactness", location.exactness, element)


def _money(write: Writer, activity: Activity) -> None:
    for budget in activity.budgets:
        _budget(write, budget)
    for planned in activity.planned_disbursements:
        _planned(write, planned)
    for transaction in activity.transactions:
        _transaction(write, transaction)


def _period(write: Writer, element: etree._Element, start: date, end: date | None) -> None:
    write.child("period-start", element, iso_date=start)
    if end is not None:
        write.child("period-end", element, iso_date=end)


def _budget(write: Writer, budget: Budget) -> None:
    status = None if budget.committed is None else ("2" if budget.committed else "1")
    element = write.child("budget", type="2" if budget.revised else "1", status=status)
    _period(write, element, budget.start, budget.end)
    write.money(element, budget.value)


def _planned(write: Writer, planned: PlannedDisbursement) -> None:
    element = write.child("planned-disbursement", type="2" if planned.revised else "1")
    _period(write, element, planned.start, planned.end)
    write.money(element, planned.value)
    _parties(write, element, planned.provider, planned.receiver)


def _transaction(write: Writer, transaction: Transaction) -> None:
    element = write.child("transaction", ref=transaction.ref)
    write.code("transaction-type", transaction.type, element)
    write.child("transaction-date", element, iso_date=transaction.on)
    write.money(element, transaction.value)
    if transaction.description:
        write.texts(write.child("description", element), transaction.description)
    _parties(write, element, transaction.provider, transaction.receiver)


def _parties(write: Writer, element: etree._Element, provider: Party | None, receiver: Party | None) -> None:
    for side, party in (("provider", provider), ("receiver", receiver)):
        if party is None:
            continue
        org = write.child(f"{side}-org", element, ref=party.ref, type=party.type)
        write.attributes(org, {f"{side}-activity-id": party.activity_id})
        write.texts(org, party.name)


def _document(write: Writer, document: DocumentLink) -> None:
    element = write.child("document-link", url=document.url, format=document.format)
    write.texts(write.child("title", element), document.title)
    if document.description:
        write.texts(write.child("description", element), document.description)
    for category in document.categories:
        write.code("category", category, element)
    for language in document.languages:
        write.code("language", language, element)
    if document.on is not None:
        write.child("document-date", element, iso_date=document.on)


def _conditions(write: Writer, activity: Activity) -> None:
    if activity.conditions is None:
        return
    items = activity.conditions.items
    element = write.child("conditions", attached=bool(items))
    for condition in items:
        write.texts(write.child("condition", element, type=condition.type), condition.text)
