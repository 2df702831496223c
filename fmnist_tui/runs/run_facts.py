"""What decides the bits of a run besides its hyperparameters, as lines to show and to compare."""

from collections.abc import Callable
from typing import NamedTuple

from fmnist_tui.events import Machine, RunStarted
from fmnist_tui.formatting import count, counted

DIGEST_LENGTH = 16
"""Hex digits of a sha256 that are shown; enough that no two are alike by chance."""

WORDS = {"manual": "manual backpropagation"}
GRADIENTS = "gradients"

DENORMALS = "denormal numbers"


def short_digest(digest: str) -> str:
    """Return the beginning of a sha256, as it is shown."""
    return f"sha256 {digest[:DIGEST_LENGTH]}" if digest else ""


def _memory(started: RunStarted) -> str:
    return {True: "channels last", False: "contiguous", None: ""}[started.channels_last]


def _denormals(machine: Machine) -> str:
    return {True: "flushed to zero", False: "kept", None: ""}[machine.flushes_denormals]


def _variables(machine: Machine) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(machine.variables.items())) or "none"


FACTS: dict[str, Callable[[RunStarted], str]] = {
    "fmnist-tui": lambda started: started.program_version,
    "torch": lambda started: started.torch_version,
    "code of the model": lambda started: short_digest(started.model_code),
    "images": lambda started: f"{started.dataset}, {short_digest(started.dataset_fingerprint)}",
    "split": lambda started: f"{count(started.train_images)} training, {count(started.validation_images)} validation",
    "device": lambda started: started.device,
    "precision": lambda started: started.precision,
    "threads": lambda started: counted(started.threads, "thread"),
    "processes": lambda started: str(started.processes),
    GRADIENTS: lambda started: WORDS.get(started.gradients, started.gradients),
    "memory format": _memory,
}
"""What each start of a run states, by its name; what most likely explains other bits comes first."""

MACHINE_FACTS: dict[str, Callable[[Machine], str]] = {
    "GPU": lambda machine: machine.accelerator,
    "kernels": lambda machine: machine.kernels,
    DENORMALS: _denormals,
    "instruction sets": lambda machine: " ".join(machine.cpu_flags),
    "environment variables": _variables,
    "CPU": lambda machine: machine.cpu,
    "system": lambda machine: machine.platform,
}
"""The same of the machine, which older logs don't describe."""


class Difference(NamedTuple):
    """A fact in which two starts differ."""

    name: str
    before: str
    now: str

    def __str__(self) -> str:
        return f"{self.name}: {self.now or 'none'} instead of {self.before or 'none'}"


def facts_of(started: RunStarted) -> dict[str, str]:
    """Return every known fact of a start by its name; empty texts are left out."""
    facts = {name: text(started) for name, text in FACTS.items()}
    if started.machine is not None:
        facts |= {name: text(started.machine) for name, text in MACHINE_FACTS.items()}
    facts["Python"] = started.python_version
    return {name: text for name, text in facts.items() if text}


def differences(before: RunStarted, now: RunStarted) -> tuple[Difference, ...]:
    """Return the facts in which two starts differ, the most likely reason of other bits first.

    What one of them does not state, because an older version wrote it, is not compared.
    """
    facts = facts_of(before), facts_of(now)
    both = (before.machine, now.machine)
    unknown = {name for name in MACHINE_FACTS if None in both} | {
        name
        for name in ("code of the model", GRADIENTS, "memory format", DENORMALS, "Python")
        if not all(name in each for each in facts)
    }
    names = (name for name in (*FACTS, *MACHINE_FACTS, "Python") if name not in unknown)
    found = (Difference(name, *(each.get(name, "") for each in facts)) for name in names)
    return tuple(difference for difference in found if difference.before != difference.now)
