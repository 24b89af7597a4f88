"""A letter on its way in, and what its writer can do with the private link."""

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from advice import handling, publishing, receiving
from advice.models import Letter
from practice.crisis.models import Alert
from practice.links import linking
from practice.staff.models import AuditEntry
from practice.tallies import counting
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
WRITE = reverse("advice:letter")
IN_NEED = "I want to kill myself tonight and I have a plan."


def answers(**changes):
    return {
        "pen_name": "Awake",
        "body": "I lie awake at night and think of work.",
        "age_band": "18-plus",
        "may_be_published": "on",
        "topic": "",
    } | changes


def test_a_letter_is_kept_encrypted_with_the_wording_agreed_to():
    taken = make.letter(body="I lie awake at night.", pen_name="Awake")

    with connection.cursor() as cursor:
        cursor.execute("SELECT body, pen_name FROM advice_letter")
        lies = " ".join(cursor.fetchone())
    assert "awake" not in lies.lower()
    letter = Letter.objects.get()
    assert (letter.body, letter.pen_name, letter.state) == ("I lie awake at night.", "Awake", "received")
    assert letter.consent_version == receiving.CONSENT_VERSION
    assert letter.consent_wording == str(receiving.CONSENT)
    assert handling.by_link(taken.token) == letter


def test_a_letter_in_need_is_put_before_staff_and_is_first_in_the_queue():
    calm = make.letter(body="My neighbour plays the drums.").letter
    urgent = make.letter(body=IN_NEED, reply_to="awake@example.test").letter
    Letter.objects.filter(pk=make.letter(body="My cat is ill.").letter.pk).update(urgency="check_in")

    alert = Alert.objects.get()

    assert (alert.kind, alert.tier, alert.text) == ("self", "act_now", IN_NEED)
    assert str(urgent.uuid) in alert.source_url
    assert [letter.urgency for letter in Letter.objects.waiting()] == ["act_now", "check_in", ""]
    assert Letter.objects.waiting().last() == calm


def test_a_letter_without_a_way_to_reach_its_writer_is_counted_and_comes_first_all_the_same():
    letter = make.letter(body=IN_NEED).letter

    assert not Alert.objects.exists()
    assert counting.total("crisis in letter") == 1
    assert letter.urgency == "act_now"


def test_a_letter_of_someone_under_18_is_never_marked_for_publication():
    letter = make.letter(age_band="13-17", may_be_published=True).letter

    assert not letter.may_be_published
    assert letter.consent_wording == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(may_be_published=True, consent_wording="x", consent_version="x")
    with pytest.raises(handling.MayNotBePublished):
        handling.draft(letter=letter, by=make.user(is_editor=True), document=make.document())


def test_of_a_child_under_13_nothing_is_kept_but_the_count(client):
    page = client.post(WRITE, answers(age_band="under-13", body=IN_NEED)).content.decode()

    assert not Letter.objects.exists()
    assert not Alert.objects.exists()
    assert counting.total("crisis in letter") == 1
    assert "we did not keep your letter" in page
    assert page.index("crisis-panel") < page.index("<h1>")


def test_sending_leads_to_a_private_link_that_shows_its_fate_without_its_words(client):
    sent = client.post(WRITE, answers())

    page = client.get(sent["Location"])

    assert sent.status_code == 302
    assert not sent.cookies
    text = page.content.decode()
    assert "We have your letter" in text
    assert "I lie awake" not in text
    assert page["Cache-Control"] == "no-store"


def test_whoever_writes_in_need_sees_the_lines_first_on_every_page(client):
    unfinished = client.post(WRITE, answers(body=IN_NEED, age_band=""))
    assert unfinished.status_code == 422
    page = unfinished.content.decode()
    assert page.index("crisis-panel") < page.index("<h1>")

    finished = client.post(WRITE, answers(body=IN_NEED), follow=True).content.decode()

    assert finished.index("crisis-panel") < finished.index("<h1>")


def test_withdrawing_deletes_every_word_at_once_and_only_once(client):
    fate = client.post(WRITE, answers())["Location"]

    page = client.post(fate, {"do": "withdraw"}, follow=True).content.decode()

    letter = Letter.objects.get()
    assert (letter.state, letter.body, letter.pen_name) == ("withdrawn", "", "")
    assert "You have withdrawn your letter" in page
    assert AuditEntry.objects.filter(action="letter withdrawn").exists()
    assert client.post(fate, {"do": "withdraw"}).status_code == 409


