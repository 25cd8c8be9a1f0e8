"""People and organisations from a table, all or nothing: a row for each person, or an organisation alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import tabular
from trellis.core.tabular import BadValue, Column, Flaw, ImportRefused, Report, Table, shown
from trellis.parties.models import Group, Membership

# Two-letter codes of the locale data that ISO 3166-1 reserves or does not assign.
_NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])
_ABOUT_ORGANISATION = ("short", "group", "country")


@dataclass(frozen=True)
class OrganisationDraft:
    """An organisation to register. country: ISO 3166-1 alpha-2, or empty for an international one."""

    row: int
    name: str
    short: str
    group: str
    country: str


@dataclass(frozen=True)
class PersonDraft:
    """Somebody to invite, by the name of their organisation. The e-mail address is in lower case."""

    row: int
    organisation: str
    name: str
    email: str
    role: str
    language: str


@dataclass(frozen=True)
class PartyImport:
    """The report, and what it would register. `ready()` gives both lists or raises ImportRefused."""

    report: Report
    organisations: tuple[OrganisationDraft, ...]
    people: tuple[PersonDraft, ...]

    def ready(self) -> tuple[tuple[OrganisationDraft, ...], tuple[PersonDraft, ...]]:
        """Organisations and people to register. Raises ImportRefused when any row has a problem."""
        if not self.report.ok:
            raise ImportRefused(self.report)
        return self.organisations, self.people


@cache
def countries() -> frozenset[str]:
    """The 249 country codes of ISO 3166-1 alpha-2."""
    codes = [str(code) for code in Locale("en").territories]
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES


def country(value: str) -> str:
    """A country, as its two-letter code."""
    code = value.strip().upper()
    if code not in countries():
        message = _("“%(value)s” is not a country code.") % {"value": shown(value)}
        raise BadValue(message, _("a two-letter ISO 3166-1 code such as KE"))
    return code


def email(value: str) -> str:
    """An e-mail address in lower case."""
    address = tabular.text(254)(value).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        message = _("“%(value)s” is not an e-mail address.") % {"value": shown(value)}
        raise BadValue(message, _("a form such as name@example.org")) from error
    return address


def _name(maximum: int) -> Callable[[str], str]:
    parse = tabular.text(maximum)

    def without_spare_spaces(value: str) -> str:
        return " ".join(parse(value).split())

    return without_spare_spaces


def columns() -> tuple[Column, ...]:
    """The columns of the template."""
    return (
        Column(
            "organisation",
            gettext_lazy("Organisation"),
            required=True,
            parse=_name(200),
            aliases=("organisation name", "organization"),
        ),
        Column("short", gettext_lazy("Short name"), parse=_name(40), aliases=("short name",)),
        Column(
            "group",
            gettext_lazy("Stakeholder group"),
            choices=tuple(Group.choices),
            aliases=("stakeholder group", "kind"),
            help=gettext_lazy("on the first row of each organisation"),
        ),
        Column(
            "country",
            gettext_lazy("Country"),
            parse=country,
            help=gettext_lazy("two-letter ISO code; empty for an international organisation"),
        ),
        Column(
            "name",
            gettext_lazy("Name of the person"),
            parse=_name(200),
            aliases=("person", "person name"),
            help=gettext_lazy("empty on a row for an organisation alone"),
        ),
        Column("email", gettext_lazy("E-mail address"), parse=email, unique=True, aliases=("e-mail", "mail")),
        Column(
            "role",
            gettext_lazy("Role"),
            choices=tuple(Membership.Role.choices),
            help=gettext_lazy("empty means staff"),
        ),
        Column("language", gettext_lazy("Language"), choices=tuple(settings.LANGUAGES)),
    )


def parties(
    table: Table,
    *,
    mapping: Mapping[str, str] | None = None,
    known_emails: Iterable[str] = (),
    known_organisations: Iterable[str] = (),
) -> PartyImport:
    """Reads organisations and people.

    What an organisation is (short name, group, country) stands on its first row; later rows may leave it
    empty but not say otherwise. known_emails: of people who have an account, refused here.
    known_organisations: names already registered; their rows need no group and make no draft. Raises
    TabularError when the header does not fit.
    """
    check = _Check(known_emails, known_organisations)
    report = tabular.interpret(table, columns(), mapping=mapping, check=check)
    organisations: dict[str, OrganisationDraft] = {}
    people = []
    for parsed in report.accepted:
        values = parsed.values
        key = _key(values["organisation"])
        if key not in check.known and key not in organisations:
            organisations[key] = _organisation(parsed.row, values)
        if values["email"] is not None:
            people.append(
                PersonDraft(
                    parsed.row,
                    check.names[key],
                    values["name"],
                    values["email"],
                    values["role"] or Membership.Role.STAFF.value,
                    values["language"] or settings.LANGUAGE_CODE,
                )
            )
    return PartyImport(report, tuple(organisations.values()), tuple(people))


def _organisation(row: int, values: Mapping[str, Any]) -> OrganisationDraft:
    name = values["organisation"]
    short = values["short"] or name[:40].strip()
    return OrganisationDraft(row, name, short, values["group"] or "", values["country"] or "")


def _key(name: str) -> str:
    return name.casefold()


class _Check:
    """Checks a row against its own cells, those before it and the registers."""

    def __init__(self, known_emails: Iterable[str], known_organisations: Iterable[str]) -> None:
        self.emails = {address.lower() for address in known_emails}
        self.names = {_key(name): name for name in known_organisations}
        self.known = frozenset(self.names)
        self.said: dict[str, Mapping[str, Any]] = {}

    def __call__(self, values: Mapping[str, Any]) -> Iterable[Flaw]:
        yield from self.person(values)
        key = _key(values["organisation"])
        if key in self.known:
            return
        first = self.said.get(key)
        if first is None:
            if values["group"] is None:
                message = _("The first row of an organisation needs its stakeholder group.")
                yield Flaw("group", message, ", ".join(Group.values))
                return
            self.said[key] = values
            self.names[key] = values["organisation"]
            return
        for name in _ABOUT_ORGANISATION:
            if values[name] is not None and values[name] != first[name]:
                message = _("“%(value)s” differs from the first row of this organisation.")
                yield Flaw(name, message % {"value": shown(values[name])}, str(first[name] or _("an empty cell")))

    def person(self, values: Mapping[str, Any]) -> Iterable[Flaw]:
        """Flaws of the person on a row."""
        if values["email"] in self.emails:
            message = _("“%(value)s” has an account already.")
            yield Flaw("email", message % {"value": shown(values["email"])})
        if values["name"] and not values["email"]:
            yield Flaw("email", _("A person needs an e-mail address for the invitation."))
        if values["email"] and not values["name"]:
            yield Flaw("name", _("A person needs a name."))
        if values["role"] and not values["email"]:
            yield Flaw("role", _("A role stands on the row of a person."))


def template(kind: str = "xlsx") -> bytes:
    """The empty template as "csv" or "xlsx"."""
    if kind == "csv":
        return tabular.template_csv(columns())
    return tabular.template_xlsx(columns(), title="parties")
