"""Users of the desk, clinicians and their licences, reviewers of the column, and the audit trail."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from practice import phones
from practice.places import STATE_CHOICES
from practice.privacy import EncryptedTextField

ZONE_LENGTH = 60


class UserManager(BaseUserManager["User"]):
    """Makes users by their mail address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, "is_owner": True} | fields)


class User(AbstractUser):
    """Someone who works here. One person may have several roles; a clinician is a user with a Clinician."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_owner = models.BooleanField(default=False, help_text="Sees everything and decides for the practice.")
    is_front_desk = models.BooleanField(default=False, help_text="Intakes, appointments and texts.")
    is_editor = models.BooleanField(default=False, help_text="Letters and posts.")
    is_on_call = models.BooleanField(default=False, help_text="May open what an alert was raised about.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Privacy:
        personal: set[str] = set()
        account = {"email", "name", "first_name", "last_name", "password"}  # the person's own sign-in, read by Django
        plain = {
            "id", "is_owner", "is_front_desk", "is_editor", "is_on_call", "is_staff", "is_active", "is_superuser",
            "last_login", "date_joined",
        }  # fmt: skip
        keep_for = "while they work here; then deactivated, so that the audit trail keeps its names"

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_clinician(self) -> bool:
        return hasattr(self, "clinician")

    @property
    def may_edit(self) -> bool:
        """Whether they handle letters and decide what the column shows."""
        return self.is_editor or self.is_owner

    @property
    def may_write(self) -> bool:
        """Whether they may write posts: editors, and supervised associates, who may not sign."""
        reviewer: Reviewer | None = getattr(self, "reviewer", None)
        return self.may_edit or (reviewer is not None and reviewer.is_supervised)

    @property
    def sees_drafts_only(self) -> bool:
        """Whether they were invited to review and do nothing else here."""
        works_here = self.may_write or self.is_front_desk or self.is_on_call or self.is_superuser or self.is_clinician
        return hasattr(self, "reviewer") and not works_here

    @property
    def may_read_alerts(self) -> bool:
        """Whether the words that raised an alert may be shown to this person."""
        return self.is_clinician or self.is_on_call


class ClinicianQuerySet(models.QuerySet["Clinician"]):
    def active(self) -> "ClinicianQuerySet":
        return self.filter(is_active=True)

    def licensed_in(self, state: str, day: date) -> "ClinicianQuerySet":
        """Those who may practise in `state` on `day`."""
        licences = Licence.objects.valid_on(day).filter(state=state)
        return self.filter(pk__in=licences.values("clinician"))


class Clinician(models.Model):
    """Someone who sees clients. Everything here is what the clinician chose to show the public."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="clinician"
    )
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    credentials = models.CharField(max_length=80, help_text="As after the name: LCSW, PhD")
    pronouns = models.CharField(max_length=40, blank=True)
    about = models.TextField(blank=True)
    time_zone = models.CharField(max_length=ZONE_LENGTH, default="America/New_York")
    languages = models.JSONField(default=list, help_text='Language codes, as ["en", "es"]')
    specialities = models.JSONField(default=list, help_text="Slugs of concerns")
    styles = models.JSONField(default=list, help_text="Slugs of ways of working")
    ages = models.JSONField(default=list, help_text='Of "child", "teen", "adult", "older"')
    kinds = models.JSONField(default=list, help_text='Of "self", "couple", "family", "child"')
    payments = models.JSONField(default=list, help_text="Slugs of payers and ways to pay")
    offers_virtual = models.BooleanField(default=True)
    accepts_new_clients = models.BooleanField(default=True)
    does_matchmaking = models.BooleanField(default=True)
    capacity = models.PositiveSmallIntegerField(default=20, help_text="Clients at one time")
    room_url = models.URLField(blank=True, help_text="The clinician's own video room")
    number = EncryptedTextField(blank=True, help_text="A mobile on which a text reaches them before a session")
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False, help_text="Made up for the demonstration")

    objects = ClinicianQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    class Privacy:
        personal = {"number"}
        account = {"user", "name", "credentials", "pronouns", "about", "room_url"}
        plain = {
            "id", "slug", "time_zone", "languages", "specialities", "styles", "ages", "kinds", "payments",
            "offers_virtual", "accepts_new_clients", "does_matchmaking", "capacity", "is_active", "is_sample",
        }  # fmt: skip
        keep_for = "while they work here; afterwards as part of the record"

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}"


class LicenceQuerySet(models.QuerySet["Licence"]):
    def counting(self) -> "LicenceQuerySet":
        """Without privileges of a compact of which nobody here has read that it issues any there yet."""
        return self.exclude(basis=Licence.Basis.COMPACT, compact_issues_from=None)

    def valid_on(self, day: date) -> "LicenceQuerySet":
        return self.counting().filter(starts_on__lte=day, expires_on__gte=day)


