"""What the writer of a letter decides, and what the desk may do with several: objecting, joining, declining."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from advice import copying, handling, merging, proposing, publishing, receiving
from advice.models import Letter, Post
from practice.crisis.models import Alert
from practice.messaging.models import Message
from practice.staff.models import AuditEntry
from practice.tallies import counting
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
RAW = (
    "My name is Maria and my manager Mr Smith in Akron shouts at me every single morning in front of all the others, "
    "and I cannot sleep any more because of it."
)
ANEW = "Dear column, somebody at my work raises their voice at me, and my nights have become short."
IN_NEED = "I want to kill myself tonight and I have a plan."


@pytest.fixture
def editor():
    return make.user(is_editor=True)


def answering(of, editor, **fields):
    fields = {"kind": "letter", "letter": ANEW, "signed": "Hushed"} | fields
    return handling.draft(letter=of, by=editor, document=make.document(**fields))


def signed(post, editor):
    return make.signed(post, editor=editor)


def shown(editor, **fields):
    """A letter with an answer that another has signed, and its new text before its writer."""
    letter = make.letter(body=RAW, **fields).letter
    post = signed(answering(letter, editor), editor)
    proposing.propose(post=post, by=editor)
    return Letter.objects.get(pk=letter.pk), post


def later(time_machine, **ahead):
    time_machine.move_to(timezone.now() + timedelta(**ahead), tick=False)


def test_nothing_is_published_of_a_letter_before_its_writer_has_seen_it(editor):
    post = signed(answering(make.letter(body=RAW).letter, editor), editor)

    with pytest.raises(proposing.NotShown):
        publishing.publish(post=post, by=editor)

    assert not Post.objects.public().exists()
    assert Letter.objects.get().body == RAW


def test_seven_days_are_the_writers_and_then_it_may_be_published(editor, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    letter, post = shown(editor)
    assert proposing.until(letter) == timezone.now() + timedelta(days=7)
    later(time_machine, days=6, hours=23, minutes=59)
    with pytest.raises(proposing.MayStillObject):
        publishing.publish(post=post, by=editor)

    later(time_machine, minutes=1)
    publishing.publish(post=post, by=editor)

    assert list(Post.objects.public()) == [post]
    assert Letter.objects.get().state == "answered"


def test_a_writer_who_says_yes_need_not_be_waited_for(editor):
    letter, post = shown(editor)

    proposing.agree(letter=letter)
    publishing.publish(post=post, by=editor)

    assert Post.objects.public().exists()


def test_an_objection_stops_it_for_good_until_another_text_was_shown_for_seven_days(editor, time_machine):
    letter, post = shown(editor)
    receiving.object_to(letter=letter, words="My sister would know me by that.")
    later(time_machine, days=30)
    with pytest.raises(proposing.Objected):
        publishing.publish(post=post, by=editor)
    letter.refresh_from_db()
    assert letter.objection == "My sister would know me by that."

    make.revise(post, author=editor, letter=ANEW + " It began in spring.")
    signed(post, editor)
    with pytest.raises(proposing.NotShown):
        publishing.publish(post=post, by=editor)
    proposing.propose(post=post, by=editor)
    with pytest.raises(proposing.MayStillObject):
        publishing.publish(post=post, by=editor)
    later(time_machine, days=7)
    publishing.publish(post=post, by=editor)

    assert Letter.objects.get().objection == ""


def test_what_the_writer_agreed_to_cannot_be_changed_under_their_yes(editor):
    letter, post = shown(editor)
    proposing.agree(letter=letter)
    make.revise(post, author=editor, summary="A nurse in Akron asks.")
    signed(post, editor)

    with pytest.raises(proposing.NotShown):
        publishing.publish(post=post, by=editor)


def test_once_published_the_letter_stays_as_its_writer_saw_it_while_the_answer_may_change(editor):
    letter, post = shown(editor)
    proposing.agree(letter=letter)
    publishing.publish(post=post, by=editor)

    make.revise(post, author=editor, body=post.head.body + "\nOne more thing.[^guide]\n")
    publishing.publish(post=signed(post, editor), by=editor)
    make.revise(post, author=editor, letter=ANEW + " I am Maria.")
    with pytest.raises(proposing.NotShown):
        publishing.publish(post=signed(post, editor), by=editor)

    assert "Maria" not in Post.objects.public().get().shown.letter


def test_yes_and_no_need_a_text_to_answer(editor):
    letter = make.letter().letter

    with pytest.raises(proposing.NothingProposed):
        proposing.agree(letter=letter)
    with pytest.raises(proposing.NothingProposed):
        receiving.object_to(letter=letter, words="No")
    receiving.withdraw(letter=letter)
    with pytest.raises(merging.LetterClosed):
        receiving.object_to(letter=letter, words="No")


def test_a_cry_for_help_in_an_objection_is_put_before_staff_or_counted(editor):
    silent, _post = shown(editor)
    reachable, _post = shown(editor, reply_to="awake@example.test")

    for letter in (silent, reachable):
        assert receiving.object_to(letter=letter, words=IN_NEED).is_urgent

    assert Alert.objects.get().text == IN_NEED
    assert counting.total("crisis in letter") == 2  # one of them as part of its alert
    assert set(Letter.objects.values_list("urgency", flat=True)) == {"act_now"}


def test_a_text_that_is_mostly_the_raw_letter_is_not_shown_to_its_writer(editor):
    letter = make.letter(body=RAW).letter
    post = answering(letter, editor, letter=f"Dear column. {RAW}")

    with pytest.raises(proposing.StillRaw):
        proposing.propose(post=post, by=editor)
    make.revise(post, author=editor, letter="")
    with pytest.raises(proposing.NothingToShow):
        proposing.propose(post=post, by=editor)


@pytest.mark.parametrize(
    ("text", "runs", "is_raw"),
    [
        (ANEW, [], False),
        (RAW, [RAW[:-1]], True),
        (RAW.upper().replace(",", " -"), [RAW.upper().replace(",", " -")[:-1]], True),
        (" ".join(RAW.split()[:11]), [], True),
        ("Something else. " + " ".join(RAW.split()[3:15]) + " x" * 30, [" ".join(RAW.split()[3:15])], False),
        ("", [], False),
    ],
)
def test_long_stretches_of_the_raw_letter_are_found_in_a_new_text(text, runs, is_raw):
    assert copying.runs(text, of=RAW) == runs
    assert copying.is_raw(text, of=RAW) == is_raw


# --- Joined letters -------------------------------------------------------------------------------------------------


def test_joined_letters_share_one_answer_and_each_writer_has_their_say(editor):
    letter, other = make.letter(body=RAW).letter, make.letter(body="My boss shouts, too.").letter
    merging.merge(letter=other, into=letter, by=editor)
    post = signed(answering(letter, editor), editor)
    proposing.propose(post=post, by=editor)
    proposing.agree(letter=letter)
    with pytest.raises(proposing.MayStillObject):
        publishing.publish(post=post, by=editor)

    proposing.agree(letter=Letter.objects.get(pk=other.pk))
    publishing.publish(post=post, by=editor)

    assert set(Letter.objects.values_list("state", flat=True)) == {"answered"}
    assert {found.body for found in Letter.objects.all()} == {""}


def test_the_objection_of_one_of_them_counts_for_all(editor, time_machine):
    letter, other = make.letter(body=RAW).letter, make.letter().letter
    merging.merge(letter=other, into=letter, by=editor)
    post = signed(answering(letter, editor), editor)
    proposing.propose(post=post, by=editor)
    receiving.object_to(letter=Letter.objects.get(pk=other.pk), words="")
    later(time_machine, days=8)

    with pytest.raises(proposing.Objected):
        publishing.publish(post=post, by=editor)


def test_joining_can_be_undone_and_the_letter_waits_again_with_its_words(editor):
    letter, other = make.letter(body=RAW).letter, make.letter(body="My boss shouts, too.").letter
    handling.claim(letter=other, by=editor)
    merging.merge(letter=other, into=letter, by=editor)
    assert list(Letter.objects.waiting()) == [letter]
    with pytest.raises(handling.Joined):
        handling.decline(letter=other, by=editor, reason="many")

    merging.unmerge(letter=other, by=editor)

    other.refresh_from_db()
    assert (other.state, other.body, other.merged_into) == ("claimed", "My boss shouts, too.", None)
    with pytest.raises(merging.NotMerged):
        merging.unmerge(letter=other, by=editor)
    assert [entry.action for entry in AuditEntry.objects.filter(action__contains="merged").order_by("pk")] == [
        "letter merged",
        "letter unmerged",
    ]


def test_joining_or_parting_takes_back_what_was_shown_and_said(editor):
    letter, _post = shown(editor)
    proposing.agree(letter=letter)
    other = make.letter().letter

    merging.merge(letter=other, into=letter, by=editor)

    letter.refresh_from_db()
    assert (letter.proposal, letter.agreed_at) == (None, None)


def test_a_writer_who_withdraws_takes_nobody_else_along(editor):
    letter, other, third = (make.letter(body=RAW).letter for _ in range(3))
    for one in (other, third):
        merging.merge(letter=one, into=letter, by=editor)
    receiving.withdraw(letter=Letter.objects.get(pk=third.pk))
    assert Letter.objects.get(pk=other.pk).state == "merged"

    receiving.withdraw(letter=letter)

    other.refresh_from_db()
    assert (other.state, other.body) == ("received", RAW)
    assert set(Letter.objects.exclude(pk=other.pk).values_list("state", flat=True)) == {"withdrawn"}


def test_only_letters_that_may_be_published_are_joined_and_never_in_chains(editor):
    letter, other, third = (make.letter().letter for _ in range(3))
    teen, silent = make.letter(age_band="13-17").letter, make.letter(may_be_published=False).letter
    merging.merge(letter=other, into=letter, by=editor)

    for one, into in [(teen, letter), (silent, letter), (third, teen), (letter, third), (third, other), (third, third)]:
        with pytest.raises(merging.CannotBeMerged):
            merging.merge(letter=one, into=into, by=editor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "merged"},
        {"objection": "No"},
        {"agreed_at": timezone.now(), "objected_at": timezone.now()},
        {"proposed_at": timezone.now()},
        {"merged_at": timezone.now()},
    ],
)
def test_the_database_itself_refuses_half_a_fact(wrong):
    letter = make.letter().letter

    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_of_two_letters_joined_crosswise_at_once_one_waits():
    editor = make.user(is_editor=True)
    one, two = make.letter().letter, make.letter().letter

    outcomes = race(
        [
            partial(merging.merge, letter=one, into=two, by=editor),
            partial(merging.merge, letter=two, into=one, by=editor),
        ]
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CannotBeMerged", "Letter"]
    assert Letter.objects.waiting().count() == 1


# --- Declining, and news by mail -----------------------------------------------------------------------------------


def test_a_kind_text_can_be_written_anew_but_not_into_advice_that_harms(editor):
    letter = make.letter(language="es").letter
    assert handling.fixed_words(letter, "many").startswith("Gracias")
    with pytest.raises(handling.WordsBlocked) as blocked:
        handling.decline(letter=letter, by=editor, reason="many", words="Take 20 mg and rest.")
    assert "20 mg" in str(blocked.value.message)
    kind = "Gracias. Otra carta se parece a la suya."

    handling.decline(letter=letter, by=editor, reason="many", words=kind)

    letter.refresh_from_db()
    assert (letter.state, letter.kind_words, letter.body) == ("declined", kind, "")


def test_an_unchanged_fixed_text_is_not_kept_twice(editor):
    letter = make.letter().letter

    handling.decline(letter=letter, by=editor, reason="many", words=handling.fixed_words(letter, "many"))

    assert Letter.objects.get().kind_words == ""


def test_news_goes_to_the_address_left_and_says_nothing_of_a_letter(editor):
    letter, post = shown(editor, reply_to="awake@example.test")
    proposing.agree(letter=letter)
    publishing.publish(post=post, by=editor)

    mails = list(Message.objects.order_by("pk"))

    assert len(mails) == 2
    for mail in mails:
        assert mail.contact.email == "awake@example.test"
        assert "letter" not in mail.subject.lower() + mail.body.lower().replace("/letters/", "")
        token = mail.body.split("/letters/")[1].split("/")[0]
        assert handling.by_link(token) == letter


def test_without_an_address_no_mail_is_owed_and_a_withdrawn_letter_is_written_to_no_more(editor):
    shown(editor)
    assert not Message.objects.exists()
    letter, _post = shown(editor, reply_to="awake@example.test")

    receiving.withdraw(letter=letter)

    assert set(Message.objects.values_list("status", flat=True)) == {"withdrawn"}


# --- Putting a letter back -------------------------------------------------------------------------------------------


def test_a_letter_put_back_waits_for_anyone_where_it_stood(editor):
    first, second = make.letter().letter, make.letter().letter
    handling.claim(letter=first, by=editor)

    handling.put_back(letter=first, by=editor)

    first.refresh_from_db()
    assert (first.state, first.claimed_by, first.claimed_at) == ("received", None, None)
    assert list(Letter.objects.waiting()) == [first, second], "its place in the queue is kept"
    assert first.body, "nothing of it is lost"
    other = make.user(is_editor=True)
    assert handling.claim(letter=first, by=other).claimed_by == other
    assert AuditEntry.objects.get(action="letter put back").actor == editor


def test_only_who_reads_a_letter_puts_it_back_or_an_owner_for_one_who_is_away(editor):
    letter = make.letter().letter
    with pytest.raises(handling.NotBeingRead):
        handling.put_back(letter=letter, by=editor)
    handling.claim(letter=letter, by=editor)
    with pytest.raises(handling.ClaimedByAnother):
        handling.put_back(letter=letter, by=make.user(is_editor=True))
    handling.put_back(letter=letter, by=make.user(is_owner=True))
    letter.refresh_from_db()
    assert letter.claimed_by is None


def test_a_letter_whose_answer_is_being_written_or_that_is_joined_or_closed_is_not_put_back(editor):
    drafted = make.letter().letter
    answering(drafted, editor)
    joined = make.letter().letter
    handling.claim(letter=joined, by=editor)
    merging.merge(letter=joined, into=make.letter().letter, by=editor)
    closed = make.letter().letter
    handling.decline(letter=closed, by=editor, reason="many")
    for letter, refused in (
        (drafted, handling.NotBeingRead),
        (joined, handling.Joined),
        (closed, merging.LetterClosed),
    ):
        with pytest.raises(refused):
            handling.put_back(letter=letter, by=editor)
