"""When clinicians work and what is taken, read in one pass for all of them; inside, times are seconds since 1970."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from booking import clocks, windows
from booking.clocks import DAY, MIDNIGHT
from booking.models import SessionType
from practice.staff.models import Clinician

Span = tuple[int, int]
_day, _clock = lru_cache(1 << 12)(date.fromisoformat), lru_cache(1 << 10)(time.fromisoformat)


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
        ignoring: Collection[UUID] = (),
    ) -> None:
        self.session_type, self.start, self.end, self.state = session_type, start, end, state
        self.clinicians = [one for one in clinicians if offers(one, session_type)]
        self.now, self.ignoring = now, ignoring
        self.length = session_type.minutes * 60
        self._days: dict[str, list[date]] = {}
        self.first_day = datetime.fromtimestamp(start, UTC).date() - DAY
        self.last_day = datetime.fromtimestamp(end + self.length, UTC).date() + DAY
        self._read()

    def _read(self) -> None:
        """Two queries, whatever the number of clinicians, days and appointments."""
        self.weekly: dict[tuple[int, int], list[tuple[time, time, date, date]]] = defaultdict(list)
        self.more: dict[tuple[int, date], list[Span]] = defaultdict(list)
        self.less: dict[int, list[Span]] = defaultdict(list)
        self.off: dict[int, list[Span]] = defaultdict(list)
        # What calendars elsewhere say is busy: kept clear of by the buffers, as another session would be.
        self.outside: dict[int, list[Span]] = defaultdict(list)
        self.holidays: set[date] = set()
        self.licensed: dict[int, list[Span]] | None = None if self.state is None else defaultdict(list)
        self._read_calendar()
        self.busy: dict[int, list[Span]] = defaultdict(list)
        self.full: dict[int, list[Span]] = defaultdict(list)
        self._read_appointments()

    def _read_calendar(self) -> None:
        zones = {clinician.pk: clinician.time_zone for clinician in self.clinicians}
        rows = windows.calendar(
            clinicians=[*zones],
            session_type=self.session_type,
            since=clocks.at(self.start, UTC),
            until=clocks.at(self.end + self.length, UTC),
            days=(self.first_day, self.last_day),
            state=self.state,
        )
        zones[0] = "UTC"  # a holiday is nobody's in particular
        for what, clinician, number, *texts in rows:
            if clinician in zones:
                getattr(self, f"_note_{what}")(clinician, zones[clinician], number, *texts)

    def _note_weekly(
        self, who: int, _zone: str, weekday: int, opens: str, closes: str, first: str | None, last: str | None
    ) -> None:
        valid = _day(first) if first else date.min, _day(last) if last else date.max
        self.weekly[who, weekday].append((_clock(opens), _clock(closes), *valid))

    def _note_override(
        self, who: int, zone: str, adds: int, raw: str, opens: str | None, closes: str | None, *_rest: str
    ) -> None:
        day = _day(raw)
        start, end = (_clock(wall) if wall else MIDNIGHT for wall in (opens, closes))
        span = clocks.shows(zone, day, start), clocks.ends(zone, day, end)
        if adds:
            self.more[who, day].append(span)
        else:
            self.less[who].append(span)

    def _note_off(self, who: int, _zone: str, _number: int, first: str, last: str, *_rest: str) -> None:
        self.off[who].append((int(first), int(last)))

    def _note_outside(self, who: int, _zone: str, _number: int, first: str, last: str, *_rest: str) -> None:
        self.outside[who].append((int(first), int(last)))

    def _note_holiday(self, _who: int, _zone: str, _number: int, day: str, *_rest: str) -> None:
        self.holidays.add(_day(day))

    def _note_licence(self, who: int, _zone: str, _number: int, first: str, last: str, *_rest: str) -> None:
        """When someone in the state may be seen: the days of the licence as that state's clock counts them."""
        assert self.licensed is not None
        zone = clocks.zone_for(self.state).key
        # Far ends are cut to the days that matter: an open-ended licence may be entered as the year 9999.
        opens, closes = max(_day(first), self.first_day - DAY), min(_day(last), self.last_day + DAY)
        self.licensed[who].append((clocks.shows(zone, opens, MIDNIGHT), clocks.shows(zone, closes + DAY, MIDNIGHT)))

    def _read_appointments(self) -> None:
        before, after = self.session_type.buffer_before * 60, self.session_type.buffer_after * 60
        start, end = self.start - before, self.end + self.length + after
        limit = self.session_type.most_per_day
        if limit is not None:  # the whole of the first and last day counts, and so does what is over
            start, end = start - 2 * 86400, end + 2 * 86400
        rows = windows.busy(
            clinicians=[clinician.pk for clinician in self.clinicians],
            start=clocks.at(start, UTC),
            end=clocks.at(end, UTC),
            now=self.now,
            ignoring=self.ignoring,
            with_limits=limit is not None,
        )
        starts = defaultdict(list)
        for clinician, blocks_from, blocks_until, starts_at, kind in rows:
            self.busy[clinician].append((blocks_from, blocks_until))
            if kind == self.session_type.pk:
                starts[clinician].append(starts_at)
        for clinician, spans in self.outside.items():
            self.busy[clinician] += spans
        # Joined, because outside calendars and deliberate overbookings overlap what is booked here.
        self.busy = {clinician: joined(spans) for clinician, spans in self.busy.items()}
        if limit is not None:
            self.full = {one.pk: _full_days(one.time_zone, starts[one.pk], limit) for one in self.clinicians}

    def days(self, clinician: Clinician) -> list[date]:
        """The clinician's own days on which a session could lie."""
        name = clinician.time_zone
        if name not in self._days:
            zone = ZoneInfo(name)
            first, last = clocks.at(self.start, zone).date(), clocks.at(self.end + self.length, zone).date()
            self._days[name] = [first + number * DAY for number in range((last - first).days + 1)]
        return self._days[name]

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
    ordered = sorted(spans)
    whole: list[Span] = []
    if len(ordered) == 1 and ordered[0][0] < ordered[0][1]:
        return ordered
    for start, end in ordered:
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        elif start < end:
            whole.append((start, end))
    return whole


def linked(pieces: list[Piece]) -> list[Piece]:
    """A session may run from one piece into the next where they touch, as over midnight."""
    until, following = 0, -1
    for number in range(len(pieces) - 1, -1, -1):
        opens, closes, grid, _until = pieces[number]
        if closes != following:
            until = closes
        following = opens
        pieces[number] = Piece(opens, closes, grid, until)
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
