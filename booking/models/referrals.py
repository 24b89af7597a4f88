"""Help elsewhere: where the practice sends people it cannot see itself."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

STALE_AFTER = timedelta(days=180)


class ReferralQuerySet(models.QuerySet["Referral"]):
    def current(self) -> "ReferralQuerySet":
        """Those the practice still gives out."""
        return self.filter(retired_at=None).order_by("name")

    def stale(self, today: date) -> "ReferralQuerySet":
        """Those nobody has checked for half a year, or ever; samples need no check."""
        old = Q(verified_on=None) | Q(verified_on__lt=today - STALE_AFTER)
        return self.current().filter(old, is_sample=False)


class Referral(models.Model):
    """One place that helps: whom it serves, who pays, and who last checked it."""

    class Kind(models.TextChoices):
        SEARCH = "search", _("Helps you search")
        CLINIC = "clinic", _("Clinic with low fees")
        GROUP = "group", _("Support group")
        PRACTICE = "practice", _("Another practice")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    states = models.JSONField(default=list, blank=True, help_text="Two letters each; empty: the whole country")
    payers = models.JSONField(default=list, blank=True, help_text="Slugs of referring.PAYERS; empty: not said")
    languages = models.JSONField(default=list, blank=True, help_text="Language codes")
    phone = models.CharField(max_length=20, blank=True, help_text="As it is dialed")
    url = models.URLField(max_length=300, blank=True)
    what = models.CharField(max_length=300, blank=True, help_text="What they do and for whom, in a sentence")
    is_sample = models.BooleanField(default=False)
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="referral_check_says_who_and_when",
                condition=Q(verified_on=None, verified_by=None)
                | Q(verified_on__isnull=False, verified_by__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_retirement_says_who_and_when",
                condition=Q(retired_at=None, retired_by=None) | Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
            models.CheckConstraint(name="referral_can_be_reached", condition=~Q(phone="", url="")),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "name", "kind", "states", "payers", "languages", "phone", "url", "what", "is_sample", "verified_on",
            "verified_by", "retired_at", "retired_by",
        }  # fmt: skip
        keep_for = "as long as the practice wants"

    def __str__(self) -> str:
        return self.name
