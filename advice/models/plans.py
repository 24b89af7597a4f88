"""Plans and remarks: what is to happen to a post at an hour, and what readers of a draft say of its passages."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice.models.posts import Post, Revision


class PlanQuerySet(models.QuerySet["Plan"]):
    def open(self) -> "PlanQuerySet":
        return self.filter(ended_at=None)

    def due(self) -> "PlanQuerySet":
        return self.open().filter(at__lte=timezone.now()).order_by("at", "pk")


class Plan(models.Model):
    """A publication or retraction at an hour: carried out, or refused, by the rule that does it by hand."""

    class Deed(models.TextChoices):
        PUBLISH = "publish", _("Publish")
        RETRACT = "retract", _("Retract")

    post = models.ForeignKey(Post, models.CASCADE, related_name="plans")
    deed = models.CharField(max_length=8, choices=Deed.choices)
    revision = models.ForeignKey(
        Revision, models.CASCADE, null=True, blank=True, related_name="+", help_text="What is to be published"
    )
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True, help_text="What readers are told of a retraction")
    planned_at = models.DateTimeField(auto_now_add=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Done, refused or called off")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    refused = models.CharField(max_length=40, blank=True, help_text="The code of the rule that refused it at its hour")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        indexes = [models.Index(fields=["at"], name="plan_due", condition=Q(ended_at=None))]  # the beat
        constraints = [
            models.UniqueConstraint(
                fields=["post", "deed"], condition=Q(ended_at=None), name="post_has_one_plan_a_deed"
            ),
            models.CheckConstraint(
                name="plan_says_what_is_published_or_why_not",
                condition=Q(deed="publish", revision__isnull=False, reason="")
                | Q(deed="retract", revision=None) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="plan_called_off_says_when", condition=Q(ended_by=None) | Q(ended_at__isnull=False, refused="")
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "post", "deed", "revision", "at", "reason", "planned_at", "planned_by", "ended_at", "ended_by",
            "refused",
        }  # fmt: skip
        keep_for = "as long as its post"

    def __str__(self) -> str:
        return f"{self.deed} {self.post_id}"


class RemarkQuerySet(models.QuerySet["Remark"]):
    def open(self) -> "RemarkQuerySet":
        return self.filter(resolved_at=None)


class Remark(models.Model):
    """What one of us says of one line of one revision: a revision never changes, so neither does what it is said of."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="remarks")
    where = models.CharField(max_length=20, help_text="The part of the post")
    line = models.PositiveIntegerField()
    words = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ("revision", "where", "line", "pk")
        constraints = [
            models.CheckConstraint(
                name="remark_resolved_says_who_and_when",
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
            models.CheckConstraint(name="remark_stands_at_a_line", condition=Q(line__gte=1)),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "revision", "where", "line", "words", "author", "made_at", "resolved_at", "resolved_by"}
        keep_for = "as long as the revision it is about: a note between those who work here"

    def __str__(self) -> str:
        return f"remark {self.pk} on revision {self.revision_id}"
