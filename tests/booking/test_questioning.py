"""What staff may do with the intake's questions, and what an answer keeps whatever they do."""

from contextlib import nullcontext

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from booking.intake import asking, forms, questioning, receiving
from booking.intake.questioning import Plan
from booking.models import Intake, Question, Wording
from practice.crisis.models import Alert
from practice.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
DANGER = "I want to kill myself"
HEARD = Plan(
    label="How did you hear of us?",
    label_es="¿Cómo supo de nosotros?",
    kind="one",
    answers=(("A friend", "Un amigo"), ("The internet", "Internet")),
)


@pytest.fixture
def robin():
    return make.user(is_front_desk=True, name="Robin")


def standard(key):
    return Question.objects.get(key=key)


def asked(**answers):
    return {page: [one.key for one in rows] for page, rows in asking.pages(asking.questions(), answers).items()}


def test_every_standard_question_has_its_row_and_every_row_its_field():
    fields = {key: page for page, step in forms.STEPS.items() for key in step.base_fields}

    assert dict(Question.objects.values_list("key", "page")) == fields
    assert set(Wording.objects.values_list("question__key", flat=True)) == set(fields)


def test_a_question_of_our_own_is_asked_in_both_languages_and_its_answer_is_kept(robin):
    question = questioning.add(plan=HEARD, actor=robin)
    form = forms.More({question.key: "a-friend"}, questions=[question])
    with override("es"):
        spanish = forms.More(questions=[question]).fields[question.key]

    assert question.key == "own_how-did-you-hear-of-us"
    assert asked()["more"] == [question.key]
    assert form.is_valid()
    assert form.answers() == {question.key: "a-friend"}
    assert (spanish.label, spanish.choices[0]) == ("¿Cómo supo de nosotros?", ("a-friend", "Un amigo"))


def test_old_answers_keep_the_words_they_were_given_to(robin):
    question, intake = questioning.add(plan=HEARD, actor=robin), make.intake(sent=False)
    form = forms.More({question.key: "a-friend"}, questions=[question])
    assert form.is_valid()
    receiving.save_step(intake=intake, step="more", answers=form.answers(), wording=form.wording())
    new = Plan(
        label="Who told you?", label_es="¿Quién le dijo?", kind="one", answers=(("My doctor", "Mi médico"), ("-", "-"))
    )
    questioning.change(question=question, plan=new, actor=robin)

    kept = Intake.objects.get(pk=intake.pk).answers
    assert kept["wording"][question.key] == "How did you hear of us?"
    assert kept["wording"][f"{question.key}=a-friend"] == "A friend"
    assert [one.label for one in question.wordings.all()] == ["Who told you?", "How did you hear of us?"]


def test_an_answer_that_reads_as_before_keeps_its_slug(robin):
    question = questioning.add(plan=HEARD, actor=robin)
    more = Plan(**{**vars(HEARD), "answers": (("A newspaper", "Un periódico"), ("A friend", "Una amistad"))})

    changed = questioning.change(question=question, plan=more, actor=robin)

    assert changed.options == [["a-newspaper", "A newspaper", "Un periódico"], ["a-friend", "A friend", "Una amistad"]]


def test_saving_without_other_words_makes_no_new_wording(robin):
    question = questioning.add(plan=HEARD, actor=robin)

    assert questioning.change(question=question, plan=HEARD, actor=robin).version == 1
    assert question.wordings.count() == 1


def test_a_standard_question_can_be_worded_anew_and_given_back_its_words(robin):
    words = Plan(label="What weighs on you?", label_es="¿Qué le pesa?", help="<b>Anything</b>", help_es="")
    changed = questioning.change(question=standard("words"), plan=words, actor=robin)
    field = forms.Concerns(questions=[changed]).fields["words"]
    back = questioning.change(question=changed, plan=Plan(), actor=robin)

    assert (field.label, field.help_text) == ("What weighs on you?", "&lt;b&gt;Anything&lt;/b&gt;")
    assert forms.label_of(back) == "In your own words"
    assert (changed.kind, changed.page, back.version) == ("standard", "concerns", 3)


def test_a_consent_in_other_words_is_kept_with_its_own_version(robin):
    words = Plan(label="Yes, keep it and reach me.", label_es="Sí, guárdenlo.")
    changed = questioning.change(question=standard("contact_ok"), plan=words, actor=robin)
    rows = [changed, standard("name"), standard("phone"), standard("email"), standard("text_ok")]
    form = forms.Reach({"name": "Ash", "phone": "202 555 0143", "contact_ok": "on"}, questions=rows)

    assert form.is_valid()
    (consent,) = form.answers()["consents"]
    assert consent["wording"] == "Yes, keep it and reach me."
    assert consent["version"].endswith(".2")


def test_the_consent_to_texts_is_worded_with_the_phone_companies(robin):
    with pytest.raises(questioning.WordedElsewhere):
        questioning.change(question=standard("text_ok"), plan=Plan(label="x", label_es="x"), actor=robin)


@pytest.mark.parametrize("key", ["kind", "age", "state", "name", "phone", "email", "contact_ok", "text_ok"])
def test_what_the_house_cannot_do_without_is_always_asked(robin, key):
    with pytest.raises(questioning.AlwaysAsked):
        questioning.retire(question=standard(key), actor=robin)
    with pytest.raises(IntegrityError, match="question_that_is_needed_is_always_asked"), transaction.atomic():
        Question.objects.filter(key=key).update(retired_at=timezone.now())


