"""Which settings of two runs differ."""

from typing import NamedTuple

from fmnist_tui.config import RunConfig, model_specs, run_specs
from fmnist_tui.formatting import MISSING


class Difference(NamedTuple):
    """One setting with its values, as texts."""

    label: str
    a: str
    b: str


def differences(a: RunConfig, b: RunConfig) -> list[Difference]:
    """Return the settings that differ, in the order of the form; one that a model lacks is missing."""
    values_a, values_b = a.to_flat(), b.to_flat()
    specs = {spec.name: spec for model in (a.model_name, b.model_name) for spec in model_specs(model)}
    specs |= {spec.name: spec for spec in run_specs()}
    found = [Difference("model", a.model_name, b.model_name)] if a.model_name != b.model_name else []
    for name, spec in specs.items():
        texts = [spec.format(values[name]) if name in values else MISSING for values in (values_a, values_b)]
        if texts[0] != texts[1]:
            found.append(Difference(spec.label, *texts))
    return found
