"""Mails that came back: only a signed word counts, it is kept once, and the newsletter hears of it."""

import json
import uuid

import pytest
from django.utils import timezone

from practice import tallies
from practice.messaging import mail_webhooks
from practice.messaging.models import Message, Receipt
from tests import make

pytestmark = pytest.mark.django_db
ADDRESS = "/mail/bounced/"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.MAIL_BOUNCE_SECRET = "tests-only"


def sent():
    contact = make.contact(phone="", email="reader@example.test")
    return Message.objects.create(
        contact=contact,
        channel="mail",
        key="newsletter:1",
        topic="newsletter:1",
        body="Hello",
        status=Message.Status.SENT,
        send_at=timezone.now(),
        expires_at=timezone.now(),
        settled_at=timezone.now(),
    )


def tell(client, said, signature=None):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = {"X-Signature": mail_webhooks.sign(body) if signature is None else signature}
    return client.post(ADDRESS, body, content_type="application/json", headers=headers)


def test_a_signed_word_makes_a_sent_mail_undelivered_once(client):
    message = sent()
    for _ in range(2):
        assert tell(client, {"message_id": f"<{message.pk}@example.test>"}).status_code == 204
    message.refresh_from_db()
    assert (message.status, message.reason) == ("undelivered", "mail_bounced")
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", "md5=x", "\u00e9"])
def test_an_unsigned_word_counts_for_nothing(client, signature):
    message = sent()
    assert tell(client, {"message_id": str(message.pk)}, signature).status_code == 403
    message.refresh_from_db()
    assert message.status == "sent"
    assert tallies.counting.total("bounce without signature") == 1


def test_without_a_secret_nothing_is_taken(client, settings):
    settings.MAIL_BOUNCE_SECRET = ""
    message = sent()
    assert tell(client, {"message_id": str(message.pk)}).status_code == 403
    assert client.get(ADDRESS).status_code == 405


@pytest.mark.parametrize("said", [b"", b"no json", [], {}, {"message_id": None}, {"message_id": "x@y"}, b"[" * 100_000])
def test_what_names_no_mail_of_ours_is_answered_alike(client, said):
    assert tell(client, said).status_code == 204
    assert tell(client, {"message_id": str(uuid.uuid4())}).status_code == 204
