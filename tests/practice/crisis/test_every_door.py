"""Every door through which the public can write: a cry for help gets the lines, is told or counted, and leaks nowhere.

A new address fails the first test until it stands here: in WRITTEN with what somebody writes there, or in WORDLESS.
"""

import html
import json
import logging
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils.datastructures import MultiValueDict

from advice import handling, proposing
from booking import notifying
from booking.intake import receiving
from booking.wishes import requesting
from practice import tallies
from practice.crisis.models import Alert
from practice.links import linking
from practice.messaging import carriers, consenting
from practice.messaging.models import Message
from practice.staff.models import AuditEntry
from practice.tallies.models import Tally
from tests import make

pytestmark = pytest.mark.django_db
MARK = "marigold"
CRY = f"I want to kill myself tonight {MARK}"
STAFF = ("desk/", "admin/", "accounts/")

# Addresses that take no words: pages, machines' doors, and forms of buttons, times and numbers alone.
WORDLESS = {
    *("healthz", "readyz", "schema", "api_docs", "sms:status", "mail_bounced", "crisis:lines", "crisis:protocol"),
    *(
        "advice:home",
        "advice:archive",
        "advice:feed",
        "advice:feed_json",
        "advice:policy",
        "advice:reviewers",
        "advice:picture",
        "advice:post",
        "advice:sitemap",
    ),
    *("advice:notices", "advice:event", "advice:newsletter_confirm", "advice:newsletter_leave"),
    "advice:newsletter_choices",  # boxes to tick
    *("advice:robots", "api:post", "advice:chat_rate", "advice:chat_delete"),
    "advice:chat_carry",  # shows what was asked, and screened, before
    *("booking:book", "booking:start", "booking:next_times", "booking:times", "booking:matches"),
    *("booking:sent", "booking:intake", "booking:hold", "booking:screening", "booking:intake_screening"),
    *("booking:keep_check", "booking:manage", "booking:settle", "booking:coming", "booking:move", "booking:cancel"),
    *(
        "booking:series",
        "booking:series_dates",
        "booking:series_leave",
        "booking:series_offer",
        "booking:add_to_calendar",
        "booking:feed",
    ),
    *("api:session_types", "api:slots", "api:clinicians", "api:matches", "api:intake_questions"),
    *("booking:elsewhere", "booking:waiting", "booking:waitlist_offer", "booking:code"),
    "demo:phone",  # hands what is written to sms:inbound, as the carrier would
    *("api:appointment", "api:appointment_move", "api:appointment_cancel"),
}


@pytest.fixture
def world():
    """What stands behind the links."""
    clinician, kind = make.working_clinician(states=("NY",)), make.matchmaking()
    _draft, token = receiving.start(language="en")
    make.topic("sleep")
    slot = f"{make.moment(3).isoformat()} {clinician.slug}"
    reach = {"name": "Alex", "phone": "(202) 555-0188", "email": "", "contact_ok": "on", "text_ok": "on"}
    now = make.ago()
    begun = {"starts_at": now, "blocks_from": now, "ends_at": make.ago(hours=-1), "blocks_until": make.ago(hours=-1)}
    return SimpleNamespace(
        session=make.aged(make.past_appointment(clinician=clinician, state="booked"), **begun),
        client=Client(),
        clinician=clinician,
        kind=kind,
        asked_for=make.session_type("asked-for", mode="request"),
        draft=f"/find/{token}/",
        reach=reach,
        slot=slot,
        waitlist=f"/book/waitlist/?{urlencode({'type': kind.slug, 'state': 'NY', 'age': 'adult'})}",
        details=f"/book/details/?{urlencode({'type': kind.slug, 'state': 'NY', 'age': 'adult', 'slot': slot})}",
        contact=make.contact(name="Alex"),
    )


# --- What somebody writes at each door; each returns the answer that they see ----------------------------------------


def letter(world):
    sent = {"pen_name": "Awake", "body": CRY, "age_band": "18-plus"}
    return world.client.post("/advice/write/", sent, follow=True)


def letter_with_something_missing(world):
    return world.client.post("/advice/write/", {"pen_name": CRY, "body": "", "age_band": "18-plus"})


