"""Contacts from a table: looked at first, then written whole or not at all.

A contact that is recorded already is remarked on and not written again, so that a file can be sent twice.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import ports, tabular
from trellis.core.conditions import Invalid
from trellis.core.tabular import Column, Flaw, Report
from trellis.parties.schemas import Viewer
from trellis.regional import directory, selectors
from trellis.regional.vocabulary import CHANNELS


def columns() -> tuple[Column, ...]:
    """The columns of the table."""
    return (
        Column("member", gettext_lazy("Member"), required=True, parse=tabular.text(200)),
        Column("duty", gettext_lazy("Duty"), parse=tabular.text(120), help=gettext_lazy("a duty, not a name")),
        Column("channel", gettext_lazy("Channel"), required=True, choices=tuple(CHANNELS.items())),
        Column("address", gettext_lazy("Address or number"), required=True, parse=tabular.text(200)),
        Column(
            "fingerprint",
            gettext_lazy("Key fingerprint"),
            parse=tabular.text(120),
            help=gettext_lazy("40 or 64 hexadecimal digits"),
        ),
        Column("hours", gettext_lazy("Hours"), parse=tabular.text(120), help=gettext_lazy("such as 24/7")),
        Column("languages", gettext_lazy("Languages"), parse=tabular.text(120)),
    )


def template() -> bytes:
    """An empty table with its header and a line of help, as CSV."""
    return tabular.template_csv(columns())


def dry_run(viewer: Viewer, programme: UUID, cert: UUID, data: bytes, name: str = "") -> Report:
    """What a file would bring in; nothing is stored. Raises Invalid for what is no such table."""
    selectors.cert(viewer, programme, cert)
    known = {_same(vars(view.row)) for view in selectors.contacts(viewer, programme, cert)}
    seen: set[tuple[str, ...]] = set()

    def check(values: Mapping[str, Any]) -> Iterable[Flaw]:
        for field, text in directory.contact_problems(dict(values)).items():
            yield Flaw(field, text)
        if _same(values) in seen:
            yield Flaw("address", _("An earlier line has this contact."))
        elif _same(values) in known:
            yield Flaw("address", _("This contact is recorded already; it is left as it is."), fatal=False)
        seen.add(_same(values))

    try:
        return tabular.interpret(tabular.read(data, name), columns(), check=check)
    except tabular.TabularError as error:
        raise Invalid({"file": error.message}) from error


@transaction.atomic
def contacts_import(
    viewer: Viewer,
    programme: UUID,
    cert: UUID,
    data: bytes,
    name: str = "",
    *,
    dry: bool = True,
    label: str = "GREEN",
) -> Report:
    """Imports contacts of one regional CERT from CSV, XLSX or JSON; one ledger entry for all.

    None of them counts as verified. Raises Invalid with every problem unless `dry`.
    """
    report = dry_run(viewer, programme, cert, data, name)
    if dry:
        return report
    if report.problems:
        raise Invalid({"file": " ".join(str(problem) for problem in report.problems)})
    fresh = [{**parsed.values, "label": label} for parsed in new_ones(report)]
    if fresh:
        directory.contacts_write(viewer, programme, cert, fresh)
    return report


def new_ones(report: Report) -> list[tabular.Parsed]:
    """The rows that would be written: those that hold and are not recorded yet."""
    return [parsed for parsed in report.accepted if not parsed.remarks]


def _same(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values[name]).strip().casefold() for name in ("member", "channel", "address"))


def _run(viewer: Viewer, data: bytes, *, dry: bool = True, programme: UUID, cert: str = "", **_more: Any) -> Report:
    where = UUID(str(programme))
    held = selectors.certs(viewer, where)
    found = [one for one in held if cert in ("", str(one.subject), one.name)]
    if len(found) != 1:
        names = ", ".join(one.name for one in held) or _("none is recorded")
        raise Invalid({"cert": _("Name one regional CERT of the programme: %(names)s") % {"names": names}})
    return contacts_import(viewer, where, found[0].subject, data, dry=dry)


IMPORTER = ports.Importer("contacts", str(gettext_lazy("Contacts of a regional CERT")), _run)
