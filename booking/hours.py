"""When clinicians work and what is taken, read in one pass for all of them; inside, times are seconds since 1970."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from booking import clocks
from booking.clocks import DAY, MIDNIGHT
from booking.models import Appointment, DateOverride, Holiday, SessionType, TimeOff, WorkingHours
from booking.models.appointments import LIVE_STATES, Epoch
from practice.staff.models import Clinician, Licence

Span = tuple[int, int]
BLOCKED = (Epoch("blocks_from"), Epoch("blocks_until"))


class Piece(NamedTuple):
    """Sessions may start from `opens` before `closes`, on the grid that begins at `grid`, and end by `until`."""

    opens: int
    closes: int
    grid: int
    until: int


class Hours:
    """The working hours, gaps and taken times of `clinicians` for sessions that start from `start` before `end`."""

    def __init__(
        self,
        *,
        session_type: SessionType,
        clinicians: Iterable[Clinician],
        start: int,
        end: int,
        state: str | None,
        now: datetime,
        ignoring: Appointment | None = None,
    ) -> None:
        self.session_type, self.start, self.end, self.state = session_type, start, end, state
        self.clinicians = [one for one in clinicians if offers(one, session_type)]
        self.now, self.ignoring = now, ignoring
        self.length = session_type.minutes * 60
        self.first_day = datetime.fromtimestamp(start, UTC).date() - DAY
        self.last_day = datetime.fromtimestamp(end + self.length, UTC).date() + DAY
        self._read()

    def _read(self) -> None:
        """At most six queries, whatever the number of clinicians, days and appointments."""
        self.weekly = self._weekly()
        self.more: dict[tuple[int, date], list[Span]] = defaultdict(list)
        self.less: dict[int, list[Span]] = defaultdict(list)
        self.off: dict[int, list[Span]] = defaultdict(list)
        self._read_overrides()
        self._read_time_off()
        holidays = Holiday.objects.filter(day__range=(self.first_day, self.last_day))
        self.holidays = set(holidays.values_list("day", flat=True))
        self.licensed = self._licensed() if self.state is not None else None
        self.busy: dict[int, list[Span]] = defaultdict(list)
        self.full: dict[int, list[Span]] = defaultdict(list)
        self._read_appointments()

    def _weekly(self) -> dict[tuple[int, int], list[tuple[time, time, date, date]]]:
        rows = WorkingHours.objects.filter(clinician__in=self.clinicians).values_list(
            "clinician_id", "weekday", "opens", "closes", "valid_from", "valid_until"
        )
        weekly = defaultdict(list)
        for clinician, weekday, opens, closes, first, last in rows:
            weekly[clinician, weekday].append((opens, closes, first or date.min, last or date.max))
        return weekly

    def _read_overrides(self) -> None:
        zones = {clinician.pk: clinician.time_zone for clinician in self.clinicians}
        overrides = DateOverride.objects.filter(
            day__range=(self.first_day, self.last_day), clinician__in=self.clinicians
        ).values_list("clinician_id", "day", "opens", "closes", "adds")
        for clinician, day, opens, closes, adds in overrides:
            zone = zones[clinician]
            span = clocks.shows(zone, day, opens or MIDNIGHT), clocks.ends(zone, day, closes or MIDNIGHT)
            if adds:
                self.more[clinician, day].append(span)
            else:
                self.less[clinician].append(span)

    def _read_time_off(self) -> None:
        rows = TimeOff.objects.filter(
            clinician__in=self.clinicians,
            ends_at__gt=clocks.at(self.start, UTC),
            starts_at__lt=clocks.at(self.end + self.length, UTC),
        )
        for clinician, starts_at, ends_at in rows.values_list("clinician_id", Epoch("starts_at"), Epoch("ends_at")):
            self.off[clinician].append((starts_at, ends_at))

    def _licensed(self) -> dict[int, list[Span]]:
        """When each may see someone in the state: the days of the licence as that state's clock counts them."""
        zone, licensed = clocks.zone_for(self.state).key, defaultdict(list)
        rows = Licence.objects.filter(
            clinician__in=self.clinicians,
            state=self.state,
            starts_on__lte=self.last_day,
            expires_on__gte=self.first_day,
        )
        for clinician, first, last in rows.values_list("clinician_id", "starts_on", "expires_on"):
            # Far ends are cut to the days that matter: an open-ended licence may be entered as the year 9999.
            first, last = max(first, self.first_day - DAY), min(last, self.last_day + DAY)
            licensed[clinician].append((clocks.shows(zone, first, MIDNIGHT), clocks.shows(zone, last + DAY, MIDNIGHT)))
        return licensed

    def _read_appointments(self) -> None:
        before, after = self.session_type.buffer_before * 60, self.session_type.buffer_after * 60
        start, end = self.start - before, self.end + self.length + after
        limit, states = self.session_type.most_per_day, list(LIVE_STATES)
        columns: list[Any] = [*BLOCKED]
        if limit is not None:  # the whole of the first and last day counts, and so does what is over
            start, end = start - 2 * 86400, end + 2 * 86400
            states += [Appointment.State.COMPLETED, Appointment.State.NO_SHOW]
            columns += [Epoch("starts_at"), "session_type"]
        rows = Appointment.objects.around(self.clinicians, clocks.at(start, UTC), clocks.at(end, UTC))
        rows = rows.filter(state__in=states).exclude(state=Appointment.State.HELD, hold_expires_at__lte=self.now)
        if self.ignoring is not None:
            rows = rows.exclude(pk=self.ignoring.pk)
        starts = defaultdict(list)
        for clinician, blocks_from, blocks_until, *more in rows.order_by().values_list("clinician", *columns):
            self.busy[clinician].append((blocks_from, blocks_until))
            if more and more[1] == self.session_type.pk:
                starts[clinician].append(more[0])
        for taken in self.busy.values():
            taken.sort()
        if limit is not None:
            self.full = {one.pk: _full_days(one.time_zone, starts[one.pk], limit) for one in self.clinicians}

    def days(self, clinician: Clinician) -> Iterator[date]:
        """The clinician's own days on which a session could lie."""
        zone = ZoneInfo(clinician.time_zone)
        day, last = clocks.at(self.start, zone).date(), clocks.at(self.end + self.length, zone).date()
        while day <= last:
            yield day
            day += DAY

    def worked(self, clinician: Clinician, *, holidays: bool = True) -> list[Piece]:
        """The hours kept, before anything is taken away: weekly ones (not on holidays), and what overrides add."""
        zone, pieces = clinician.time_zone, []
        for day in self.days(clinician):
            spans = list(self.more.get((clinician.pk, day), ()))
            if not (holidays and day in self.holidays):
                for opens, closes, first, last in self.weekly.get((clinician.pk, day.weekday()), ()):
                    if first <= day <= last:
                        spans.append((clocks.shows(zone, day, opens), clocks.ends(zone, day, closes)))
            pieces += [Piece(opens, closes, opens, closes) for opens, closes in joined(spans)]
        return pieces

    def pieces(self, clinician: Clinician) -> list[Piece]:
        """Where sessions may start and must end, with everything but other sessions taken away."""
        pieces = self.worked(clinician)
        away = self.less.get(clinician.pk, []) + self.off.get(clinician.pk, [])
        if away:
            pieces = list(_without(pieces, joined(away)))
        if self.licensed is not None:
            pieces = list(_within(pieces, joined(self.licensed.get(clinician.pk, []))))
        return linked(pieces)

    def starts(self, clinician: Clinician) -> Iterator[int]:
        """Each second from `start` before `end` at which a session may begin, in order."""
        starts = self._sweep(self.pieces(clinician), self.busy.get(clinician.pk, []))
        full = self.full.get(clinician.pk)
        if not full:
            return starts
        return (start for start in starts if not any(first <= start < last for first, last in full))

    def _sweep(self, pieces: list[Piece], busy: list[Span]) -> Iterator[int]:
        """Walk the grid of each piece past what is taken; both lists are in order, so each is walked once."""
        kind = self.session_type
        before, needed, step = kind.buffer_before * 60, self.length + kind.buffer_after * 60, kind.step * 60
        taken, number = 0, len(busy)
        for opens, closes, grid, until in pieces:
            start = max(opens, self.start)
            start += (grid - start) % step
            last = min(until - self.length, closes - 1, self.end - 1)
            while start <= last:
                while taken < number and busy[taken][1] <= start - before:
                    taken += 1
                if taken < number and busy[taken][0] < start + needed:
                    start = busy[taken][1] + before
                    start += (grid - start) % step
                    continue
                yield start
                start += step


