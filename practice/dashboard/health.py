"""Is this process alive, and is everything it needs ready?"""

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from practice import embeddings
from practice.crisis import screening


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis, the screen's layers and the embedding model are up, else 503, with each state."""
    layers = {f"screening {name}": "up" if up else "down" for name, up in screening.layers().items()}
    states = {"database": _database(), "redis": _redis(), "chat": _chat()} | layers
    good = all(state in {"up", "not used"} for state in states.values())
    return JsonResponse(states, status=200 if good else 503)


def _chat() -> str:
    """Without the model the chatbot compares words alone, and answers more cautiously."""
    return "up" if embeddings.is_available() else "words alone"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "up"


def _redis() -> str:
    if not settings.REDIS_URL:
        return "not used"
    try:
        cache.set("readyz", 1, 5)
    except Exception:  # whatever the client raises, the answer is the same
        return "down"
    return "up"
