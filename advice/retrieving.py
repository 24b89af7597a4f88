"""Retrieving: the approved passages that bear on a question, from an index in memory that follows the database.

Each process keeps its own index and reads it again when the public passages have changed, which the counter in the
database tells. Vectors are made by a worker (tasks.embed); a passage that has none yet is still found by its words.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When

from advice import respelling
from advice.documents import Audience
from advice.models import IndexVersion, Passage
from advice.ranking import Found, Index, Piece
from practice import embeddings

LABELS = (Passage.Kind.TITLE, Passage.Kind.QUESTION)
VECTOR_LANGUAGES = ("en",)  # the model knows no other; vectors of other languages must not be compared
EMBED_AT_ONCE = 64

State = tuple[int, int, str]


@dataclass(frozen=True)
class Shelf:
    """The indexes of one state of the database, one for each language.

    `indexes` hold the plain wording of each post; `clinical` the pieces that clinical wordings put in its place.
    """

    state: State
    indexes: dict[str, Index] = field(default_factory=dict)
    clinical: dict[str, list[Piece]] = field(default_factory=dict)
    _clinical_indexes: dict[str, Index] = field(default_factory=dict)

    def index(self, language: str, audience: str) -> Index | None:
        """One wording of each post: the one for this audience where it has one, never both."""
        plain = self.indexes.get(language)
        if plain is None or audience != Audience.CLINICAL or language not in self.clinical:
            return plain
        with _filling:  # made when somebody first asks in it
            if language not in self._clinical_indexes:
                self._clinical_indexes[language] = _reworded(plain, self.clinical[language])
            return self._clinical_indexes[language]

    @property
    def languages(self) -> list[str]:
        return sorted(self.indexes)


_shelf: Shelf | None = None
_filling = threading.Lock()


def find(
    text: str,
    *,
    language: str = "en",
    audience: str = Audience.PLAIN,
    vector: np.ndarray | None = None,
    most: int = 10,
) -> list[Found]:
    """The posts of this language that bear on `text`, best first; the source of each is its slug.

    Of a post that has a wording for this audience only that one is looked at, of any other the plain one.
    """
    index = shelf().index(language, audience)
    if index is None:
        return []
    return index.search(text, vector=vector if language in VECTOR_LANGUAGES else None, most=most)


def has_wording(audience: str, *, language: str) -> bool:
    """Whether any public post of this language has a wording of its own for this audience."""
    held = shelf()
    return language in (held.indexes if audience == Audience.PLAIN else held.clinical)


def meant(text: str, *, language: str) -> str:
    """The words of `text` as they were probably meant, for the search alone."""
    index = shelf().indexes.get(language)
    return respelling.respelled(text, index.vocabulary) if index and language == "en" else text


def vector_of(text: str, *, language: str) -> np.ndarray | None:
    """The question's vector, or None where the language has none or the model cannot be loaded."""
    if language not in VECTOR_LANGUAGES:
        return None
    try:
        return embeddings.vector(text)
    except embeddings.Unavailable:
        return None


def shelf() -> Shelf:
    """The indexes as the database stands now; one thread fills them anew while the others wait."""
    global _shelf
    state = _state()
    held = _shelf
    if held is not None and held.state == state:
        return held
    with _filling:
        if _shelf is None or _shelf.state != state:
            _shelf = _filled(state)
        return _shelf


def _state() -> State:
    # The counter alone would do but for a database restored from a copy: so the newest passage is looked at, too.
    newest = Passage.objects.order_by("-pk").values_list("pk", "key").first() or (0, "")
    return (IndexVersion.current(), *newest)


def _filled(state: State) -> Shelf:
    pieces: dict[str, list[Piece]] = defaultdict(list)
    clinical: dict[str, list[Piece]] = defaultdict(list)
    rows = Passage.objects.public().values_list(
        "key", "post__slug", "kind", "language", "audience", "headings", "text", "vector", "vector_model"
    )
    for key, slug, kind, language, audience, headings, text, vector, model in rows.order_by("key").iterator():
        known = model == embeddings.MODEL_SHA256 and language in VECTOR_LANGUAGES
        (pieces if audience == Audience.PLAIN else clinical)[language].append(
            Piece(
                key=key,
                source=slug,
                text=under_headings(headings, text),
                is_label=kind in LABELS,
                vector=np.frombuffer(vector, np.float32) if known and vector is not None else None,
            )
        )
    indexes = {language: Index(found, language=language, by_vote=True) for language, found in pieces.items()}
    return Shelf(state, indexes, dict(clinical))


def _reworded(plain: Index, clinical: list[Piece]) -> Index:
    """The same posts under the same labels, those that have a clinical wording in that one."""
    reworded = {piece.source for piece in clinical}
    kept = [piece for piece in plain.pieces if piece.is_label or piece.source not in reworded]
    return Index([*kept, *clinical], language=plain.language, by_vote=True)


def under_headings(headings: list[str], text: str) -> str:
    """A passage as it is read in its place, which tells the model and the word index what it is about."""
    return "\n".join([*headings, text])


def embed_missing(limit: int | None = None) -> int:
    """Give up to `limit` passages their vectors, labels first; returns how many. Nothing where the model is missing."""
    done = 0
    while limit is None or done < limit:
        batch = list(_without_vector()[: min(EMBED_AT_ONCE, EMBED_AT_ONCE if limit is None else limit - done)])
        if not batch:
            break
        try:
            vectors = embeddings.vectors([under_headings(passage.headings, passage.text) for passage in batch])
        except embeddings.Unavailable:
            break
        _keep(batch, vectors)
        done += len(batch)
    return done


def _without_vector() -> QuerySet[Passage]:
    labels_first = Case(When(kind__in=LABELS, then=Value(0)), default=Value(1), output_field=IntegerField())
    waiting = Passage.objects.public().without_vector(embeddings.MODEL_SHA256).filter(language__in=VECTOR_LANGUAGES)
    return waiting.only("pk", "key", "headings", "text").order_by(labels_first, "pk")


@transaction.atomic
def _keep(batch: list[Passage], vectors: np.ndarray) -> None:
    for passage, vector in zip(batch, vectors, strict=True):
        # By key as well: a passage cut anew meanwhile is another passage.
        Passage.objects.filter(pk=passage.pk, key=passage.key).update(
            vector=vector.astype(np.float32).tobytes(), vector_model=embeddings.MODEL_SHA256
        )
    IndexVersion.count_up()
