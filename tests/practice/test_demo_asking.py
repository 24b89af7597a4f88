"""The chatbot's desk of the demonstration has something on it, once, and alarms nobody."""

import pytest

from advice import learning, sampling
from advice.models import Request
from practice.crisis.models import Alert
from practice.demo import asking
from practice.messaging.models import Message

pytestmark = pytest.mark.django_db


def test_a_few_questions_wait_for_a_post_and_one_reader_for_a_person(client):
    sampling.load_samples()
    asking.load()
    asking.load()

    assert sum(len(group.turns) for group in learning.gaps()) == len(asking.UNANSWERED)
    assert max(len(group.turns) for group in learning.gaps()) == 2  # the alike stand together
    assert Request.objects.waiting().get().conversation is not None
    assert not Alert.objects.exists()
    assert not Message.objects.exists()
