"""NoOverlap: one promise about ranges of time, kept by PostgreSQL (exclusion constraint) and by SQLite (triggers)."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, F, Func, Model, Q
from django.db.models.sql import Query


class _Range(Func):
    """The half-open range [start, end): one appointment may begin when another ends."""

    function = "TSTZRANGE"
    template = "%(function)s(%(expressions)s, '[)')"


class NoOverlap(BaseConstraint):
    """No two rows that are `live` share `scope` and a moment between `start` and `end`.

    PostgreSQL needs BtreeGistExtension() in an earlier migration. SQLite's triggers come back when Django rebuilds the
    table, because they are emitted with it; triggers made by RunSQL would be lost.
    """

    _TRIGGER = (
        "CREATE TRIGGER %(name)s BEFORE %(event)s ON %(table)s BEGIN "
        "SELECT RAISE(ABORT, '%(promise)s') WHERE "
        "EXISTS (SELECT 1 FROM (SELECT %(new)s) AS candidate WHERE %(live)s) "
        "AND EXISTS (SELECT 1 FROM %(table)s WHERE %(scope)s = NEW.%(scope)s AND %(start)s < NEW.%(end)s "
        "AND %(end)s > NEW.%(start)s AND %(pk)s <> NEW.%(pk)s AND (%(live)s)); END"
    )

    def __init__(
        self, *, name: str, scope: str, start: str, end: str, live: Q, violation_error_message: str | None = None
    ) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.scope, self.start, self.end, self.live = scope, start, end, live

    def _exclusion(self) -> ExclusionConstraint:
        return ExclusionConstraint(
            name=self.name,
            expressions=[
                (_Range(F(self.start), F(self.end)), RangeOperators.OVERLAPS),
                (F(self.scope), RangeOperators.EQUAL),
            ],
            condition=self.live,
        )

    def constraint_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        assert model is not None
        assert schema_editor is not None
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().constraint_sql(model, schema_editor)
        schema_editor.deferred_sql.extend(self._triggers(model, schema_editor))
        return None

    def create_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        assert model is not None
        assert schema_editor is not None
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().create_sql(model, schema_editor)
        schema_editor.deferred_sql.extend(self._triggers(model, schema_editor))
        return None

    def remove_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        assert model is not None
        assert schema_editor is not None
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().remove_sql(model, schema_editor)
        return None  # Django rebuilds SQLite's table without it

    def _triggers(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        quote, options = schema_editor.quote_name, cast(Any, model._meta)

        def column(field: str) -> str:
            return str(quote(options.get_field(field).column))

        live = self._live_sql(model, schema_editor)
        columns = [quote(field.column) for field in options.local_concrete_fields]
        parts = {
            "promise": self.name,
            "new": ", ".join(f"NEW.{name} AS {name}" for name in columns),
            "live": live,
            "scope": column(self.scope),
            "start": column(self.start),
            "end": column(self.end),
            "pk": quote(options.pk.column),
        }
        return [
            Statement(
                self._TRIGGER,
                table=Table(model._meta.db_table, quote),
                name=quote(f"{self.name}_{event.lower()}"),
                event=event,
                **parts,
            )
            for event in ("INSERT", "UPDATE")
        ]

    def _live_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        query = Query(model=model, alias_cols=False)
        where = query.build_where(self.live)
        sql, params = where.as_sql(query.get_compiler(connection=schema_editor.connection), schema_editor.connection)
        return str(sql % tuple(schema_editor.quote_value(param) for param in params))

    def validate(self, model: type[Model], instance: Model, exclude: Any = None, using: str = "default") -> None:
        """Raise ValidationError where a live row overlaps `instance`, so that a form can say so beside the field."""
        values = {field.attname: getattr(instance, field.attname) for field in model._meta.local_concrete_fields}
        start, end = getattr(instance, self.start), getattr(instance, self.end)
        scope = cast(Any, model._meta.get_field(self.scope)).attname
        if start is None or end is None or values[scope] is None or not self.live.check(values, using=using):
            return
        rivals = model._default_manager.using(using).filter(
            self.live, **{scope: values[scope], f"{self.start}__lt": end, f"{self.end}__gt": start}
        )
        if instance.pk is not None:
            rivals = rivals.exclude(pk=instance.pk)
        if rivals.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code or "overlap")

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"scope": self.scope, "start": self.start, "end": self.end, "live": self.live}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoOverlap) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__


def triggers(using: str = "default") -> set[str]:
    """The names of the triggers that SQLite now holds (none on PostgreSQL, which needs none)."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {row[0] for row in cursor.fetchall()}