def test_a_retired_question_is_not_asked_and_an_empty_page_is_left_out(robin):
    for key in ("past", "past_words"):
        questioning.retire(question=standard(key), actor=robin)
    assert "past" not in asked()

    questioning.ask_again(question=standard("past"), actor=robin)
    assert asked()["past"] == ["past"]


def test_a_question_with_a_condition_is_asked_only_where_it_holds(robin):
    plan = Plan(
        label="For how long?", label_es="¿Cuánto tiempo?", depends_on=standard("concerns"), depends_value="sleep"
    )
    question = questioning.add(plan=plan, actor=robin)

    assert "more" not in asked(concerns=["anxiety"])
    assert asked(concerns=["anxiety", "sleep"])["more"] == [question.key]


def test_who_decides_is_asked_only_for_someone_under_18():
    assert "guardian" not in asked(age="adult", kind="self")
    assert asked(age="teen", kind="self")["guardian"] == ["consenting", "adult", "may_contact", "not_contact"]


@pytest.mark.parametrize("page", ["concerns", "who"])
def test_a_condition_looks_back_never_ahead(robin, page):
    with pytest.raises(questioning.AskedTooLate):
        questioning.add(
            plan=Plan(label="x", label_es="x", page=page, depends_on=standard("kind"), depends_value="self"),
            actor=robin,
        )


def test_a_question_that_others_wait_for_stays_as_it_is(robin):
    first = questioning.add(plan=Plan(**{**vars(HEARD), "page": "past"}), actor=robin)
    second = questioning.add(
        plan=Plan(label="Which?", label_es="¿Cuál?", depends_on=first, depends_value="a-friend"), actor=robin
    )
    other = Plan(**{**vars(HEARD), "page": "past", "answers": (("A leaflet", "Un folleto"), ("A bus", "Un autobús"))})

    with pytest.raises(questioning.OthersDepend):
        questioning.retire(question=first, actor=robin)
    with pytest.raises(questioning.OthersDepend):
        questioning.change(question=first, plan=other, actor=robin)
    questioning.retire(question=second, actor=robin)
    questioning.retire(question=first, actor=robin)
    with pytest.raises(questioning.OthersDepend):
        questioning.ask_again(question=second, actor=robin)


def test_an_answer_is_dropped_on_sending_where_its_question_no_longer_applies(robin):
    plan = Plan(
        label="For how long?", label_es="¿Cuánto tiempo?", depends_on=standard("concerns"), depends_value="sleep"
    )
    key = questioning.add(plan=plan, actor=robin).key
    intake = make.intake(sent=False, concerns=["sleep"], **{key: "years"})
    receiving.save_step(intake=intake, step="concerns", answers={"concerns": ["anxiety"]})
    assert intake.answers[key] == "years", "going back and forth loses nothing"

    receiving.submit(intake=intake)

    assert key not in intake.answers


def test_questions_can_be_put_in_order(robin):
    order = asked()["reach"]
    questioning.move(question=standard("email"), up=True, actor=robin)
    questioning.move(question=standard(order[0]), up=True, actor=robin)

    assert asked()["reach"][:3] == ["name", "email", "phone"]


def test_a_question_may_be_for_some_kinds_of_session_only(robin):
    free, initial = make.matchmaking(), make.session_type("initial")
    questioning.add(plan=Plan(label="x", label_es="x", session_types=(initial,)), actor=robin)
    for_free, _token = receiving.start(language="en")
    for_initial, _token = receiving.start(language="en", session_type=initial)

    def shown(intake):
        return asking.pages(asking.questions(intake), {})

    assert free.is_matchmaking
    assert "more" not in shown(for_free)
    assert "more" in shown(for_initial)


def test_own_words_are_screened_whatever_the_kind_of_question():
    intake, _token = receiving.start(language="en")

    assert receiving.save_step(intake=intake, step="more", answers={"own_x": DANGER}).kind == "self"
    receiving.save_step(intake=intake, step="more", answers={"own_y": ["fine", DANGER]})
    receiving.save_step(intake=intake, step="reach", answers=make.answers())
    assert Alert.objects.count() == 1


def test_two_answers_do_not_read_the_same(robin):
    with pytest.raises(questioning.SameAnswers):
        questioning.add(plan=Plan(**{**vars(HEARD), "answers": (("A", "B"), ("a", "C"))}), actor=robin)


def test_two_questions_of_the_same_words_have_keys_of_their_own(robin):
    keys = {questioning.add(plan=HEARD, actor=robin).key for _time in range(3)}

    assert len(keys) == 3


def test_every_change_is_in_the_audit_trail(robin):
    question = questioning.add(plan=HEARD, actor=robin)
    questioning.change(question=question, plan=HEARD, actor=robin)
    questioning.move(question=standard("phone"), up=True, actor=robin)
    questioning.retire(question=question, actor=robin)
    questioning.ask_again(question=question, actor=robin)

    noted = AuditEntry.objects.filter(actor=robin, subject__startswith="question ").order_by("pk")
    assert [one.action.removeprefix("question ") for one in noted] == [
        "added",
        "changed",
        "moved",
        "retired",
        "asked again",
    ]


@pytest.mark.parametrize("more", [0, 30])
def test_asking_takes_the_same_queries_however_many_questions_there_are(robin, more, django_assert_num_queries):
    for number in range(more):
        questioning.add(plan=Plan(label=f"q{number}", label_es="x", session_types=(make.matchmaking(),)), actor=robin)

    with django_assert_num_queries(2), nullcontext():
        asking.pages(asking.questions(), {"kind": "self"})
