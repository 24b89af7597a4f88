"""The page that lists what one number has coming: times only, each behind a code that went to its client's own mail."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from booking import forgetting, notifying, unlocking
from booking.intake import receiving
from booking.models import Client, Code
from practice.messaging import sending
from practice.messaging.models import Message
from tests import make
from tests.racing import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture
def mine():
    """Two children whose parent's number is the contact of both, each with an address of their own."""
    ana = make.client(name="Ana", email="ana@example.test")
    ana.email = "ana@example.test"
    ana.save(update_fields=["email"])
    ben = Client.objects.create(contact=ana.contact, name_to_use="Ben", email="ben@example.test")
    first = make.appointment(client=ana)
    return [first, make.appointment(client=ben, clinician=first.clinician, starts_at=make.moment(3))]


def path_of(contact):
    return notifying.coming_link(contact).removeprefix("http://localhost:8000")


def choose(appointment, path=None):
    """Choose it from the list; the address of the page that asks for its code."""
    chosen = Browser().post(path or path_of(appointment.client.contact), {"appointment": str(appointment.pk)})
    assert chosen.status_code == 302, chosen.content.decode()
    return chosen["Location"]


def mailed():
    """The figures of the newest mail, and to whom it goes."""
    message = Message.objects.filter(topic__startswith="code:").latest("created_at")
    assert not re.search(r"\d", message.subject)
    return re.search(r"\b\d{6}\b", message.body)[0], message.to


def test_it_lists_times_and_nothing_else(mine):
    stranger = make.appointment(starts_at=make.moment(5))
    page = Browser().get(path_of(mine[0].client.contact))
    words = page.content.decode()
    assert all(str(one.pk) in words for one in mine)
    assert str(stranger.pk) not in words
    for private in ("Ana", "Ben", "example.test", mine[0].clinician.name, mine[0].session_type.name, "$150"):
        assert private not in words
    assert not page.cookies
    assert "csrf" not in words


def test_each_opens_by_the_code_that_went_to_its_own_clients_mail(mine):
    for appointment, address in zip(mine, ("ana@example.test", "ben@example.test"), strict=True):
        asked = choose(appointment)
        figures, to = mailed()
        assert to == address
        assert appointment.client.name_to_use not in Browser().get(asked).content.decode()
        opened = Browser().post(asked, {"figures": f" {figures[:3]} {figures[3:]} "})
        assert Browser().get(opened["Location"]).context["appointment"] == appointment
        assert not opened.cookies


def test_the_code_goes_out_at_once_at_any_hour_and_is_kept_as_a_digest_only(mine):
    choose(mine[0])
    message = Message.objects.filter(topic__startswith="code:").get()
    assert (message.priority, message.channel) == (Message.Priority.ANSWER, "mail")
    assert message.expires_at - timezone.now() <= timedelta(minutes=10)
    sending.deliver_due()
    message.refresh_from_db()
    assert message.status == "delivered"
    assert mailed()[0] not in str(Code.objects.values().get())


def test_the_code_of_one_time_does_not_open_the_other(mine):
    choose(mine[0])
    figures, _to = mailed()
    other = choose(mine[1])
    if mailed()[0] != figures:
        assert Browser().post(other, {"figures": figures}).status_code == 422


def test_a_code_opens_once(mine):
    asked = choose(mine[0])
    figures, _to = mailed()
    assert Browser().post(asked, {"figures": figures}).status_code == 302
    assert Browser().post(asked, {"figures": figures}).status_code == 410


def test_after_five_wrong_tries_not_even_the_right_figures_open(mine):
    asked = choose(mine[0])
    figures, _to = mailed()
    wrong = f"{(int(figures) + 1) % 10**6:06d}"
    answers = [Browser().post(asked, {"figures": wrong}) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {422}
    assert b"That is not the code" in answers[0].content
    assert Browser().post(asked, {"figures": figures}).status_code == 410


def test_after_ten_minutes_it_does_not_open(mine, time_machine):
    asked = choose(mine[0])
    figures, _to = mailed()
    time_machine.move_to(timezone.now() + timedelta(minutes=10, seconds=1))
    assert Browser().post(asked, {"figures": figures}).status_code == 410


def test_codes_are_few_for_one_time_and_for_one_number(mine, time_machine):
    for _ in range(unlocking.MOST_AN_HOUR):
        choose(mine[0])
    path = path_of(mine[0].client.contact)
    assert Browser().post(path, {"appointment": str(mine[0].pk)}).status_code == 429
    assert choose(mine[1], path)
    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))
    for _ in range(unlocking.MOST_A_DAY - unlocking.MOST_AN_HOUR):
        choose(mine[0])
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert Browser().post(path, {"appointment": str(mine[0].pk)}).status_code == 429
    assert Message.objects.filter(topic__startswith="code:").count() == unlocking.MOST_A_DAY + 1


