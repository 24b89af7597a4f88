"""What people tell us stays out of logs, exceptions, addresses, subjects and caches."""

import logging

import pytest
from django.db import IntegrityError

from booking import refusals, scheduling
from practice.messaging.models import Message
from practice.refusals import Refused, refusing
from tests import make

pytestmark = pytest.mark.django_db

SECRETS = ("Marigold", "marigold@example.test", "0187", "my boss shouts at me")
PERSON = {"name": "Marigold", "email": "marigold@example.test", "phone": "(202) 555-0187"}


@pytest.fixture
def journey(client, caplog):
    """Somebody books, writes to the column, asks, texts back and cancels; every answer and what was logged."""
    caplog.set_level(logging.DEBUG)
    clinician, kind = make.working_clinician(states=("NY",)), make.matchmaking()
    search = f"type={kind.slug}&state=NY&age=adult"
    slot = f"{make.moment(3).isoformat()} {clinician.slug}"
    reach = PERSON | {"slot": slot, "contact_ok": "on", "text_ok": "on", "reach": SECRETS[3]}
    letter = {"pen_name": "Marigold", "body": SECRETS[3], "age_band": "18-plus"}
    held = client.post(f"/book/hold/?{search}", {"slot": slot})
    answers = [
        held,
        client.post(held["Location"], reach),
        client.post("/book/details/?type=none", reach),
        client.post("/advice/write/", letter),
        client.post("/ask/", {"text": SECRETS[3]}),
        client.post("/api/v1/ask/", {"text": [SECRETS[3]]}, content_type="application/json"),
        client.post("/texts/", {"number": PERSON["phone"], "name": "Marigold", "agrees": "on"}),
    ]
    manage = answers[1]["Location"].partition("?")[0]
    answers += [client.get(manage), client.get(f"{manage}move/"), client.post(f"{manage}cancel/")]
    return answers, caplog


def test_a_journey_leaves_no_words_names_or_numbers_in_logs_and_addresses(journey):
    answers, caplog = journey
    assert [answer.status_code for answer in answers] == [302, 302, 422, 302, 200, 400, 200, 200, 200, 302]
    ours = [record for record in caplog.records if not record.name.startswith(("django.db", "django.template"))]
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in ours)
    addresses = "\n".join(answer.get("Location", "") for answer in answers)
    for secret in SECRETS:
        assert secret not in logged
        assert secret not in addresses


def test_no_subject_of_a_mail_says_what_it_is_about(journey):
    subjects = list(Message.objects.filter(channel="mail").values_list("subject", flat=True))
    assert subjects
    for word in (*SECRETS, "therap", "session", "intake", "counsel", "clinic", "mental", "crisis"):
        assert not [subject for subject in subjects if word.lower() in subject.lower()], word


def test_what_a_person_is_shown_of_their_own_is_never_stored(journey):
    answers, _caplog = journey
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize("path", ["/", "/advice/", "/advice/policy/", "/advice/reviewers/", "/crisis/", "/es/crisis/"])
def test_what_is_the_same_for_everybody_may_be_kept_by_caches(client, path):
    answer = client.get(path)
    assert answer["Cache-Control"].startswith("public, max-age=")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_a_refusal_names_its_rule_and_nobody():
    error = Refused("Marigold, 202 555 0187")
    assert (str(error), repr(error)) == ("refused", "Refused('refused')")
    for one in vars(refusals).values():
        if isinstance(one, type) and issubclass(one, Refused):
            assert str(one()) == one.code


def test_what_the_database_says_of_a_row_goes_no_further():
    with pytest.raises(scheduling.SlotTaken) as caught, refusing("is_free", scheduling.SlotTaken):
        raise IntegrityError("is_free: Key (name)=(Marigold) exists")
    assert caught.value.__suppress_context__
    assert "Marigold" not in str(caught.value)