def letter_of_a_child(world):
    return world.client.post("/advice/write/", {"pen_name": "A", "body": CRY, "age_band": "under-13"})


def newsletter(world):
    return world.client.post("/newsletter/", {"email": CRY, "wants": "answers", "rhythm": "monthly"})


def newsletter_with_words_for_a_program(world):
    sent = {"email": "alex@example.test", "wants": "answers", "rhythm": "monthly", "website": CRY}
    return world.client.post("/newsletter/", sent)


def letter_api(world):
    sent = {"pen_name": "Awake", "body": CRY, "age_band": "18-plus"}
    return world.client.post("/api/v1/letters/", json.dumps(sent), content_type="application/json")


def letter_api_with_something_missing(world):
    return world.client.post("/api/v1/letters/", json.dumps({"pen_name": CRY}), content_type="application/json")


def objection(world):
    editor, taken = make.user(is_editor=True), make.letter()
    fields = {"kind": "letter", "letter": "Dear column, my nights are short.", "signed": "Hushed"}
    post = handling.draft(letter=taken.letter, by=editor, document=make.document(**fields))
    proposing.propose(post=post, by=editor)
    return world.client.post(f"/letters/{taken.token}/", {"do": "object", "words": CRY}, follow=True)


def objection_too_long(world):
    taken = make.letter()
    return world.client.post(f"/letters/{taken.token}/", {"do": "object", "words": CRY + " and on" * 500})


def chat(world):
    return world.client.post("/ask/", {"text": CRY})


def chat_too_long(world):
    return world.client.post("/ask/", {"text": CRY + " and on" * 2000})


def chat_api(world):
    return world.client.post("/api/v1/ask/", json.dumps({"text": CRY}), content_type="application/json")


def chat_person(world):
    sent = {"words": CRY, "name": "Alex", "reach": "mail", "email": "alex@example.test", "phone": "", "agrees": "on"}
    return world.client.post("/ask/person/", sent)


def search(world):
    return world.client.get("/advice/", {"q": CRY})


def search_api(world):
    return world.client.get("/api/v1/posts/", {"q": CRY})


def search_in_a_topic(world):
    return world.client.get("/advice/topics/sleep/", {"q": CRY})


def chat_while_the_wording_is_changed(world):
    return world.client.post("/ask/", {"wording": "clinical", "text": CRY})


def intake_begun_with_words_taken_along(world):
    return world.client.post("/find/", {"words": CRY}, follow=True)


def intake_before_one_can_be_reached(world):
    return world.client.post(f"{world.draft}concerns/", {"words": CRY}, follow=True)


def intake_with_a_number(world):
    world.client.post(f"{world.draft}who/", {"kind": "self", "age": "adult"})
    world.client.post(f"{world.draft}where/", {"state": "NY", "zone": ""})
    return world.client.post(f"{world.draft}reach/", world.reach | {"reach": CRY}, follow=True)


def intake_api(world):
    sent = {"name": "Alex", "phone": "(202) 555-0188", "kind": "self", "age": "adult", "state": "NY", "words": CRY}
    sent |= {"timezone": "America/New_York", "contact_consent": True}
    return world.client.post("/api/v1/intakes/", json.dumps(sent), content_type="application/json")


def booking(world):
    seen = world.client.post(world.details, world.reach | {"reach": CRY})
    booked = world.client.post(world.details, world.reach | {"reach": CRY, "shown": "1"}, follow=True)
    assert booked.request["PATH_INFO"].startswith("/a/")
    return seen


def booking_left_at_the_panel(world):
    return world.client.post(world.details, world.reach | {"reach": CRY})


def booking_with_something_missing(world):
    return world.client.post(world.details, world.reach | {"reach": CRY, "phone": ""})


def intake_with_something_missing(world):
    world.client.post(f"{world.draft}who/", {"kind": "self", "age": "adult"})
    world.client.post(f"{world.draft}where/", {"state": "NY", "zone": ""})
    return world.client.post(f"{world.draft}reach/", world.reach | {"reach": CRY, "phone": ""})


