"""The chatbot on a phone: ask on, change the wording, take a time from where it is shown, take the words along."""

import pytest

from tests.browser.test_front_office import axe

pytestmark = pytest.mark.browser


def ask(page, text):
    turns = page.locator(".chat-turn").count()
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".chat-turn").nth(turns).wait_for()


def to_a_person(turn):
    """The ways to a person under an answer; they stand open where nothing answered."""
    if not turn.locator("details[open]").count():
        turn.get_by_text("I would rather talk to a person").click()
    return turn


def test_from_a_question_to_a_time_that_is_held(phone):
    page = phone.page
    page.goto("/ask/")
    ask(page, "what are your opening hours")
    ask(page, "how does slow breathing work")
    page.get_by_label("Your question").fill("and in a meeting?")
    page.get_by_role("button", name="Clinical").click()
    page.locator("form#ask-form[action$='wording=clinical']").wait_for()
    assert page.get_by_label("Your question").input_value() == "and in a meeting?"
    assert page.locator(".chat-turn").count() == 2

    last = to_a_person(page.locator(".chat-turn").last)
    last.get_by_label("State you will be in").select_option("NY")
    last.get_by_label("18 to 64").check()
    last.get_by_role("button", name="Show times I can take").click()
    last.locator(".times button").first.wait_for()
    assert last.locator(".times button").count() == 3
    phone.check()
    axe(page)

    last.locator(".times button").first.click()
    page.get_by_label("Name we should use").wait_for()
    phone.check()


def test_from_a_question_to_the_intake_with_what_is_left_of_it(phone):
    page = phone.page
    page.goto("/ask/")
    ask(page, "my boss gives me too much work")
    to_a_person(page.locator(".chat-turn"))
    page.get_by_role("button", name="take along what I asked").click()
    words = page.get_by_label("In your own words")
    assert words.input_value() == "my boss gives me too much work"
    phone.check()
    axe(page)

    words.fill("too much work")
    page.get_by_role("button", name="Take this along and start").click()
    assert page.get_by_label("In your own words").input_value() == "too much work"
    phone.check()