def test_one_address_cannot_try_the_lists_of_others_for_ever(mine):
    path = path_of(mine[0].client.contact)
    asked = choose(mine[0], path)
    for _ in range(25):
        last = Browser().post(asked, {"figures": "x"})
    assert last.status_code == 429


def test_without_an_address_of_its_own_a_time_opens_by_speaking_to_us(mine):
    Client.objects.filter(pk=mine[1].client.pk).update(email="")
    refused = Browser().post(path_of(mine[1].client.contact), {"appointment": str(mine[1].pk)})
    assert refused.status_code == 409
    assert b"Please call us" in refused.content
    assert not Code.objects.exists()


def test_who_shares_a_number_with_nobody_gets_it_at_the_contacts_address():
    client = make.client(email="alone@example.test")
    assert unlocking.own_address(client) == "alone@example.test"


def test_whoever_books_with_anothers_number_gets_codes_at_the_address_they_gave_themselves():
    known = make.appointment(client=make.client(phone="+12025550143", email="a@example.test"))
    answers = make.answers(phone=known.client.contact.number, email="B@example.test", name="Bo")
    second = receiving.introduce(answers=answers, language="en")
    assert second.contact == known.client.contact
    assert unlocking.own_address(second) == "b@example.test"
    assert unlocking.own_address(known.client) == ""  # nobody knows whether the contact's is theirs: they call


@pytest.mark.parametrize("chosen", ["", "x", "\0", None])
def test_what_is_not_ones_own_opens_nothing(mine, chosen):
    stranger = make.appointment(starts_at=make.moment(5))
    value = str(stranger.pk) if chosen is None else chosen
    assert Browser().post(path_of(mine[0].client.contact), {"appointment": value}).status_code == 422


@pytest.mark.parametrize("figures", ["", "12345", "١٢٣٤٥٦", "\0" * 6, "9" * 40, "<b>"])
def test_strange_figures_are_answered_beside_the_field(mine, figures):
    asked = choose(mine[0])
    answer = Browser().post(asked, {"figures": figures})
    assert answer.status_code == 422
    assert answer.context["form"].errors["figures"]


def test_a_strangers_link_does_not_lead_to_anothers_code(mine):
    asked = choose(mine[0])
    stranger = path_of(make.appointment(starts_at=make.moment(5)).client.contact)
    assert Browser().get(stranger + asked.rsplit("/all/", 1)[1]).status_code == 404


def test_an_altered_link_leads_nowhere(mine):
    path = path_of(mine[0].client.contact)
    assert Browser().get(path.replace("/all/", "x/all/")).status_code == 404


def test_the_page_of_an_appointment_is_not_opened_by_the_link_to_the_list(mine):
    assert Browser().get(path_of(mine[0].client.contact).removesuffix("all/")).status_code == 404


def test_codes_are_forgotten_after_two_days(mine, time_machine):
    choose(mine[0])
    time_machine.move_to(timezone.now() + timedelta(days=2, seconds=1))
    forgetting.forget()
    assert not Code.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rivals_cannot_try_together_what_is_left_for_one(mine):
    code = unlocking.send(appointment=mine[0])
    figures, _to = mailed()
    wrong = f"{(int(figures) + 1) % 10**6:06d}"
    outcomes = race([lambda: unlocking.unlock(code=code, figures=wrong)] * 12)
    assert sum(isinstance(one, unlocking.WrongCode) for one in outcomes) == Code.MOST_TRIES
    assert sum(isinstance(one, unlocking.CodeOver) for one in outcomes) == 12 - Code.MOST_TRIES
    with pytest.raises(unlocking.CodeOver):
        unlocking.unlock(code=code, figures=figures)


@pytest.mark.django_db(transaction=True)
def test_the_right_figures_open_once_whoever_races(mine):
    code = unlocking.send(appointment=mine[0])
    figures, _to = mailed()
    outcomes = race([lambda: unlocking.unlock(code=code, figures=figures)] * 4)
    assert sum(isinstance(one, str) for one in outcomes) == 1
