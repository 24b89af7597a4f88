"""The pages people read."""

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from advice import publishing
from advice.models import Post
from practice.tallies import counting
from tests import make

pytestmark = pytest.mark.django_db


def at(name, *args, language="en"):
    with override(language):
        return reverse(f"advice:{name}", args=args)


def test_home_has_one_sentence_three_doors_the_newest_answers_and_the_crisis_line(client):
    post = make.sample(topics=["sleep"])

    page = client.get("/").content.decode()

    assert page.count("<h1>") == 1
    assert post.text.title in page
    assert "tel:988" in page
    assert at("list") in page


def test_the_list_is_empty_kindly(client):
    page = client.get(at("list")).content.decode()

    assert "No answers here yet" in page
    assert at("letter") in page


@pytest.mark.parametrize("name", ["home", "list", "topic", "post"])
def test_a_page_asks_the_database_as_often_for_three_posts_as_for_one(client, name, django_assert_max_num_queries):
    first = make.sample(topics=["sleep"])
    address = at(name, *{"topic": ["sleep"], "post": [first.slug]}.get(name, []))
    most = 7 if name == "topic" else 5
    with django_assert_max_num_queries(most) as of_one:
        client.get(address)
    for _ in range(2):
        make.sample(topics=["sleep"])

    with django_assert_max_num_queries(most) as of_three:
        assert client.get(address).status_code == 200

    assert len(of_three) <= len(of_one) + 1  # the topics of related posts, once there are any


def test_a_page_that_is_kept_costs_no_query_and_is_gone_with_its_post(client, django_assert_num_queries):
    post = make.published()
    first = client.get(post.get_absolute_url())

    with django_assert_num_queries(0):
        assert client.get(post.get_absolute_url()).content == first.content

    publishing.retract(post=post, by=make.user(is_editor=True), reason="It is out of date.")
    assert client.get(post.get_absolute_url()).status_code == 410


@pytest.mark.parametrize("name", ["home", "list", "post", "policy", "reviewers"])
def test_public_pages_set_no_cookie_hold_no_token_and_may_be_cached(client, name):
    post = make.sample()
    address = at(name, *([post.slug] if name == "post" else []))

    response = client.get(address)

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert "public" in response["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_post_shows_all_it_is_made_of(client):
    post = make.sample(
        kind="letter",
        letter="Dear column, I lie awake.",
        signed="Awake",
        body="Dear Awake,\n\n## Tonight\n\nRest.[^guide]",
    )

    page = client.get(at("post", post.slug)).content.decode()

    for expected in (
        "Sample, not reviewed by a clinician",
        "For education only",
        "Key takeaways",
        "I lie awake.",
        'id="tonight"',
        'href="#tonight"',
        'href="#reference-1"',
        'id="reference-1"',
        "Guidelines",
        "Should I get up?",
        "crisis-box",
        "This text is education",
        "minute to read",
        'id="reply-1"',
    ):
        assert expected in page, expected
    assert "[^" not in page


def test_an_approved_post_names_reviewer_licence_and_dates(client):
    reviewer = make.reviewer(name="Ada Low", credentials="PhD")
    post = make.published(reviewer=reviewer)

    page = client.get(at("post", post.slug)).content.decode()

    assert "Approved by Ada Low, PhD, Licensed Psychologist, NY" in page
    assert "next review" in page
    assert "Sample" not in page.split("<article")[1]
    assert "Ada Low" in client.get(at("reviewers")).content.decode()


def test_a_text_changed_after_signing_is_not_shown_but_announced(client):
    from advice import editing

    post = make.published(slug="one", title="Signed")
    editing.revise(post=post, document=make.document(slug="one", title="Unsigned"))

    page = client.get(at("post", "one")).content.decode()

    assert "Signed" in page
    assert "Unsigned" not in page
    assert "an update is under review" in page


def test_drafts_are_not_found_and_retracted_posts_are_gone_and_say_why(client):
    draft, sample = make.draft(), make.sample()
    publishing.retract(post=sample, by=make.user(is_editor=True), reason="A source was withdrawn.")

    assert client.get(at("post", draft.slug)).status_code == 404
    gone = client.get(at("post", sample.slug))
    assert gone.status_code == 410
    assert "A source was withdrawn." in gone.content.decode()
    assert "retracted" in gone.content.decode()


@pytest.mark.parametrize("name", ["home", "list", "feed", "sitemap", "api"])
def test_with_the_demonstration_off_no_sample_shows_anywhere(client, settings, name):
    post = make.sample(topics=["sleep"])
    address = "/api/v1/posts/" if name == "api" else at(name)
    assert post.slug in client.get(address).content.decode()

    settings.DEMO = False

    assert post.slug not in client.get(address).content.decode()
    assert client.get(at("post", post.slug)).status_code == 404
    assert post.text.title not in client.get(at("list") + "?q=worry").content.decode()


def test_spanish_pages_list_spanish_posts_first_and_link_the_other_wording(client):
    english, spanish = (
        make.sample(slug="both"),
        make.sample(slug="both", language="es", title="Si la preocupación no te deja dormir"),
    )
    only_english = make.sample(slug="only-english")

    listed = client.get(at("list", language="es")).context["cards"]

    assert [card["title"] for card in listed] == [spanish.text.title, only_english.text.title]
    assert [card["language"] for card in listed] == ["", "en"]
    page = client.get(at("post", "both", language="es")).content.decode()
    assert spanish.text.title in page
    assert f'href="{english.get_absolute_url()}" hreflang="en"' in page
    assert Post.objects.get(pk=spanish.pk).translation_of == english
    foreign = client.get(at("post", "only-english", language="es")).content.decode()
    assert only_english.text.title in foreign
    assert '<article class="post" lang="en">' in foreign


def test_search_finds_posts_by_lay_words_best_first(client):
    make.sample(
        title="Boundaries at work",
        summary="Ways to say no.",
        takeaways=("You may say no.",),
        faq=(),
        questions=("how do I say no to my boss",),
        body="Saying no is a skill.[^guide] [^paper]",
    )
    sleep = make.sample(title="Awake at three", questions=("why do I wake up at 3am worrying",))

    cards = client.get(at("list") + "?q=waking+up+worried+at+night").context["cards"]

    assert cards[0]["title"] == sleep.text.title


def test_a_search_that_finds_nothing_says_what_to_do_next(client):
    make.sample()

    page = client.get(at("list") + "?q=submarine").content.decode()

    assert "Nothing of ours answers this yet" in page


def test_a_crisis_in_the_search_box_shows_the_lines_first_and_is_counted(client):
    response = client.get(at("list") + "?q=I+want+to+kill+myself+tonight")

    page = response.content.decode()
    assert page.index("crisis-panel") < page.index("<h1>")
    assert counting.total("crisis in search") == 1
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "x" * 4000,
        "q=%F0%9F%98%80",
        "q=%ED%A0%80",
        "page=-1",
        "page=zz",
        "kind=zz",
        "q=%25_",
        "q='\"<script>",
        "page=" + "9" * 5000,
    ],
)
def test_odd_searches_get_a_page(client, query):
    make.sample()

    response = client.get(f"{at('list')}?{query}")

    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


