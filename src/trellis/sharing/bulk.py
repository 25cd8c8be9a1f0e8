"""Many records of one kind and owner at once: what `records.write` promises, by columns and without a model for each.

A row is a mapping of the columns that differ between rows; what they have in common is given once.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from trellis.core import canonical, ledger
from trellis.core.conditions import Conflict, Invalid
from trellis.core.ledger import Actor, Position
from trellis.core.models import Entry
from trellis.sharing import settling
from trellis.sharing.records import Record, kind_of

AT_ONCE = 500


@transaction.atomic
def write_bulk(
    actor: Actor, position: Position, model: type[Record], shared: Mapping[str, Any], rows: Sequence[dict[str, Any]]
) -> Entry:
    """Writes rows at a position of the actor's stream, taken with `ledger.lock` in this transaction.

    Every row has `id`, `subject`, `supersedes` and the same names besides; `shared` holds the rest of what the area
    says. Raises Invalid by field, and Conflict when another version was written to the same place meanwhile.
    """
    common = _common(actor, position, model, shared, rows)
    _settle(model, rows)
    hashes = _hash(model, common, rows)
    try:
        with transaction.atomic():
            _insert(model, common, rows)
    except IntegrityError as error:
        if any(row["supersedes"] for row in rows):
            raise Conflict(
                _("Somebody corrected this record a moment ago. Look at the newest version, then decide.")
            ) from error
        raise
    replaced = [row["supersedes"] for row in rows if row["supersedes"]]
    for start in range(0, len(replaced), 10_000):
        last = model.records.privileged().filter(pk__in=replaced[start : start + 10_000], superseded_at=None)
        last.update(superseded_at=position.at)
    said = {"root": canonical.root(hashes), "count": len(hashes), "kinds": {kind_of(model).name: len(hashes)}}
    return ledger.append(position, "records.written", said, actor)


def _common(
    actor: Actor, position: Position, model: type[Record], shared: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The columns that are alike in all rows, settled."""
    given = {
        **shared,
        "owner": actor.organisation,
        "recorded_by": actor.person,
        "recorded_at": position.at,
        "seq": position.seq,
    }
    example = model(**given)
    own = {*rows[0], "salt", "content_hash"} if rows else set()
    found: dict[str, Any] = {}
    for plan in settling.plans(model):
        if plan.name in own:
            continue
        value = getattr(example, plan.name)
        if value is None and plan.needed:
            raise Invalid({plan.field.name: _("This is needed.")})
        found[plan.name] = value if value is None else plan.settled(value)
    return found


def _settle(model: type[Record], rows: Sequence[dict[str, Any]]) -> None:
    """Column after column: every value as it will be read back."""
    for plan in settling.plans(model):
        if not rows or plan.name not in rows[0]:
            continue
        name, same, longest = plan.name, plan.same, plan.longest
        plain = same is not None and not plan.validators and not plan.choices
        for row in rows:
            value = row[name]
            if plain and type(value) is same and (longest is None or len(value) <= longest):
                continue
            if value is None:
                if plan.needed:
                    raise Invalid({plan.field.name: _("This is needed.")})
                continue
            try:
                row[name] = plan.settled(value)
            except ValidationError as error:
                raise Invalid({plan.field.name: " ".join(error.messages)}) from error


def _hash(model: type[Record], common: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> list[str]:
    """Gives every row salt and hash: the same bytes as `Record.computed_hash` makes."""
    covered = [name for name in settling.hashed(model) if rows and name in rows[0] and name not in model.DIGESTED]
    base = {name: canonical.plain(common[name]) for name in settling.hashed(model) if name in common}
    table = model._meta.db_table
    salts = os.urandom(16 * len(rows))
    found: list[str] = []
    plain, digest, dumps, sort = canonical.plain, canonical.digest, orjson.dumps, orjson.OPT_SORT_KEYS
    for n, row in enumerate(rows):
        said = base.copy()
        for name in covered:
            said[name] = plain(row[name])
        for name in model.DIGESTED:
            said[name] = digest(row[name].encode())
        row["salt"] = salt = salts[16 * n : 16 * n + 16]
        # Names of columns are plain letters, so these are the bytes of RFC 8785.
        row["content_hash"] = hashed = digest(salt, dumps({"row": said, "table": table}, option=sort))
        found.append(hashed)
    return found


def _insert(model: type[Record], common: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    plans = settling.plans(model)
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(str(plan.field.column)) for plan in plans)
    alike = {p.name: p.field.get_db_prep_save(common[p.name], connection) for p in plans if p.name in common}
    if connection.vendor == "postgresql":
        _copy(f"COPY {table} ({names}) FROM STDIN", [p.name for p in plans], common, rows)
        return
    moment = connection.ops.adapt_datetimefield_value
    puts: list[tuple[str, Callable[[Any], Any] | None]] = []
    for plan in plans:
        put: Callable[[Any], Any] | None = {UUID: lambda v: v.hex, datetime: moment}.get(plan.same)  # type: ignore[arg-type]
        puts.append((plan.name, put))
    values: Any = (
        [
            alike[name] if name in alike else row[name] if put is None or row[name] is None else put(row[name])
            for name, put in puts
        ]
        for row in rows
    )
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(plans))})"  # noqa: S608 - names of columns
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _copy(statement: str, names: Sequence[str], common: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """PostgreSQL's own way in for many rows, in its text format."""
    # The columns that are alike are written once, in a pattern with a place for each of the others.
    own = [name for name in names if name not in common]
    pattern = "\t".join("%s" if n not in common else _text(common[n]).replace("%", "%%") for n in names) + "\n"
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for start in range(0, len(rows), AT_ONCE):
            part = [pattern % tuple([_text(row[name]) for name in own]) for row in rows[start : start + AT_ONCE]]
            copy.write("".join(part).encode())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _escaped(value)
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is bool:
        return "t" if value else "f"
    if kind is datetime:
        return str(value.isoformat())
    if kind is bytes:
        return f"\\\\x{value.hex()}"
    if kind in (list, dict):
        return _text(orjson.dumps(value).decode())
    return str(value)


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    return text.replace("\r", "\\r") if "\r" in text else text
