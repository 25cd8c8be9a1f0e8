"""Redaction: takes words out of what was said in a stream, and leaves everything else as it was.

The salt and content of the entry go; its hash, date and place in the chain stay. A later entry says who took out
what and why, and holds the content that remains, from which decisions are read and streams replayed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from trellis.core import canonical, clock, ledger
from trellis.core.conditions import Hidden, Invalid
from trellis.core.coowned import CoOwned, tables
from trellis.core.ledger import Actor
from trellis.core.models import Entry, Payload
from trellis.governance.models import Dissent, Outcome
from trellis.governance.registry import kind_named, read_payload
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.parties.services import require_administrator
from trellis.sharing import records

# Entries of an arrangement that hold free text, and where in them it lies.
TEXTS = {"decision.proposed": "content", "decision.rejected": "reason", "decision.withdrawn": "reason",
         "decision.dissent": "text"}  # fmt: skip


def redact_payload(viewer: Viewer, stream: UUID, seq: int, paths: Sequence[str], reason: str) -> Entry:
    """Empties texts in one entry: `paths` such as `content.reason` or `text`. Returns the entry that says so.

    Only an administrator of the organisation that said it; the co-owned rows that took the text over lose it too.
    Raises Invalid for a path that is no text, or a text that the decision cannot do without.
    """
    entry = Entry.objects.select_related("payload").filter(stream=stream, seq=seq).first()
    if entry is None:
        raise Hidden()
    if stream != viewer.organisation:
        parties.programme_for(viewer, stream)
    assert entry.organisation
    actor = require_administrator(viewer, entry.organisation)
    return _redact(entry, paths, reason, actor)


@transaction.atomic
def _redact(entry: Entry, paths: Sequence[str], reason: str, actor: Actor) -> Entry:
    position = ledger.lock(entry.stream_id)
    entry.refresh_from_db()
    said = ledger.payload_of(entry)
    if said is None or entry.kind not in TEXTS:
        raise Invalid({"paths": _("There is nothing in this entry that can be redacted.")})
    if not reason.strip():
        raise Invalid({"reason": _("Say why.")})
    left = deepcopy(said)
    removed = [_empty(left, path, TEXTS[entry.kind]) for path in paths]
    if not removed:
        raise Invalid({"paths": _("Say which texts go.")})
    if entry.kind == "decision.proposed":
        _still_reads(left)
    hashes = _empty_rows(entry, left, removed)
    # An earlier redaction of the same entry holds what remained then, and with it the text that goes now.
    earlier = ledger.redactions_of(entry)
    hashes |= {first: hashes.pop(last, last) for first, last in _hashes(earlier).items()}
    done = [row.seq for row in earlier] + [seq for row in earlier for seq in _told(row)["earlier"]]
    for row in [*earlier, entry]:
        Payload.objects.filter(pk=row.pk, redacted_at=None).update(salt=None, body=None, redacted_at=clock.now())
    told = {"entry": entry.seq, "earlier": done, "paths": list(paths), "left": left, "hashes": hashes}
    told["reason"] = reason
    return ledger.append(position, "redaction", told, actor)


def _told(redaction: Entry) -> dict[str, Any]:
    return dict(canonical.decode(str(redaction.payload.body)))


def _hashes(redactions: Sequence[Entry]) -> dict[str, str]:
    return {first: last for row in redactions for first, last in _told(row)["hashes"].items()}


def _empty(said: dict[str, Any], path: str, within: str) -> str:
    """Empties the text at a path and returns what stood there."""
    parts = path.split(".")
    at: Any = said
    try:
        for name in parts[:-1]:
            at = at[int(name)] if isinstance(at, list) else at[name]
        last: int | str = int(parts[-1]) if isinstance(at, list) else parts[-1]
        text = at[last]
    except (KeyError, IndexError, ValueError, TypeError):
        text = None
    if not isinstance(text, str) or not text or parts[0] != within:
        raise Invalid({"paths": _("There is no text at %(path)s.") % {"path": path}})
    at[last] = ""
    return text


def _still_reads(left: dict[str, Any]) -> None:
    kind = kind_named(left["kind"])
    try:
        str(kind.describe(read_payload(kind, left["version"], left["content"])))
    except (ValueError, LookupError) as error:
        raise Invalid({"paths": _("The decision cannot be read without this text.")}) from error


def _empty_rows(entry: Entry, left: dict[str, Any], removed: Sequence[str]) -> dict[str, str]:
    """Takes the texts out of the tables. Returns the hashes of changed co-owned rows, before and after."""
    decision = left["decision"]
    if entry.kind == "decision.dissent":
        Dissent.objects.filter(decision=decision, seq=entry.seq).update(text="")
        return {}
    if entry.kind != "decision.proposed":
        Outcome.objects.filter(decision=decision, seq=entry.seq).update(reason="")
        return {}
    hashes: dict[str, str] = {}
    for model in tables():
        made = model.objects.filter(stream=entry.stream_id, decision=decision)
        subjects = set(made.values_list("subject", flat=True))
        for row in model.objects.filter(stream=entry.stream_id, subject__in=subjects, seq__gte=entry.seq):
            before, changes = row.content_hash, _without(row, set(removed))
            if changes:
                for name, value in changes.items():
                    setattr(row, name, value)
                hashes[before] = row.content_hash = row.computed_hash()
                model.objects.filter(pk=row.pk).update(**changes, content_hash=row.content_hash)
            if any(text in str(canonical.encode(row.content()), "utf-8") for text in removed if len(text) > 3):
                raise Invalid({"paths": _("The text also stands inside a longer text of the decision; redact that.")})
    return hashes


def _without(row: CoOwned, removed: set[str]) -> dict[str, Any]:
    """The columns of a row that change when these texts go."""
    base = {f.name for f in CoOwned._meta.get_fields()}
    changes: dict[str, Any] = {}
    for f in row._meta.concrete_fields:
        value = getattr(row, f.attname)
        if f.name in base or not isinstance(f, models.CharField | models.TextField | models.JSONField):
            continue
        if (emptied := _gone(value, removed)) != value:
            changes[f.attname] = emptied
    return changes


def _gone(value: Any, removed: set[str]) -> Any:
    if isinstance(value, str):
        return "" if value in removed else value
    if isinstance(value, list):
        return [_gone(item, removed) for item in value]
    if isinstance(value, dict):
        return {key: _gone(item, removed) for key, item in value.items()}
    return value


def listed(since: datetime | None = None) -> Iterator[str]:
    """Every redaction as a line of JSON, for keeping beside backups: a restored one must forget it again."""
    rows = Entry.objects.filter(kind="redaction").select_related("payload").order_by("at", "stream", "seq")
    for entry in rows.filter(at__gte=since) if since else rows:
        said = ledger.payload_of(entry)
        if said is not None:
            kept: dict[str, Any] = {
                name: said[name] for name in ("entry", "paths", "table", "records", "reason") if name in said
            }
            kept |= {"stream": entry.stream_id, "organisation": entry.organisation, "person": entry.person}
            yield canonical.encode(kept).decode()


@transaction.atomic
def reapply(lines: Iterable[str]) -> int:
    """Does again, in a restored database, the redactions of a list. Returns how many were not there already."""
    done = 0
    for line in filter(str.strip, lines):
        said = json.loads(line)
        actor = Actor(UUID(said["organisation"]), UUID(said["person"]) if said["person"] else None)
        if "records" in said:
            model = next(m for m in apps.get_models() if m._meta.db_table == said["table"])
            assert issubclass(model, records.Record)
            done += records.redact(model, [UUID(pk) for pk in said["records"]], actor, said["reason"]) > 0
            continue
        entry = Entry.objects.select_related("payload").filter(stream=said["stream"], seq=said["entry"]).first()
        if entry is None or entry.payload.redacted_at is not None:
            continue
        _redact(entry, said["paths"], said["reason"], actor)
        done += 1
    return done


def texts(stream: UUID, seq: int) -> list[tuple[str, str]]:
    """The texts of an entry that could go: path and how the text begins. Ids, dates and amounts are not among them."""
    entry = Entry.objects.select_related("payload").filter(stream=stream, seq=seq).first()
    said = ledger.payload_of(entry) if entry is not None and entry.kind in TEXTS else None
    if entry is None or said is None:
        return []
    within = TEXTS[entry.kind]
    found = [(path, text) for path, text in _leaves(said.get(within), within) if " " in text.strip()]
    return [(path, text if len(text) < 80 else text[:77] + "…") for path, text in found]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value:
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}.{number}")
