"""Tags for pages and components: links that may lead nowhere yet, languages, plots, small arithmetic."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.encoding import escape_uri_path, iri_to_uri
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import get_language, get_language_info

register = template.Library()


@register.simple_tag
def link(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page, or "" where its room is not mounted."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str) -> str:
    """A link of the navigation that knows when the reader stands on its page, or below it."""
    if not (url := link(name)):
        return ""
    path = getattr(context.get("request"), "path", "")
    here = "page" if path == url else "true" if path.startswith(url) else ""
    return format_html('<a href="{}"{}>{}</a>', url, format_html(' aria-current="{}"', here) if here else "", label)


@register.simple_tag(takes_context=True)
def other_languages(context: Context) -> list[dict[str, str]]:
    """This same page in the other languages, leaving out those it does not exist in."""
    request = context.get("request")
    if request is None:
        return []
    query = request.META.get("QUERY_STRING", "")
    behind = f"?{iri_to_uri(query)}" if query else ""
    pages = _translations(escape_uri_path(request.path), get_language() or "")
    return [{**page, "url": page["url"] + behind} for page in pages]


@lru_cache(maxsize=2000)  # looking for the page behind an address takes longer than most of what a page prints
def _translations(path: str, language: str) -> tuple[dict[str, str], ...]:
    others = (code for code, _name in settings.LANGUAGES if code != language)
    return tuple(
        {"code": code, "name": get_language_info(code)["name_local"].capitalize(), "url": url}
        for code in others
        if (url := translate_url(path, code)) != path
    )


@register.inclusion_tag("components/plot.html")
def plot(title: str, rows: Sequence[tuple[str, float]], unit: str = "", name: str = "") -> dict[str, Any]:
    """Bars for amounts side by side: the table and the picture are one."""
    return {"title": title, "rows": _scaled(rows), "unit": unit, "name": name}


@register.inclusion_tag("components/trend.html")
def trend(title: str, rows: Sequence[tuple[str, float]], unit: str = "", name: str = "") -> dict[str, Any]:
    """Columns for amounts over time, oldest first, with their table folded under them."""
    columns = [{**row, "x": i * 10 + 1, "y": 100 - row["size"]} for i, row in enumerate(_scaled(rows))]
    most = max((row["value"] for row in columns), default=0)
    return {"title": title, "rows": columns, "width": len(columns) * 10 or 10, "most": most, "unit": unit, "name": name}


def _scaled(rows: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
    rows = list(rows)
    most = max((value for _label, value in rows), default=0) or 1
    # Whole numbers, because a decimal comma in an SVG attribute would empty the picture in some languages.
    return [{"label": label, "value": value, "size": round(100 * value / most)} for label, value in rows]


@register.filter
def beside(columns: Iterable[Any], cells: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Each column with its cell of this row."""
    return list(zip(columns, cells, strict=False))


@register.filter
def seconds_left(until: datetime) -> int:
    """Whole seconds from now until then, never below nought."""
    return max(0, int((until - now()).total_seconds()))


@register.filter
def minutes_left(until: datetime) -> int:
    """The same in minutes, rounded up as one would say it."""
    return -(-seconds_left(until) // 60)


@register.filter
def choice_type(field: BoundField) -> str:
    """Whether a list of choices is "radio" or "checkbox"; empty for every other field."""
    kind = getattr(field.field.widget, "input_type", "") or ""
    return kind if kind in {"radio", "checkbox"} and field.use_fieldset else ""


@register.filter
def first_id(field: BoundField) -> str:
    """The id that an error's link should lead to: of a group, its first choice."""
    return field.id_for_label or f"{field.auto_id}_0"
