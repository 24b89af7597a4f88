"""What was wrong with the sending itself, and for how long."""

from django.db import models


class Incident(models.Model):
    """One spell of one alarm: it lasts as long as it was seen lately, and is told to the owners once."""

    name = models.CharField(max_length=20, help_text="A name of alarming.py")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When it was last so")

    class Meta:
        ordering = ("-began_at",)
        constraints = [models.UniqueConstraint(fields=["name", "began_at"], name="incident_begins_once")]

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "name", "began_at", "seen_at"}
        keep_for = "as long as the figures"

    def __str__(self) -> str:
        return f"{self.name} since {self.began_at:%Y-%m-%d %H:%M} UTC"
