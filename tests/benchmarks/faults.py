"""The fault drill at full size: 2,000 due messages, 20 kills, broken servers, a careless carrier; then the account."""

import json
import subprocess
import sys

MUST_BE_NOUGHT = (
    "not final",
    "unknown without an owner",
    "reminders sent twice",
    "said sent, not in the ledger",
    "lost without a trace",
)


def drill(*, messages: int, kills: int, patience: float, seed: int = 1) -> dict:
    """Run the drill in a process of its own; its account, or why it could not be run."""
    sizes = {"--messages": messages, "--kills": kills, "--patience": patience, "--seed": seed}
    options = [str(part) for option in sizes.items() for part in option]
    command = [sys.executable, "-m", "tests.benchmarks._drill", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def table(account: dict) -> str:
    """The account as people read it."""
    rows = []
    for name, value in account.items():
        inner = value.items() if isinstance(value, dict) else None
        rows += [(f"{name}: {part}", number) for part, number in inner] if inner else [(name, value)]
    width = max(len(name) for name, _value in rows)
    return "\n".join(f"{name:<{width}}  {value:>6}" for name, value in rows)


def figures():
    account = drill(messages=2000, kills=20, patience=10)
    print(table(account), file=sys.stderr)
    wrong = {name: account[name] for name in MUST_BE_NOUGHT if account.get(name)}
    yield {"figure": "faults", "holds": not wrong, **account}
