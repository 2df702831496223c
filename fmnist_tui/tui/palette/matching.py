"""Fuzzy search: how well a text matches what was typed, and which of its characters do.

Textual's own matcher tries every way to place the typed letters, which takes seconds for the digits of a run's name.
This one tries one way from each word.
"""

import re
from heapq import nlargest
from typing import NamedTuple

WORD_START = re.compile(r"\b\w")

WHOLE_WORD, BEGINS_A_WORD, INITIALS, INSIDE_A_WORD, SCATTERED = 1.0, 0.95, 0.9, 0.8, 0.5
"""Scores of a typed word by where its letters are; scattered letters score less the wider they are apart."""


MAX_MATCHED = 1000
"""To look for a word takes a hundredth of the time of a whole match."""


class Match(NamedTuple):
    """How well a text matches, from 0 to 1, and the positions of the matching characters."""

    score: float
    positions: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """Return how `text` matches the words of `query`, in any order and case; None if one of them doesn't match."""
    lowered, words = text.lower(), query.lower().split()
    if len(lowered) != len(text):  # a few letters become two
        lowered = text
    found = [_match_word(word, lowered) for word in words]
    if not all(found):
        return None
    score = sum(each.score for each in found if each) / max(1, len(words))
    return Match(score, tuple(sorted({position for each in found if each for position in each.positions})))


def best_matches(query: str, texts: list[str], limit: int) -> list[tuple[int, Match]]:
    """Return the indices of the best matching texts with their matches; equally good ones in their order.

    Of very many texts, the first `MAX_MATCHED` that contain all words of the query are matched, and as many others.
    """
    words = query.lower().split()
    containing = [index for index, text in enumerate(texts) if all(word in text.lower() for word in words)]
    others = sorted(set(range(len(texts))).difference(containing)) if len(containing) < limit else []
    candidates = containing[:MAX_MATCHED] + others[:MAX_MATCHED]
    found = ((index, matched) for index in candidates if (matched := match(query, texts[index])))
    return nlargest(limit, found, key=lambda each: (each[1].score, -each[0]))


def _match_word(word: str, text: str) -> Match | None:
    first = at = text.find(word)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    if at >= 0:
        end = at + len(word)
        return Match(BEGINS_A_WORD if text[end : end + 1].isalnum() else WHOLE_WORD, tuple(range(at, end)))
    if first >= 0:
        return Match(INSIDE_A_WORD, tuple(range(first, first + len(word))))
    starts = [start.start() for start in WORD_START.finditer(text)]
    initials = "".join(text[start] for start in starts).find(word)
    if initials >= 0:
        return Match(INITIALS, tuple(starts[initials : initials + len(word)]))
    return _match_scattered(word, text, starts)


def _match_scattered(word: str, text: str, starts: list[int]) -> Match | None:
    """Match the letters in their order, the first one at the start of a word: as close together as they get."""
    found = [_letters_from(start, word, text) for start in starts if text[start] == word[0]]
    spans = [positions for positions in found if positions]
    if not spans:
        return None
    positions = min(spans, key=lambda positions: positions[-1] - positions[0])
    return Match(SCATTERED * len(word) / (positions[-1] - positions[0] + 1), positions)


def _letters_from(start: int, word: str, text: str) -> tuple[int, ...]:
    """Return the first positions of the letters in their order from `start` on; none if one is missing."""
    positions = [start]
    for letter in word[1:]:
        positions.append(text.find(letter, positions[-1] + 1))
        if positions[-1] < 0:
            return ()
    return tuple(positions)
