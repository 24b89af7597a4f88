"""The page of crisis lines, a static answer that asks nothing of a database, session, cache or script; the protocol."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from practice.crisis import lines, protocol, responding
from practice.crisis.screening import Screening

FRESH_FOR = 300  # seconds: a corrected number reaches everyone within minutes


@require_safe
def lines_page(request: HttpRequest) -> HttpResponse:
    language, regions = responding.known(get_language()), lines.regions()
    asked = request.GET.get("region", "")
    region = next(region for wanted in (asked, lines.home()) for region in regions if region.id == wanted)
    page = {
        "region": region,
        "region_name": region.name(language),
        "regions": [(other.id, other.name(language), other.id == region.id) for other in regions],
        "lines": lines.shown(region.id, language),
        "response": responding.response(Screening(), language, region.id),
        "language": language,
        "has_911": region.id == "US",
        "is_ours": region.id == lines.home(),
    }
    answer = render(request, "crisis/lines.html", page)
    answer["Cache-Control"] = f"public, max-age={FRESH_FOR}, stale-if-error=604800"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
def protocol_page(request: HttpRequest) -> HttpResponse:
    """What the software does and does not do, who reads alerts, how it was tested, how often it happened."""
    answer = render(request, "crisis/protocol.html", protocol.facts())
    answer["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return answer
