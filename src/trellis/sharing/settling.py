"""Values of a record as its table will give them back: checked, parsed and put away by columns.

Plans are made once for each model, because an import settles millions of values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid
from trellis.core.coowned import stored

LEFT_OUT = frozenset({"superseded_at", "content_hash", "salt", "redacted_at"})
# Values of these types are what their columns give back.
_SAME: dict[type[Any], type[Any]] = {
    models.CharField: str,
    models.TextField: str,
    models.UUIDField: UUID,
    models.DateTimeField: datetime,
    models.BooleanField: bool,
    models.BigIntegerField: int,
}


@dataclass(frozen=True)
class Plan:
    """How one column is settled. `same` is the type whose values stay as they are."""

    field: "models.Field[Any, Any]"
    name: str
    needed: bool
    same: type[Any] | None
    longest: int | None
    validators: tuple[Callable[[Any], None], ...]
    choices: frozenset[Any]

    def settled(self, value: Any) -> Any:
        """The value as it will be read back. Raises ValidationError."""
        if type(value) is self.same:
            if self.longest is not None and len(value) > self.longest:
                self.field.run_validators(value)
            if value != "":
                for check in self.validators:
                    check(value)
        elif value not in ([], {}):
            value = stored(self.field, value)
            if value not in ("", [], {}):
                self.field.run_validators(value)
        if self.choices and value != "" and value not in self.choices:
            raise ValidationError(_("%(value)s is not one of the choices.") % {"value": value})
        return value


@cache
def plans(model: type[models.Model]) -> tuple[Plan, ...]:
    """The plan of each column of a model."""
    return tuple(_plan(f) for f in model._meta.concrete_fields)


def _plan(f: "models.Field[Any, Any]") -> Plan:
    lengths = [v for v in f.validators if type(v) is MaxLengthValidator]
    others = tuple(v for v in f.validators if type(v) is not MaxLengthValidator)
    limit = lengths[0].limit_value if lengths else None
    return Plan(
        field=f,
        name=f.attname,
        needed=not f.null and f.name not in ("content_hash", "salt"),
        same=_SAME.get(type(f)),
        longest=limit() if callable(limit) else limit,
        validators=others,
        choices=frozenset(choice for choice, _title in f.flatchoices) if f.choices else frozenset(),
    )


def settle(row: models.Model) -> None:
    """Gives every column the value that will be read back, so that its hash holds. Raises Invalid by field."""
    wrong: dict[str, str] = {}
    for plan in plans(type(row)):
        value = getattr(row, plan.name)
        if value is None:
            if plan.needed:
                wrong[plan.field.name] = _("This is needed.")
            continue
        try:
            setattr(row, plan.name, plan.settled(value))
        except ValidationError as error:
            wrong[plan.field.name] = " ".join(error.messages)
    if wrong:
        raise Invalid(wrong)


@cache
def hashed(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that the hash of a record covers."""
    return tuple(f.attname for f in model._meta.concrete_fields if f.attname not in LEFT_OUT)


def insert(model: type[models.Model], rows: Sequence[models.Model], batch: int) -> None:
    """Adds settled rows: on SQLite by one prepared statement for all of them, which is several times faster."""
    here = connections[DEFAULT_DB_ALIAS]
    if here.vendor != "sqlite" or len(rows) < 10:
        models.QuerySet[Any](model).bulk_create(rows, batch_size=batch)
        return
    found = plans(model)
    names = ", ".join(here.ops.quote_name(str(plan.field.column)) for plan in found)
    table = here.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(found))})"  # noqa: S608 - names of columns
    moment = here.ops.adapt_datetimefield_value

    def put(plan: Plan, value: Any) -> Any:
        if type(value) is not plan.same:
            if value is None or type(value) is bytes:
                return value
            return "[]" if value == [] else plan.field.get_db_prep_save(value, here)
        if plan.same is datetime:
            return moment(value)
        return value.hex if plan.same is UUID else value

    values: Any = ([put(plan, getattr(row, plan.name)) for plan in found] for row in rows)
    with transaction.atomic(), here.cursor() as cursor:
        cursor.executemany(statement, values)
    for row in rows:
        row._state.adding, row._state.db = False, here.alias
