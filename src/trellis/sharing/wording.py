"""Words of records: what counts as one, and the index through which they are found.

A word is a run of letters and digits, without accents and in small letters. A record is found when it has, for each
word asked, a word that begins with it; one or two letters are asked for as a whole word. The index only proposes:
whatever it finds is read through the gate.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL

from trellis.sharing.models_words import RecordWords

if TYPE_CHECKING:
    from trellis.sharing.records import DataKind, Record

MOST_ASKED = 8
LONGEST = 60  # of a word; longer ones are cut, on both sides
MOST_KEPT = 200_000  # letters of one record; PostgreSQL takes no more than a megabyte
FACET = "\u00a7"  # begins a word of one field, told apart from the words of all; no word has it
WHOLE = 2  # so short a word is asked for as a whole
MOST_SCOPES = 200

_WITHIN = frozenset({"Mn", "Mc", "Me", "Cf"})
_WORD = re.compile(r"[^\W_]+")
_KASHIDA = str.maketrans({"\u0640": None, "\u0649": "\u064a"})  # the line that stretches a word; ى as ي


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    text = text.lower() if text.isascii() else _folded(text)
    return [_plain(word)[:LONGEST] for word in _WORD.findall(text)]


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    # Marks and what is not seen (accents, vowel signs, soft hyphens) neither are letters nor part words.
    kept = "".join(c for c in parts if unicodedata.category(c) not in _WITHIN)
    return kept.translate(_KASHIDA).casefold()  # some signs come apart into capitals


def _plain(word: str) -> str:
    """Without the Arabic article, which is written onto its word."""
    return word[2:] if len(word) > 4 and word.startswith("\u0627\u0644") else word


def asked(text: str, facet: str = "") -> tuple[str, ...]:
    """The words that somebody asks for, each once, eight at most; of one field alone if it is named."""
    before = f"{FACET}{facet}" if facet else ""
    return tuple(f"{before}{word}" for word in dict.fromkeys(words(text)))[:MOST_ASKED]


def _is_whole(word: str) -> bool:
    """Whether a word asked for is so short that it is asked for as a whole. Of one field a beginning is always enough."""
    return len(word) <= WHOLE and not word.startswith(FACET)


@cache
def _whose(table: str, organisation: UUID | None) -> str:
    """The word that says of which table a record is, and of which organisation."""
    digest = hashlib.sha256(f"{table} {organisation or ''}".encode()).hexdigest()
    return f"_{digest[:12]}"


# Keeping it


def keep(kind: "DataKind", rows: Sequence["Record"], replaced: Iterable[UUID] = ()) -> None:
    """Adds records that were written, and takes out those whose place they took."""
    if not kind.worded:
        return
    if gone := list(replaced):
        forget(gone)
    standing = [row for row in rows if not row.retracted and row.superseded_at is None]
    RecordWords.objects.bulk_create(
        [RecordWords(record=row.pk, words=of_record(kind, row)) for row in standing], batch_size=2000
    )


def forget(records: Iterable[UUID]) -> None:
    """Takes records out: what was replaced or redacted is not found."""
    RecordWords.objects.filter(record__in=list(records)).delete()


def forget_wholly(kind: "DataKind", records: Iterable[UUID]) -> None:
    """Takes records out so that no word of them stays in the files of the index, which keep what is deleted for long."""
    if not kind.worded:
        return
    forget(records)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO sharing_words(sharing_words) VALUES ('optimize')")


def of_record(kind: "DataKind", row: "Record") -> str:
    """What is kept of a record."""
    texts = {field: words(str(getattr(row, field) or "")) for field in (*kind.search, *kind.facets)}
    # In the order in which they are said, so that of an endless text the beginning is found.
    found = dict.fromkeys(f"{FACET}{field}{word}" for field in kind.facets for word in texts[field])
    found |= dict.fromkeys(word for field in kind.search for word in texts[field])
    table = row._meta.db_table
    mine = sorted({_whose(table, None), _whose(table, row.owner), _whose(table, row.said_by or row.owner)})
    told = " ".join(["", *mine, *found, ""])
    return told if len(told) <= MOST_KEPT else told[: told.rfind(" ", 0, MOST_KEPT) + 1]


def made_again(kinds: Iterable["DataKind"]) -> int:
    """Makes all of it anew from the records that stand. Returns how many there are."""
    RecordWords.objects.all().delete()
    for kind in kinds:
        batch: list[Record] = []
        for row in kind.model.records.privileged().as_of(None).iterator(2000) if kind.worded else ():
            batch.append(row)
            if len(batch) == 2000:
                keep(kind, batch)
                batch = []
        keep(kind, batch)
    return RecordWords.objects.count()


# Asking it


def match(table: str, organisations: Sequence[UUID], wanted: Sequence[str], exact: bool = False) -> str:
    """The question to the index: all words, of records of a table and of any of these organisations.

    exact: all of them as whole words, not as beginnings.
    """
    few = 0 < len(organisations) <= MOST_SCOPES
    scopes = [_whose(table, one) for one in organisations] if few else [_whose(table, None)]
    if connection.vendor == "postgresql":
        parts = [f"'{word}'" + ("" if exact or _is_whole(word) else ":*") for word in wanted]
        return " & ".join(["(" + " | ".join(f"'{scope}'" for scope in scopes) + ")", *parts])
    parts = [f'"{word}"' + ("" if exact or _is_whole(word) else "*") for word in wanted]
    return " AND ".join(["(" + " OR ".join(scopes) + ")", *parts])


# On SQLite a full-text index beside the table, kept by triggers; on PostgreSQL an index of the table. What is asked of
# either consists of letters and digits alone. FTS5's `ascii` takes all beyond ASCII as letters: what a word is, is said
# above and nowhere else.
INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE sharing_words USING fts5(words, content='sharing_recordwords', content_rowid='id',"
        " detail=none, tokenize=\"ascii tokenchars '_'\")",
        "CREATE TRIGGER sharing_words_added AFTER INSERT ON sharing_recordwords BEGIN"
        " INSERT INTO sharing_words(rowid, words) VALUES (NEW.id, NEW.words); END",
        "CREATE TRIGGER sharing_words_gone AFTER DELETE ON sharing_recordwords BEGIN"
        " INSERT INTO sharing_words(sharing_words, rowid, words) VALUES ('delete', OLD.id, OLD.words); END",
    ),
    "postgresql": (
        "ALTER TABLE sharing_recordwords ADD COLUMN vector tsvector"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(btrim(words, ' '), ' '))) STORED",
        # What waits to be put into the index is read through by every search, so little of it waits.
        "CREATE INDEX sharing_words ON sharing_recordwords USING gin (vector) WITH (gin_pending_list_limit = 512)",
    ),
}
_FOUND = {
    "sqlite": "SELECT record FROM sharing_recordwords WHERE id IN"
    " (SELECT rowid FROM sharing_words WHERE sharing_words MATCH %s{limit})",
    "postgresql": "SELECT record FROM sharing_recordwords WHERE vector @@ CAST(%s AS tsquery){limit}",
}
_SOME = {vendor: sql.format(limit=" LIMIT %s") for vendor, sql in _FOUND.items()}
_NEWEST = {
    "sqlite": "SELECT id, record FROM sharing_recordwords WHERE id IN (SELECT rowid FROM sharing_words"
    " WHERE sharing_words MATCH %s AND rowid < %s ORDER BY rowid DESC LIMIT %s) ORDER BY id DESC",
    "postgresql": "SELECT id, record FROM sharing_recordwords WHERE vector @@ CAST(%s AS tsquery) AND id < %s"
    " ORDER BY id DESC LIMIT %s",
}


def holding(model: type["Record"], organisations: Sequence[UUID], wanted: Sequence[str]) -> RawSQL:
    """The ids of the records with these words, as something to look for rows in."""
    question = match(model._meta.db_table, organisations, wanted)
    return RawSQL(_FOUND[connection.vendor].format(limit=""), [question])  # noqa: S611


def found(model: type["Record"], organisations: Sequence[UUID], wanted: Sequence[str], most: int) -> list[Any]:
    """The ids of records with these words as the database keeps them, at most so many."""
    # Those that have the very words come at once and may be enough; for beginnings of words all is gathered first.
    same = found_whole(model, organisations, wanted, most)
    return same if len(same) == most else found_begun(model, organisations, wanted, most)


def found_whole(model: type["Record"], organisations: Sequence[UUID], wanted: Sequence[str], most: int) -> list[Any]:
    """As `found`, but only records that have the very words."""
    return _ids(_SOME[connection.vendor], match(model._meta.db_table, organisations, wanted, exact=True), most)


def found_begun(model: type["Record"], organisations: Sequence[UUID], wanted: Sequence[str], most: int) -> list[Any]:
    """As `found`, always asked by the beginnings of words."""
    return _ids(_SOME[connection.vendor], match(model._meta.db_table, organisations, wanted), most)


def newest(
    model: type["Record"], organisations: Sequence[UUID], wanted: Sequence[str], before: int, most: int
) -> list[tuple[int, Any]]:
    """Places in the index and ids of records with these words, those recorded last first, below a place."""
    if not found_whole(model, organisations, (), 1):
        return []  # of this table nothing is theirs, which most often is the answer where all tables are asked
    question = match(model._meta.db_table, organisations, wanted)
    return [(place, pk) for place, pk in _asked_for(_NEWEST[connection.vendor], question, before, most)]


def _ids(sql: str, *given: Any) -> list[Any]:
    return [pk for (pk,) in _asked_for(sql, *given)]


def _asked_for(sql: str, *given: Any) -> list[Any]:
    with connection.cursor() as cursor, _by_the_index(cursor):
        cursor.execute(sql, given)
        return list(cursor.fetchall())


@contextmanager
def _by_the_index(cursor: Any) -> Iterator[None]:
    """PostgreSQL would read a table through for words that are common, also where hardly any are an owner's."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


def read_through(model: type["Record"], wanted: Sequence[str]) -> RawSQL:
    """The condition that a row has these words, asked of the row: for walking down an order of rows."""
    like = " AND ".join(["words LIKE %s"] * len(wanted))
    given = [f"% {word}{' %' if _is_whole(word) else '%'}" for word in wanted]
    row = connection.ops.quote_name(model._meta.db_table)
    sql = f"COALESCE((SELECT {like} FROM sharing_recordwords WHERE record = {row}.id), %s)"  # noqa: S608
    return RawSQL(sql, [*given, False], output_field=models.BooleanField())  # noqa: S611
