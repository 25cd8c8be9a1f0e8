"""Checks an IATI file with everything official that a folder holds: XML schemas, standard ruleset, code list."""

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from trellis.publishing.iati.ruleset import Report, check, codes, load
from trellis.publishing.iati.subject import RulesetError
from trellis.publishing.iati.validate import SchemaError, check_schema, load_schemas
from trellis.publishing.iati.xml import NotXML

SCHEMA = "iati-activities-schema.xsd"
RULESET = "standard.json"
AGENCIES = "OrganisationRegistrationAgency.xml"


def check_official(document: bytes, folder: Path, now: datetime) -> Report:
    """What a file gets wrong by the official files in `folder` or in a folder below it; the network is not used.

    Without the code list of registration agencies the rules that need it are listed as unchecked. Raises SchemaError,
    saying which file is missing or cannot be used.
    """
    schemas = load_schemas(_found(folder, SCHEMA).parent)
    ruleset = _found(folder, RULESET)
    agencies = next(iter(sorted(folder.rglob(AGENCIES))), None)
    try:
        sets = {"ORG-ID-PREFIX": codes(agencies.read_bytes())} if agencies else None
        made = check(document, load(ruleset.read_bytes()), now=now, id_sets=sets)
    except (RulesetError, NotXML) as error:
        raise SchemaError(_("%(name)s cannot be used: %(error)s") % {"name": RULESET, "error": error}) from error
    return Report((*check_schema(document, schemas), *made.findings), made.unchecked)


def _found(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if not found:
        raise SchemaError(_("%(name)s is not in %(folder)s") % {"name": name, "folder": folder})
    return found[0]
