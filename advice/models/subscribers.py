"""Subscribers to the newsletter, and where to find help that is no crisis line."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advice.models.posts import Topic


class Rhythm(models.TextChoices):
    MONTHLY = "monthly", _("Once a month")
    EACH = "each", _("When something new is published")


class Wanted(models.TextChoices):
    """What a subscriber may get."""

    ANSWERS = "answers", _("New answers")
    EVENTS = "events", _("Events")
    NEWS = "news", _("News of the practice")


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def live(self) -> "SubscriberQuerySet":
        """Those who said yes by their own mail, have not left since, and whose address takes mail."""
        return self.filter(confirmed_at__isnull=False, ended_at=None, contact__email_is_bad_since=None)


class Subscriber(models.Model):
    """An address that asked for the newsletter. Without its holder's yes, by a link in a mail, it gets nothing else."""

    class Ending(models.TextChoices):
        LEFT = "left", _("They left")
        BOUNCED = "bounced", _("Their address takes no mail")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = models.OneToOneField("messaging.Contact", models.CASCADE, related_name="subscription")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.MONTHLY)
    wants_answers = models.BooleanField(default=True)
    wants_events = models.BooleanField(default=False)
    wants_news = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=8, choices=Ending.choices, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="subscriber_ending_says_when_and_why",
                condition=Q(ended_at=None, ending="") | Q(ended_at__isnull=False) & ~Q(ending=""),
            ),
            models.CheckConstraint(
                name="subscriber_wants_something",
                condition=Q(wants_answers=True) | Q(wants_events=True) | Q(wants_news=True),
            ),
            models.CheckConstraint(name="subscriber_rhythm_is_known", condition=Q(rhythm__in=Rhythm.values)),
        ]
        indexes = [
            models.Index(
                fields=["language", "rhythm"],
                name="subscriber_live",
                condition=Q(confirmed_at__isnull=False, ended_at=None),
            )  # what is owed
        ]

    class Privacy:
        personal: set[str] = set()  # the address stands with the contact, encrypted
        plain = {
            "id", "uuid", "contact", "language", "rhythm", "wants_answers", "wants_events", "wants_news", "asked_at",
            "confirmed_at", "ended_at", "ending",
        }  # fmt: skip
        keep_for = "until they leave and 30 days more; without a yes seven days"

    def __str__(self) -> str:
        return f"subscriber {self.pk}"

    @property
    def wants(self) -> list[str]:
        return [one for one in Wanted.values if getattr(self, f"wants_{one}")]


class ResourceQuerySet(models.QuerySet["Resource"]):
    def shown(self) -> "ResourceQuerySet":
        return self.filter(removed_at=None).select_related("topic").order_by("topic__position", "position", "pk")


class Resource(models.Model):
    """A place to find help with a topic that is no crisis line: a society, a register, a group. An editor checks it."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="resources")
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=240, help_text="Whom it helps and how, in one sentence")
    about_es = models.CharField(max_length=240, blank=True)
    url = models.URLField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)
    is_sample = models.BooleanField(default=False, help_text="Made for the demonstration, checked by nobody")
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ("topic", "position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["topic", "url"], condition=Q(removed_at=None), name="resource_stands_once"),
            models.CheckConstraint(
                name="resource_is_verified_by_somebody_or_a_sample",
                condition=Q(is_sample=True, verified_on=None, verified_by=None)
                | Q(is_sample=False, verified_on__isnull=False, verified_by__isnull=False),
            ),
            models.CheckConstraint(
                name="resource_removal_says_who_and_when",
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "topic", "name", "about", "about_es", "url", "position", "is_sample", "verified_on", "verified_by",
            "removed_at", "removed_by",
        }  # fmt: skip
        keep_for = "as long as the column; a public address"

    def __str__(self) -> str:
        return self.name

    def about_in(self, language: str) -> str:
        return self.about_es if language == "es" and self.about_es else self.about
