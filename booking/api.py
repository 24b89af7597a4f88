"""The diary's JSON door: kinds of session, open times, booking, intakes and their matches."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from booking import arranging, notifying, offering, repeating, scheduling, shapes
from booking.intake import asking, choices, forms, matching, reasons, receiving, scoring, wanted
from booking.models import Appointment, SessionType
from booking.offering import OpenTime
from booking.views import appointments
from booking.waitlist import enlisting, waiting
from practice import problems
from practice.crisis import alerting, responding
from practice.messaging import texts
from practice.messaging.views import address_of
from practice.refusals import Refused
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
        rows = Clinician.objects.active().select_related("profile")
        rows = rows.prefetch_related(Prefetch("licences", queryset=valid))
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
    throttle_scope = "book"

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=shapes.AppointmentWish,
        responses={
            201: shapes.AppointmentRow,
            400: shapes.Problem,
            409: shapes.TimeTaken,
            422: shapes.Problem,
            429: shapes.Problem,
        },
    )
    def post(self, request: Request) -> Response:
        wish = _read(shapes.AppointmentWish, request.data)
        key = request.headers.get("Idempotency-Key", "")
        try:
            made = repeating.once(key=key, body=_plain(wish), make=lambda: _arrange(request, wish))
        except scheduling.SlotTaken as refused:
            return _taken(refused, wish["session_type"], wish["state"])
        row = _appointment(made, wish["timezone"], notifying.manage_link(made))
        found = receiving.screen(_answers(wish))
        if found.is_hit:
            row["crisis"] = responding.reply_text(found, get_language() or "en")
        return Response(row, status=201)


def _taken(refused: scheduling.SlotTaken, session_type: SessionType, state: str) -> Response:
    rows = _slots(refused.alternatives, session_type, state)
    body = problems.document(status=refused.status, code=refused.code, title=str(refused.message), alternatives=rows)
    return Response(body, status=refused.status, content_type=problems.MEDIA_TYPE)


def _arrange(request: Request, wish: dict[str, Any]) -> Appointment:
    return arranging.arrange(
        answers=_answers(wish),
        language=get_language() or "en",
        address=address_of(request),
        session_type=wish["session_type"],
        clinician=wish.get("clinician"),
        starts_at=wish["starts_at"],
        state=wish["state"],
    )


def _plain(wish: dict[str, Any]) -> dict[str, Any]:
    """The wish as it is compared with what was asked under the same key before."""
    said = {name: sorted(value) if isinstance(value, set) else value for name, value in wish.items()}
    return {name: str(getattr(value, "slug", value)) for name, value in said.items()}


def _answers(asked: dict[str, Any]) -> dict[str, Any]:
    """As the pages keep them."""
    language = get_language() or "en"
    given = {"mail": str(forms.CONTACT_CONSENT)} if asked.get("contact_consent") else {}
    given |= {"text": texts.consent_wording("opt_in", language)} if asked["sms_consent"] else {}
    kept = {key: sorted(value) if isinstance(value, set) else value for key, value in asked.items() if key in KEPT}
    return (
        kept
        | asked.get("own", {})
        | {
            "zone": asked["timezone"].key,
            "consents": [
                {"channel": channel, "wording": wording, "version": texts.CONSENT_VERSION}
                for channel, wording in given.items()
            ],
        }
    )


KEPT = {*asking.FREE_TEXT, *asking.REACHING, *asking.OF_MINORS, *wanted.ONE, *wanted.MANY, "past", "phone", "email"}


def _appointment(made: Appointment, zone: ZoneInfo, manage_url: str) -> dict[str, Any]:
    return {
        "id": str(made.pk),
        "status": made.state,
        "starts_at": made.starts_at.astimezone(zone).isoformat(),
        "ends_at": made.ends_at.astimezone(zone).isoformat(),
        "clinician": made.clinician.slug,
        "manage_url": manage_url,
    }


class OneAppointment(APIView):
    """An appointment by its token, which is the last part of its `manage_url`."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "book"

    @extend_schema(responses={200: shapes.AppointmentRow, 404: shapes.Problem, 410: shapes.Problem})
    def get(self, request: Request, token: str) -> Response:
        return self._row(appointments.behind(token), token)

    def _row(self, kept: Appointment, token: str) -> Response:
        link = settings.PUBLIC_URL + reverse("booking:manage", args=[token])
        return Response(_appointment(kept, appointments.zone_of(kept), link))


class Move(OneAppointment):
    """Give it another time with the same clinician."""

    @extend_schema(
        request=shapes.MoveWish,
        responses={
            200: shapes.AppointmentRow,
            400: shapes.Problem,
            404: shapes.Problem,
            409: shapes.TimeTaken,
            410: shapes.Problem,
        },
    )
    def post(self, request: Request, token: str) -> Response:
        kept, wish = appointments.behind(token), _read(shapes.MoveWish, request.data)
        try:
            moved = scheduling.move(appointment=kept, starts_at=wish["starts_at"], by=Appointment.By.CLIENT)
        except scheduling.SlotTaken as refused:
            return _taken(refused, kept.session_type, kept.client_state)
        return self._row(moved, token)


class Cancel(OneAppointment):
    """End it; its time is free again."""

    @extend_schema(
        request=None,
        responses={200: shapes.AppointmentRow, 404: shapes.Problem, 409: shapes.Problem, 410: shapes.Problem},
    )
    def post(self, request: Request, token: str) -> Response:
        kept = scheduling.cancel(appointment=appointments.behind(token), by=Appointment.By.CLIENT)
        return self._row(kept, token)


