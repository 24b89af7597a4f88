"""The outbox: each text or mail is a row, and so is each thing a carrier says of it."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from practice.messaging.models.contacts import Channel, Contact, number_digest
from practice.privacy import DigestField, EncryptedTextField


class Status(models.TextChoices):
    SCHEDULED = "scheduled", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    UNKNOWN = "unknown", "Perhaps sent"
    ACCEPTED = "accepted", "Taken by the carrier"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"
    FAILED = "failed", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPPRESSED = "suppressed", "Not sent"


class Priority(models.IntegerChoices):
    """What goes first. Answers, and all before them, go at any hour; reminders and news wait for the morning."""

    CRISIS = 0, "Crisis lines that somebody asked for"
    PAGING = 1, "Paging the person on call"
    ANSWER = 2, "An answer to what they have just done"
    REMINDER = 5, "A reminder"
    NEWS = 8, "News"


IN_THE_END = (Status.DELIVERED, Status.UNDELIVERED, Status.FAILED, Status.WITHDRAWN, Status.SUPPRESSED)
MAY_BE_TRIED_AGAIN = (
    Status.SENDING, Status.UNKNOWN, Status.ACCEPTED, Status.SENT, Status.UNDELIVERED, Status.FAILED,
)  # fmt: skip
# What a worker has looked at is due again for others after this, unless it has claimed it: then it died, or is slow.
SET_ASIDE_FOR = timedelta(seconds=20)
GONE_WRONG = (Status.UNDELIVERED, Status.FAILED, Status.UNKNOWN)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> "MessageQuerySet":
        """What is to be sent now and is in nobody's hands; a worker that died holds what it set aside for a while."""
        now = timezone.now()
        free = Q(claim=None) | Q(claimed_at__lt=now - SET_ASIDE_FOR)
        return self.filter(free, status=Status.SCHEDULED, send_at__lte=now)

    def reserve(self, most: int, *, channels: Sequence[str] = tuple(Channel.values)) -> list["Message"]:
        """Set up to `most` due messages aside for one caller, who looks at each and then claims or releases it."""
        due = self.due() if len(channels) == len(Channel.values) else self.due().filter(channel__in=channels)
        # Each asks message_due for one range; sorting all that is due would read it all. Of what is urgent nearly
        # everything that is owed is due, so that one range holds it.
        urgent = due.filter(priority__lt=Priority.REMINDER).order_by("priority", "send_at")
        later = [due.filter(priority=one).order_by("send_at") for one in (Priority.REMINDER, Priority.NEWS)]
        token = self._set_aside([urgent, *later], most)
        # Opening what is encrypted is a good part of the work, and nobody needs the name to send.
        mine = self.filter(claim=token).select_related("contact").defer("contact__name")
        return list(mine.order_by("priority", "send_at")) if token else []

    def _set_aside(self, ranges: Sequence["MessageQuerySet"], most: int) -> uuid.UUID | None:
        """Mark the first `most` of these, one range after the other; by which token, None where there were none."""
        skip = connection.features.has_select_for_update_skip_locked
        token, pks = uuid.uuid4(), list[uuid.UUID]()
        with transaction.atomic():
            # Asked first, then taken: PostgreSQL may run a locking subquery of an UPDATE more often than once.
            for rows in ranges:
                batch = rows.select_for_update(skip_locked=skip).values_list("pk", flat=True)[: most - len(pks)]
                pks += batch
                if len(pks) >= most:
                    break
            taken = self.due().filter(pk__in=pks).update(claim=token, claimed_at=timezone.now()) if pks else 0
        return token if taken else None

    def reserved(self, messages: Iterable["Message"]) -> "MessageQuerySet":
        """Those of these that are still set aside for the caller: not withdrawn, and in no other hands."""
        mine = {message.pk: message.claim for message in messages}
        return self.filter(pk__in=mine, claim__in=set(mine.values()), status=Status.SCHEDULED)

    def claim(self, messages: Iterable["Message"]) -> list["Message"]:
        """Take those of these that are still set aside for the caller, and of use, for sending.

        Each goes to one caller only, and the taking is committed before it returns: from now on nobody can say that it
        was not sent but whoever speaks to the carrier.
        """
        mine = {message.pk: message for message in messages}
        taken = self.reserved(mine.values()).filter(expires_at__gt=timezone.now())
        return self._take(taken, mine)

    def claim_this(self, message: "Message") -> bool:
        """Take this one message for sending, unless somebody else has."""
        return bool(self._take(self.filter(pk=message.pk, status=Status.SCHEDULED), {message.pk: message}))

    def _take(self, rows: "MessageQuerySet", messages: dict[uuid.UUID, "Message"]) -> list["Message"]:
        token, now = uuid.uuid4(), timezone.now()
        taken = rows.update(status=Status.SENDING, claim=token, claimed_at=now, attempts=models.F("attempts") + 1)
        if taken < len(messages):
            kept = set(self.filter(claim=token).values_list("pk", flat=True))
            messages = {pk: message for pk, message in messages.items() if pk in kept}
        for message in messages.values():
            message.status, message.claim, message.claimed_at = Status.SENDING, token, now
            message.attempts += 1
        return list(messages.values())

    def release(self, messages: Iterable["Message"], **changes: object) -> None:
        """Leave these, which were set aside, to whoever looks next."""
        self.reserved(messages).update(claim=None, claimed_at=None, **changes)

    def owed(self) -> "MessageQuerySet":
        return self.filter(status=Status.SCHEDULED)

    def to_number(self, number: str) -> "MessageQuerySet":
        """Everything that went, or will go, to this number (E.164), whether or not it belongs to a contact."""
        digest = number_digest(number)
        return self.filter(Q(contact__number_digest=digest) | Q(recipient_digest=digest))

    def on_phone_of(self, contact: Contact) -> "MessageQuerySet":
        """What the demonstration's handset shows of one contact, oldest first: texts and mails that have left."""
        mine = Q(contact=contact)
        if contact.number_digest:
            mine |= Q(recipient_digest=contact.number_digest)
        return self.filter(mine, status__in=[Status.ACCEPTED, Status.SENT, Status.DELIVERED]).order_by(
            "claimed_at", "created_at"
        )

    @transaction.atomic
    def withdraw(self, reason: str) -> int:
        """End those of them that are still owed; what is on its way stays on its way, but is never tried again."""
        now = timezone.now()
        # Two steps, so that what is put back between them, for another try, is still caught by the first.
        self.filter(status__in=[Status.SCHEDULED, *MAY_BE_TRIED_AGAIN], void_at=None).update(void_at=now)
        return self.owed().update(status=Status.WITHDRAWN, reason=reason, settled_at=now)

    def late(self, since: datetime) -> "MessageQuerySet":
        """What was due before `since` and has not gone out."""
        return self.filter(status=Status.SCHEDULED, send_at__lt=since)

    def hanging(self, since: datetime) -> "MessageQuerySet":
        """What a worker took before `since` and has not come back from."""
        return self.filter(status=Status.SENDING, settled_at=None, claimed_at__lt=since)

    def needing_attention(self) -> "MessageQuerySet":
        """What staff should look at: it failed, or nobody knows."""
        return self.filter(status__in=GONE_WRONG, seen_at=None)


