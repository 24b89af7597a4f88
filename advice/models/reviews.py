"""Reviews: who read one revision, against which checklist, and what they decided."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from advice.models.posts import Revision


class ReviewQuerySet(models.QuerySet["Review"]):
    def open(self) -> "ReviewQuerySet":
        return self.filter(state__in=[Review.State.SUBMITTED, Review.State.UNDER_REVIEW])

    def approved(self) -> "ReviewQuerySet":
        return self.filter(state=Review.State.APPROVED)


class Review(models.Model):
    """One reading of one revision by somebody other than its author."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        UNDER_REVIEW = "under_review", _("Under review")
        APPROVED = "approved", _("Approved")
        SENT_BACK = "sent_back", _("Sent back")
        DECLINED = "declined", _("Declined")

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="reviews")
    state = models.CharField(max_length=12, choices=State.choices, default=State.SUBMITTED)
    # Copied from the revision, so that the database itself can see that two people stand behind an approval.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey("staff.Reviewer", models.PROTECT, null=True, blank=True, related_name="reviews")
    licence = models.CharField(max_length=160, blank=True, help_text="As it stood on the day of signing")
    checklist = models.JSONField(default=list, blank=True)
    next_review_due = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True, help_text="To the author")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ("-submitted_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["revision"],
                condition=Q(state__in=["submitted", "under_review"]),
                name="revision_has_one_open_review",
            ),
            models.CheckConstraint(
                name="review_claim_says_who_and_when",
                condition=Q(claimed_at=None, claimed_by=None) | Q(claimed_at__isnull=False, claimed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="review_decision_says_who_and_when",
                condition=Q(state__in=["submitted", "under_review"], decided_at=None, decided_by=None)
                | Q(
                    state__in=["approved", "sent_back", "declined"], decided_at__isnull=False, decided_by__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="review_approval_names_reviewer_and_licence",
                condition=~Q(state="approved")
                | Q(reviewer__isnull=False, next_review_due__isnull=False) & ~Q(licence=""),
            ),
            models.CheckConstraint(
                name="review_is_approved_by_another",
                condition=~Q(state="approved")
                | ~Q(decided_by=F("submitted_by")) & (Q(author=None) | ~Q(decided_by=F("author"))),
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "revision", "state", "author", "submitted_at", "submitted_by", "claimed_at", "claimed_by",
            "decided_at", "decided_by", "reviewer", "licence", "checklist", "next_review_due", "note",
        }  # fmt: skip
        keep_for = "as long as the revision it signs"

    def __str__(self) -> str:
        return f"{self.revision} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.SUBMITTED, self.State.UNDER_REVIEW}

    def is_overdue_on(self, day: date) -> bool:
        return self.next_review_due is not None and self.next_review_due < day
