"""The ledger: order, time, signatures, and tables that the database itself protects."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.world import START, World
from trellis.core import canonical, clock, ids, keys, ledger
from trellis.core.appendonly import AppendOnly, statements
from trellis.core.models import Checkpoint, Entry, Payload, Stream
from trellis.core.tests.unguarded import unguarded

PROTECTED = sorted((m for m in apps.get_models() if issubclass(m, AppendOnly)), key=lambda m: m._meta.db_table)


def test_entries_are_chained_numbered_and_signed(world: World) -> None:
    first, second = (
        ledger.record(world.org("cert"), "test.said", {"n": n}, ledger.Actor(world.org("cert"))) for n in (1, 2)
    )
    assert second.seq == first.seq + 1
    head = canonical.decode(second.body)
    assert head["prev"] == first.hash and second.hash == canonical.digest(second.body.encode())
    key = keys.current(world.org("cert"))
    assert head["key"] == str(key.pk) and keys.holds(bytes(key.public), second.body.encode(), bytes(second.signature))


def test_a_payload_is_hashed_with_its_salt(world: World) -> None:
    entry = ledger.record(world.org("cert"), "test.said", {"word": "yes"}, ledger.Actor(world.org("cert")))
    kept = Payload.objects.get(pk=entry)
    said = canonical.digest(bytes(kept.salt), str(kept.body).encode())
    assert canonical.decode(entry.body)["payload_hash"] == said
    assert said != canonical.digest(str(kept.body).encode())


def test_a_stream_is_locked_only_inside_a_transaction(world: World) -> None:
    with transaction.atomic():
        assert ledger.lock(world.org("cert")).stream == world.org("cert")


def test_time_never_runs_backwards_in_a_stream(world: World) -> None:
    ledger.record(world.org("cert"), "test.said", {}, ledger.Actor(world.org("cert")))
    clock.set_to(START - timedelta(seconds=2))
    entry = ledger.record(world.org("cert"), "test.said", {}, ledger.Actor(world.org("cert")))
    assert entry.at == START
    clock.set_to(START - timedelta(days=1))
    with pytest.raises(clock.ClockError):
        ledger.record(world.org("cert"), "test.said", {}, ledger.Actor(world.org("cert")))


def test_a_revoked_key_signs_no_more(world: World) -> None:
    keys.revoke(keys.current(world.org("cert")))
    with pytest.raises(keys.KeyProblem):
        ledger.record(world.org("cert"), "test.said", {}, ledger.Actor(world.org("cert")))


def test_a_sealed_key_opens_only_with_the_secret(world: World, settings: object) -> None:
    key = keys.current(world.org("cert"))
    settings.SECRET_KEY = "another secret that did not seal it, long enough"  # type: ignore[attr-defined]
    with pytest.raises(keys.KeyProblem):
        keys.sign(key, b"x")


@pytest.mark.parametrize("model", PROTECTED, ids=lambda m: m._meta.db_table)
@pytest.mark.django_db
def test_the_database_refuses_to_delete_or_change(model: type[AppendOnly]) -> None:
    """Every append-only table: DELETE never, and no UPDATE of a column that is not listed as an exception."""
    table = model._meta.db_table
    row = blank(model)
    with connection.cursor() as cursor:
        relax(cursor, True)
        names = ", ".join(f'"{name}"' for name in row)
        cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(row))})', list(row.values()))
        pk = model._meta.pk.column
        where = f' WHERE "{pk}" = %s'
        for statement in (f'DELETE FROM "{table}"', *changes(model)):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(statement + where, [row[pk]])
        cursor.execute(f'SELECT COUNT(*) FROM "{table}"{where}', [row[pk]])
        assert cursor.fetchone()[0] == 1
        with unguarded(model):  # it cites rows that are not there, so it goes before anybody checks
            cursor.execute(f'DELETE FROM "{table}"{where}', [row[pk]])
        relax(cursor, False)


def relax(cursor: object, on: bool) -> None:
    """Lets a row stand without the rows that it cites."""
    if connection.vendor == "sqlite":
        cursor.execute("PRAGMA defer_foreign_keys = " + ("ON" if on else "OFF"))  # type: ignore[attr-defined]
    elif on:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # type: ignore[attr-defined]


def blank(model: type[AppendOnly]) -> dict[str, object]:
    """A row with something in every column that must not be empty."""
    row: dict[str, object] = {}
    for field in model._meta.concrete_fields:
        target = field
        while target.remote_field is not None:
            target = target.target_field
        value: object = None
        if isinstance(target, models.AutoField):
            value = 987654321
        elif isinstance(target, models.UUIDField):
            value = ids.new()
        elif isinstance(target, models.BooleanField):
            value = False
        elif isinstance(target, models.DecimalField | models.IntegerField):
            value = 1
        elif isinstance(target, models.DateTimeField):
            value = START
        elif isinstance(target, models.DateField):
            value = START.date()
        elif isinstance(target, models.JSONField):
            value = []
        elif isinstance(target, models.BinaryField):
            value = b"x"
        elif isinstance(target, models.CharField | models.TextField):
            value = "x"
        if field.null and not field.primary_key:
            value = None
        row[field.column] = target.get_db_prep_save(value, connection)
    return row


def changes(model: type[AppendOnly]) -> list[str]:
    """An UPDATE for the first column that no exception names, and for all columns together."""
    listed = {column for update in model.allowed_updates() for column in update.columns}
    fixed = [f for f in model._meta.concrete_fields if f.column not in listed and not f.primary_key]
    found = []
    for field in fixed[:1]:
        found.append(f'UPDATE "{model._meta.db_table}" SET "{field.column}" = {other(field)}')
    return found


def other(field: object) -> str:
    if isinstance(field, models.DateTimeField | models.DateField):
        return "'1999-01-01'"
    if isinstance(field, models.BooleanField):
        return "TRUE" if connection.vendor == "postgresql" else "1"
    if isinstance(field, models.JSONField):
        return "'[1]'"
    if isinstance(field, models.DecimalField | models.IntegerField):
        return "2"
    target = field
    while getattr(target, "remote_field", None) is not None:
        target = target.target_field  # type: ignore[attr-defined]
    if isinstance(target, models.UUIDField):
        return f"'{ids.new() if connection.vendor == 'postgresql' else ids.new().hex}'"
    if isinstance(target, models.AutoField):
        return "2"
    if isinstance(target, models.BinaryField):
        return "'\\x79'" if connection.vendor == "postgresql" else "x'79'"
    return "'y'"


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
@pytest.mark.parametrize("model", PROTECTED, ids=lambda m: m._meta.db_table)
def test_both_engines_get_triggers_for_delete_and_update(model: type[AppendOnly], vendor: str) -> None:
    said = " ".join(statements(model, vendor))
    assert f'BEFORE DELETE ON "{model._meta.db_table}"' in said
    assert f'BEFORE UPDATE ON "{model._meta.db_table}"' in said
    assert vendor == "sqlite" or f'BEFORE TRUNCATE ON "{model._meta.db_table}"' in said


def test_a_checkpoint_says_where_the_stream_stands(world: World) -> None:
    point = ledger.checkpoint(world.programme, world.org("cert"), ledger.Actor(world.org("ministry")))
    body = canonical.decode(point.body)
    head = Entry.objects.filter(stream=world.programme).order_by("-seq").first()
    assert head and (body["seq"], body["hash"]) == (head.seq, head.hash)
    assert keys.holds(bytes.fromhex(body["public"]), point.body.encode(), bytes(point.signature))
    assert Checkpoint.objects.get().party == world.org("cert")


def test_an_empty_stream_has_no_checkpoint(world: World) -> None:
    stream = Stream.objects.create(pk=ids.new(), kind="arrangement")
    with pytest.raises(ValueError, match="empty"):
        ledger.checkpoint(stream.pk, world.org("cert"), ledger.Actor(world.org("cert")))


@given(st.integers(2, 50))
def test_ids_ascend_also_within_a_millisecond(n: int) -> None:
    made = [ids.new() for _ in range(n)]
    assert made == sorted(made) and all(i.version == 7 for i in made)
