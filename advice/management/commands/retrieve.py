"""manage.py retrieve: the same ranking over a CSV file in memory; nothing is published or stored."""

import csv
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advice import asking_lines, corpora, retrieving

MOST = 10


class Command(BaseCommand):
    help = 'Reads {"id","text"} lines and writes {"id","hits":[{"source","score"}]} lines, ten hits each.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jsonl", action="store_true", help="the only form there is")
        parser.add_argument("--corpus", type=Path, required=True, help="a CSV file with the columns source,title,text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            index = corpora.index_of(options["corpus"])
        except (OSError, UnicodeDecodeError, csv.Error, corpora.BadCorpus) as error:
            raise CommandError(f"the corpus cannot be read: {error}") from None

        def reply(number: str, text: str) -> dict[str, Any]:
            found = index.search(text, vector=retrieving.vector_of(text, language="en"), most=MOST)
            return {"id": number, "hits": [{"source": one.source, "score": round(one.score, 4)} for one in found]}

        if bad := asking_lines.serve(source=sys.stdin, sink=sys.stdout, reply=reply):
            raise CommandError(f"{bad} lines could not be read")
