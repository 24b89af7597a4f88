"""Tags that put the crisis box on a page, and the panel above what someone wrote."""

from typing import Any

from django import template
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


@register.inclusion_tag("crisis/box.html")
def crisis_box(region: str = "", kind: str | None = None) -> dict[str, Any]:
    """The box for posts and page ends: the few lines, the emergency number, the page of all lines."""
    language, region = responding.known(get_language()), region or lines.home()
    return {"lines": lines.few(region, language, kind), "language": language, "has_911": region == "US"}


@register.inclusion_tag("crisis/panel.html")
def crisis_panel(screening: Screening | None, region: str = "", is_alerted: bool | None = None) -> dict[str, Any]:
    """The panel above what someone wrote; nothing where the screen found nothing.

    `is_alerted`: whether staff were alerted, or the hit only counted since nobody can be reached; it says which.
    """
    if screening is None or screening.kind == "none":
        return {"response": None}
    watch = alerting.watch(is_alerted=is_alerted) if screening.is_hit else "unknown"
    return {"response": responding.response(screening, get_language() or "en", region, watch)}
