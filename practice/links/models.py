"""The one table of links: digests, never the tokens themselves."""

from django.db import models

from practice.privacy import DigestField


class Link(models.Model):
    """Whoever holds the token may do `purpose` to `subject` until `expires_at`."""

    digest = DigestField(unique=True)
    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject"], name="link_by_subject")]  # revoking

    class Privacy:
        personal = {"digest"}
        plain = {"id", "purpose", "subject", "created_at", "expires_at", "revoked_at"}
        keep_for = "30 days after expiry"

    def __str__(self) -> str:
        return f"{self.purpose} of {self.subject}"
