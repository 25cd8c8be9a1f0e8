"""Regional CERTs and their contacts; requests for assistance, each organisation's own steps, and help agreed."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core.coowned import CoOwned
from trellis.regional.vocabulary import CHANNELS, MATURITY, MATURITY_BY, NEEDS, OUTCOMES, SEVERITIES
from trellis.sharing.records import Record


class Cert(Record):
    """A regional CERT as the organisation that runs it says: mandate, members, services, maturity.

    `context` is the arrangement. `members` are names of states or teams; `services` numbers of the FIRST framework.
    """

    name = models.CharField(_("Name"), max_length=200)
    mandate = models.TextField(_("Mandate"))
    mandate_from = models.CharField(_("Who gave the mandate"), max_length=300, blank=True)
    established_on = models.DateField(_("Established"), null=True)
    members: Any = models.JSONField(default=list)
    services: Any = models.JSONField(default=list)
    maturity = models.CharField(_("Maturity"), max_length=12, choices=MATURITY, blank=True)
    maturity_by = models.CharField(_("Maturity by"), max_length=9, choices=MATURITY_BY, blank=True)
    maturity_on = models.DateField(_("Maturity as of"), null=True)

    def __str__(self) -> str:
        return self.name


class Contact(Record):
    """One way to reach a member of a regional CERT.

    `organisation` is set where the member is registered on this installation; `member` is its name in any case.
    """

    cert = models.UUIDField(db_index=True)
    organisation = models.UUIDField(null=True, db_index=True)
    member = models.CharField(_("Member"), max_length=200)
    duty = models.CharField(_("Duty"), max_length=120, blank=True)
    channel = models.CharField(_("Channel"), max_length=9, choices=CHANNELS)
    address = models.CharField(_("Address or number"), max_length=200, blank=True)
    fingerprint = models.CharField(_("Key fingerprint"), max_length=64, blank=True)
    hours = models.CharField(_("Hours"), max_length=120, blank=True)
    languages = models.CharField(_("Languages"), max_length=120, blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("duty", "address", "fingerprint")

    def __str__(self) -> str:
        return f"{self.member}, {self.get_channel_display()}"


class Verification(Record):
    """Somebody confirmed a contact: the contact's own organisation, or somebody who reached it.

    `version` is the version of the contact that was confirmed.
    """

    class Way(models.TextChoices):
        OWN = "own", _("confirmed by the contact's own organisation")
        REACHED = "reached", _("reached by somebody else")

    contact = models.UUIDField(db_index=True)
    version = models.UUIDField()
    way = models.CharField(max_length=7, choices=Way.choices)
    verified_at = models.DateTimeField(db_index=True)
    note = models.CharField(max_length=300, blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note",)


class Request(Record):
    """A request for assistance, owned by who asks. `asked_of` are the organisations that were asked."""

    title = models.CharField(_("Short name"), max_length=200)
    text = models.TextField(_("What is needed"), blank=True)
    need = models.CharField(_("Kind of help"), max_length=12, choices=NEEDS)
    severity = models.CharField(_("Severity"), max_length=8, choices=SEVERITIES, blank=True)
    cross_border = models.BooleanField(_("Crosses a border"))
    asked_of: Any = models.JSONField(default=list)
    asked_at = models.DateTimeField(_("Asked"), db_index=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("title", "text")

    def __str__(self) -> str:
        return self.title


class Offer(Record):
    """An offer of help for a request, owned by who offers."""

    request = models.UUIDField(db_index=True)
    asker = models.UUIDField(db_index=True)
    text = models.TextField(_("What is offered"))
    terms = models.TextField(_("Terms"), blank=True)
    offered_at = models.DateTimeField(_("Offered"))
    valid_until = models.DateTimeField(_("Stands until"), null=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("text", "terms")


class Move(Record):
    """A step that one organisation takes alone in a request. Declining says nothing more than that.

    `offer` is set where the step is about one offer: its decline by the asker, its withdrawal, an arrival.
    """

    class Kind(models.TextChoices):
        DECLINED = "declined", _("declined to help")
        OFFER_DECLINED = "offer-declined", _("declined an offer")
        OFFER_WITHDRAWN = "withdrawn", _("withdrew an offer")
        ARRIVED = "arrived", _("help arrived")
        CLOSED = "closed", _("closed the request")

    request = models.UUIDField(db_index=True)
    offer = models.UUIDField(null=True, db_index=True)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    note = models.TextField(blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note",)


class Help(CoOwned):
    """Help that both organisations agreed on: an offer accepted by who asked. Subject is the offer."""

    request = models.UUIDField(db_index=True)
    asker = models.UUIDField()
    helper = models.UUIDField()
    offer_version = models.UUIDField()
    offer_hash = models.CharField(max_length=64)
    agreed_at = models.DateTimeField()
