"""Which columns of a table there is room for, and how wide each is."""

from collections.abc import Sequence
from typing import NamedTuple


class Shown(NamedTuple):
    """A column that is shown: its place among all of them, and its width."""

    place: int
    width: int


class Wanted(NamedTuple):
    """What a column needs.

    Attributes:
        width: That of its widest text.
        min_width: The width down to which it may be cut; 0 if it may not be.
        priority: The column with the lowest one is left out first.
    """

    width: int
    min_width: int
    priority: int

    @property
    def least(self) -> int:
        """The width below which it is left out."""
        return min(self.width, self.min_width) if self.min_width else self.width


def fit(columns: Sequence[Wanted], room: int, gap: int = 1) -> list[Shown]:
    """Return the columns that fit into `room`, with a gap between each two; always one at least."""
    kept = sorted(range(len(columns)), key=lambda index: -columns[index].priority)
    while len(kept) > 1 and sum(columns[index].least for index in kept) + gap * (len(kept) - 1) > room:
        kept.pop()
    widths = {index: columns[index].least for index in kept}
    left = room - sum(widths.values()) - gap * (len(kept) - 1)
    for limit in (room // 3, room):  # so that one long text does not cut all others
        for index in kept:
            more = max(0, min(left, min(columns[index].width, limit) - widths[index]))
            widths[index] += more
            left -= more
    return [Shown(index, widths[index]) for index in sorted(kept)]
