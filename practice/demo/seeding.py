"""Sample data, loaded once: clinicians who do not exist, their hours, and the column's samples."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from advice import announcing, sampling
from booking.intake import questioning
from booking.models import Profile, Question, Referral, SessionType, WorkingHours
from practice.demo import asking, waiting
from practice.staff.models import Clinician, Licence, User

HEARD_OF_US = questioning.Plan(
    label="How did you hear of us?",
    label_es="¿Cómo supo de nosotros?",
    kind=Question.Kind.ONE,
    answers=(("A friend or family", "Amigos o familia"), ("My doctor", "Mi médico"), ("The internet", "Internet")),
)
CLINICIANS = Path(__file__).parent / "clinicians.yaml"
REFERRALS = Path(__file__).parent / "referrals.yaml"


@transaction.atomic
def load() -> None:
    """Load what is missing; what a visitor did since the first start stays."""
    if not Clinician.objects.filter(is_sample=True).exists():
        for entry in yaml.safe_load(CLINICIANS.read_text(encoding="utf-8")):
            _clinician(**entry)
        SessionType.objects.filter(slug="initial").update(from_match=True)
        SessionType.objects.update(confirms_first=False)  # a visitor's own phone and mail are not reached
    if not Question.objects.exclude(kind=Question.Kind.STANDARD).exists():
        questioning.add(plan=HEARD_OF_US, actor=None)
    if not Referral.objects.exists():
        for entry in yaml.safe_load(REFERRALS.read_text(encoding="utf-8")):
            Referral.objects.create(is_sample=True, **entry)
    sampling.load_samples()
    announcing.load_samples()
    waiting.load()
    asking.load()


def set_staff_password(email: str, password: str) -> None:
    """The one staff account of the demonstration, with every role."""
    user = User.objects.filter(email=email).first() or User(
        email=email, name="Demo Owner", is_staff=True, is_superuser=True
    )
    user.is_owner = user.is_front_desk = user.is_editor = user.is_on_call = user.is_active = True
    user.set_password(password)
    user.save()


def _clinician(*, licences: list[str], hours: dict[str, list[str]], profile: dict[str, Any], **fields: Any) -> None:
    clinician = Clinician.objects.create(is_sample=True, **fields)
    Profile.objects.create(clinician=clinician, **profile)
    today = timezone.now().date()
    for state in licences:
        _licence(clinician, state, today)
    for day, spans in hours.items():
        for span in spans:
            opens, closes = (time.fromisoformat(clock) for clock in span.split("-"))
            WorkingHours.objects.create(clinician=clinician, weekday=int(day), opens=opens, closes=closes)


def _licence(clinician: Clinician, state: str, today: date) -> None:
    Licence.objects.create(
        clinician=clinician,
        state=state,
        kind="Sample licence",
        number=f"SAMPLE-{clinician.pk}-{state}",
        starts_on=today - timedelta(days=1000),
        expires_on=today + timedelta(days=500),
    )
