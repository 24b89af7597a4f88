"""Doctor: what a practice should put right before, and while, people rely on this installation."""

import json
from typing import Any

from django.core import checks
from django.core.management.base import BaseCommand
from django.test import RequestFactory

from practice.dashboard import health


class Command(BaseCommand):
    help = "Says what is missing: settings, services, crisis lines nobody has dialled, words nobody stands behind."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        states = json.loads(health.ready(RequestFactory().get("/readyz")).content)
        degraded = states.pop("degraded")
        for name, state in states.items():
            self.stdout.write(f"{'!' if name in degraded else '-'} {name}: {state}")
        findings = checks.run_checks(include_deployment_checks=True)
        for finding in findings:
            hint = f"\n    {finding.hint}" if finding.hint else ""
            self.stdout.write(f"{'!' if finding.is_serious() else '-'} {finding.msg} ({finding.id}){hint}")
        self.stdout.write(f"{len(findings)} findings." if findings else "Nothing to put right.")
        if any(finding.is_serious() for finding in findings):
            raise SystemExit(1)
