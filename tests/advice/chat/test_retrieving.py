"""The index follows what is public."""

import pytest

from advice import publishing, retrieving, tasks
from advice.models import Passage
from practice import embeddings
from tests import make


def sources(text, language="en"):
    return [
        one.source
        for one in retrieving.find(text, language=language, vector=retrieving.vector_of(text, language=language))
    ]


def test_a_question_in_other_words_finds_its_post(column):
    assert sources("my supervisor keeps piling tasks on me")[0] == "too-much-work"
    assert sources("dad passed away twelve months ago")[0] == "a-year-of-grief"


def test_spanish_questions_find_only_spanish_posts(column):
    assert sources("me preocupo por la noche", "es") == ["worry-at-night"]
    assert not Passage.objects.exclude(vector=None).filter(language="es").exists()


def test_a_published_post_is_found_at_once_and_by_meaning_once_embedded(column):
    make.sample(
        slug="new",
        title="Clenching the jaw",
        questions=("jaw hurts",),
        body="Rest your tongue behind your teeth.[^guide][^paper]",
    )
    assert "new" in sources("clenching the jaw")

    tasks.embed()

    assert sources("my teeth grind together all day")[0] == "new"


def test_a_retracted_post_is_gone_with_the_next_question(column):
    assert sources("my boss gives me too much work")[0] == "too-much-work"

    publishing.retract(post=column["boss"], by=make.user(), reason="Out of date.")

    assert "too-much-work" not in sources("my boss gives me too much work")


def test_the_index_is_read_only_when_something_changed(column, django_assert_num_queries):
    sources("anything")

    with django_assert_num_queries(2):
        sources("something else")


def test_each_vector_says_which_model_made_it(column):
    english = Passage.objects.filter(language="en")

    assert {row.vector_model for row in english} == {embeddings.MODEL_SHA256}
    assert {len(bytes(row.vector)) for row in english} == {embeddings.DIMENSIONS * 4}
    assert retrieving.embed_missing() == 0


def test_vectors_of_another_model_are_not_compared_and_are_made_anew(column):
    Passage.objects.filter(language="en").update(vector_model="another")
    Passage.objects.order_by("-pk").first().delete()  # so that the index is read again

    assert not retrieving.shelf().indexes["en"].has_vectors
    assert retrieving.embed_missing() == Passage.objects.filter(language="en").count()


@pytest.fixture
def no_model(monkeypatch, tmp_path):
    monkeypatch.setenv("EMBEDDING_MODEL_PATH", str(tmp_path / "missing.onnx"))
    embeddings.vector.cache_clear()
    yield
    embeddings.vector.cache_clear()


def test_without_the_model_words_alone_find(column, no_model):
    assert retrieving.vector_of("my boss", language="en") is None
    assert sources("my boss gives me too much work")[0] == "too-much-work"
    assert retrieving.embed_missing() == 0


def test_without_its_model_the_chatbot_answers_by_words_and_readiness_says_so(client, column, monkeypatch):
    def missing(*_anything):
        raise embeddings.Unavailable("gone")

    monkeypatch.setattr(embeddings, "_session", missing)
    embeddings.vector.cache_clear()

    assert retrieving.find("my boss gives me too much work", vector=None)[0].source == "too-much-work"
    response = client.get("/readyz")
    assert response.status_code == 200  # less good, and still serving
    assert response.json()["chat"] == "words alone"
    assert "chat" in response.json()["degraded"]
