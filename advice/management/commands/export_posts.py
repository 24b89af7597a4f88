"""Write posts as Markdown files: manage.py export_posts DIR; import_posts reads them back to the same revisions."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advice import exporting
from advice.models import Post


class Command(BaseCommand):
    help = (
        "Write what readers see, one Markdown file with front matter a post, and the pictures beside them. Prints each "
        "file's name with its revision's number and SHA-256, which importing the file gives back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--all", action="store_true", help="drafts and retracted posts too")

    def handle(self, *args: Any, **options: Any) -> None:
        posts = Post.objects.all() if options["all"] else Post.objects.public()
        posts = posts.select_related("shown", "head").prefetch_related("topics").order_by("slug", "language")
        number = 0
        try:
            for file in exporting.write(exporting.files(posts.iterator(200)), options["folder"]):
                if file.revision is not None:
                    number += 1
                    self.stdout.write(f"{file.name} {file.revision.number} {file.revision.sha256}")
        except exporting.Unfaithful as post:
            raise CommandError(f"{post} would not come back as it is, so it was not written.") from None
        self.stdout.write(f"{number} posts written to {options['folder']}")
