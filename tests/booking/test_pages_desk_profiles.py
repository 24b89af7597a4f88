"""What the profile on the desk promises: matches follow it, and what people are is theirs to say."""

import pytest

from booking.desk.profile_forms import DescriptionForm, OfferForm
from booking.intake import choices, matching
from booking.intake.wanted import Wishes
from booking.models import Profile
from practice.staff.models import AuditEntry, Clinician
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
PAGE = "/desk/diary/clinicians/own/profile/"
OFFERS = {
    "accepts_new_clients": "on",
    "offers_virtual": "on",
    "does_matchmaking": "on",
    "capacity": "12",
    "ages": ["adult"],
    "kinds": ["self", "couple"],
    "languages": ["en", "ko"],
    "specialities": ["sleep"],
    "styles": ["warm"],
    "modalities": ["cbt"],
    "payments": ["aetna"],
    "about": "Sleep, mostly.",
}
MYSELF = {"genders": ["woman"], "shows_genders": "on", "cultures": ["latino"], "faiths": []}
ASKS = Wishes(state="NY", genders=("woman",), cultures=("latino",), modalities=("cbt",))


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_owner=True))
    return client


@pytest.fixture
def clinician(a_monday_morning):
    return make.working_clinician(user=make.user(), slug="own", name="Own Clinician")


def shown(answer):
    return answer.content.decode()


def test_matches_follow_what_is_saved_and_the_trail_says_who_did_it(owner, clinician):
    make.client(clinician=clinician)
    assert owner.post(f"{PAGE}offers/", OFFERS).url == PAGE
    assert owner.post(f"{PAGE}description/", MYSELF).url == PAGE
    [match] = matching.matches(wishes=ASKS)

    assert match.points["modality"] > 0
    assert match.points["gender"] > 0
    assert match.points["culture"] == 0, "it is not ticked to be shown"
    assert "A woman, as you asked." in match.reasons
    assert matching.refused(wishes=Wishes(state="NY", kind="family"))[0].clinician == clinician
    assert clinician.clients.count() == 1
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"profile set", "self-description set"} <= actions
    page = shown(owner.get(PAGE))
    assert all(f'value="{slug}"' in page for slug, _label in choices.MODALITIES)
    assert page.count("checked") >= len(OFFERS)


def test_the_form_offers_every_answer_a_client_may_give():
    forms = {**OfferForm.base_fields, **DescriptionForm.base_fields}
    for name, offered in {"kinds": choices.KINDS, "payments": choices.PAYMENTS, "faiths": choices.FAITHS}.items():
        known = {slug for slug, _label in offered} - {"other"}
        assert {slug for slug, _label in forms[name].choices} == known


def test_errors_stand_beside_the_field_and_nothing_is_saved(owner, clinician):
    answer = owner.post(f"{PAGE}offers/", OFFERS | {"capacity": "many", "languages": [], "kinds": ["cats"]})

    assert answer.status_code == 422
    assert "Error:" in shown(answer)
    assert "Tick at least one language." in shown(answer)
    assert Clinician.objects.get().capacity == 20
    assert not Profile.objects.exists()


def test_the_clinician_and_owners_see_what_they_say_of_themselves_and_the_front_desk_does_not(client, clinician):
    Profile.objects.create(clinician=clinician, faiths=["muslim"])
    client.force_login(make.user(is_front_desk=True))
    assert "Faith I can give a place" not in shown(client.get(PAGE))
    assert client.post(f"{PAGE}description/", MYSELF).status_code == 403
    assert client.post(f"{PAGE}offers/", OFFERS).status_code == 302
    assert Profile.objects.get().faiths == ["muslim"]
    client.force_login(clinician.user)
    assert "Faith I can give a place" in shown(client.get(PAGE))
    assert client.post(f"{PAGE}description/", MYSELF).status_code == 302
    assert Profile.objects.get().genders == ["woman"]


def test_strangers_and_other_clinicians_have_no_business_here(client, clinician):
    addresses = [PAGE, f"{PAGE}offers/", f"{PAGE}description/"]
    assert all("/accounts/login/" in client.post(address).url for address in addresses[1:])
    assert "/accounts/login/" in client.get(PAGE).url
    client.force_login(make.user(is_editor=True))
    assert client.get(PAGE).status_code == 403
    client.force_login(make.clinician(user=make.user()).user)
    assert [client.get(PAGE).status_code, *(client.post(a).status_code for a in addresses[1:])] == [404] * 3
    assert not Profile.objects.exists()
