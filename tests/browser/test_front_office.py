"""The whole front office in a real browser: read, ask, find, book, text C back, and see it on the desk."""

import re
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser


def axe(page):
    found = Axe().run(page).response["violations"]
    assert not found, [f"{violation['id']}: {violation['nodes'][0]['html'][:200]}" for violation in found]


def test_read_ask_find_book_answer_and_see_it_on_the_desk(phone, desk, demo):
    page = phone.page
    page.goto("/advice/")
    page.get_by_role("link", name=re.compile("wake at three", re.I)).first.click()
    page.get_by_text("Sample, not reviewed by a clinician").first.wait_for()
    phone.check()
    axe(page)

    page.goto("/ask/")
    page.get_by_role("textbox").first.fill("how can I stop worrying in the middle of the night")
    page.get_by_role("button", name=re.compile("^ask", re.I)).first.click()
    page.locator("a[href*='/advice/']").first.wait_for()
    phone.check()
    axe(page)

    page.goto("/find/")
    page.get_by_role("button", name=re.compile("start", re.I)).click()
    page.get_by_label("Worry that does not stop").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Me", exact=True).check()
    page.get_by_label("18 to 64").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("State you will be in during sessions").select_option("NY")
    page.get_by_role("button", name="Continue").click()
    while page.locator("progress").count():  # the other questions may all be left empty
        phone.check()
        page.get_by_role("button", name="Continue").click()
    page.get_by_text("Licensed in New York").first.wait_for()
    phone.check()
    axe(page)
    page.get_by_role("link", name="See all times").first.click()
    page.locator(".times button").first.click()
    page.get_by_label("Name we should use").fill("Robin")
    page.get_by_role("textbox", name="Phone number").fill("202 555 0143")
    for box in page.locator("form input[name=text_ok], form input[name=contact_ok]").all():
        box.check()
    phone.check()
    page.get_by_role("button", name=re.compile("book", re.I)).first.click()
    page.get_by_text("What happens next").wait_for()
    phone.check()
    axe(page)

    page.goto("/demo/phone/")
    again = page.get_by_role("link", name="Check for new texts")
    for _try in range(20):
        if page.get_by_text("see you", exact=False).count():
            break
        page.wait_for_timeout(500)
        again.click()
    page.get_by_role("button", name="Bring my reminder forward").click()
    for _try in range(30):
        if page.get_by_text("Reply C to confirm").count():
            break
        page.wait_for_timeout(500)
        again.click()
    page.get_by_label("Text to the practice").fill("C")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("is confirmed").wait_for()
    phone.check()

    page = desk.page
    page.goto("/desk/")
    page.get_by_label("Email").fill(demo.email)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name=re.compile("Good to see you")).wait_for()
    desk.check()
    axe(page)
    today = date.today()
    for day in (today, today + timedelta(days=7)):  # the first free time may lie in the week after this one
        page.goto(f"/desk/diary/appointments/?span=week&day={day}")
        if page.get_by_text("Robin").count():
            break
    page.get_by_text("Robin").first.click()
    page.get_by_text("confirmed", exact=False).first.wait_for()
    desk.check()


@pytest.mark.parametrize(
    "path", ["/", "/crisis/", "/es/crisis/", "/advice/write/", "/texts/", "/crisis/text/", "/book/", "/no/such/page/"]
)
def test_public_pages_are_clean_on_a_small_phone(phone, path):
    phone.page.set_viewport_size({"width": 320, "height": 640})
    phone.page.goto(path)
    axe(phone.page)
    phone.found = [what for what in phone.found if "404" not in what]
    phone.check()


def test_the_second_factor_can_be_set_up_under_the_strict_policy(desk, demo):
    page = desk.page
    page.goto("/desk/")
    page.get_by_label("Email").fill(demo.email)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/accounts/2fa/totp/activate/")
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(demo.password)
        page.get_by_role("button").last.click()
    page.locator(".qr svg").wait_for()
    desk.check()
    axe(page)
