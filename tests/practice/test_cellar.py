"""Links, counts, phone numbers, places and hours: the small things all rooms stand on."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from practice import facts, phones, places, tallies
from practice.links import linking
from practice.links.models import Link


@pytest.mark.django_db
class TestLinks:
    def issue(self, **more):
        return linking.issue(
            **{"purpose": "appointment", "subject": "7", "expires_at": timezone.now() + timedelta(days=1)} | more
        )

    def test_a_link_leads_to_its_subject_and_is_short_enough_for_a_text(self):
        token = self.issue()
        assert len(token) == 22
        assert linking.subject_of(token, purpose="appointment") == "7"

    def test_the_database_does_not_hold_the_token(self):
        token = self.issue()
        assert token not in str(Link.objects.values().get())

    def test_a_link_for_one_purpose_opens_no_other(self):
        with pytest.raises(linking.LinkUnknown):
            linking.subject_of(self.issue(), purpose="letter")

    @pytest.mark.parametrize("token", ["", "x" * 22, "\x00", "💛" * 22, "a" * 10_000], ids=range(5))
    def test_an_altered_link_leads_nowhere(self, token):
        with pytest.raises(linking.LinkUnknown):
            linking.subject_of(token, purpose="appointment")

    def test_an_expired_or_revoked_link_says_so(self):
        with pytest.raises(linking.LinkExpired):
            linking.subject_of(self.issue(expires_at=timezone.now()), purpose="appointment")
        token = self.issue(subject="8")
        linking.revoke(purpose="appointment", subject="8")
        with pytest.raises(linking.LinkExpired):
            linking.subject_of(token, purpose="appointment")

    def test_old_links_are_forgotten(self):
        self.issue(expires_at=timezone.now() - timedelta(days=31))
        kept = self.issue()
        assert linking.forget() == 1
        assert linking.subject_of(kept, purpose="appointment")


@pytest.mark.django_db
def test_counts_add_up_by_name():
    tallies.counting.add("crisis shown")
    tallies.counting.add("crisis shown", 2)
    tallies.counting.add("other")
    assert tallies.counting.total("crisis shown") == 3


@pytest.mark.parametrize("typed", ["202 555 0143", "(202) 555-0143", "+1 202-555-0143", "1.202.555.0143"])
def test_a_number_is_read_as_people_write_it(typed):
    assert phones.normalise(typed) == "+12025550143"


@pytest.mark.parametrize("typed", ["", "abc", "911", "12345", "+1202555014", "\x00", "💛", "1" * 5000], ids=range(8))
def test_what_is_no_number_is_refused_without_repeating_it(typed):
    with pytest.raises(phones.BadNumber) as error:
        phones.normalise(typed)
    assert str(error.value) == ""


@pytest.mark.parametrize(
    ("number", "may"),
    [("+12025550143", True), ("+18005550199", False), ("+19005550199", False), ("+447400123456", False)],
)
def test_texts_go_only_to_numbers_that_can_take_them_in_countries_we_serve(number, may):
    assert phones.can_be_texted(number) is may


def test_a_masked_number_cannot_be_called():
    assert phones.mask("+12025550143") == "number ending 0143"


def test_every_state_has_a_zone_that_exists():
    assert len(places.US_STATES) == 51
    for state in places.US_STATES:
        assert ZoneInfo(places.zone_of(state))
    assert places.name_of("OR") == "Oregon"


@pytest.mark.parametrize(
    ("moment", "answered"),
    [
        ("2026-11-23 09:00", True),
        ("2026-11-23 16:59", True),
        ("2026-11-23 17:00", False),
        ("2026-11-22 12:00", False),
        ("2026-11-23 03:00", False),
    ],
)
def test_whether_someone_answers_the_phone_follows_the_practice_clock(moment, answered):
    local = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("America/New_York"))
    assert facts.is_open(local) is answered
