"""Weights saved by another program, read without executing anything in the file."""

import os
import warnings
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

MAX_FILE_BYTES = 2**31
"""Bytes; the largest network that can be configured has far fewer."""

REMEDY = "Save it with torch.save(model.state_dict(), FILE), or as safetensors"


def read_state_dict(file: Path) -> dict[str, Tensor]:
    """Return the tensors in a file by their names, on the CPU.

    Raises:
        UserError: The file holds anything else, such as a pickled module, which could execute code when it is read.
    """
    if file.suffix == ".pt2":
        raise UserError(f"{quote(file, 200)} is an exported program, not a state dict, and is never loaded", REMEDY)
    refusal = UserError(f"{quote(file, 200)} holds no plain state dict of tensors, and nothing else is loaded", REMEDY)
    try:
        found = _load(file)
    except OSError as error:
        raise UserError(f"can't read the state dict {quote(file, 200)}: {error.strerror or error}", REMEDY) from error
    except Exception as error:  # torch raises many kinds of errors for other files
        raise refusal from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise refusal
    return {str(name): tensor for name, tensor in found.items()}


def _load(file: Path) -> object:
    with open_regular(file) as stream:
        size = os.fstat(stream.fileno()).st_size
    if size > MAX_FILE_BYTES:
        raise ValueError("larger than any state dict of these models")
    if file.suffix == ".safetensors":
        return load_file(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about old formats
        return torch.load(file, map_location="cpu", weights_only=True)
