"""The hands of this room. Each task looks for rows and works until there are none; nothing else ever travels to it."""

from celery import shared_task

from practice.links import linking
from practice.messaging import alarming, following, forgetting, paging, resolving, sending


@shared_task
def dispatch() -> None:
    """Send everything that is due."""
    while sending.deliver_due():
        pass


@shared_task
def resolve() -> None:
    """Look after messages of which nobody knows whether they went, or what became of them."""
    while resolving.resolve():
        pass
    while following.follow():
        pass


@shared_task
def watch() -> None:
    """Page whoever is on call about alerts that wait, and tell the owners when sending itself is in trouble."""
    paging.page()
    alarming.tell_owners()


@shared_task
def forget() -> None:
    """Empty what has been kept long enough."""
    while forgetting.forget():
        pass
    linking.forget()
