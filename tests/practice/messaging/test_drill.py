import os

import pytest

from tests.benchmarks import faults


@pytest.mark.drill
def test_workers_and_servers_may_die_and_no_reminder_is_sent_twice_or_lost_without_a_trace():
    is_full = os.environ.get("DRILL") == "full"
    size = {"messages": 2000, "kills": 20, "patience": 10} if is_full else {"messages": 40, "kills": 2, "patience": 3}
    account = faults.drill(**size)
    if "skipped" in account:
        pytest.skip(account["skipped"])
    assert account["messages"] == size["messages"], faults.table(account)
    assert account["workers killed"] == size["kills"]
    assert (account["Redis flushed"], account["Redis restarted"], account["PostgreSQL restarted"]) == (2, 2, 1)
    assert {name: account[name] for name in faults.MUST_BE_NOUGHT} == dict.fromkeys(faults.MUST_BE_NOUGHT, 0)
