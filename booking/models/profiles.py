"""What a clinician says of their work and of themselves, so that clients who ask for it find them."""

from typing import Any

from django.db import models

from practice.privacy import EncryptedJSONField
from practice.staff.models import Clinician


class Profile(models.Model):
    """Slugs of booking/intake/choices.py. What lies under a `shows_` that is off matters to nobody's match."""

    clinician = models.OneToOneField(Clinician, models.CASCADE, related_name="profile")
    modalities: "models.Field[Any, Any]" = models.JSONField(default=list, blank=True)
    genders: "models.Field[Any, Any]" = EncryptedJSONField(default=list, blank=True)
    cultures: "models.Field[Any, Any]" = EncryptedJSONField(default=list, blank=True)
    faiths: "models.Field[Any, Any]" = EncryptedJSONField(default=list, blank=True)
    shows_genders = models.BooleanField(default=False)
    shows_cultures = models.BooleanField(default=False)
    shows_faiths = models.BooleanField(default=False)

    class Privacy:
        personal = {"genders", "cultures", "faiths"}
        plain = {"id", "clinician", "modalities", "shows_genders", "shows_cultures", "shows_faiths"}
        keep_for = "while the clinician works here"

    def __str__(self) -> str:
        return f"Profile {self.clinician_id}"