class Licence(models.Model):
    """A clinician's right to practise where the client sits: a state's licence, or a compact's privilege."""

    class Basis(models.TextChoices):
        LICENCE = "licence", "Licence"
        COMPACT = "compact", "Compact privilege"

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="licences")
    state = models.CharField(max_length=2, choices=STATE_CHOICES)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.LICENCE)
    kind = models.CharField(max_length=80, help_text="As on the licence: Licensed Clinical Social Worker")
    number = models.CharField(max_length=40)
    starts_on = models.DateField()
    expires_on = models.DateField()
    # States join a compact long before it issues privileges there, and some compacts issue none at all so far.
    compact_issues_from = models.DateField(
        null=True, blank=True, help_text="Since when the compact issues privileges in this state. Until then: empty"
    )
    compact_source = models.CharField(max_length=200, blank=True, help_text="Where you read that, such as its address")

    objects = LicenceQuerySet.as_manager()

    class Meta:
        ordering = ("state",)
        constraints = [
            models.UniqueConstraint(fields=["clinician", "state", "basis", "number"], name="licence_is_entered_once"),
            models.CheckConstraint(
                name="licence_ends_after_it_starts", condition=Q(expires_on__gte=models.F("starts_on"))
            ),
            models.CheckConstraint(
                name="licence_by_compact_starts_once_it_issues",
                condition=Q(compact_issues_from=None) | Q(starts_on__gte=models.F("compact_issues_from")),
                violation_error_message="A privilege cannot start before its compact issues any in that state.",
            ),
            models.CheckConstraint(
                name="licence_by_compact_says_where_that_stands",
                condition=Q(compact_issues_from=None, compact_source="")
                | Q(compact_issues_from__isnull=False) & ~Q(compact_source=""),
                violation_error_message="Say where you read since when the compact issues privileges in that state.",
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        account = {"clinician", "number"}  # licences are public records
        plain = {"id", "state", "basis", "kind", "starts_on", "expires_on", "compact_issues_from", "compact_source"}
        keep_for = "as long as the clinician's record"

    def __str__(self) -> str:
        return f"{self.kind}, {self.state} {self.number}"


class Reviewer(models.Model):
    """A licensed clinician who signs what the column publishes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviewer")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    credentials = models.CharField(max_length=80)
    licence_kind = models.CharField(max_length=80)
    licence_state = models.CharField(max_length=2, choices=STATE_CHOICES)
    licence_number = models.CharField(max_length=40)
    licence_expires_on = models.DateField()
    about = models.TextField(blank=True)
    is_supervised = models.BooleanField(default=False, help_text="A supervised associate may write, not sign")

    class Privacy:
        personal: set[str] = set()
        account = {"user", "name", "credentials", "licence_number", "about"}
        plain = {"id", "slug", "licence_kind", "licence_state", "licence_expires_on", "is_supervised"}
        keep_for = "as long as anything they signed is kept"

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}"

    def may_sign_on(self, day: date) -> bool:
        return not self.is_supervised and self.licence_expires_on >= day


class RotaQuerySet(models.QuerySet["Rota"]):
    def at(self, moment: datetime) -> "RotaQuerySet":
        """Whose turn it is at that moment."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment, user__is_active=True)


class Rota(models.Model):
    """A stretch of time in which one person is on call, and the number that pages them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="turns_on_call")
    number = EncryptedTextField(help_text="A mobile number that is heard at night")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = RotaQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at",)
        verbose_name = "turn on call"
        verbose_name_plural = "turns on call"
        indexes = [models.Index(fields=["ends_at"], name="rota_now")]  # paging
        constraints = [
            models.CheckConstraint(name="rota_ends_after_it_starts", condition=Q(ends_at__gt=models.F("starts_at"))),
        ]

    class Privacy:
        personal = {"number"}
        plain = {"id", "user", "starts_at", "ends_at"}
        keep_for = "as a record of who was on call; the number with it"

    def __str__(self) -> str:
        return f"{self.user} from {self.starts_at:%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        try:
            self.number = phones.normalise(self.number, country=settings.PRACTICE["country"])
        except phones.BadNumber:
            raise ValidationError({"number": "Enter a mobile number with area code, like 202 555 0143."}) from None
        if self.user_id and not self.user.may_read_alerts:
            # Whoever is woken at night has to be able to open what it was about.
            raise ValidationError({"user": "Only a clinician, or somebody marked as on call, can open an alert."})


class AuditEntry(models.Model):
    """Who did or read what, and when. Rows are added, never changed."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, help_text="What it was done to, by kind and id")
    detail = models.CharField(max_length=200, blank=True, help_text="Never a person's words")

    class Meta:
        ordering = ("-at",)
        indexes = [models.Index(fields=["subject", "-at"], name="audit_by_subject")]  # the history of one thing

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "at", "actor", "action", "subject", "detail"}
        keep_for = "six years"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"
