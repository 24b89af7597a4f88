"""Tags that put the crisis box on a page, and the panel above what someone wrote."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from practice.crisis import alerting, lines, responding
from practice.crisis.lines import Channel, Line
from practice.crisis.screening import Screening

register = template.Library()


@register.filter
def for_whom(line: Line, language: str) -> str:
    return line.for_whom(language)


@register.filter
def hours(line: Line, language: str) -> str:
    return line.hours(language)


@register.filter
def channels(line: Line, language: str) -> tuple[Channel, ...]:
    return line.channels_for(language)


@register.filter
def label(channel: Channel, language: str) -> str:
    return channel.label(language)


@register.filter
def note(channel: Channel, language: str) -> str:
    return channel.note(language)


@register.simple_tag
def crisis_box(region: str = "", kind: str | None = None) -> SafeString:
    """The box for posts and page ends: the few lines, the emergency number, the page of all lines."""
    language, region = responding.known(get_language()), region or lines.home()
    return _box(lines.few(region, language, kind), language, region == "US", get_language())


@lru_cache(maxsize=64)  # the same lines make the same box; lines that staff changed are others
def _box(found: tuple[Line, ...], language: str, has_911: bool, _addresses_in: str | None) -> SafeString:
    return render_to_string("crisis/box.html", {"lines": found, "language": language, "has_911": has_911})


@register.inclusion_tag("crisis/panel.html")
def crisis_panel(screening: Screening | None, region: str = "", is_alerted: bool | None = None) -> dict[str, Any]:
    """The panel above what someone wrote; nothing where the screen found nothing.

    `is_alerted`: whether staff were alerted, or the hit only counted since nobody can be reached; it says which.
    """
    if screening is None or screening.kind == "none":
        return {"response": None}
    watch = alerting.watch(is_alerted=is_alerted) if screening.is_hit else "unknown"
    return {"response": responding.response(screening, get_language() or "en", region, watch)}
