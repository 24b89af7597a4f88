"""The alarms of the sending, for the head of every page of the desk."""

from django import template

from practice.messaging import alarming
from practice.messaging.alarming import Alarm

register = template.Library()


@register.simple_tag
def alarms() -> list[Alarm]:
    """What is wrong now."""
    return alarming.shown()
