"""The JSON door for letters: one is taken in, its writer gets a private link; whoever writes in need gets the lines."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from advice import receiving
from advice.models import Letter, Topic
from practice import problems
from practice.crisis import responding
from practice.crisis.screening import Screening


class Sent(serializers.Serializer[Any]):
    """A letter. Show its writer the words of the letter form before they agree to anything."""

    pen_name = serializers.CharField(max_length=receiving.LONGEST_NAME)
    body = serializers.CharField(max_length=receiving.LONGEST_LETTER)
    age_band = serializers.ChoiceField(choices=Letter.AgeBand.choices)
    may_be_published = serializers.BooleanField(default=False, help_text="To what the letter form says of it")
    topic = serializers.SlugRelatedField(slug_field="slug", queryset=Topic.objects.all(), required=False)
    language = serializers.ChoiceField(choices=["en", "es"], default="en")
    reply_to = serializers.EmailField(max_length=200, default="", help_text="For news of this letter alone")


class Taken(serializers.Serializer[Any]):
    kept = serializers.BooleanField(help_text="False for a child under 13: nothing of it is kept")
    link = serializers.CharField(help_text="The writer's private link; empty where nothing is kept")
    crisis = serializers.CharField(help_text="Words and lines for whoever wrote in need; show them first")


class Letters(APIView):
    """Takes a letter to the column. It is read within days, published only anew, and never answered in private."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "write"

    @extend_schema(request=Sent, responses={201: Taken})
    def post(self, request: Request) -> Response:
        sent = Sent(data=request.data)
        if not sent.is_valid():
            return _refused(request.data, sent.errors)
        taken = receiving.take_letter(**sent.validated_data)
        with override(sent.validated_data["language"]):
            link = settings.PUBLIC_URL + reverse("advice:letter_fate", args=[taken.token]) if taken.letter else ""
        crisis = _words(taken.screening, sent.validated_data["language"])
        return Response({"kept": bool(taken.letter), "link": link, "crisis": crisis}, status=201)


def _refused(data: Any, errors: Any) -> Response:
    """What needs another look, and the lines all the same for whoever writes in need."""
    said = [data.get(name) for name in ("pen_name", "body")] if isinstance(data, dict) else []
    found = receiving.screen_unsent("\n".join(text for text in said if isinstance(text, str)))
    more = {"crisis": _words(found, "en")} if found.is_hit else {}
    body = problems.document(status=400, code="invalid", title="Some of it needs another look.", errors=errors, **more)
    return Response(body, status=400, content_type=problems.MEDIA_TYPE)


def _words(found: Screening, language: str) -> str:
    return responding.reply_text(found, language) if found.is_hit else ""
