"""What every architecture is: options that a form can show, and the network they build.

An architecture is a pydantic model of its own options, so that one class is at once the form section, the CLI flags,
the stored metadata and the builder. Its module imports torch only inside `build`: the first frame is drawn without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from torch import nn


class Architecture(BaseModel):
    """The options of one kind of network, and how to build it.

    A subclass lives in a module of its own in this folder and declares `name: Literal["…"] = "…"`; the registry finds
    it there.

    Attributes:
        summary: One line for the model list.
        aliases: Other spellings that the command line accepts.
        complexity: Where the architecture stands in lists, simplest first.
        convolutional: Whether bf16 pays on a CPU.
        presets: For each preset's name, the values of run-config fields and own options that it sets.
    """

    # Unknown options are those of a later version's files; `RunConfig.from_flat` refuses them in input.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    summary: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    complexity: ClassVar[int]
    convolutional: ClassVar[bool] = False
    presets: ClassVar[Mapping[str, Mapping[str, Any]]]

    @classmethod
    def registered_name(cls) -> str:
        return str(cls.model_fields["name"].default)

    @property
    def prefers_channels_last(self) -> bool:
        """Whether images lie in memory pixel by pixel instead of channel by channel."""
        return self.convolutional

    def build(self) -> nn.Sequential:
        """A freshly initialized network, a chain of layers: float images [n, 1, 28, 28] in, logits [n, 10] out.

        Draws its weights from torch's global generator, so seed that first.
        """
        raise NotImplementedError
