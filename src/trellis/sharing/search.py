"""Search over every kind of record that has words to search, through the gate."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, wording
from trellis.sharing.records import DataKind, Record, data_kinds

PER_KIND = 20
LEAST = 2
MOST_WORDS = 8


@dataclass(frozen=True)
class Hit:
    """A record that holds all the words. `text` is the field in which the first word was found."""

    kind: str
    kind_title: str
    subject: UUID
    text: str
    owner: UUID
    owner_name: str
    label: str
    at: datetime
    url: str


@dataclass(frozen=True)
class Found:
    """The hits of one kind; `more` when there are others."""

    kind: DataKind
    hits: tuple[Hit, ...]
    more: bool


def words_of(text: str) -> list[str]:
    """The words looked for: at least two characters each, eight at most."""
    return [word for word in text.replace("\x00", "").split() if len(word) >= LEAST][:MOST_WORDS]


def searched() -> list[DataKind]:
    """The kinds of record that search looks into."""
    return [kind for kind in data_kinds() if kind.search]


def search(viewer: Viewer, text: str, kind: str = "") -> list[Found]:
    """Records that the viewer may read and that hold every word, newest first, by kind."""
    words = words_of(text)
    if not words:
        return []
    found = []
    for one in searched():
        if kind and one.name != kind:
            continue
        visible = gate.visible(one.model, viewer, "search")
        if one.worded:
            rows = list(visible.worded(text).newest(PER_KIND + 1))
        else:
            rows = list(visible.filter(_all(one, words)).order_by("-recorded_at", "-id")[: PER_KIND + 1])
        if rows:
            names = parties.organisation_names({row.owner for row in rows})
            hits = tuple(_hit(one, row, words, names) for row in rows[:PER_KIND])
            found.append(Found(one, hits, len(rows) > PER_KIND))
    return found


def _all(kind: DataKind, words: Sequence[str]) -> Q:
    wanted = Q()
    for word in words:
        here = Q()
        for field in kind.search:
            here |= Q(**{f"{field}__icontains": word})
        wanted &= here
    return wanted


def _hit(kind: DataKind, row: Record, words: Sequence[str], names: dict[UUID, str]) -> Hit:
    texts = [str(getattr(row, field) or "") for field in kind.search]
    first = wording.asked(" ".join(words)) or ("",)
    best = next((t for t in texts if any(w.startswith(first[0]) for w in wording.words(t))), texts[0])
    owner = names.get(row.owner, "")
    return Hit(
        kind.name,
        str(kind.title),
        row.subject,
        _short(best, first[0]),
        row.owner,
        owner,
        row.label,
        row.recorded_at,
        record_url(kind, row),
    )


def _short(text: str, word: str, width: int = 160) -> str:
    """The part of a text around the word found."""
    if len(text) <= width:
        return text
    at = next((m.start() for m in re.finditer(r"\S+", text) if any(w.startswith(word) for w in wording.words(m[0]))), 0)
    start = max(0, min(at - width // 3, len(text) - width))
    return ("…" if start else "") + text[start : start + width].strip() + ("…" if start + width < len(text) else "")


def record_url(kind: DataKind, row: Record) -> str:
    """The page of a record: what its kind names, with the arguments that fit; else who can see it."""
    for args in ([row.context, row.subject], [row.subject]):
        if kind.url_name and None not in args:
            try:
                return reverse(kind.url_name, args=args)
            except NoReverseMatch:
                continue
    return reverse("sharing:record", args=[kind.name, row.subject])
