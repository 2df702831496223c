"""The base class of architectures: their options, and the network that they build.

An architecture is a pydantic model of its own options, so one class defines the form section, the CLI flags, the stored
metadata and the network. Its module imports torch only inside `build`: the first frame is drawn without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from fmnist_tui.fields import Hint

if TYPE_CHECKING:
    from torch import nn

Presets = Mapping[str, Mapping[str, Any]]
"""For each preset's name, the values of config fields and options that it sets."""

ADAMW_ONE_CYCLE: Mapping[str, Any] = {"optimizer": "adamw", "schedule": "one-cycle"}
"""What the presets of fully connected networks have in common."""

MUON_ONE_CYCLE: Mapping[str, Any] = {
    "optimizer": "muon",
    "schedule": "one-cycle",
    "label_smoothing": 0.1,
    "horizontal_flip": True,
    "tta_flip": True,
    "whitening_init": True,
}
"""What the presets of convolutional networks have in common."""

WhiteningInit = Annotated[
    bool,
    Field(description="Initialize the first convolution to whiten patches of the training images."),
    Hint(advice="Leave it on: it costs no time, and short runs are more accurate with it"),
]
"""An option of architectures whose first convolution takes the image."""


class Architecture(BaseModel):
    """The options of one kind of network.

    A subclass has a module of its own in this folder and declares `name: Literal["…"] = "…"`.

    Attributes:
        summary: One line for the model list.
        aliases: Other names that the command line accepts.
        complexity: The position in lists, simplest first.
        convolutional: Whether it has convolutions, which prefer channels-last.
        gains_from_bf16: Whether bf16 may be faster than fp32; not if it has no layer before the logits.
        presets: For each preset's name, the values of config fields and options that it sets.
    """

    # Unknown options are those of a later version's files; `RunConfig.from_flat` refuses them in input.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    summary: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    complexity: ClassVar[int]
    convolutional: ClassVar[bool] = False
    gains_from_bf16: ClassVar[bool] = True
    presets: ClassVar[Presets]

    @classmethod
    def registered_name(cls) -> str:
        return str(cls.model_fields["name"].default)

    @property
    def prefers_channels_last(self) -> bool:
        """Whether the network is faster in the channels-last memory format."""
        return self.convolutional

    @property
    def whitens_first_convolution(self) -> bool:
        """Whether training starts with a first convolution that whitens patches of the training images."""
        return False

    def build(self) -> nn.Sequential:
        """Return a newly initialized network from float images [n, 1, 28, 28] to logits [n, 10].

        Its weights are drawn from torch's global generator.
        """
        raise NotImplementedError
