"""A carrier to talk to, and Twilio's settings where a test wants the real client."""

import pytest

from practice.messaging import carriers
from tests.fakes import twilio as fake


@pytest.fixture
def ledger():
    """A local Twilio with a memory."""
    server = fake.Twilio()
    yield server
    server.close()


@pytest.fixture
def real_client(ledger):
    """The real client, talking to the local Twilio, as impatient as tests are."""
    return carriers.Twilio(
        account=fake.ACCOUNT, token=fake.TOKEN, service=fake.SERVICE, base_url=ledger.url, timeout=0.4
    )


@pytest.fixture
def twilio(ledger, real_client, settings, monkeypatch):
    """Twilio is what this practice uses; returns its ledger."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_MESSAGING_SERVICE_SID = fake.ACCOUNT, fake.SERVICE
    settings.TWILIO_API_URL = ledger.url
    monkeypatch.setattr(carriers, "twilio", lambda *_settings: real_client)
    return ledger
