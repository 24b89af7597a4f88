"""Who may see a client, worked out slowly and from the tables alone: it shares no line with booking/intake."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from booking.models import Client, WorkingHours
from practice import places
from practice.staff.models import Clinician, Licence

STEP = timedelta(minutes=10)
DAY = timedelta(days=1)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Oracle:
    """The practice as its tables have it, read once."""

    def __init__(self, now, *, minutes, horizon_days):
        self.now, self.minutes, self.horizon_days = now, timedelta(minutes=minutes), horizon_days
        self.clinicians = {one.slug: one for one in Clinician.objects.filter(is_active=True)}
        self.licences = list(Licence.objects.all())
        self.clients = Counter(client.clinician_id for client in Client.objects.all() if client.closed_at is None)
        self.hours = list(WorkingHours.objects.all())
        self.starts = cache(self._starts)
        self.licensed = cache(self._licensed)
        self.hours_of = cache(lambda pk: [row for row in self.hours if row.clinician_id == pk])

    def broken(self, slug, answers):
        """The names of the rules that keep this clinician from whoever answered so."""
        one = self.clinicians[slug]
        rules = set()
        if one.pk not in self.licensed(answers["state"]):
            rules.add("licence")
        if answers["age"] not in one.ages:
            rules.add("age")
        if answers["kind"] not in one.kinds:
            rules.add("kind")
        if not one.offers_virtual:
            rules.add("virtual")
        if not one.accepts_new_clients:
            rules.add("accepting")
        if self.clients[one.pk] >= one.capacity:
            rules.add("capacity")
        for language in answers.get("languages_needed", []):
            if language not in one.languages:
                rules.add("language")
        if not self.overlap(one, answers):
            rules.add("hours")
        return rules

    def _licensed(self, state):
        today = self.now.astimezone(ZoneInfo(places.zone_of(state))).date()
        return {
            licence.clinician_id
            for licence in self.licences
            if licence.state == state and licence.starts_on <= today <= licence.expires_on
            if licence.basis == "licence" or licence.compact_issues_from is not None
            if licence.basis == "licence" or licence.compact_issues_from
        }

    def overlap(self, one, answers):
        """Whether some session of the weekly hours would begin at a time that was asked for."""
        days, parts = answers.get("days") or WEEK, answers.get("parts") or ("morning", "afternoon", "evening")
        if set(days) == set(WEEK) and len(parts) == 3:
            return True
        zone = answers["zone"] or places.zone_of(answers["state"])
        return any(
            day in days and part in parts
            for row in self.hours_of(one.pk)
            for day, part in self.starts(
                one.time_zone, row.weekday, row.opens, row.closes, row.valid_from, row.valid_until, zone
            )
        )

    def _starts(self, theirs, weekday, opens, closes, first, last, ours):
        """The day and the part of it, by the client's clock, of every ten minutes at which a session may begin."""
        today, kept_on = self.now.astimezone(ZoneInfo(theirs)).date(), None
        for number in range(self.horizon_days + 1):
            day = today + number * DAY
            if day.weekday() == weekday and (first is None or first <= day) and (last is None or day <= last):
                kept_on = day
                break
        if kept_on is None:
            return set()
        zone = ZoneInfo(theirs)
        moment = datetime.combine(kept_on, opens, zone).astimezone(UTC)
        closing_day = kept_on + DAY if closes.hour == closes.minute == 0 else kept_on
        end = datetime.combine(closing_day, closes, zone).astimezone(UTC)
        found = set()
        while moment + self.minutes <= end:
            local = moment.astimezone(ZoneInfo(ours))
            part = "morning" if local.hour < 12 else "afternoon" if local.hour < 17 else "evening"
            found.add((WEEK[local.weekday()], part))
            moment += STEP
        return found
