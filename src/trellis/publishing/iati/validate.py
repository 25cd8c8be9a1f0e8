"""Checks an IATI file against the official XML schemas, read from a folder that the user has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from trellis.publishing.iati.ruleset import Finding
from trellis.publishing.iati.xml import NotXML, parse

FILES = {
    "iati-activities": "iati-activities-schema.xsd",
    "iati-activity": "iati-activities-schema.xsd",
    "iati-organisations": "iati-organisations-schema.xsd",
    "iati-organisation": "iati-organisations-schema.xsd",
}


class SchemaError(ValueError):
    """The folder does not hold schemas that can be used."""


@dataclass(frozen=True)
class Schemas:
    """The compiled schemas of one folder, by file name."""

    by_file: dict[str, etree.XMLSchema]


def load_schemas(directory: Path) -> Schemas:
    """Reads the activity and organisation schemas of IATI 2.03 from `directory`; the network is not used.

    Raises SchemaError, saying which file is missing or wrong.
    """
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    compiled = {}
    for name in sorted(set(FILES.values())):
        path = directory / name
        if not path.is_file():
            raise SchemaError(_("%(name)s is not in %(folder)s") % {"name": name, "folder": directory})
        try:
            compiled[name] = etree.XMLSchema(etree.parse(str(path), parser))
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            raise SchemaError(_("%(name)s cannot be used: %(error)s") % {"name": name, "error": error}) from error
    return Schemas(compiled)


def check_schema(document: bytes, schemas: Schemas) -> tuple[Finding, ...]:
    """What breaks the schema that belongs to the document's root element; nothing when it is valid.

    A document that is not XML, or whose root is not of IATI, has one finding that says so.
    """
    try:
        tree = parse(document)
    except NotXML as error:
        return (Finding("xml", "", "critical", "/", error.line, str(error)),)
    root: Any = tree.getroot()
    file = FILES.get(str(root.tag))
    if file is None:
        message = _("expected one of %(names)s as the root element, found %(found)s") % {
            "names": ", ".join(FILES),
            "found": root.tag,
        }
        return (Finding("schema", "", "critical", "/", root.sourceline or 0, message),)
    schema = schemas.by_file[file]
    if schema.validate(tree):
        return ()
    log: Any = schema.error_log
    return tuple(Finding("schema", "", "critical", entry.path or "/", entry.line, entry.message) for entry in log)
