"""The intake as someone tired takes it: by keyboard alone, at 320 px, on a second device, without script."""

import re

import pytest

from tests.browser.test_front_office import axe

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 640}
MOST_TABS = 250


def focus(page, selector, back=False):
    """Press Tab until the focus is on the element; whatever cannot be reached so is not there for everyone."""
    for _press in range(MOST_TABS):
        if page.evaluate("s => !!document.activeElement && document.activeElement.matches(s)", selector):
            assert page.evaluate(
                "() => { const box = document.activeElement.getBoundingClientRect();"
                " return box.width > 0 && box.bottom > 0 && box.top < innerHeight }"
            ), f"{selector} has the focus and is out of sight"
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"no Tab leads to {selector} on {page.url}")


def press(page, selector, key="Enter"):
    focus(page, selector)
    page.keyboard.press(key)


def go_on(page):
    before = page.url
    press(page, "main form.form button.primary")
    page.wait_for_url(lambda url: url != before)


def check(watched):
    watched.check()
    axe(watched.page)


def write(page, selector, words):
    focus(page, selector)
    page.keyboard.type(words)


def as_far_as_the_people(watched):
    """From the first page to those who fit, by keyboard; every page is looked at on the way."""
    page = watched.page
    page.goto("/find/")
    check(watched)
    press(page, "main form button")
    page.wait_for_url("**/concerns/")
    press(page, "input[value=worry]", "Space")
    write(page, "textarea[name=words]", "I lie awake and think of work.")
    check(watched)
    go_on(page)
    press(page, "input[name=kind]", "Space")
    press(page, "input[name=age]", "Space")
    for _step in range(2):  # from "Under 13" to "18 to 64"
        page.keyboard.press("ArrowDown")
    check(watched)
    go_on(page)
    write(page, "select[name=state]", "New Yo")
    check(watched)
    go_on(page)
    while page.locator("progress").count():
        check(watched)
        go_on(page)
    page.get_by_text("Licensed in New York").first.wait_for()
    check(watched)


@pytest.fixture
def narrow(chromium, demo, watch):
    return watch(viewport=NARROW, timezone_id="America/New_York")


@pytest.fixture
def watch(chromium, demo):
    """Opens another browser, as on another device; all are closed in the end."""
    from tests.browser.conftest import Watched

    opened = []

    def another(**options):
        opened.append(Watched(chromium, demo.url, **options))
        return opened[-1]

    yield another
    for watched in opened:
        watched.context.close()


def test_by_keyboard_alone_from_the_first_question_to_a_booked_time(narrow):
    page = narrow.page
    as_far_as_the_people(narrow)

    press(page, "a[href*='/times/']")
    page.wait_for_url("**/times/**")
    check(narrow)
    press(page, ".times button")
    page.wait_for_url("**/details/**")
    write(page, "input[name=name]", "Robin")
    write(page, "input[name=phone]", "202 555 0147")
    press(page, "input[name=contact_ok]", "Space")
    check(narrow)
    press(page, "main form.form button.primary")
    page.wait_for_url(re.compile(r"/a/[\w-]{22}/"))
    check(narrow)


def test_errors_are_reached_by_keyboard_and_lead_to_their_field(narrow):
    page = narrow.page
    page.goto("/find/")
    press(page, "main form button")
    page.wait_for_url("**/concerns/")
    go_on(page)
    press(page, "main form.form button.primary")
    page.locator(".error-summary").wait_for()
    narrow.found = [what for what in narrow.found if "422" not in what]  # the answer to a form with errors
    check(narrow)
    press(page, ".error-summary a")
    assert page.evaluate("document.activeElement.name") == "kind"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_private_link_goes_on_where_one_was_on_another_device(watch, script):
    one = watch(viewport=NARROW, java_script_enabled=script)
    other = watch(viewport={"width": 1280, "height": 800}, color_scheme="dark", java_script_enabled=script)
    page = one.page
    page.goto("/find/")
    page.locator("main form button").click()
    page.locator("textarea[name=words]").fill("I lie awake and think of work.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Me", exact=True).check()
    page.get_by_label("18 to 64").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Go on later, or on another device").click()
    link = page.locator("main details a").inner_text()

    page = other.page
    page.goto(link)
    page.wait_for_url("**/who/")
    assert page.get_by_label("18 to 64").is_checked()
    page.get_by_role("button", name="Back").click()
    assert page.locator("textarea[name=words]").input_value() == "I lie awake and think of work."
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("State you will be in during sessions").select_option("NY")
    page.get_by_role("button", name="Continue").click()
    while page.locator("progress").count():
        page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="See all times").first.click()
    page.locator(".times button").first.click()
    page.get_by_label("Name we should use").fill("Robin")
    page.get_by_role("textbox", name="Phone number").fill("202 555 0149" if script else "202 555 0150")
    page.locator("input[name=contact_ok]").check()
    page.get_by_role("button", name=re.compile("book", re.I)).first.click()
    page.wait_for_url(re.compile(r"/a/[\w-]{22}/"))
    one.page.goto(link)
    one.page.get_by_text("Your time is booked").wait_for()


def test_a_self_check_by_keyboard_shows_the_lines_first_and_is_taken_along(narrow):
    page = narrow.page
    page.goto("/screening/")
    check(narrow)
    press(page, "a[href$='/phq-2/']")
    page.wait_for_url("**/phq-2/")
    for number in (1, 2):
        press(page, f"input[name=item{number}]", "Space")
        for _step in range(2):
            page.keyboard.press("ArrowDown")
    check(narrow)
    press(page, "main form.form button.primary")
    page.get_by_text("4 of 6").wait_for()
    check(narrow)
    press(page, "button[value=more]")
    page.get_by_role("heading", name="PHQ-9").wait_for()
    for number in range(3, 10):
        press(page, f"input[name=item{number}]", "Space")
    focus(page, "input[name=item9]")
    page.keyboard.press("ArrowDown")
    check(narrow)
    press(page, "main form.form button.primary")
    page.locator("#crisis-panel").wait_for()
    assert page.locator("#crisis-panel").bounding_box()["y"] < page.locator("h1").bounding_box()["y"]
    check(narrow)
    press(page, "main form:has(input[name=result]) button")
    page.get_by_text("your self-check PHQ-9: 5 of 27").wait_for()
    check(narrow)
