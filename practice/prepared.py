"""Prepared queries: Django works out the SQL once, later only the values change. Compiling costs more than asking."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Expression, Field, QuerySet, Value


class _Place(NamedTuple):
    """Where in the parameters of the SQL a value goes that is given later."""

    name: str
    field: "Field[Any, Any]"
    number: int | None = None

    def filled(self, given: dict[str, Any]) -> Any:
        value = given[self.name] if self.number is None else given[self.name][self.number]
        return self.field.get_db_prep_value(value, connection)


class Given(Value):
    """Stands in a query for the value of that name."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [_Place(self.value, self.output_field)]


class Among(Expression):
    """Stands behind `__in` for so many values of that name."""

    def __init__(self, name: str, number: int, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field)
        self.name, self.number = name, number

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        places = [_Place(self.name, self.output_field, number) for number in range(self.number)]
        return f"({', '.join('%s' for _place in places)})", places


class Prepared:
    """A query by the function that builds it; `shape` is what changes its SQL, everything else is Given.

    Its rows are what the database answers, so they are best asked as numbers and text, which need no conversion.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._compiled = lru_cache(maxsize=256)(
            lambda _vendor, *shape: build(*shape).query.get_compiler(connection=connection).as_sql()
        )

    def ask(self, *shape: int, **given: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, in one query. One that no row can ever match has no SQL: never ask it here."""
        sql, params = self._compiled(connection.vendor, *shape)
        with connection.cursor() as cursor:
            cursor.execute(sql, [one.filled(given) if isinstance(one, _Place) else one for one in params])
            return list(cursor.fetchall())
