"""manage.py ask: the chatbot on standard input, a question a line."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advice import answering, asking_lines, retrieving


class Command(BaseCommand):
    help = (
        'With --jsonl reads {"id","text"} lines and writes {"id","kind","text","citations"} lines; else answers TEXT.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", nargs="*")
        parser.add_argument("--jsonl", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        retrieving.embed_missing()
        if not options["jsonl"]:
            self.stdout.write(answering.ask(text=" ".join(options["text"])).text)
        elif bad := asking_lines.serve(source=sys.stdin, sink=sys.stdout, reply=_reply):
            raise CommandError(f"{bad} lines could not be read")


def _reply(number: str, text: str) -> dict[str, Any]:
    answer = answering.ask(text=text)
    return {
        "id": number,
        "kind": str(answer.kind),
        "text": answer.text,
        "citations": [citation.as_json() for citation in answer.citations],
    }