class Waitlist(APIView):
    """Wait for a time that suits. When one is given back, an offer goes out by text and mail."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "book"

    @extend_schema(
        request=shapes.WaitlistWish,
        responses={201: shapes.WaitlistRow, 400: shapes.Problem, 409: shapes.Problem, 429: shapes.Problem},
    )
    def post(self, request: Request) -> Response:
        wish = _read(shapes.WaitlistWish, request.data)
        answers, language = _answers(wish), get_language() or "en"
        given = ("session_type", "state", "age", "clinician", "since", "until")
        asked: dict[str, Any] = {key: wish[key] for key in given if key in wish}
        asked |= {key: sorted(wish.get(key) or ()) for key in ("days", "parts")}
        place = enlisting.enlist(answers=answers, language=language, address=address_of(request), **asked)
        row = {"id": str(place.pk), "until": place.until.isoformat(), "manage_url": waiting.place_link(place)}
        found = receiving.screen(answers)
        if found.is_hit:
            row["crisis"] = responding.reply_text(found, language)
        return Response(row, status=201)


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
            found = receiving.save_step(intake=intake, step="reach", answers=answers, wording=_wording(answers))
            receiving.submit(intake=intake)
        crisis = responding.reply_text(found, language) if found else ""
        row = {"token": token, "matches_url": reverse("api:matches", args=[token]), "crisis": crisis}
        return Response(row, status=201)


def _wording(answers: dict[str, Any]) -> dict[str, str]:
    """The questions that were answered, in the words they are asked in now."""
    said = {}
    for question in asking.questions():
        if answers.get(question.key):
            said[question.key] = forms.label_of(question)
            said |= {f"{question.key}={slug}": words for slug, words in question.options_in(get_language() or "en")}
    return said


class Questions(APIView):
    """What an intake asks, in the order of its pages; the keys are those of its answers."""

    @extend_schema(responses=shapes.QuestionRows)
    def get(self, request: Request) -> Response:
        rows = [
            {
                "key": question.key,
                "page": question.page,
                "question": forms.label_of(question),
                "is_own": question.is_own,
                "is_needed": question.is_needed,
                "choices": {slug: str(words) for slug, words in forms.choices_of(question)},
            }
            for question in asking.questions()
        ]
        return Response({"results": rows})


class CallFirst(Refused):
    code = "call_first"
    message = _("For someone under 18 a person from our office calls first. Nobody is shown or booked before that.")


class Screenings(APIView):
    """Score a self-check for adults. Nothing is kept, and nobody reads it."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "write"

    @extend_schema(
        request=shapes.ScreeningAnswers,
        responses={200: shapes.ScreeningRow, 400: shapes.Problem, 422: shapes.Problem, 429: shapes.Problem},
    )
    def post(self, request: Request) -> Response:
        asked = _read(shapes.ScreeningAnswers, request.data)
        check = scoring.QUESTIONNAIRES[asked["questionnaire"]]
        found = scoring.score(check, asked["answers"])
        crisis = ""
        if found.names_harm:
            alerting.count_hit(screening=scoring.HARM, source_label="self-check")
            crisis = responding.reply_text(scoring.HARM, get_language() or "en")
        row = {
            "questionnaire": check.slug,
            "crisis": crisis,
            "total": found.total,
            "most": check.most,
            "band": found.band,
            "is_positive": found.is_positive,
            "what_it_is": "A screen for adults, not a diagnosis.",
            "source": check.source,
            "notice": scoring.NOTICE,
        }
        return Response(row)


class Matches(APIView):
    """Who may see the writer of an intake, best first, with the reasons in plain words."""

    @extend_schema(responses={200: shapes.MatchRows, 404: shapes.Problem, 409: shapes.Problem, 410: shapes.Problem})
    def get(self, request: Request, token: str) -> Response:
        intake = receiving.reopen(token)
        if choices.is_minor(intake.answers or {}):
            raise CallFirst
        judged = matching.judge(intake=intake)
        found, obstacle = judged.matches(most=MOST_MATCHES), judged.obstacle()
        why = reasons.nobody(obstacle.rule, judged.wishes) if obstacle else ""
        return Response({"results": shapes.MatchRow(found, many=True).data, "why_nobody": why})


urlpatterns: list[URLPattern] = [
    path("session-types/", SessionTypes.as_view(), name="session_types"),
    path("slots/", Slots.as_view(), name="slots"),
    path("appointments/", Appointments.as_view(), name="appointments"),
    path("appointments/<str:token>/", OneAppointment.as_view(), name="appointment"),
    path("appointments/<str:token>/move/", Move.as_view(), name="appointment_move"),
    path("appointments/<str:token>/cancel/", Cancel.as_view(), name="appointment_cancel"),
    path("waitlist/", Waitlist.as_view(), name="waitlist"),
    path("clinicians/", Clinicians.as_view(), name="clinicians"),
    path("intake-questions/", Questions.as_view(), name="intake_questions"),
    path("intakes/", Intakes.as_view(), name="intakes"),
    path("screenings/", Screenings.as_view(), name="screenings"),
    path("intakes/<str:token>/matches/", Matches.as_view(), name="matches"),
]
