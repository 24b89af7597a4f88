"""Plain functions that make test data through the real rules; one module for each room."""

from tests.make.advice import *  # noqa: F403
from tests.make.booking import *  # noqa: F403
from tests.make.messaging import *  # noqa: F403
from tests.make.recurring import *  # noqa: F403
from tests.make.staff import *  # noqa: F403
from tests.make.waiting import *  # noqa: F403
