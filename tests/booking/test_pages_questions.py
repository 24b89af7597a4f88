"""The desk's pages of the intake's questions: who may, what they show, and that nothing typed is lost."""

import pytest

from booking.intake import questioning
from booking.intake.questioning import Plan
from booking.models import Question
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/desk/diary/questions/"
NEW = {
    "label": "How did you hear of us?",
    "label_es": "¿Cómo supo de nosotros?",
    "help": "",
    "help_es": "",
    "kind": "one",
    "answers": "A friend | Un amigo\nThe internet | Internet",
    "page": "more",
    "condition": "concerns=sleep",
}
PAGES = [LIST, f"{LIST}new/", f"{LIST}pages/reach/", f"{LIST}words/"]


@pytest.fixture
def desk(client):
    client.force_login(make.user(is_front_desk=True, name="Robin"))
    return client


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_only_the_front_desk_and_owners_see_and_change_what_is_asked(client, path):
    assert client.get(path).status_code == 302
    client.force_login(make.clinician(user=make.user()).user)
    assert client.get(path).status_code == 403
    assert client.post(f"{LIST}words/do/", {"do": "retire"}).status_code == 403
    client.force_login(make.user(is_owner=True))
    assert client.get(path).status_code == 200


def test_a_question_is_looked_at_then_saved_then_asked(desk):
    looked = desk.post(f"{LIST}new/", NEW | {"go": "look"})
    assert "Nothing is saved yet" in text(looked)
    assert "¿Cómo supo de nosotros?" in text(looked)
    assert not Question.objects.filter(key__startswith="own_").exists()

    saved = desk.post(f"{LIST}new/", NEW)
    question = Question.objects.get(key__startswith="own_")
    assert saved.url == f"{LIST}{question.key}/"
    assert (question.depends_on.key, question.depends_value) == ("concerns", "sleep")
    assert "A friend | Un amigo" in text(desk.get(saved.url))
    assert "How did you hear of us?" in text(desk.get(LIST))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"label_es": ""}, "required"),
        ({"answers": "A friend"}, "in both languages"),
        ({"answers": ""}, "at least two answers"),
        ({"answers": "A | B\nA | C"}, "read the same"),
        ({"page": "concerns"}, "only on one of an earlier page"),
        ({"kind": "magic"}, "valid choice"),
        ({"answers": "a | b\n" * 40}, "letters."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, changed, said):
    answer = desk.post(f"{LIST}new/", NEW | changed)

    assert answer.status_code == 422
    assert said in text(answer)
    assert "How did you hear of us?" in text(answer)
    assert not Question.objects.filter(key__startswith="own_").exists()


def test_a_standard_question_shows_its_words_history_and_page(desk):
    desk.post(f"{LIST}words/", {"label": "What weighs on you?", "label_es": "¿Qué le pesa?", "help": "", "help_es": ""})

    assert "What weighs on you?" in text(desk.get(f"{LIST}pages/concerns/"))
    assert "¿Qué le pesa?" in text(desk.get(f"{LIST}pages/concerns/?language=es"))
    history = text(desk.get(f"{LIST}words/"))
    assert "The words it came with" in history
    assert "Robin" in history


def test_half_a_translation_is_asked_for(desk):
    answer = desk.post(f"{LIST}words/", {"label": "What weighs on you?", "label_es": "", "help": "", "help_es": ""})

    assert answer.status_code == 422
    assert "in both languages" in text(answer)


def test_buttons_order_and_retire_and_say_why_not(desk):
    assert "not asked any more" in text(desk.post(f"{LIST}past/do/", {"do": "retire"}, follow=True))
    assert "asked again" in text(desk.post(f"{LIST}past/do/", {"do": "ask_again"}, follow=True))
    assert "always asked" in text(desk.post(f"{LIST}age/do/", {"do": "retire"}, follow=True))
    desk.post(f"{LIST}email/do/", {"do": "up"})
    assert Question.objects.get(key="email").position < Question.objects.get(key="phone").position
    assert desk.post(f"{LIST}age/do/", {"do": "explode"}).status_code == 400


def test_what_staff_type_is_text_and_not_markup(desk):
    hint = {"help": "<img src=x onerror=alert(1)>", "help_es": "<b>"}
    saved = desk.post(f"{LIST}new/", NEW | hint, follow=True)
    pages = [saved, desk.post(f"{LIST}new/", NEW | hint | {"go": "look"}), desk.get(f"{LIST}pages/more/")]

    assert [page for page in pages if "<img src=x" in text(page)] == []


def test_the_list_takes_the_same_queries_however_long_it_is(desk, django_assert_max_num_queries):
    user = make.user(is_front_desk=True)
    for number in range(10):
        questioning.add(plan=Plan(label=f"q{number}", label_es="x"), actor=user)
    with django_assert_max_num_queries(8):
        desk.get(LIST)


def test_the_consent_to_texts_is_shown_and_not_offered_for_change(desk):
    page = text(desk.get(f"{LIST}text_ok/"))

    assert "on record word for word" in page
    assert 'name="label"' not in page
