"""Make drafts of files: manage.py import_posts PATH... prints what was recognised; exit 1 if anything failed."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from advice import importing


class Command(BaseCommand):
    help = "Make draft posts of Markdown, plain text and HTML files: all of them, or none where one cannot be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="report only")

    def handle(self, *args: Any, **options: Any) -> None:
        report = importing.preview(options["paths"]) if options["dry_run"] else importing.import_paths(options["paths"])
        for note in report.notes:
            self.stdout.write(str(note))
        for reading in report.readings:
            counts = Counter(note.what for note in reading.notes)
            found = ", ".join(f"{what} {number}" for what, number in sorted(counts.items()))
            self.stdout.write(f"{reading.path}: {found or 'read as it stands'}")
        failed = sum(reading.failed for reading in report.readings)
        self.stdout.write(f"{len(report.made)} drafts made, {report.unchanged} unchanged, {failed} files failed")
        if report.failed:
            self.stderr.write("Nothing was imported. Mend or leave out the files named above.")
            sys.exit(1)
