"""The library of frameworks: built-in ones, and those registered on this installation by their hash."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from trellis.assessment import frameworks
from trellis.assessment.frameworks import Framework, FrameworkError
from trellis.core import canonical, ids, node, ports, tabular
from trellis.core.conditions import Hidden, Invalid
from trellis.core.models import ReferencePack
from trellis.parties.schemas import Viewer

KIND = "framework"


@dataclass(frozen=True)
class Shelf:
    """A framework on the shelf."""

    hash: str
    framework: Framework
    built_in: bool

    @property
    def title(self) -> str:
        return self.framework.title


@dataclass(frozen=True)
class FrameworkReport:
    """What a file would bring in. `problems` are sentences; `hash` is None when it holds any."""

    framework: Framework | None
    hash: str | None
    problems: tuple[str, ...]
    known: bool = False

    @property
    def ok(self) -> bool:
        return not self.problems


def built_in() -> dict[str, Framework]:
    """The national framework in each language, by hash."""
    return {frameworks.content_hash(f): f for f in map(frameworks.national, frameworks.LANGUAGES)}


def framework(hash: str, *, translated: bool = False) -> Framework:
    """A framework by hash. `translated`: the national one in the reader's language; its codes are the same.

    Raises Hidden when the installation does not hold it.
    """
    found = built_in().get(hash)
    if found is not None:
        language = (get_language() or "en").split("-")[0]
        return frameworks.national(language) if translated and language in frameworks.LANGUAGES else found
    pack = ReferencePack.objects.filter(pk=hash, kind=KIND).first()
    if pack is None:
        raise Hidden(_("This installation does not hold that framework."))
    return frameworks.from_dict(canonical.decode(pack.body))


def shelf() -> list[Shelf]:
    """All frameworks: the built-in one in the reader's language first, then by title."""
    national = frameworks.national("fr" if (get_language() or "").startswith("fr") else "en")
    found = [Shelf(frameworks.content_hash(national), national, True)]
    packs = ReferencePack.objects.filter(kind=KIND).order_by("title", "added_at").exclude(pk__in=built_in())
    return found + [Shelf(pack.pk, frameworks.from_dict(canonical.decode(pack.body)), False) for pack in packs]


@transaction.atomic
def register(viewer: Viewer, found: Framework) -> str:
    """Keeps a framework by its hash and returns it. A framework that is here already stays as it is."""
    key = frameworks.content_hash(found)
    body = frameworks.canonical(found).decode()
    _pack, made = ReferencePack.objects.get_or_create(
        pk=key, defaults={"kind": KIND, "title": found.title[:300], "body": body}
    )
    if made:
        said = {"hash": key, "title": found.title, "version": found.version}
        node.register_change("framework", ids.derived("framework", key), said, viewer.actor)
    return key


def parse(data: bytes, about: dict[str, str] | None = None) -> Framework:
    """A framework from a MISP galaxy cluster, or from our own table as CSV or XLSX, told apart by content.

    Raises FrameworkError or TabularError.
    """
    said = {name: value for name, value in (about or {}).items() if value}
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return frameworks.from_misp(data, language=said.get("language", "en"), licence=said.get("licence", ""))
    return frameworks.from_table(tabular.read(data), said)


def dry_run(data: bytes, about: dict[str, str] | None = None) -> FrameworkReport:
    """What a file would bring in; nothing is stored."""
    try:
        found = parse(data, about)
    except FrameworkError as error:
        return FrameworkReport(None, None, error.problems)
    except tabular.TabularError as error:
        return FrameworkReport(None, None, (error.message,))
    key = frameworks.content_hash(found)
    return FrameworkReport(found, key, (), ReferencePack.objects.filter(pk=key).exists() or key in built_in())


def framework_import(
    viewer: Viewer, data: bytes, *, about: dict[str, str] | None = None, dry: bool = False
) -> FrameworkReport:
    """Imports a framework; with `dry` only reports. Raises Invalid listing every problem of the file."""
    report = dry_run(data, about)
    if not report.ok and not dry:
        raise Invalid({"file": " ".join(report.problems)}, _("Nothing was imported: the file has problems."))
    if report.framework is not None and not dry:
        register(viewer, report.framework)
    return report


def _run(
    viewer: Viewer, data: bytes, *, dry: bool = True, programme: UUID | None = None, **about: Any
) -> FrameworkReport:
    return framework_import(viewer, data, about={name: str(value) for name, value in about.items()}, dry=dry)


IMPORTER = ports.Importer("framework", str(gettext_lazy("Maturity framework")), _run)