def waitlist_with_something_missing(world):
    return world.client.post(world.waitlist, world.reach | {"name": CRY, "phone": ""})


def waitlist(world):
    seen = world.client.post(world.waitlist, world.reach | {"name": CRY})
    joined = world.client.post(world.waitlist, world.reach | {"name": CRY, "shown": "1"}, follow=True)
    assert joined.status_code == 200
    return seen


def door_of_a_session(world):
    path = f"{notifying.manage_path(world.session)}join/"
    return world.client.post(path, {"state": "NY", "street": CRY, "number": ""}, follow=True)


def door_of_a_session_with_something_missing(world):
    return world.client.post(f"{notifying.manage_path(world.session)}join/", {"state": "", "street": CRY})


def wish_with_something_missing(world):
    return world.client.post("/book/wish/", world.reach | {"type": "", "state": "NY", "words": CRY})


def wish_for_a_time(world):
    sent = world.reach | {"type": world.asked_for.slug, "state": "NY", "words": CRY}
    seen = world.client.post("/book/wish/", sent)
    asked = world.client.post("/book/wish/", sent | {"shown": "1"}, follow=True)
    assert "sent" in asked.request["QUERY_STRING"]
    return seen


def no_proposed_time_suits_at_length(world):
    return no_proposed_time_suits(world, CRY + " and on" * 1000)


def no_proposed_time_suits(world, words=CRY):
    answers = make.answers(email="alex@example.test", phone="", words="Mondays after four")
    wish = requesting.ask(
        answers=answers,
        language="en",
        address="192.0.2.1",
        session_type=world.asked_for,
        clinician=None,
        state="NY",
    )
    token = linking.issue(purpose=requesting.PURPOSE, subject=wish.pk, expires_at=make.ago(days=-1))
    return world.client.post(f"/a/{token}/times/", {"do": "again", "words": words})


def waitlist_api(world):
    sent = {"name": CRY, "phone": "(202) 555-0188", "timezone": "America/New_York", "state": "NY"}
    sent |= {"session_type": world.kind.slug}
    return world.client.post("/api/v1/waitlist/", json.dumps(sent), content_type="application/json")


def booking_api(world):
    sent = {"name": CRY, "phone": "(202) 555-0188", "email": "alex@example.test", "timezone": "America/New_York"}
    sent |= {"session_type": world.kind.slug, "clinician": world.clinician.slug, "state": "NY", "sms_consent": True}
    sent |= {"starts_at": make.moment(3).isoformat()}
    return world.client.post("/api/v1/appointments/", json.dumps(sent), content_type="application/json")


def self_check(world):
    items = {f"item{n}": "1" for n in range(1, 10)}
    return world.client.post("/screening/phq-9/", items)


def self_check_in_an_intake(world):
    items = {f"item{n}": "1" for n in range(1, 10)}
    return world.client.post(f"{world.draft}screening/phq-9/", items)


def self_check_api(world):
    sent = {"questionnaire": "phq-9", "answers": [1] * 9}
    return world.client.post("/api/v1/screenings/", json.dumps(sent), content_type="application/json")


def text_in(world):
    sent = {"MessageSid": "SM1", "From": world.contact.number, "To": "+12025550100", "Body": CRY}
    headers = {"X-Twilio-Signature": carriers.sign(f"{settings.PUBLIC_URL}/sms/inbound/", sent)}
    return world.client.post("/sms/inbound/", sent, headers=headers)


def opt_in(world):
    return world.client.post("/texts/", {"number": "(202) 555-0188", "name": CRY, "agrees": "on"})


def opt_in_with_something_missing(world):
    return world.client.post("/texts/", {"number": "", "name": CRY})


def preferences_with_something_missing(world):
    path = consenting.preferences_link(world.contact).removeprefix(settings.PUBLIC_URL)
    return world.client.post(path, {"name": CRY})


def preferences(world):
    path = consenting.preferences_link(world.contact).removeprefix(settings.PUBLIC_URL)
    chosen = {"reach": "both", "language": "en", "name": CRY, "safe_from": "", "safe_until": ""}
    return world.client.post(path, chosen)


def lines_to_my_phone(world):
    return world.client.post("/crisis/text/", {"number": CRY})


