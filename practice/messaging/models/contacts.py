"""A number, an address, and what their owner has allowed us."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone

from practice import phones, privacy
from practice.prepared import Given, Prepared
from practice.privacy import DigestField, EncryptedTextField


class Channel(models.TextChoices):
    TEXT = "text", "Text"
    MAIL = "mail", "Mail"


def number_digest(number: str) -> str:
    """The fingerprint by which a number (E.164) is found again."""
    return privacy.digest(number, purpose="number")


def email_digest(email: str) -> str:
    """The fingerprint by which a mail address (lower case) is found again."""
    return privacy.digest(email, purpose="email")


class ContactQuerySet(models.QuerySet["Contact"]):
    def sharing(self, contact: "Contact") -> "ContactQuerySet":
        """`contact`, and whoever else has its number or its address."""
        same = Q(pk=contact.pk)
        if contact.number_digest:
            same |= Q(number_digest=contact.number_digest)
        if contact.email_digest:
            same |= Q(email_digest=contact.email_digest)
        return self.filter(same)


class Contact(models.Model):
    """A number, an address, or both. It may serve several clients, as a parent's phone does."""

    number = EncryptedTextField(blank=True)
    number_digest = DigestField(blank=True)
    email = EncryptedTextField(blank=True)
    email_digest = DigestField(blank=True)
    name = EncryptedTextField(blank=True, help_text="The name to use")
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(max_length=60, default="America/New_York")
    wants_texts = models.BooleanField(default=True)
    wants_mail = models.BooleanField(default=True)
    safe_from = models.TimeField(null=True, blank=True, help_text="Reminders only after this hour of theirs")
    safe_until = models.TimeField(null=True, blank=True)
    number_is_bad_since = models.DateTimeField(null=True, blank=True)
    email_is_bad_since = models.DateTimeField(null=True, blank=True)
    # Only the demonstration changes this: it brings one contact's clock forward, so that a reminder can be seen today.
    clock_ahead = models.DurationField(default=timedelta)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        # All who share one address: a number's own is found by the constraint's index.
        indexes = [models.Index(fields=["email_digest"], condition=~Q(email_digest=""), name="contact_by_address")]
        constraints = [
            models.UniqueConstraint(
                fields=["number_digest"], name="contact_number_is_known_once", condition=~Q(number_digest="")
            ),
            models.UniqueConstraint(
                fields=["email_digest"],
                name="contact_address_alone_is_known_once",
                condition=Q(number_digest="") & ~Q(email_digest=""),
            ),
            models.CheckConstraint(
                name="contact_can_be_reached_somehow",
                condition=~Q(number_digest="") | ~Q(email_digest=""),
            ),
            models.CheckConstraint(
                name="contact_safe_hours_have_both_ends",
                condition=Q(safe_from=None, safe_until=None) | Q(safe_from__isnull=False, safe_until__isnull=False),
            ),
        ]

    class Privacy:
        personal = {"number", "number_digest", "email", "email_digest", "name"}
        plain = {
            "id", "language", "time_zone", "wants_texts", "wants_mail", "safe_from", "safe_until",
            "number_is_bad_since", "email_is_bad_since", "clock_ahead", "created_at",
        }  # fmt: skip
        keep_for = "as long as a client or a conversation needs it"

    def __str__(self) -> str:
        return f"contact {self.pk}"

    @property
    def masked(self) -> str:
        """Enough to be recognised by its owner."""
        if self.number:
            return phones.mask(self.number)
        name, _at, domain = self.email.partition("@")
        return f"{name[:1]}…@{domain}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def now(self) -> datetime:
        """What this contact's clock shows (UTC): real time, except in the demonstration."""
        return timezone.now() + self.clock_ahead

    @property
    def opted_out(self) -> bool:
        """Whether their number has said STOP."""
        return (
            bool(self.number_digest) and OptOut.objects.current(Channel.TEXT).filter(digest=self.number_digest).exists()
        )

    @property
    def may_be_texted(self) -> bool:
        """Whether a text may go to them now: a good number, a wish, a consent, and no STOP."""
        if not self.number or self.number_is_bad_since is not None or not self.wants_texts:
            return False
        return bool(_agreed.ask(contact=self.pk, number=self.number_digest))

    @property
    def may_be_mailed(self) -> bool:
        return bool(self.email) and self.email_is_bad_since is None and self.wants_mail


@Prepared
def _agreed() -> models.QuerySet["Consent", tuple[int]]:
    """Whether a contact agreed to texts, and nobody said STOP to its number."""
    stopped = OptOut.objects.current(Channel.TEXT).filter(digest=Given("number", models.TextField()))
    agreed = Consent.objects.current(Channel.TEXT).filter(contact=Given("contact", models.BigIntegerField()))
    return agreed.filter(~Exists(stopped)).order_by().values_list("pk")[:1]


class ConsentQuerySet(models.QuerySet["Consent"]):
    def current(self, channel: str) -> "ConsentQuerySet":
        return self.filter(channel=channel, withdrawn_at=None)


class Consent(models.Model):
    """What somebody agreed to, in the words they saw. Rows are added; only the withdrawal is written once."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents")
    channel = models.CharField(max_length=4, choices=Channel.choices)
    wording = models.TextField(help_text="Exactly what was shown")
    version = models.CharField(max_length=40)
    source = models.CharField(max_length=80, help_text="The page, the text or the person through which it was given")
    address = EncryptedTextField(blank=True, help_text="The network address it came from")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    proof = models.CharField(max_length=200, blank=True, help_text="Where staff entered it: how it was given")
    given_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ("-given_at",)
        indexes = [
            models.Index(fields=["contact", "channel"], name="consent_now", condition=Q(withdrawn_at=None))
        ]  # may_be_texted
        constraints = [
            models.CheckConstraint(
                name="consent_entered_by_staff_says_how", condition=Q(entered_by=None) | ~Q(proof="")
            ),
        ]

    class Privacy:
        personal = {"address"}
        plain = {
            "id",
            "contact",
            "channel",
            "wording",
            "version",
            "source",
            "entered_by",
            "proof",
            "given_at",
            "withdrawn_at",
        }
        keep_for = "as long as the contact, and five years after the withdrawal as proof"

    def __str__(self) -> str:
        return f"{self.channel} consent {self.pk}"


class OptOutQuerySet(models.QuerySet["OptOut"]):
    def current(self, channel: str) -> "OptOutQuerySet":
        return self.filter(channel=channel, ended_at=None)


class OptOut(models.Model):
    """A STOP, kept by digest, so that it holds for numbers of which we know nothing else."""

    class Source(models.TextChoices):
        KEYWORD = "keyword", "They texted a keyword"
        WORDS = "words", "They said so in their own words"
        WRONG_NUMBER = "wrong_number", "They said it is the wrong number"
        CARRIER = "carrier", "The carrier told us"
        PAGE = "page", "They chose so on a page"
        STAFF = "staff", "They told us and staff entered it"

    digest = DigestField()
    channel = models.CharField(max_length=4, choices=Channel.choices, default=Channel.TEXT)
    source = models.CharField(max_length=12, choices=Source.choices)
    opted_out_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OptOutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "channel"], name="opt_out_is_current_once", condition=Q(ended_at=None)
            ),
        ]

    class Privacy:
        personal = {"digest"}
        plain = {"id", "channel", "source", "opted_out_at", "ended_at"}
        keep_for = "for ever: a STOP does not expire"

    def __str__(self) -> str:
        return f"opt-out {self.pk}"
