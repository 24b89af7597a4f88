"""Whose wording is quoted stands in the address; of one post a reader never gets both."""

import json

import pytest

from advice import answering, publishing, retrieving
from advice.documents import Answered, Audience, Clinical
from advice.models import Passage
from tests import make

CLINICAL = Clinical(
    summary="Workload negotiation as a stressor-focused intervention.",
    takeaways=("Demand and control interact.", "Prioritization is a negotiation.", "Recovery needs detachment."),
    body="""Occupational stress rises where job demands exceed decision latitude.[^guide]

## Negotiating demands

A supervisor who ranks the tasks restores perceived control; rehearse the conversation in session.[^paper]
""",
    faq=(Answered("Does reducing workload reduce strain?", "Mostly where control over the work rises as well."),),
)
QUESTION = "my manager overloads me, what do I say"


@pytest.fixture
def two(column):
    make.sample(
        slug="two-wordings",
        title="My boss overloads me with work",
        summary="What to say to a manager who gives you too much.",
        takeaways=("Ask which task comes first.", "Write the list down.", "Say what will not be done."),
        questions=("my manager overloads me what do I say", "what do I say to a boss who gives me too much work"),
        faq=(),
        body="Bring the list of your tasks and ask your manager which comes first.[^guide] Then wait.[^paper]\n",
        clinical=CLINICAL,
    )
    retrieving.embed_missing()
    return column


def quoted(audience):
    answer = answering.ask(text=QUESTION, audience=audience)
    assert answer.kind == answering.Kind.ANSWER
    return [citation.passage for citation in answer.citations]


@pytest.mark.parametrize("audience", Audience.values)
def test_of_a_post_with_two_wordings_only_the_readers_own_is_quoted(two, audience):
    passages = quoted(audience)

    mine = [passage for passage in passages if passage.post.slug == "two-wordings"]
    assert mine
    assert {passage.audience for passage in mine} == {audience}


def test_a_post_with_one_wording_is_quoted_in_it_to_everybody(two):
    answer = answering.ask(text="still grieving after a year", audience=Audience.CLINICAL)

    assert answer.citations[0].post.slug == "a-year-of-grief"
    assert {citation.passage.audience for citation in answer.citations} == {"plain"}


def test_no_index_holds_two_wordings_of_one_post(two):
    wording = dict(Passage.objects.exclude(kind__in=retrieving.LABELS).values_list("key", "audience"))
    for audience in Audience.values:
        index = retrieving.shelf().index("en", audience)
        held = {wording[p.key] for p in index.pieces if p.source == "two-wordings" and not p.is_label}
        assert held == {audience}


def test_where_no_post_has_two_wordings_both_readers_share_one_index(column):
    shelf = retrieving.shelf()

    assert shelf.index("en", Audience.CLINICAL) is shelf.index("en", Audience.PLAIN)
    assert not retrieving.has_wording(Audience.CLINICAL, language="en")


def test_a_citation_opens_the_wording_it_stands_in(client, two):
    page = client.post("/ask/?wording=clinical", {"text": QUESTION}).content.decode()

    assert "/advice/two-wordings/?wording=clinical#" in page
    assert 'href="/advice/two-wordings/?wording=clinical"' in page  # the source below it
    assert 'action="/ask/?wording=clinical"' in page  # and the next question goes on in it
    assert "?wording=clinical" not in client.post("/ask/", {"text": QUESTION}).content.decode()


def test_a_bare_link_opens_the_readers_wording_where_there_is_one(two):
    found = retrieving.find(QUESTION, vector=None)
    citations = answering.quoting.titles(found, language="en", audience=Audience.CLINICAL)

    urls = {citation.post.slug: citation.url for citation in citations}
    assert urls["two-wordings"] == "/advice/two-wordings/?wording=clinical"
    assert urls["too-much-work"] == "/advice/too-much-work/"


def test_the_wording_is_changed_without_losing_the_conversation_or_what_was_typed(client, two):
    first = client.post("/ask/", {"text": QUESTION})
    token = first.context["chat"]
    typed = {"wording": "clinical", "chat": token, "text": "and what about"}

    page = client.post("/ask/", typed).content.decode()

    assert QUESTION in page
    assert "and what about</textarea>" in page
    assert f'value="{token}"' in page
    assert 'action="/ask/?wording=clinical"' in page


def test_what_was_typed_when_the_wording_is_changed_is_screened(client, two):
    page = client.post("/ask/", {"wording": "clinical", "text": "I want to kill myself"}).content.decode()

    assert 'id="crisis-panel"' in page


@pytest.mark.parametrize("wording", ["", "plain", "legal", "\0", "clinical&x=1"])
def test_a_wording_we_do_not_have_is_the_plain_one(client, two, wording):
    response = client.post("/ask/?" + f"wording={wording}", {"text": QUESTION})

    assert response.status_code == 200
    if not wording.startswith("clinical"):
        assert "?wording=clinical" not in response.content.decode()


def test_a_question_asked_on_a_post_goes_on_in_the_wording_it_is_read_in(client, two):
    page = client.get("/advice/two-wordings/?wording=clinical").content.decode()
    plain = client.get("/advice/two-wordings/").content.decode()

    assert 'hx-post="/ask/?wording=clinical"' in page
    assert 'hx-post="/ask/"' in plain


def test_the_choice_is_offered_only_where_there_is_one(client, column):
    assert 'name="wording"' not in client.get("/ask/").content.decode()


def test_the_json_door_takes_the_wording_too(client, two):
    def urls(**more):
        body = json.dumps({"text": QUESTION, **more})
        said = client.post("/api/v1/ask/", body, content_type="application/json").json()
        return [one["url"] for one in said["citations"] if one["post"] == "two-wordings"]

    assert all("wording=clinical" in url for url in urls(audience="clinical"))
    assert urls(audience="clinical")
    assert not any("wording=clinical" in url for url in urls())


def test_a_retracted_post_is_quoted_in_neither_wording(two):
    post = Passage.objects.filter(audience="clinical").first().post
    publishing.retract(post=post, by=make.user(), reason="Out of date.")

    for audience in Audience.values:
        slugs = {c.post.slug for c in answering.ask(text=QUESTION, audience=audience).citations}
        assert "two-wordings" not in slugs