def call_me(world):
    return world.client.post("/crisis/call/", {"number": CRY})


ALERT, COUNT, NEITHER = "alert", "count", "neither"
# The address, what somebody does there, and whether they can be reached. Neither: a field for a number on a page that
# is nothing but lines; whoever typed there was on their way to help already.
WRITTEN = [
    ("advice:letter", letter, COUNT),
    ("advice:letter", letter_with_something_missing, COUNT),
    ("advice:letter", letter_of_a_child, COUNT),
    ("advice:newsletter", newsletter, COUNT),
    ("advice:newsletter", newsletter_with_words_for_a_program, COUNT),
    ("api:letters", letter_api, COUNT),
    ("api:letters", letter_api_with_something_missing, COUNT),
    ("advice:letter_fate", objection, COUNT),
    ("advice:letter_fate", objection_too_long, COUNT),
    ("advice:ask", chat, COUNT),
    ("advice:ask", chat_too_long, COUNT),
    ("advice:ask", chat_while_the_wording_is_changed, COUNT),
    ("api:ask", chat_api, COUNT),
    ("advice:chat_person", chat_person, ALERT),
    ("advice:list", search, COUNT),
    ("advice:topic", search_in_a_topic, COUNT),
    ("api:posts", search_api, COUNT),
    ("booking:find", intake_begun_with_words_taken_along, COUNT),
    ("booking:intake_step", intake_before_one_can_be_reached, COUNT),
    ("booking:intake_step", intake_with_a_number, ALERT),
    ("api:intakes", intake_api, ALERT),
    ("booking:details", booking, ALERT),
    ("booking:details", booking_left_at_the_panel, COUNT),
    ("booking:details", booking_with_something_missing, COUNT),
    ("booking:intake_step", intake_with_something_missing, COUNT),
    ("booking:waitlist", waitlist, ALERT),
    ("booking:waitlist", waitlist_with_something_missing, COUNT),
    ("booking:wish", wish_for_a_time, ALERT),
    ("booking:wish", wish_with_something_missing, COUNT),
    ("booking:proposals", no_proposed_time_suits, ALERT),
    ("booking:proposals", no_proposed_time_suits_at_length, ALERT),
    ("api:waitlist", waitlist_api, ALERT),
    ("booking:join", door_of_a_session, ALERT),
    ("booking:join", door_of_a_session_with_something_missing, ALERT),
    ("api:appointments", booking_api, ALERT),
    ("booking:check", self_check, COUNT),
    ("booking:intake_check", self_check_in_an_intake, COUNT),
    ("api:screenings", self_check_api, COUNT),
    ("sms:inbound", text_in, ALERT),
    ("messaging:opt_in", opt_in, ALERT),
    ("messaging:opt_in", opt_in_with_something_missing, COUNT),
    ("messaging:preferences", preferences, ALERT),
    ("messaging:preferences", preferences_with_something_missing, ALERT),
    ("messaging:text_lines", lines_to_my_phone, NEITHER),
    ("messaging:call_me", call_me, NEITHER),
]


