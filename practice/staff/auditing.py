"""Auditing: the one place that writes the trail."""

from practice.staff.models import AuditEntry, User


def note(*, actor: User | None, action: str, subject: str, detail: str = "") -> AuditEntry:
    """Add to the trail, in the caller's transaction. `actor` None: the person behind a signed link, or the system."""
    return AuditEntry.objects.create(actor=actor, action=action, subject=subject, detail=detail[:200])
