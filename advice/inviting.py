"""Inviting: an event of the practice as iCalendar text (RFC 5545), to be put into one's own calendar."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event

from advice import describing
from advice.models import Post

MADE_BY = "-//Front office//Events 1.0//EN"


def event(post: Post) -> str:
    """The event of a public notice; one UID for life, and the revision's number as SEQUENCE."""
    text, zone = post.text, ZoneInfo(settings.PRACTICE["time_zone"])
    occasion = text.document.occasion
    made = Event()
    made.add("uid", f"{post.uuid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    made.add("sequence", text.number)
    made.add("dtstamp", text.created_at)
    # In UTC: what an hour means when the clocks change is settled before it leaves us.
    made.add("dtstart", post.starts_at)
    made.add("dtend", occasion.ends_in(zone).astimezone(post.starts_at.tzinfo) if post.starts_at else None)
    made.add("summary", text.title)
    made.add("description", text.summary)
    made.add("location", occasion.place or occasion.link)
    made.add("url", describing.address(post))
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(made)
    return str(calendar.to_ical().decode())
