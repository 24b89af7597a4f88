"""Is this process alive, and is everything it needs ready?"""

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from practice import embeddings
from practice.crisis import screening

# Without one of these nobody is served as promised. Without any other we serve with less: by words instead of meanings,
# and with looser limits.
NEEDED = frozenset({"database", "screening rules"})


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """200 while pages can be served and are screened, else 503; each part's state, and which of them are `degraded`."""
    layers = {f"screening {name}": "up" if up else "down" for name, up in screening.layers().items()}
    states = {"database": _database(), "redis": _redis(), "chat": _chat()} | layers
    degraded = [name for name, state in states.items() if state not in {"up", "not used"}]
    return JsonResponse(states | {"degraded": degraded}, status=503 if NEEDED.intersection(degraded) else 200)


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
