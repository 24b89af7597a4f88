"""Help elsewhere: only what somebody has checked is given out, to whom it suits; nobody leaves with only a sorry."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from booking import referring
from booking.models import Referral
from practice.dashboard import panels
from practice.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
DESK, PUBLIC = "/desk/diary/referrals/", "/help-elsewhere/"


@pytest.fixture
def robin():
    return make.user(is_front_desk=True, name="Robin")


@pytest.fixture
def desk(client, robin):
    client.force_login(robin)
    return client


def keep(actor, *, name="Harbor Clinic", is_checked=True, **fields):
    known = {"kind": "clinic", "what": "", "phone": "211", "url": "", "states": [], "payers": [], "languages": []}
    return referring.keep(referral=None, actor=actor, is_checked=is_checked, name=name, **known | fields)


def names(**asked):
    return [one.name for one in referring.fitting(**asked)]


def test_only_what_somebody_has_checked_is_given_out(robin):
    kept = keep(robin, is_checked=False)
    assert names() == []

    referring.keep(referral=kept, actor=robin, is_checked=True, name="Harbor Clinic")
    assert names() == ["Harbor Clinic"]

    referring.keep(referral=kept, actor=robin, is_checked=False, phone="1 202 555 0100")
    assert names() == [], "nobody has seen that the new number is right"


def test_saving_it_unchanged_leaves_the_check_as_it_was(robin):
    kept = keep(robin)
    day = timezone.localdate() - timedelta(days=100)
    Referral.objects.update(verified_on=day)

    assert referring.keep(referral=kept, actor=robin, is_checked=False, name="Harbor Clinic").verified_on == day


def test_it_suits_place_payer_and_language_and_nearer_ones_come_first(robin):
    keep(robin, name="Everywhere", kind="search")
    keep(robin, name="Oregon", states=["OR"], payers=["aetna"], languages=["en"])
    keep(robin, name="Low fee", states=["OR"], payers=["sliding"], languages=["es"], kind="practice")

    assert names(state="OR") == ["Oregon", "Low fee", "Everywhere"]
    assert names(state="NY") == ["Everywhere"]
    assert names(state="OR", payer="kaiser") == ["Low fee", "Everywhere"], "a low fee suits every payer"
    assert names(state="OR", payer="other") == names(state="OR"), "who is not sure is shown all"
    assert names(language="es") == ["Low fee", "Everywhere"]


def test_what_is_retired_is_not_given_out_until_it_is_brought_back(robin):
    kept = keep(robin)
    referring.retire(referral=kept, actor=robin)
    assert names() == []

    referring.bring_back(referral=kept, actor=robin)
    assert names() == ["Harbor Clinic"]
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["referral kept", "referral retired", "referral brought back"]


def test_samples_are_given_out_in_the_demonstration_alone(settings):
    Referral.objects.create(name="Sample", kind="clinic", phone="211", is_sample=True)
    settings.DEMO = False
    assert names() == []
    settings.DEMO = True
    assert names() == ["Sample"]
    assert not Referral.objects.stale(timezone.localdate()).exists()


def test_a_place_that_cannot_be_reached_is_none(robin):
    with pytest.raises(IntegrityError, match="referral_can_be_reached"), transaction.atomic():
        keep(robin, phone="")


def test_what_was_not_checked_for_half_a_year_is_due_on_the_dashboard(robin):
    keep(robin, name="Fresh")
    keep(robin, name="Old")
    keep(robin, name="Unseen", is_checked=False)
    Referral.objects.filter(name="Old").update(verified_on=timezone.localdate() - timedelta(days=181))

    [panel] = panels.referrals()
    assert {row.text for row in panel.rows} == {"Old", "Unseen"}
    assert "Old" in names(), "what is due is still better than nothing; its day is said"


@pytest.mark.parametrize("language", ["", "/es"])
def test_everyone_can_read_the_list_and_narrow_it(client, robin, language, django_assert_num_queries):
    keep(robin, name="Oregon only", states=["OR"], what="Adults by video")
    for n in range(5):
        keep(robin, name=f"Everywhere {n}", url="https://help.example/")

    with django_assert_num_queries(1):
        page = client.get(language + PUBLIC, {"state": "NY"}).content.decode()

    assert "Everywhere 4" in page
    assert "Oregon only" not in page
    assert 'href="tel:211"' in page
    assert client.get(PUBLIC, {"state": "XX", "payer": "\x00"}).status_code == 200


def test_an_empty_list_still_names_a_way_on(client):
    assert 'href="tel:211"' in client.get(PUBLIC).content.decode()


def test_the_desk_keeps_the_list(desk, robin):
    form = {"name": "Harbor Clinic", "kind": "clinic", "phone": "211", "states": "ny, NJ", "payers": ["sliding"]}
    assert desk.get(DESK + "new/").status_code == 200
    page = desk.post(DESK + "new/", form | {"is_checked": "on"}, follow=True).content.decode()
    assert "It is given out from now on" in page
    kept = Referral.objects.get()
    assert (kept.states, kept.payers, kept.verified_by) == (["NJ", "NY"], ["sliding"], robin)

    assert 'value="NJ, NY"' in desk.get(f"{DESK}{kept.pk}/").content.decode()
    page = desk.post(f"{DESK}{kept.pk}/", form | {"name": "Harbor House"}, follow=True).content.decode()
    assert "until it is checked" in page

    desk.post(f"{DESK}{kept.pk}/do/", {"do": "retire"})
    assert not Referral.objects.current().exists()
    desk.post(f"{DESK}{kept.pk}/do/", {"do": "bring_back"})
    assert Referral.objects.current().get().name == "Harbor House"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Give its name."),
        ({"states": "NY, Ohio"}, "We know no state OHIO"),
        ({"phone": ""}, "one of the two"),
        ({"url": "harbor"}, "beginning with https://"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(desk, wrong, said):
    form = {"name": "Harbor Clinic", "kind": "clinic", "phone": "211", "what": "Adults"} | wrong
    answer = desk.post(DESK + "new/", form)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="Adults"' in answer.content.decode()
    assert not Referral.objects.exists()


def test_strangers_and_editors_do_not_keep_it(client, robin):
    kept = keep(robin)
    paths = [DESK, DESK + "new/", f"{DESK}{kept.pk}/"]
    assert {client.get(path).status_code for path in paths} == {302}
    client.force_login(make.user(is_editor=True))
    assert {client.get(path).status_code for path in paths} == {403}
    assert client.post(f"{DESK}{kept.pk}/do/", {"do": "retire"}).status_code == 403
