"""How often one address may ask: one count for the page and the JSON door. The address itself is not kept."""

from typing import Any

from rest_framework.throttling import SimpleRateThrottle

from practice import privacy


class AskThrottle(SimpleRateThrottle):
    scope = "ask"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"ask-{privacy.digest(self.get_ident(request), purpose='ask limit')}"
