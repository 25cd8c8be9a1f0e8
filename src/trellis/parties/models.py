"""Registers of who there is, and the co-owned tables of who does something together."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trellis.core import clock, ids
from trellis.core.coowned import CoOwned


class Side(models.TextChoices):
    """Where an organisation stands in one arrangement; in another it may stand elsewhere."""

    PARTNER = "partner", _("Partner")
    DONOR = "donor", _("Donor")
    REGIONAL = "regional", _("Regional")
    INDEPENDENT = "independent", _("Independent")


class Group(models.TextChoices):
    """Stakeholder groups (NA-03, COM-01)."""

    GOVERNMENT = "government", _("Government ministries")
    LAW_ENFORCEMENT = "law-enforcement", _("Law enforcement")
    ACADEMIA = "academia", _("Academia")
    PRIVATE = "private-sector", _("Private sector")
    CIVIL = "civil-society", _("Civil society")
    INTERNATIONAL = "international", _("International partners")


class SeatRole(models.TextChoices):
    """What a seat is for. The decision-rights matrix grants rights to these."""

    COORDINATOR = "coordinator", _("National cyber coordinator")
    OFFICER = "programme-officer", _("Programme officer")
    CERT_LEAD = "cert-lead", _("CERT lead")
    CO_CHAIR = "co-chair", _("Co-chair of the steering committee")
    VERIFIER = "verifier", _("Verifier")
    RIGHTS = "rights-officer", _("Rights officer")
    TRAINER = "trainer", _("Trainer, mentor or seconded expert")
    ADMINISTRATOR = "administrator", _("Administrator of an organisation")


class Organisation(models.Model):
    """An organisation owns records and signs entries."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(_("Name"), max_length=200, unique=True)
    short = models.CharField(_("Short name"), max_length=40)
    country = models.CharField(_("Country"), max_length=2, blank=True)
    group = models.CharField(_("Group"), max_length=20, choices=Group.choices)
    joined_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Looks people up by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody with an account. Streams know a person only by `id`; the name lives here."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    email = models.EmailField(_("E-mail address"), unique=True)
    name = models.CharField(_("Name"), max_length=200)
    language = models.CharField(_("Language"), max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    mail_digest = models.BooleanField(_("A mail once a day with what waits for me"), default=False)
    mailed_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person belongs to one organisation at a time."""

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", _("Administrator")
        STAFF = "staff", _("Staff")

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=14, choices=Role.choices, default=Role.STAFF)
    unit = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("person", condition=Q(left_at=None), name="one_membership_at_a_time")]


class Seat(models.Model):
    """A place in an organisation that holds rights. It stays when people come and go."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(max_length=24, choices=SeatRole.choices)
    title = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.title or str(self.get_role_display())


class SeatHolding(models.Model):
    """Who sits in a seat from when until when; a delegation names who delegated."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="holdings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holdings")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    delegated_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("seat", condition=Q(ended_at=None, delegated_by=None), name="one_holder_of_a_seat")
        ]


class Invitation(models.Model):
    """A one-time code that makes an account in one organisation. Only its hash is kept; it can be printed."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    role = models.CharField(max_length=14, choices=Membership.Role.choices)
    language = models.CharField(max_length=8, default="en")
    code_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A token for the API. A random token needs no slow hash: SHA-256 of it is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    title = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class FactorReset(models.Model):
    """A lost second factor: one administrator asks for the reset, another one does it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="resets")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    done_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class Factor(models.Model):
    """A second factor: an authenticator app (its secret sealed), or a security key (its public half).

    An app counts from `confirmed_at` on. `last_step` is the last 30-second step used, so no code works twice.
    """

    class Kind(models.TextChoices):
        TOTP = "totp", _("Authenticator app")
        WEBAUTHN = "webauthn", _("Security key or passkey")

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=80, blank=True)
    sealed = models.BinaryField(null=True)
    last_step = models.BigIntegerField(default=0)
    credential = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)


class RecoveryCode(models.Model):
    """A code on paper for when the second factor is not at hand. Works once; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)


class Attempts(models.Model):
    """Workspace: failed attempts to sign in, counted per account and address. Old rows are deleted."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()


class Arrangement(CoOwned):
    """What organisations do together: a programme, or an agreement among states. Its subject is its stream."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("Programme")
        AGREEMENT = "agreement", _("Agreement among states")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=200)
    purpose = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=40)
    fiscal_year_start = models.PositiveSmallIntegerField(default=1)
    languages: Any = models.JSONField(default=list)
    label = models.CharField(max_length=12, default="AMBER")


class Place(CoOwned):
    """The side of one organisation in one arrangement, from when until when."""

    organisation = models.UUIDField(db_index=True)
    side = models.CharField(max_length=12, choices=Side.choices)
    since = models.DateField()
    until = models.DateField(null=True)


class Bench(CoOwned):
    """A seat that takes part in an arrangement. Subject is the seat's id."""

    organisation = models.UUIDField()
    role = models.CharField(max_length=24, choices=SeatRole.choices)
