"""One number a day and name."""

from django.db import models


class Tally(models.Model):
    """How often something named happened on one day (UTC)."""

    name = models.CharField(max_length=80)
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="tally_is_one_a_day")]

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "name", "day", "number"}
        keep_for = "for ever: they say nothing of a person"

    def __str__(self) -> str:
        return f"{self.name} {self.day}: {self.number}"
