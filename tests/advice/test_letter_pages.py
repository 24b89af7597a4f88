"""The pages of a letter: its writer's private one, and the desk's, where it is written anew, joined or declined."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from advice import handling, merging, proposing, publishing
from advice.models import Letter, Post
from tests import make
from tests.advice.test_letters import ANEW, RAW, answering, shown

pytestmark = pytest.mark.django_db
CRY = "I want to kill myself tonight."


@pytest.fixture
def editor(client):
    user = make.user(is_editor=True)
    client.force_login(user)
    return user


def link(taken):
    return reverse("advice:letter_fate", args=[taken.token])


def proposed(editor, **fields):
    """A letter as its writer sent it, once its new text is before them; and the post."""
    taken = make.letter(body=RAW, **fields)
    post = answering(taken.letter, editor, title="When a boss shouts", summary="On loud rooms.")
    proposing.propose(post=post, by=editor)
    return taken, post


def test_its_writer_reads_what_will_be_published_and_until_when_but_not_the_answer(client, editor):
    taken, _post = proposed(editor)

    page = client.get(link(taken)).content.decode()

    for words in ("When a boss shouts", "On loud rooms.", "raises their voice at me", "Hushed", "You can object until"):
        assert words in page
    assert "give it a time of its own" not in page
    assert "Maria" not in page


def test_its_writer_says_that_it_is_fine_and_may_still_change_their_mind(client, editor):
    taken, _post = proposed(editor)

    page = client.post(link(taken), {"do": "agree"}, follow=True).content.decode()

    assert "You said that the new text is fine" in page
    assert "This is fine" not in page
    assert Letter.objects.get().agreed_at
    client.post(link(taken), {"do": "object", "words": "No, after all."})
    assert (Letter.objects.get().agreed_at, Letter.objects.get().objection) == (None, "No, after all.")


def test_an_objection_is_taken_with_one_press_and_screened_first(client, editor):
    taken, _post = proposed(editor)

    page = client.post(link(taken), {"do": "object", "words": CRY}, follow=True).content.decode()

    assert page.index("crisis-panel") < page.index("<h1>")
    assert "It is not published like this" in page
    assert client.post(link(taken), {"do": "object", "words": ""}).status_code == 302
    assert Letter.objects.get().objected_at


def test_an_objection_that_is_too_long_is_explained_and_not_lost(client, editor):
    taken, _post = proposed(editor)

    answer = client.post(link(taken), {"do": "object", "words": CRY + "x" * 3000})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Please shorten it" in page
    assert "x" * 3000 in page
    assert page.index("crisis-panel") < page.index("<h1>")
    assert not Letter.objects.get().objected_at


def test_a_press_of_no_known_button_changes_nothing(client):
    taken = make.letter()

    for sent in ({}, {"do": ""}, {"do": "publish"}):
        assert client.post(link(taken), sent).status_code == 302
    assert client.post(link(taken), {"do": "agree"}).status_code == 409
    assert Letter.objects.get().state == "received"


def test_after_seven_days_the_page_says_that_the_time_is_over_and_objecting_still_works(client, editor, time_machine):
    taken, _post = proposed(editor)
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1), tick=False)

    assert "It may be published any day now" in client.get(link(taken)).content.decode()
    client.post(link(taken), {"do": "object", "words": ""})
    assert Letter.objects.get().objected_at


def test_the_writer_of_a_joined_letter_sees_the_fate_of_the_other(client, editor):
    taken, other = make.letter(body=RAW), make.letter(body="My boss shouts, too.")
    merging.merge(letter=other.letter, into=taken.letter, by=editor)
    assert "one answer speaks to both" in client.get(link(other)).content.decode()
    post = answering(taken.letter, editor)
    proposing.propose(post=post, by=editor)
    assert "raises their voice at me" in client.get(link(other)).content.decode()
    client.post(link(other), {"do": "agree"})
    proposing.agree(letter=taken.letter)
    publishing.publish(post=make.signed(post, editor=editor), by=editor)

    for one in (taken, other):
        assert post.get_absolute_url() in client.get(link(one)).content.decode()


def test_a_teenager_sees_who_listens_and_that_nothing_is_published(client):
    page = client.get(link(make.letter(age_band="13-17"))).content.decode()

    assert "your letter is never published" in page
    assert "A school counselor" in page
    assert "988" in page
    assert "school counselor" not in client.get(link(make.letter())).content.decode()


def test_an_address_left_is_kept_for_news_alone_and_one_that_is_none_is_explained(client):
    sent = {"pen_name": "Awake", "body": "I lie awake.", "age_band": "18-plus", "reply_to": "nobody"}
    refused = client.post(reverse("advice:letter"), sent)
    assert refused.status_code == 422
    assert "Enter an email address" in refused.content.decode()

    page = client.post(reverse("advice:letter"), sent | {"reply_to": "awake@example.test"}, follow=True)

    assert Letter.objects.get().reply_to == "awake@example.test"
    assert "we write to the address you left" in page.content.decode()
    assert "awake@example.test" not in page.content.decode()


def test_a_letter_comes_in_by_the_json_door_with_a_link_for_its_writer(client):
    sent = {"pen_name": "Awake", "body": "I lie awake.", "age_band": "18-plus", "may_be_published": True}

    answer = client.post("/api/v1/letters/", sent, content_type="application/json")

    assert (answer.status_code, answer.json()["kept"], answer.json()["crisis"]) == (201, True, "")
    assert (
        "We have your letter"
        in client.get(answer.json()["link"].removeprefix("http://localhost:8000")).content.decode()
    )
    assert Letter.objects.get().may_be_published
    assert (
        "988" in client.post("/api/v1/letters/", sent | {"body": CRY}, content_type="application/json").json()["crisis"]
    )


def test_the_json_door_keeps_nothing_of_a_child_and_says_what_is_wrong(client):
    sent = {"pen_name": "Awake", "body": "I lie awake.", "age_band": "under-13", "may_be_published": True}

    answer = client.post("/api/v1/letters/", sent, content_type="application/json")

    assert answer.json() == {"kept": False, "link": "", "crisis": ""}
    for wrong in (
        {"age_band": "old"},
        {"body": " "},
        {"reply_to": "x"},
        {"topic": "zz"},
        {"language": "fr"},
        {"body": "a\0b"},
    ):
        refused = client.post("/api/v1/letters/", sent | wrong, content_type="application/json")
        assert refused.status_code == 400
        assert set(wrong) <= set(refused.json()["errors"])
    assert client.post("/api/v1/letters/", "[]", content_type="application/json").status_code == 400
    assert not Letter.objects.exists()


# --- The desk -------------------------------------------------------------------------------------------------------


def test_the_raw_letter_stands_beside_the_new_text_each_with_what_could_point_to_its_writer(client, editor):
    letter = make.letter(body=RAW).letter
    address = reverse("column:rewrite_letter", args=[letter.uuid])
    draft = {
        "title": "A boss",
        "signed": "Maria",
        "letter": "In Akron, somebody shouts.",
        "body": "Dear you.",
        "do": "check",
    }

    before, checked = client.get(address), client.post(address, draft)

    page = before.content.decode()
    for word, kind in (("Maria", "name"), ("Smith", "name"), ("Akron", "place")):
        assert f'<mark class="{kind}" title=' in page
        assert word in page
    assert before.context["form"]["letter"].value() is None
    page = checked.content.decode()
    assert "2 places in the new text could still point to its writer" in page
    assert not Post.objects.exists()
    assert "In Akron, somebody shouts." in page


def test_a_copied_stretch_is_shown_and_must_be_looked_at_before_its_writer_sees_it(client, editor):
    letter = make.letter(body=RAW).letter
    copied = "shouts at me every single morning in front of all the others, and I"
    anew = {"title": "A boss", "signed": "Hushed", "body": "Dear you.", "letter": f"{ANEW} Somebody {copied}. {ANEW}"}
    address = reverse("column:rewrite_letter", args=[letter.uuid])
    page = client.post(address, anew, follow=True).content.decode()
    assert "A stretch of twelve words or more is copied" in page
    assert f"“{copied}”" in page.replace("&#x27;", "'")
    show = reverse("column:show_letter", args=[Post.objects.get().uuid])

    refused = client.post(show, follow=True).content.decode()
    assert "stand word for word" in refused
    assert Letter.objects.get().proposal is None
    client.post(show, {"looked": "1"})

    assert Letter.objects.get().proposal is not None
    assert "its writer may object until" in client.get(address).content.decode()


def test_the_raw_letter_itself_cannot_be_shown_whatever_was_looked_at(client, editor):
    letter = make.letter(body=RAW).letter
    anew = {"title": "A boss", "signed": "Hushed", "body": "Dear you.", "letter": RAW}
    page = client.post(reverse("column:rewrite_letter", args=[letter.uuid]), anew, follow=True).content.decode()
    assert "This is not a new text yet" in page

    client.post(reverse("column:show_letter", args=[Post.objects.get().uuid]), {"looked": "1"})

    assert Letter.objects.get().proposal is None


def test_writing_it_anew_again_makes_a_revision_and_keeps_the_rest(client, editor):
    letter = make.letter(body=RAW).letter
    post = answering(letter, editor)
    address = reverse("column:rewrite_letter", args=[letter.uuid])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"letter": ANEW + " It began in spring."}

    client.post(address, sent)

    post.refresh_from_db()
    assert post.head.number == 2
    assert post.head.letter.endswith("It began in spring.")
    assert post.head.references
    missing = client.post(address, sent | {"letter": ""})
    assert missing.status_code == 422


def test_the_objection_stands_on_the_desk(client, editor):
    taken, _post = proposed(editor)
    client.post(link(taken), {"do": "object", "words": "My sister would know me."})

    assert "its writer objects" in client.get(reverse("column:letters")).content.decode()
    for name in ("column:letter", "column:rewrite_letter"):
        assert "My sister would know me." in client.get(reverse(name, args=[taken.letter.uuid])).content.decode()


def test_letters_are_joined_and_parted_on_the_desk(client, editor):
    letter, other = make.letter(body=RAW).letter, make.letter(body="My boss shouts, too.").letter
    page = client.get(reverse("column:letter", args=[other.uuid])).content.decode()
    assert str(letter.uuid) in page
    join = reverse("column:join_letter", args=[other.uuid])
    for wrong in ({}, {"into": "x"}, {"into": str(other.uuid)}):
        client.post(join, wrong)
        assert Letter.objects.get(pk=other.pk).state == "received"

    client.post(join, {"into": str(letter.uuid)})

    assert "and one joined with it" in client.get(reverse("column:letters")).content.decode()
    page = client.get(reverse("column:rewrite_letter", args=[letter.uuid])).content.decode()
    assert "My boss shouts, too." in page
    assert "Undo the joining" in client.get(reverse("column:letter", args=[other.uuid])).content.decode()
    client.post(reverse("column:part_letter", args=[other.uuid]))
    assert Letter.objects.get(pk=other.pk).state == "received"


def test_a_kind_text_is_chosen_by_a_link_changed_and_read_by_the_writer(client, editor):
    taken = make.letter()
    address = reverse("column:decline_letter", args=[taken.letter.uuid])
    chosen = client.get(address + "?reason=answered")
    assert "much like yours" in chosen.context["form"]["words"].value()
    assert client.post(address, {"reason": "answered", "words": "Take 20 mg."}).status_code == 422

    client.post(address, {"reason": "answered", "words": "We answered one like it in May."})

    assert "We answered one like it in May." in client.get(link(taken)).content.decode()
    assert Letter.objects.get().body == ""


def test_the_text_offered_first_fits_the_letter(client, editor):
    for fields, reason in (({}, "many"), ({"age_band": "13-17"}, "young"), ({"may_be_published": False}, "private")):
        letter = make.letter(**fields).letter
        form = client.get(reverse("column:decline_letter", args=[letter.uuid])).context["form"]
        assert form["words"].value() == handling.fixed_words(letter, reason)


def test_nobody_but_an_editor_comes_near_a_raw_letter(client):
    letter, _post = shown(make.user(is_editor=True))
    gets = ("column:letter", "column:rewrite_letter", "column:decline_letter")
    posts = ("column:join_letter", "column:part_letter", "column:claim_letter", "column:put_letter_back")
    for user in (None, make.user(is_front_desk=True)):
        if user:
            client.force_login(user)
        for name in gets:
            assert client.get(reverse(name, args=[letter.uuid])).status_code in {302, 403}
        for name in posts:
            assert client.post(reverse(name, args=[letter.uuid])).status_code in {302, 403}
    assert Letter.objects.get().state == "drafted"
