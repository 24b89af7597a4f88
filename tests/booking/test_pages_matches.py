"""What the page of matches promises: reasons, the client's own choice, and never only "sorry"."""

import re

import pytest
from django.template import engines

from booking.intake import receiving
from booking.models import Appointment
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
EVENING = {"opens": "12:00", "closes": "20:00"}


@pytest.fixture(autouse=True)
def _free_first_session(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "UNDEFINED %s")
    make.matchmaking()


def draft(language="en", **answers):
    """The address of a draft that was answered so."""
    intake, token = receiving.start(language=language)
    receiving.save_step(intake=intake, step="when", answers=make.answers(**answers))
    return f"{'' if language == 'en' else '/es'}/find/{token}/"


def look(client, link, query=""):
    answer = client.get(f"{link}matches/{query}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "UNDEFINED" not in page
    assert page.count("<h1") == 1
    return page


def names(page):
    return re.findall(r"<h2>(Clinician \d+|[A-Z]\w+), LCSW</h2>", page)


def test_up_to_three_are_shown_with_reasons_and_next_times_and_everybody_on_asking(client):
    for _ in range(5):
        make.working_clinician(**EVENING)
    link = draft(days=["tue"], parts=["evening"])
    page = look(client, link)

    assert len(names(page)) == 3
    assert "See 2 more people who qualify" in page
    assert "Licensed in New York." in page
    assert "Works with anxiety." in page
    assert "Works on Tuesday evenings." in page
    assert "First free on Tuesday evening, October 20." in page
    assert "Tuesday, October 20, 5:00 PM" in page
    assert "Monday, October 19" not in page
    assert len(names(look(client, link, "?all"))) == 5


def test_the_reasons_are_said_in_spanish(client):
    make.working_clinician(**EVENING)
    page = look(client, draft("es", days=["tue"], parts=["evening"]))

    assert "Tiene licencia en New York." in page
    assert "Trabaja con ansiedad." in page or "ansiedad" in page
    assert "Atiende por la noche: martes." in page
    assert "20 de octubre" in page


def test_everybody_can_be_narrowed_by_what_tells_them_apart(client):
    make.working_clinician(name="Ada", languages=["en", "es"], payments=["aetna"], styles=["warm"])
    for name in ("Ben", "Cora", "Dev"):
        make.working_clinician(name=name, payments=["self_pay"], styles=["warm"])
    link = draft()

    assert 'name="language"' not in look(client, link)
    assert 'name="style"' not in look(client, link, "?all"), "all of them work so"
    assert names(look(client, link, "?all=&language=es")) == ["Ada"]
    assert names(look(client, link, "?all=&language=es&payment=self_pay")) == []
    assert "Show everyone" in look(client, link, "?all=&language=es&payment=self_pay")
    assert len(names(look(client, link, "?all=&language=%00&payment=gold&gender=woman&style="))) == 4


def test_whoever_speaks_no_language_needed_is_shown_only_when_that_is_set_aside_and_can_then_be_booked(client):
    make.working_clinician(name="Ada", languages=["en", "es"])
    other = make.working_clinician(name="Ben", languages=["en"])
    link = draft(languages_needed=["es"])
    page = look(client, link)

    assert names(page) == ["Ada"]
    assert "See 1 person who does not speak that language" in page
    page = look(client, link, "?aside=language")
    assert sorted(names(page)) == ["Ada", "Ben"]
    assert "Does not speak Spanish." in page
    slot = re.search(rf'value="([^"]*{other.slug}[^"]*)"', page)[1]
    held = client.post(f"{link}hold/?clinician={other.slug}", {"slot": slot})
    assert held.status_code == 302
    assert Appointment.objects.get().clinician == other
    assert other.slug not in client.get(f"{link}times/").content.decode(), (
        "who asks for anyone still needs the language"
    )


def test_other_times_can_be_set_aside_too(client):
    make.working_clinician("09:00", "12:00", name="Ada")
    link = draft(days=["tue"], parts=["evening"])
    page = look(client, link)

    assert names(page) == []
    assert "Nobody fits all of that" in page
    assert "none works at the times you chose" in page
    assert "See 1 person who works at other times" in page
    page = look(client, link, "?aside=hours")
    assert names(page) == ["Ada"]
    assert "Works at other times than you asked for." in page


def test_two_wishes_are_set_aside_together_where_one_alone_brings_nobody(client):
    make.working_clinician("09:00", "12:00", name="Ada")
    page = look(client, draft(days=["tue"], parts=["evening"], languages_needed=["ko"]))

    assert "works at other times and does not speak that language" in page
    assert "none of them speaks Korean" in page


@pytest.mark.parametrize(
    ("fields", "said", "may_wait"),
    [
        ({"states": ("CA",)}, "holds a licence in New York", False),
        ({"ages": ["teen"]}, "sees people of that age", True),
        ({"kinds": ["couple"]}, "offers this kind of sessions", True),
        ({"offers_virtual": False}, "works by video", True),
        ({"accepts_new_clients": False}, "none has room for someone new now", True),
        ({"capacity": 0}, "none has room for someone new now", True),
    ],
)
def test_where_nobody_qualifies_the_page_says_why_and_what_else_there_is(client, fields, said, may_wait):
    make.working_clinician(**fields)
    link = draft()
    page = look(client, link)

    assert said in page
    assert f"{link}reach/" in page
    assert "tel:211" in page
    assert (f"{link}waitlist/" in page) is may_wait
    assert not may_wait or client.get(f"{link}waitlist/").status_code == 200


def test_many_are_shown_page_by_page(client):
    for _ in range(26):
        make.working_clinician()
    link = draft()

    first, second = (names(look(client, link, f"?all&page={number}")) for number in (1, 2))
    assert (len(first), len(second), len({*first, *second})) == (24, 2, 26)
    assert names(look(client, link, "?page=2&all=")) == second


def test_what_stands_in_the_address_of_the_page_is_never_more_than_a_choice(client):
    make.working_clinician(name="Ada")
    link = draft()
    for query in ("?aside=licence", "?aside=<script>&all=%00", "?language=1&language=2", "?soon=week&aside=hours"):
        assert names(look(client, link, query)) == ["Ada"]


def test_the_page_takes_the_same_queries_for_three_as_for_thirty(client, django_assert_max_num_queries):
    link = draft(genders=["woman"], days=["tue"])
    for _ in range(30):
        make.working_clinician()

    with django_assert_max_num_queries(22):
        client.get(f"{link}matches/?all")
