"""Pictures that posts show: kept once, by what they are, and never changed."""

from django.conf import settings
from django.db import models
from django.urls import reverse


class Picture(models.Model):
    """A picture as readers get it, without whatever its file said besides (where and when it was taken, by what)."""

    file = models.CharField(max_length=70, unique=True, help_text="Its SHA-256 and its kind, as in an address")
    data = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "file", "data", "width", "height", "added_at", "added_by"}
        keep_for = "as long as a revision may show it: revisions are never changed"

    def __str__(self) -> str:
        return self.file

    def get_absolute_url(self) -> str:
        return reverse("advice:picture", args=[self.file])
