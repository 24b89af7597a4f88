"""A local Twilio in a process of its own, so that it takes no time from the client's; prints its address and waits."""

import sys

from tests.fakes.twilio import Twilio

sink = Twilio(latency=float(sys.argv[1]))
print(sink.url, flush=True)
sys.stdin.read()