def test_unknown_topics_and_posts_are_not_found(client):
    assert client.get(at("topic", "nothing")).status_code == 404
    assert client.get(at("post", "nothing")).status_code == 404
    assert client.post(at("list")).status_code == 405


def test_the_feed_and_the_sitemap_are_well_formed(client):
    from xml.etree import ElementTree

    post = make.sample(topics=["sleep"])

    feed = ElementTree.fromstring(client.get(at("feed")).content)
    sitemap = ElementTree.fromstring(client.get(at("sitemap")).content)

    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert any(post.slug in (node.text or "") for node in sitemap.iter())
    robots = client.get(at("robots"))
    assert robots["Content-Type"].startswith("text/plain")
    assert "Disallow: /\n" in robots.content.decode()


def test_a_live_site_asks_robots_to_stay_out_of_private_places_only(client, settings):
    settings.DEMO = False

    text = client.get(at("robots")).content.decode()

    assert "Disallow: /letters/" in text
    assert "Disallow: /\n" not in text


def test_a_post_leads_to_the_one_before_the_one_after_and_those_most_like_it(client):
    make.topic("grief")
    slugs = ["oldest", "older", "here", "newer", "newest"]
    about = {
        "oldest": ["sleep", "grief"],
        "older": [],
        "here": ["sleep", "grief"],
        "newer": ["sleep"],
        "newest": ["sleep"],
    }
    posts = {slug: make.sample(slug=slug, title=f"The {slug} one", topics=about[slug]) for slug in slugs}
    make.sample(slug="here", language="es", topics=["sleep"])

    shown = client.get(at("post", "here")).context

    assert [shown[name]["title"] for name in ("older", "newer")] == ["The older one", "The newer one"]
    titles = [link["title"] for link in shown["related"]]
    assert titles == ["The oldest one", "The newest one", "The newer one"]  # by topics shared, then the newest
    for slug in ("newer", "oldest"):
        publishing.retract(post=posts[slug], by=make.user(is_editor=True), reason="Out of date.")
    page = client.get(at("post", "here"))  # at once, though what stood around it was kept
    assert (page.context["newer"]["title"], page.context["older"]["title"]) == ("The newest one", "The older one")
    assert [link["title"] for link in page.context["related"]] == ["The newest one"]


