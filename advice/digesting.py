"""Digesting: which newsletters are owed is asked of the posts; one mail a post, or one a month.

A mail is owed only while its reader's clock shows day, so that nothing waits in the outbox while a post may yet be
retracted. Samples are never mailed. No picture, no mark on a link: nobody learns who opened or followed what.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import islice

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from advice import publishing, subscribing
from advice.documents import Kind
from advice.models import Post, Subscriber
from advice.models.subscribers import Rhythm, Wanted
from practice import facts
from practice.messaging import consenting, sending
from practice.messaging.models import Channel, Message
from practice.messaging.sending import Owed

STILL_NEW = timedelta(days=2)  # a post that nobody could be told of in this time is not told of late
MONTH_LASTS = timedelta(days=3)  # from its first day on, last month's mail goes out
BATCH = 200
NEWS = Message.Priority.NEWS


def owe() -> int:
    """Owe every mail that is due and not yet owed; returns how many. Asking twice owes once."""
    return _owe_each() + _owe_month()


def wanted(post: Post) -> Wanted:
    """Which of the choices of a subscriber a post belongs to."""
    if post.kind != Kind.NOTICE:
        return Wanted.ANSWERS
    return Wanted.EVENTS if post.starts_at else Wanted.NEWS


def _public(since: datetime) -> QuerySet[Post]:
    """What was first published since then and is public now, but no sample and nothing that is over."""
    posts = Post.objects.filter(state=Post.State.PUBLISHED, published_at__gte=since)
    posts = posts.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()))
    return posts.select_related("shown").order_by("published_at", "pk")


def _owe_each() -> int:
    number = 0
    for post in _public(timezone.now() - STILL_NEW):
        readers = _readers(publishing.newsletter_topic(post), Rhythm.EACH).filter(
            Q(**{f"wants_{wanted(post)}": True}), language=post.language, confirmed_at__lt=post.published_at
        )
        number += _queue(readers, [post], publishing.newsletter_topic(post))
    return number


def _owe_month() -> int:
    zone = publishing.practice_zone()
    first = timezone.localdate(timezone=zone).replace(day=1)
    begins = datetime.combine(first, time(), tzinfo=zone)
    if timezone.now() >= begins + MONTH_LASTS:
        return 0
    before = datetime.combine((first - timedelta(days=1)).replace(day=1), time(), tzinfo=zone)
    posts = list(_public(before).filter(published_at__lt=begins))
    name = f"newsletter:month:{before:%Y-%m}"
    return sum(
        _queue(
            _readers(name, Rhythm.MONTHLY).filter(language=language, confirmed_at__lt=begins),
            [post for post in posts if post.language == language],
            name,
        )
        for language, _label in settings.LANGUAGES
    )


def _readers(name: str, rhythm: Rhythm) -> QuerySet[Subscriber]:
    """Those with this rhythm to whom nothing is owed under this name yet."""
    owed = Message.objects.filter(contact=OuterRef("contact"), topic=name)
    return Subscriber.objects.live().filter(~Exists(owed), rhythm=rhythm).select_related("contact").order_by("pk")


def _queue(readers: QuerySet[Subscriber], posts: Sequence[Post], name: str) -> int:
    if not posts:
        return 0
    number = 0
    awake = _awake(readers.iterator(chunk_size=BATCH))
    while some := list(islice(awake, BATCH)):
        owed = [one for reader in some if (one := _mail(reader, posts, name)) is not None]
        sending.queue_all(owed)
        number += len(owed)
    return number


def _awake(readers: Iterable[Subscriber]) -> Iterator[Subscriber]:
    return (one for one in readers if not consenting.is_quiet(one.contact.now(), contact=one.contact))


def _mail(reader: Subscriber, posts: Sequence[Post], name: str) -> Owed | None:
    mine = [post for post in posts if wanted(post) in reader.wants]
    if not mine:
        return None
    with override(reader.language):
        short = facts.practice().short_name
        subject = _("%(practice)s: new for you to read") % {"practice": short}
        entries = "\n\n".join(_entry(post) for post in mine)
        choices, leave = subscribing.path(reader), subscribing.path(reader, "newsletter_leave")
        foot = _("You asked for this mail. Change what you get: %(choices)s\nEnd it: %(leave)s") % {
            "choices": settings.PUBLIC_URL + choices,
            "leave": settings.PUBLIC_URL + leave,
        }
    return Owed(
        contact=reader.contact,
        channel=Channel.MAIL,
        key=f"{name}:{reader.pk}",
        topic=name,
        subject=subject,
        body=f"{entries}\n\n--\n{foot}\n",
        unsubscribe=settings.PUBLIC_URL + leave,
        language=reader.language,
        expires_at=reader.contact.now() + STILL_NEW,
        priority=NEWS,
    )


def _entry(post: Post) -> str:
    lines = [post.text.title, post.text.summary, settings.PUBLIC_URL + post.get_absolute_url()]
    return "\n".join(filter(None, lines))
