"""The house itself: settings, the ground floor that all rooms stand on, and the roof that sees them all."""

from practice.celery import app as celery_app

__all__ = ["celery_app"]
