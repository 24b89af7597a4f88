"""The diary's JSON door: kinds of session, open times, booking, intakes and their matches."""

from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from booking import forms, matching, offering, receiving, repeating, scheduling, shapes
from booking.models import Appointment, SessionType
from booking.offering import OpenTime
from practice import problems
from practice.crisis import responding
from practice.messaging import texts
from practice.staff.models import Clinician, Licence

MOST_MATCHES = 20
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key returns the same appointment"
)
SLOT_QUERY = [
    OpenApiParameter("session_type", str, required=True),
    OpenApiParameter("from", str, required=True, description="First day, like 2026-11-24"),
    OpenApiParameter("to", str, required=True, description="Last day, at most 31 days later"),
    OpenApiParameter("timezone", str, required=True, description="Like America/New_York"),
    OpenApiParameter("clinician", str),
    OpenApiParameter("state", str, description="Where the client will be: only those licensed there"),
]


def _read(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    read = shape(data=data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


def _slots(times: list[OpenTime], session_type: SessionType, state: str | None) -> list[dict[str, Any]]:
    return [
        {
            "starts_at": time.starts_at.isoformat(),
            "ends_at": time.ends_at.isoformat(),
            "clinician": time.clinician.slug,
            "session_type": session_type.slug,
            "state": state,
        }
        for time in times
    ]


class SessionTypes(APIView):
    """What can be booked."""

    @extend_schema(responses=shapes.SessionTypeRows)
    def get(self, request: Request) -> Response:
        rows = SessionType.objects.active()
        return Response({"results": shapes.SessionTypeRow(rows, many=True).data})


class Clinicians(APIView):
    """Who sees clients here, and in which states they may."""

    @extend_schema(responses=shapes.ClinicianRows)
    def get(self, request: Request) -> Response:
        valid = Licence.objects.valid_on(timezone.now().date())
        rows = Clinician.objects.active().prefetch_related(Prefetch("licences", queryset=valid))
        return Response({"results": shapes.ClinicianRow(rows, many=True).data})


class Slots(APIView):
    """Open times, one row for each clinician and start."""

    @extend_schema(parameters=SLOT_QUERY, responses={200: shapes.SlotRows, 400: shapes.Problem})
    def get(self, request: Request) -> Response:
        asked = _read(shapes.SlotQuery, request.query_params)
        kind, clinician, state = asked["session_type"], asked.get("clinician"), asked.get("state")
        times = offering.open_times(
            session_type=kind,
            clinicians=[clinician] if clinician else offering.offered_by(kind),
            first_day=asked["from"],
            last_day=asked["to"],
            zone=asked["timezone"],
            state=state,
        )
        return Response({"results": _slots(times, kind, state)})


class Appointments(APIView):
    """Book a time."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "write"

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=shapes.AppointmentWish,
        responses={
            201: shapes.AppointmentRow,
            400: shapes.Problem,
            409: shapes.Taken,
            422: shapes.Problem,
            429: shapes.Problem,
        },
    )
    def post(self, request: Request) -> Response:
        wish = _read(shapes.AppointmentWish, request.data)
        key = request.headers.get("Idempotency-Key", "")
        try:
            made = repeating.once(key=key, body=_plain(wish), make=lambda: _book(wish))
        except scheduling.SlotTaken as refused:
            rows = _slots(refused.alternatives, wish["session_type"], wish["state"])
            body = problems.document(
                status=refused.status, code=refused.code, title=str(refused.message), alternatives=rows
            )
            return Response(body, status=refused.status, content_type=problems.MEDIA_TYPE)
        return Response(_appointment(made, wish), status=201)


def _plain(wish: dict[str, Any]) -> dict[str, Any]:
    """The wish as it is compared with what was asked under the same key before."""
    return {name: str(getattr(value, "slug", value)) for name, value in wish.items()}


@transaction.atomic
def _book(wish: dict[str, Any]) -> Appointment:
    """The client and the appointment, both or neither."""
    client = receiving.introduce(answers=_answers(wish), language=get_language() or "en")
    asked = {key: wish[key] for key in ("session_type", "starts_at", "state")} | {"client": client}
    if wish.get("clinician"):
        return scheduling.book(clinician=wish["clinician"], **asked)
    return scheduling.book_with_anyone(**asked)


def _answers(asked: dict[str, Any]) -> dict[str, Any]:
    """As the pages keep them."""
    language = get_language() or "en"
    given = {"mail": str(forms.CONTACT_CONSENT)} if asked.get("contact_consent") else {}
    given |= {"text": texts.consent_wording("opt_in", language)} if asked["sms_consent"] else {}
    kept = {key: sorted(value) if isinstance(value, set) else value for key, value in asked.items() if key in KEPT}
    return kept | {
        "zone": asked["timezone"].key,
        "consents": [
            {"channel": channel, "wording": wording, "version": texts.CONSENT_VERSION}
            for channel, wording in given.items()
        ],
    }


KEPT = {*receiving.FREE_TEXT, *matching.ONE, *matching.MANY, "phone", "email"} - {"zone"}


def _appointment(made: Appointment, wish: dict[str, Any]) -> dict[str, Any]:
    zone = wish["timezone"]
    return {
        "id": str(made.pk),
        "status": made.state,
        "starts_at": made.starts_at.astimezone(zone).isoformat(),
        "ends_at": made.ends_at.astimezone(zone).isoformat(),
        "clinician": made.clinician.slug,
        "manage_url": scheduling.manage_link(made),
    }


class Intakes(APIView):
    """Send an intake in; its token opens the matches."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "write"

    @extend_schema(
        request=shapes.IntakeAnswers,
        responses={201: shapes.IntakeRow, 400: shapes.Problem, 422: shapes.Problem, 429: shapes.Problem},
    )
    def post(self, request: Request) -> Response:
        answers = _answers(_read(shapes.IntakeAnswers, request.data))
        language = get_language() or "en"
        with transaction.atomic():
            intake, token = receiving.start(language=language)
            found = receiving.save_step(intake=intake, step="reach", answers=answers)
            receiving.submit(intake=intake)
        crisis = responding.reply_text(found, language) if found else ""
        row = {"token": token, "matches_url": reverse("api:matches", args=[token]), "crisis": crisis}
        return Response(row, status=201)


class Matches(APIView):
    """Who may see the writer of an intake, best first, with the reasons in plain words."""

    @extend_schema(responses={200: shapes.MatchRows, 404: shapes.Problem, 410: shapes.Problem})
    def get(self, request: Request, token: str) -> Response:
        found = matching.matches(intake=receiving.reopen(token), most=MOST_MATCHES)
        return Response({"results": shapes.MatchRow(found, many=True).data})


urlpatterns: list[URLPattern] = [
    path("session-types/", SessionTypes.as_view(), name="session_types"),
    path("slots/", Slots.as_view(), name="slots"),
    path("appointments/", Appointments.as_view(), name="appointments"),
    path("clinicians/", Clinicians.as_view(), name="clinicians"),
    path("intakes/", Intakes.as_view(), name="intakes"),
    path("intakes/<str:token>/matches/", Matches.as_view(), name="matches"),
]
