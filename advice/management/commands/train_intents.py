"""manage.py train_intents: fit the gate's weights to the lines in chat_data/intents.jsonl and say how well it does."""

from collections import Counter
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from advice import discerning, training
from practice import embeddings


class Command(BaseCommand):
    help = "Trains the chatbot's gate on our own lines; writes plain weights, no pickle. --check only measures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="measure on unseen lines (5 folds), write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = training.read()
        except embeddings.Unavailable as error:
            raise CommandError(str(error)) from None
        if not options["check"]:
            np.savez_compressed(discerning.WEIGHTS, **training.train(lines))
            self.stdout.write(f"wrote {discerning.WEIGHTS.name} from {len(lines.texts)} lines")
            return
        judged = training.judge(lines, share=discerning.calibration()["vector_share"])
        wrong = Counter((row["intent"], max(row["odds"], key=row["odds"].get)) for row in judged)
        right = sum(count for (true, said), count in wrong.items() if true == said)
        self.stdout.write(f"right on unseen lines: {right} of {len(judged)}, models alone")
        for (true, said), count in wrong.most_common():
            if true != said:
                self.stdout.write(f"  {true} taken for {said}: {count}")
