"""The chatbot's JSON door."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advice import answering, asking_forms
from advice.asking_limits import AskThrottle
from advice.documents import Audience
from practice import problems
from practice.crisis import responding
from practice.crisis.responding import Response as Panel
from practice.crisis.screening import Screening


def _in_words(text: str) -> None:
    if not asking_forms.WORD.search(text):
        raise serializers.ValidationError("Ask in words, please.")


class Asked(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=answering.LONGEST, validators=[_in_words])
    language = serializers.ChoiceField(choices=["en", "es"], required=False)
    audience = serializers.ChoiceField(
        choices=Audience.choices, required=False, help_text="Which wording of a post is quoted where it has two"
    )
    history = serializers.ListField(
        child=serializers.CharField(max_length=answering.LONGEST, allow_blank=True),
        max_length=answering.MOST_TURNS,
        required=False,
        help_text="Earlier questions, oldest first",
    )


class Cited(serializers.Serializer[Any]):
    post = serializers.CharField(help_text="The post's slug")
    passage = serializers.CharField()
    quote = serializers.CharField()
    url = serializers.CharField()
    score = serializers.FloatField()


class Channel(serializers.Serializer[Any]):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the word our pages use, too
    href = serializers.CharField()


class CrisisLine(serializers.Serializer[Any]):
    name = serializers.CharField()
    for_whom = serializers.CharField()
    hours = serializers.CharField()
    channels = Channel(many=True)


class Answered(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[kind.value for kind in answering.Kind])
    words = serializers.CharField()
    citations = Cited(many=True)
    lines = CrisisLine(many=True, help_text="Crisis lines; stand first wherever they are given")


class Ask(APIView):
    """Answers from approved posts alone, with citations; crisis lines first where the question sounds like one."""

    throttle_classes = [AskThrottle]

    def handle_exception(self, exc: Exception) -> Response:
        """Whoever asks too often is refused unread; the lines stand in that answer too."""
        answer = super().handle_exception(exc)
        if isinstance(exc, Throttled):
            answer.data = {**answer.data, "lines": lines_of(responding.response(Screening()))}
        return answer

    @extend_schema(request=Asked, responses=Answered)
    def post(self, request: Request) -> Response:
        asked = Asked(data=request.data)
        if not asked.is_valid():
            return _refused(request.data, asked.errors)
        answer = answering.ask(**asked.validated_data)
        return Response(
            {
                "kind": answer.kind,
                "words": "\n\n".join(answer.words),
                "citations": [citation.as_json() for citation in answer.citations],
                "lines": lines_of(answer.crisis) if answer.crisis else [],
            }
        )


def _refused(data: Any, errors: Any) -> Response:
    """What needs another look, and the lines all the same for whoever writes in need."""
    text = data.get("text") if isinstance(data, dict) else None
    in_need = answering.screen_unsent(text, "en") if isinstance(text, str) else None
    more = {"lines": lines_of(in_need)} if in_need else {}
    title = "Some of it needs another look."
    body = problems.document(status=400, code="invalid", title=title, errors=errors, **more)
    return Response(body, status=400, content_type=problems.MEDIA_TYPE)


def lines_of(panel: Panel) -> list[dict[str, Any]]:
    """A panel's lines as CrisisLine describes them."""
    language = panel.language
    return [
        {
            "name": line.name,
            "for_whom": line.for_whom(language),
            "hours": line.hours(language),
            "channels": [
                {"kind": channel.kind, "label": channel.label(language), "href": channel.href}
                for channel in line.channels_for(language)
            ],
        }
        for line in panel.lines
    ]
