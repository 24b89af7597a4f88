"""Make drafts of files: manage.py import_posts PATH... prints what was recognised; exit 1 if a file failed."""

import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from advice import importing, pairing, rows

WIDTH = 40  # of the progress bar


@contextmanager
def _stoppable() -> Iterator[None]:
    """Stopped by the system as by a key: the batch at hand is undone."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Command(BaseCommand):
    help = (
        "Make draft posts of Markdown, plain text and HTML files: all of them, or none where one cannot be read. Of a "
        "table (.csv, .tsv) or a list (.jsonl) of questions and answers, each row that can be used becomes a draft, "
        "with its topic and its author's name; reading the file again goes on where it was stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="report only")

    def handle(self, *args: Any, **options: Any) -> None:
        paths, is_dry = options["paths"], options["dry_run"]
        tables = [path for path in paths if path.suffix.lower() in rows.READ]
        documents = [path for path in paths if path not in tables]
        failed = bool(documents) and self._documents(documents, is_dry)
        with _stoppable():
            for path in tables:
                failed |= self._table(path, is_dry)
        if failed:
            sys.exit(1)

    def _documents(self, paths: list[Path], is_dry: bool) -> bool:
        report = importing.preview(paths) if is_dry else importing.import_paths(paths)
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
        return report.failed

    def _table(self, path: Path, is_dry: bool) -> bool:
        try:
            report = pairing.import_pairs(path, is_dry=is_dry, progress=self._progress(path))
        except KeyboardInterrupt:
            self.stderr.write(f"\n{path}: stopped. Run the same again, and it goes on from here.")
            sys.exit(130)
        for note in report.notes:
            self.stdout.write(str(note))
        self.stdout.write(str(report))
        return report.failed

    def _progress(self, path: Path) -> Callable[[int], None]:
        """A bar on a terminal; elsewhere a line each tenth."""
        size, shown = (path.stat().st_size if path.exists() else 0) or 1, -1

        def show(offset: int) -> None:
            nonlocal shown
            share = min(1.0, offset / size)
            if self.stderr.isatty():
                bar = "#" * int(share * WIDTH)
                self.stderr.write(f"\r[{bar:<{WIDTH}}] {share:4.0%}", ending="\n" if share == 1 else "")
                self.stderr.flush()
            elif int(share * 10) > shown:
                shown = int(share * 10)
                self.stderr.write(f"{path.name}: {share:.0%}")

        return show