def test_the_ends_of_the_column_lead_one_way_only(client):
    for slug in ("first", "last"):
        make.sample(slug=slug)

    first, last = (client.get(at("post", slug)).context for slug in ("first", "last"))

    assert (first["older"], last["newer"]) == (None, None)
    assert (first["newer"]["url"], last["older"]["url"]) == (at("post", "last"), at("post", "first"))


@pytest.mark.parametrize("name", ["list", "post", "feed", "feed_json", "sitemap"])
def test_a_page_says_since_when_it_reads_so_and_is_not_sent_again_until_it_changes(client, name):
    with time_machine.travel("2026-03-02 12:00:00Z", tick=False) as clock:
        post = make.published(slug="night", title="Awake")
        address = at(name, *([post.slug] if name == "post" else []))
        first = client.get(address)
        assert first["Last-Modified"] == "Mon, 02 Mar 2026 12:00:00 GMT"
        clock.shift(600)  # made anew meanwhile, and the same
        since = {"If-Modified-Since": first["Last-Modified"]}
        assert client.get(address, headers=since).status_code == 304
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304

        publishing.retract(post=post, by=make.user(is_editor=True), reason="Out of date.")

        again = client.get(address, headers=since)
        assert again.status_code == (410 if name == "post" else 200)
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code != 304
        if name != "post":
            assert again["Last-Modified"] == "Mon, 02 Mar 2026 12:10:00 GMT"


def test_the_archive_leads_to_the_answers_of_each_month(client, django_assert_max_num_queries):
    assert "No answers here yet" in client.get(at("archive")).content.decode()
    for slug, month in (("winter", "2026-01"), ("spring", "2026-03"), ("late", "2026-03")):
        with time_machine.travel(f"{month}-15 12:00:00Z"):
            make.sample(slug=slug, title=f"A {slug} question")
    make.draft(slug="draft")

    with django_assert_max_num_queries(3):
        page = client.get(at("archive"))

    assert [(row["month"].strftime("%Y-%m"), row["number"]) for row in page.context["months"]] == [
        ("2026-03", 2),
        ("2026-01", 1),
    ]
    assert f'href="{at("list")}?month=2026-03"' in page.content.decode()
    month = client.get(at("list") + "?month=2026-03")
    assert {card["title"] for card in month.context["cards"]} == {"A late question", "A spring question"}
    assert "<h1>March 2026</h1>" in month.content.decode()


@pytest.mark.parametrize("month", ["2026-13", "2026", "x", "1999-01", "2026-1", "2026-01-01", "%00", "9" * 40])
def test_a_month_that_is_none_leaves_the_list_as_it_is(client, month):
    make.sample()

    assert len(client.get(f"{at('list')}?month={month}").context["cards"]) == 1


def test_a_page_is_passed_on_by_ones_own_mail_and_texts_and_nobody_else_hears_of_it(client):
    post = make.sample(slug="night", title='Awake & "tired" at 3?')

    page = client.get(at("post", "night")).content.decode()

    address = "http%3A%2F%2Flocalhost%3A8000%2Fadvice%2Fnight%2F"
    assert f'href="mailto:?subject=Awake%20%26%20%22tired%22%20at%203%3F&amp;body={address}"' in page
    assert f'href="sms:?&amp;body=Awake%20%26%20%22tired%22%20at%203%3F%20{address}"' in page
    for stranger in ("facebook", "twitter", "linkedin", "whatsapp"):
        assert stranger not in page.lower()
    assert post.get_absolute_url() in page


def test_a_post_says_when_readers_first_saw_it_as_it_reads_now(client):
    with time_machine.travel("2026-03-01 12:00:00Z"):
        editor = make.user(is_editor=True)
        post = make.draft(author=editor, slug="night")
    with time_machine.travel("2026-03-09 12:00:00Z"):
        make.publish(post, editor=editor)

    assert '<time datetime="2026-03-09">' in client.get(at("post", "night")).content.decode()
    assert "<lastmod>2026-03-09</lastmod>" in client.get(at("sitemap")).content.decode()


def test_the_sitemap_asks_the_database_as_often_for_three_posts_as_for_one(client, django_assert_max_num_queries):
    make.published()
    with django_assert_max_num_queries(6) as of_one:
        client.get(at("sitemap"))
    for _ in range(2):
        make.published()

    with django_assert_max_num_queries(len(of_one)):
        assert client.get(at("sitemap")).status_code == 200
