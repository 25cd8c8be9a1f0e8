"""Everything that an organisation owns, as files: a party can leave and take its data with it."""

import json
import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings

from trellis.core import canonical
from trellis.core.conditions import Hidden
from trellis.core.models import Checkpoint
from trellis.core.tabular import Column, write_csv
from trellis.governance.ledgers import may_see
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.models import Access, Evidence
from trellis.sharing.records import data_kinds
from trellis.web import streams


def export_stream(viewer: Viewer, stream: UUID, folder: Path) -> int:
    """Writes a stream that the viewer is a party to (or owns) as JSON lines, with its checkpoints."""
    if stream != viewer.organisation:
        parties.programme_for(viewer, stream)
    with (folder / f"stream-{stream}.jsonl").open("w", encoding="utf-8") as out:
        count = streams.export(stream, out, lambda entry: may_see(viewer, entry))
    party = viewer.actor.organisation
    for point in Checkpoint.objects.filter(stream=stream, party=party).order_by("at"):
        said = {"body": canonical.decode(point.body), "signature": bytes(point.signature).hex()}
        (folder / f"checkpoint-{stream}-{point.seq}.json").write_text(json.dumps(said, indent=1), encoding="utf-8")
    return count


def export_organisation(viewer: Viewer, folder: Path) -> dict[str, int]:
    """Writes all versions of all records of the viewer's organisation, its files, access log and streams."""
    if viewer.organisation is None:
        raise Hidden()
    counts: dict[str, int] = {}
    for kind in data_kinds():
        rows = gate.visible(kind.model, viewer, "export", history=True).filter(owner=viewer.organisation)
        path = folder / f"{kind.name}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            n = 0
            for row in rows.order_by("recorded_at", "id").iterator():
                n += 1
                said = {**row.content(), "superseded_at": row.superseded_at, "content_hash": row.content_hash}
                said["salt"] = bytes(row.salt) if row.salt is not None else None
                out.write(canonical.encode(said).decode() + "\n")
        counts[kind.name] = n
        if not n:
            path.unlink()
    counts["files"] = _files(viewer, folder)
    counts["accesses"] = _accesses(viewer, folder)
    counts[f"stream {viewer.organisation}"] = export_stream(viewer, viewer.organisation, folder)
    for programme in parties.programmes_of(viewer):
        counts[f"stream {programme.id}"] = export_stream(viewer, programme.id, folder)
    return counts


def _files(viewer: Viewer, folder: Path) -> int:
    (folder / "files").mkdir()
    rows = gate.visible(Evidence, viewer, "export", history=True).filter(owner=viewer.organisation)
    found = {row.sha256 for row in rows}
    for digest in found:
        kept = settings.FILES / digest[:2] / digest
        if kept.exists():
            shutil.copyfile(kept, folder / "files" / digest)
    return len(found)


def _accesses(viewer: Viewer, folder: Path) -> int:
    rows = Access.objects.filter(owner=viewer.actor.organisation).order_by("at")
    names = parties.organisation_names()
    cells = [
        [r.at.isoformat(), names.get(r.reader, "") if r.reader else "", r.data_kind, r.purpose, str(r.count)]
        for r in rows
    ]
    heads = [Column(name, name) for name in ("at", "reader", "data kind", "purpose", "records")]
    with (folder / "accesses.csv").open("wb") as out:
        out.writelines(write_csv(cells, heads))
    return len(cells)
