"""Nobody reaches a desk with a password alone where a second factor is required, by whichever door."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin

from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-pass-phrase-of-ours"


@pytest.fixture
def owner(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    made = make.user(is_owner=True, is_superuser=True)
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.mark.parametrize("path", ["/desk/", "/admin/", "/desk/diary/appointments/"])
def test_whoever_has_no_second_factor_yet_is_led_to_set_one_up(client, owner, path):
    client.force_login(owner)
    assert client.get(path)["Location"] == "/accounts/2fa/totp/activate/"


@pytest.mark.parametrize(
    ("door", "name"), [("/accounts/login/", "login"), ("/admin/login/", "username"), ("/admin/", "username")]
)
def test_a_password_alone_opens_no_desk_once_a_second_factor_is_set_up(client, owner, door, name):
    TOTP.activate(owner, generate_totp_secret())
    client.post(door, {name: owner.email, "password": PASSWORD})
    assert client.get("/desk/").status_code == 302
    assert client.get("/admin/").status_code == 302


def test_the_back_office_signs_in_by_the_one_door_that_asks_for_it(client):
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", ["mfa/authenticator/", "account/emailaddress/", "auth/group/"])
def test_the_back_office_hands_out_no_second_factor_and_no_address(admin_client, settings, page):
    settings.SECOND_FACTOR_REQUIRED = False
    assert admin_client.get("/admin/").status_code == 200
    assert admin_client.get(f"/admin/{page}").status_code == 404


def test_the_back_office_shows_tables_of_ours_alone():
    assert {model.__module__.split(".")[0] for model in admin.site._registry} == {"practice", "advice", "booking"}