def offers(clinician: Clinician, session_type: SessionType) -> bool:
    """Whether this clinician holds such sessions at all."""
    return (
        clinician.is_active
        and (clinician.offers_virtual or not session_type.is_virtual)
        and (clinician.does_matchmaking or not session_type.is_matchmaking)
    )


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in order, without overlaps or seams."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        elif start < end:
            whole.append((start, end))
    return whole


def linked(pieces: list[Piece]) -> list[Piece]:
    """A session may run from one piece into the next where they touch, as over midnight."""
    until, following = 0, -1
    for number in range(len(pieces) - 1, -1, -1):
        piece = pieces[number]
        until = until if piece.closes == following else piece.closes
        following = piece.opens
        pieces[number] = piece._replace(until=until)
    return pieces


def _without(pieces: Iterable[Piece], away: list[Span]) -> Iterator[Piece]:
    for piece in pieces:
        start = piece.opens
        for gone_from, gone_until in away:
            if gone_until <= start or gone_from >= piece.closes:
                continue
            if gone_from > start:
                yield Piece(start, gone_from, piece.grid, gone_from)
            start = max(start, gone_until)
        if start < piece.closes:
            yield Piece(start, piece.closes, piece.grid, piece.closes)


def _within(pieces: Iterable[Piece], allowed: list[Span]) -> Iterator[Piece]:
    for piece in pieces:
        for start, end in allowed:
            opens, closes = max(piece.opens, start), min(piece.closes, end)
            if opens < closes:
                yield Piece(opens, closes, piece.grid, closes)


def _full_days(zone: str, starts: Iterable[int], limit: int) -> list[Span]:
    """The clinician's days that already hold as many sessions of this type as they may."""
    a_day = Counter(clocks.at(start, ZoneInfo(zone)).date() for start in starts)
    return [
        (clocks.shows(zone, day, MIDNIGHT), clocks.shows(zone, day + DAY, MIDNIGHT))
        for day, number in a_day.items()
        if number >= limit
    ]
