"""What the command line gives the interface. A module of its own, because `cli` and `tui` don't import each other."""

from typing import NamedTuple


class InterfaceOptions(NamedTuple):
    """Options of one session; None for those that were not given.

    Attributes:
        data: The location of the images, or "demo", with which the form begins.
        dataset: The dataset with which the form begins.
        theme: The theme of this session.
    """

    data: str | None = None
    dataset: str | None = None
    theme: str | None = None