def routes(patterns=None, before="", spaces=()):
    """Every address that the public can reach, and its name."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route, ":".join((*spaces, one.name or route))
        elif not route.startswith(STAFF):
            yield from routes(one.url_patterns, route, spaces + ((one.namespace,) if one.namespace else ()))


def test_every_address_is_known_to_take_words_or_none():
    written = {name for name, _write, _told in WRITTEN}
    assert not written & WORDLESS
    assert {name for _route, name in routes()} == written | WORDLESS


def test_every_anonymous_form_with_words_is_tried():
    assert {name for name, _write, _told in WRITTEN} >= settings.PUBLIC_POSTS - WORDLESS


def shows_the_lines(answer):
    page = html.unescape(answer.content.decode())
    if answer["Content-Type"].startswith("text/html"):
        main = page.partition("<main")[2].partition("</main>")[0]
        return "crisis-box" in main and 'href="tel:988"' in main
    return "988" in page


def counted():
    return sum(tally.number for tally in Tally.objects.filter(name__startswith="crisis in "))


@pytest.mark.parametrize(
    ("told", "write"),
    [(told, write) for _name, write, told in WRITTEN],
    ids=[write.__name__ for _name, write, _told in WRITTEN],
)
def test_a_cry_for_help_gets_the_lines_and_is_told_or_counted(world, write, told):
    answer = write(world)

    assert answer.status_code < 500
    assert shows_the_lines(answer)
    assert Alert.objects.count() == (told == ALERT)
    assert (counted() > 0) == (told != NEITHER)
    if told == ALERT:
        assert MARK in Alert.objects.get().text


@pytest.mark.parametrize("write", [write for _name, write, _told in WRITTEN], ids=lambda write: write.__name__)
def test_not_a_word_of_it_leaks(world, write, caplog):
    caplog.set_level(logging.DEBUG)
    answer = write(world)

    addresses = [address for address, _status in getattr(answer, "redirect_chain", [])]
    ours = [record for record in caplog.records if not record.name.startswith(("django.db", "django.template"))]
    owed = Message.objects.values_list("subject", "body")
    alerts = Alert.objects.values_list("who", "source_label", "source_url", "reasons")
    trail = AuditEntry.objects.values_list("subject", "detail")
    names = Tally.objects.values_list("name")
    for found in (addresses, [r.getMessage() + str(r.exc_text) for r in ours], owed, alerts, trail, names):
        assert MARK not in str(list(found))
    for way in ("WARNING", "ERROR"):
        assert not [record for record in ours if record.levelname == way and record.name.startswith("practice")]


def test_an_error_of_ours_shows_and_logs_nothing_of_what_was_written(world, monkeypatch, caplog, mailoutbox, settings):
    """The worst case: the door breaks with the words in hand."""
    settings.DEBUG, settings.ADMINS = False, [("Owner", "owner@example.test")]
    world.client.raise_request_exception = False

    def breaks(self, key, default=None):
        raise RuntimeError("broken")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(MultiValueDict, "get", breaks)
    answer = world.client.post("/advice/write/", {"pen_name": "A", "body": CRY, "age_band": "18-plus"})
    monkeypatch.undo()

    assert answer.status_code == 500
    assert b"tel:988" in answer.content
    assert MARK.encode() not in answer.content
    assert not mailoutbox
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert MARK not in logged


def test_a_search_that_fails_logs_its_path_and_not_what_was_searched_for(world, monkeypatch, caplog):
    world.client.raise_request_exception = False
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("advice.searching.find", lambda words: 1 / 0)
    assert world.client.get("/advice/", {"q": CRY}).status_code == 500
    for record in caplog.records:
        if not record.name.startswith(("django.db", "django.template")):
            assert MARK not in record.getMessage(), record.name
    assert any(record.name == "django.request" and "/advice/" in record.getMessage() for record in caplog.records)


def test_whoever_asks_too_often_still_gets_the_lines(world):
    answers = [chat(world) for _ in range(70)] + [chat_api(world) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {200, 429}
    for answer in answers:
        assert shows_the_lines(answer)


def test_a_link_that_leads_nowhere_still_shows_the_lines(world):
    for path in ("/a/nothing/", "/find/nothing/", "/letters/nothing/", notifying.manage_path(make.appointment())[:-4]):
        assert "988" in world.client.get(path, follow=True).content.decode()
    assert tallies.counting.total("crisis in search") == 0


# Not pages: what machines read, and a fragment that stands inside one.
NO_PAGE = {"healthz", "readyz", "schema", "api_docs", "booking:next_times", "advice:feed", "advice:robots"}


@pytest.mark.parametrize("language", ["", "es/"])
def test_help_is_one_press_away_on_every_page(world, language):
    pages = [(route, name) for route, name in routes() if "<" not in route and name not in NO_PAGE]
    tried = 0
    for route, name in pages:
        answer = world.client.get(f"/{language}{route}", follow=True)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            tried += 1
            assert 'class="help-now"' in answer.content.decode(), name
    assert tried >= 12
    for broken in ("/no/such/page/", "/a/nothing/", f"/{language}find/nothing/"):
        assert 'class="help-now"' in world.client.get(broken).content.decode()
