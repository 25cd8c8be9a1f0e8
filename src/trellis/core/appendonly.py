"""Tables that the database itself keeps from being changed, on SQLite and on PostgreSQL.

Every model that inherits `AppendOnly` gets triggers after each migration: DELETE is refused, and every UPDATE
but those that the model lists.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models


@dataclass(frozen=True)
class Update:
    """An UPDATE that is allowed: only `columns` change, and `when` (SQL over OLD and NEW) holds."""

    columns: tuple[str, ...]
    when: str


class AppendOnly(models.Model):
    """Rows are added and stay."""

    class Meta:
        abstract = True

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        """The exceptions; none here."""
        return []


def install(app_config: AppConfig | None = None, using: str = "default", **_: Any) -> None:
    """(Re)creates the triggers of every append-only table that exists."""
    connection = connections[using]
    if connection.vendor not in {"sqlite", "postgresql"}:
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(REFUSE)
        for model in apps.get_models():
            if issubclass(model, AppendOnly) and model._meta.db_table in present:
                for statement in statements(model, connection.vendor):
                    cursor.execute(statement)


REFUSE = """
CREATE OR REPLACE FUNCTION trellis_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def statements(model: type[AppendOnly], vendor: str) -> list[str]:
    """The SQL that protects one table."""
    table = model._meta.db_table
    quoted = f'"{table}"'
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    columns = [field.column for field in model._meta.concrete_fields]
    allowed = []
    for update in model.allowed_updates():
        fixed = [c for c in columns if c not in update.columns]
        parts = [f'OLD."{c}" {same} NEW."{c}"' for c in fixed]
        allowed.append("(" + " AND ".join([*parts, f"({update.when})"]) + ")")
    # What comes out as NULL is not allowed either.
    refused = "NOT COALESCE(" + " OR ".join(allowed) + ", FALSE)" if allowed else ""
    if vendor == "sqlite":
        raise_ = f"SELECT RAISE(ABORT, 'append-only: change of {table} is refused');"
        when = f"WHEN {refused}" if refused else ""
        return [
            f'DROP TRIGGER IF EXISTS "{table}_keep_delete"',
            f'DROP TRIGGER IF EXISTS "{table}_keep_update"',
            f'CREATE TRIGGER "{table}_keep_delete" BEFORE DELETE ON {quoted} BEGIN {raise_} END',
            f'CREATE TRIGGER "{table}_keep_update" BEFORE UPDATE ON {quoted} {when} BEGIN {raise_} END',
        ]
    when = f"WHEN ({refused})" if refused else ""
    call = "EXECUTE FUNCTION trellis_refuse()"
    return [
        f'DROP TRIGGER IF EXISTS "{table}_keep_delete" ON {quoted}',
        f'DROP TRIGGER IF EXISTS "{table}_keep_update" ON {quoted}',
        f'DROP TRIGGER IF EXISTS "{table}_keep_truncate" ON {quoted}',
        f'CREATE TRIGGER "{table}_keep_delete" BEFORE DELETE ON {quoted} FOR EACH ROW {call}',
        f'CREATE TRIGGER "{table}_keep_update" BEFORE UPDATE ON {quoted} FOR EACH ROW {when} {call}',
        f'CREATE TRIGGER "{table}_keep_truncate" BEFORE TRUNCATE ON {quoted} FOR EACH STATEMENT {call}',
    ]
