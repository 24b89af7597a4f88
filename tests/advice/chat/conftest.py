"""A small column to ask about: three posts in English, one of them also in Spanish, with their vectors."""

import pytest

from advice import retrieving
from tests import make
from tests.fakes import chat_model

BOSS = """Ask your boss to rank the work instead of promising all of it.[^guide]

## What to say

Bring a list of what is on your desk and ask which two tasks come first. It is a planning talk.[^paper]
"""
GRIEF = """Grief has no date on which it ends.[^guide] Good hours come first, then good days.

## On the anniversary

Plan something small for the day, with somebody who knew him or her.[^paper]
"""
NOCHE = """Si la preocupación te despierta, dale una hora propia durante el día.[^guide]

## Qué probar esta noche

Escríbela en un cuaderno, ciérralo y vuelve a ella mañana por la tarde.[^paper]
"""


@pytest.fixture
def column(db):
    posts = {
        "night": make.sample(
            slug="worry-at-night", questions=("why do I lie awake worrying", "how to stop worrying in bed")
        ),
        "boss": make.sample(
            slug="too-much-work",
            title="My boss gives me too much work",
            summary="How to push back on a manager.",
            takeaways=("Ask your boss to rank the work.", "A list helps.", "Evenings are yours."),
            questions=("how do I tell my boss I have too much to do", "my manager overloads me"),
            faq=(),
            body=BOSS,
        ),
        "grief": make.sample(
            slug="a-year-of-grief",
            title="My father died a year ago",
            summary="Grief comes back around the anniversary.",
            takeaways=("Grief has no end date.", "Anniversaries are hard.", "Company helps."),
            questions=("still grieving after a year", "why is the anniversary of a death so hard"),
            faq=(),
            body=GRIEF,
        ),
        "noche": make.sample(
            slug="worry-at-night",
            language="es",
            title="La preocupación no me deja dormir",
            summary="Por qué las preocupaciones suenan más fuerte de noche.",
            takeaways=("De noche todo suena más fuerte.", "Dale una hora propia.", "No estás a solas."),
            questions=("por qué me preocupo de noche", "cómo dejo de preocuparme en la cama"),
            faq=(),
            body=NOCHE,
        ),
    }
    retrieving.embed_missing()
    return posts


@pytest.fixture
def model(settings):
    """A language model is switched on; the test says what it says."""
    with chat_model.serving() as server:
        settings.CHAT_MODEL_URL = f"http://127.0.0.1:{server.server_port}/v1"
        settings.CHAT_MODEL, settings.CHAT_MODEL_KEY = "small", "secret-key"
        yield server