def test_a_declined_letter_is_emptied_and_its_writer_reads_a_kind_text(client):
    taken = make.letter()
    with pytest.raises(handling.NoReason):
        handling.decline(letter=taken.letter, by=make.user(is_editor=True), reason="because")
    handling.decline(letter=taken.letter, by=make.user(is_editor=True), reason="not-ours")

    page = client.get(reverse("advice:letter_fate", args=[taken.token])).content.decode()

    assert "It needs someone who can talk with you" in page
    assert Letter.objects.get().body == ""


def test_an_answered_letter_is_emptied_and_leads_to_its_answer(client):
    taken = make.letter()
    editor = make.user(is_editor=True)
    post = handling.draft(
        letter=taken.letter, by=editor, document=make.document(kind="letter", letter="Dear column, anew.")
    )
    make.publish(post, editor=editor)

    page = client.get(reverse("advice:letter_fate", args=[taken.token])).content.decode()

    assert Letter.objects.get().body == ""
    assert post.get_absolute_url() in page


def test_a_letter_withdrawn_while_its_answer_is_written_is_never_published():
    from advice import reviewing
    from advice.models import Post

    taken = make.letter()
    editor, reviewer = make.user(is_editor=True), make.reviewer()
    post = handling.draft(letter=taken.letter, by=editor, document=make.document(kind="letter", letter="Anew."))
    receiving.withdraw(letter=taken.letter)
    review = reviewing.submit(post=post, by=editor)
    reviewing.sign(review=review, by=reviewer.user, checklist=list(reviewing.CHECKLIST))

    with pytest.raises(handling.LetterClosed):
        publishing.publish(post=post, by=editor)

    assert not Post.objects.public().exists()


def test_one_letter_has_one_reader():
    letter = make.letter().letter
    first, second = make.user(is_editor=True), make.user(is_editor=True)
    handling.claim(letter=letter, by=first)
    handling.claim(letter=letter, by=first)

    with pytest.raises(handling.ClaimedByAnother):
        handling.claim(letter=letter, by=second)


@pytest.mark.parametrize(
    "changes",
    [
        {"pen_name": ""},
        {"body": ""},
        {"body": "   \n "},
        {"body": "x" * 7000},
        {"body": "a\0b"},
        {"age_band": "old"},
        {"age_band": ""},
        {"topic": "zz"},
        {"topic": "99999999999999999999"},
        {"pen_name": "x" * 61},
    ],
)
def test_a_letter_that_cannot_be_taken_is_explained_beside_the_field(client, changes):
    response = client.post(WRITE, answers(**changes))

    assert response.status_code == 422
    assert "field-error" in response.content.decode() or "error-summary" in response.content.decode()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("body", ["\u202eright to left 😀", "tab\tand bell\x07", "e\u0301" * 50])
def test_odd_characters_are_taken(client, body):
    assert client.post(WRITE, answers(body=body)).status_code == 302


def test_huge_bodies_are_refused_before_anything_reads_them(client):
    assert client.post(WRITE, answers(body="x" * 1_000_000)).status_code == 413
    assert not Letter.objects.exists()


def test_a_letter_may_not_be_sent_from_another_site(client):
    assert client.post(WRITE, answers(), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Letter.objects.exists()


@pytest.mark.parametrize("token", ["x", "A" * 22, "%00", "😀"])
def test_altered_links_lead_nowhere_and_change_nothing(client, token):
    make.letter()
    response = client.post(f"/letters/{token}/", {"do": "withdraw"})

    assert response.status_code == 404
    assert Letter.objects.get().state == "received"


def test_expired_links_say_so(client):
    taken = make.letter()
    linking.revoke(purpose=receiving.PURPOSE, subject=taken.letter.uuid)

    assert client.get(reverse("advice:letter_fate", args=[taken.token])).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_of_many_who_reach_for_a_letter_one_gets_it():
    letter = make.letter().letter
    editors = [make.user(is_editor=True) for _ in range(8)]

    outcomes = race([partial(handling.claim, letter=letter, by=editor) for editor in editors])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ClaimedByAnother"] * 7 + ["Letter"]