class Message(models.Model):
    """A text or a mail that we owe, sent or gave up."""

    Status = Status
    Priority = Priority

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="messages")
    # A number of which nothing else is kept; emptied as soon as the text is in a final state.
    recipient = EncryptedTextField(blank=True)
    recipient_digest = DigestField(blank=True)
    channel = models.CharField(max_length=4, choices=Channel.choices)
    key = models.CharField(max_length=160, unique=True, help_text="What it is owed for; asking twice queues once")
    topic = models.CharField(
        max_length=100, blank=True, db_index=True, help_text="What it is about, withdrawn together"
    )
    language = models.CharField(max_length=8, default="en")
    subject = EncryptedTextField(blank=True)
    body = EncryptedTextField(blank=True)
    calendar = EncryptedTextField(blank=True, help_text="An iCalendar text that goes with a mail")
    # Most messages have none, and are written without it.
    unsubscribe = EncryptedTextField(
        blank=True, default="", db_default="", help_text="Where one POST ends this kind of mail (RFC 8058)"
    )
    send_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.ANSWER)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.SCHEDULED)
    reason = models.CharField(max_length=40, blank=True, help_text="A key of reasons.py")
    claim = models.UUIDField(null=True, blank=True, db_index=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    carrier = models.CharField(max_length=12, blank=True)
    carrier_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the carrier was last asked what became of it"
    )
    void_at = models.DateTimeField(
        null=True, blank=True, help_text="When what it says stopped being true, or wanted: it is not tried again"
    )
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When nothing more was to be expected")
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey("staff.User", models.PROTECT, null=True, blank=True, related_name="+")
    emptied_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["priority", "send_at"], name="message_due", condition=Q(status="scheduled")),  # claim
            models.Index(
                fields=["claimed_at"],
                name="message_unsettled",
                condition=Q(status__in=["sending", "unknown"], settled_at=None),
            ),  # resolve
            models.Index(
                fields=["asked_at"],
                name="message_unfollowed",
                condition=Q(status__in=["accepted", "sent"], settled_at=None),
            ),  # following
            models.Index(fields=["carrier_id"], name="message_by_carrier", condition=~Q(carrier_id="")),  # resolve
            models.Index(
                fields=["created_at"],
                name="message_gone_wrong",
                condition=Q(status__in=["undelivered", "failed", "unknown"], seen_at=None),  # the desk
            ),
            models.Index(fields=["settled_at"], name="message_settled"),  # the figures, the alarm
            models.Index(fields=["expires_at"], name="message_to_forget", condition=Q(emptied_at=None)),  # forget
        ]
        constraints = [
            models.CheckConstraint(
                name="message_goes_to_somebody", condition=Q(contact__isnull=False) | ~Q(recipient_digest="")
            ),
            models.CheckConstraint(
                name="message_claim_says_when",
                condition=Q(claim=None, claimed_at=None) | Q(claim__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_seen_says_who",
                condition=Q(seen_at=None, seen_by=None) | Q(seen_at__isnull=False, seen_by__isnull=False),
            ),
            models.CheckConstraint(name="message_status_is_known", condition=Q(status__in=Status.values)),
        ]

    class Privacy:
        personal = {"recipient", "recipient_digest", "subject", "body", "calendar", "unsubscribe"}
        plain = {
            "id", "contact", "channel", "key", "topic", "language", "send_at", "expires_at", "priority", "status",
            "reason", "claim", "claimed_at", "attempts", "carrier", "carrier_id", "created_at", "asked_at",
            "void_at", "settled_at", "seen_at", "seen_by", "emptied_at",
        }  # fmt: skip
        keep_for = "words 90 days after the end, a number without a contact until the end; the row as the record"

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    @property
    def is_text(self) -> bool:
        return self.channel == Channel.TEXT

    @property
    def waits_for_the_morning(self) -> bool:
        """Whether quiet hours hold it back: texts that answer nothing their reader has just done."""
        return self.is_text and self.priority >= Priority.REMINDER

    @property
    def to(self) -> str:
        if self.contact is None:
            return self.recipient
        return self.contact.number if self.is_text else self.contact.email

    @property
    def to_digest(self) -> str:
        if self.contact is None:
            return self.recipient_digest
        return self.contact.number_digest if self.is_text else self.contact.email_digest

    @property
    def left_at(self) -> datetime:
        """When it left, as its contact's clock told it."""
        ahead = self.contact.clock_ahead if self.contact else timedelta()
        return (self.claimed_at or self.send_at) + ahead


class Receipt(models.Model):
    """One thing a carrier told us of a message. Rows are only added; the highest rank is what is true."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="receipts")
    carrier_id = models.CharField(max_length=64)
    status = models.CharField(max_length=24)
    code = models.CharField(max_length=12, blank=True)
    rank = models.PositiveSmallIntegerField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("received_at",)
        constraints = [
            models.UniqueConstraint(fields=["message", "carrier_id", "status"], name="receipt_is_noted_once"),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "message", "carrier_id", "status", "code", "rank", "received_at"}
        keep_for = "as long as the message's row"

    def __str__(self) -> str:
        return f"{self.status} of {self.message_id}"
