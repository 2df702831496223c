"""`fmnist-tui doctor --speed`: what this machine computes, how long each preset takes, and what makes it slow."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fmnist_tui.cli.output import console, plain
from fmnist_tui.formatting import byte_size, count, duration

if TYPE_CHECKING:
    from fmnist_tui.training.machine_speed import LayerSpeed, PresetSpeed


def speed_facts() -> dict[str, Any]:
    """Measure, and return all results for `--json`."""
    from fmnist_tui.training.machine_speed import measure_layers, measure_presets
    from fmnist_tui.training.slowdowns import slow_layers, slowdowns

    slowed_by = slowdowns()  # first: later this process is part of the load
    layers, presets = measure_layers(), list(measure_presets())
    return {
        "layers": [asdict(one) for one in layers],
        "presets": [{**asdict(one), "plan": str(one.plan)} for one in presets],
        "slowed_by": slowed_by + slow_layers(layers),
    }


def print_speed() -> None:
    """Measure, and print each result as soon as it is known."""
    from fmnist_tui.training.machine_speed import measure_layers, measure_presets
    from fmnist_tui.training.slowdowns import slow_layers, slowdowns

    slowed_by = slowdowns()
    console().print()
    layers = measure_layers()
    slowed_by += slow_layers(layers)
    for line in _layer_lines(layers):
        console().print(plain(line), soft_wrap=True)
    console().print()
    console().print(plain(f"{'model':<10}{'preset':<10}{'images/s':>10}{'training':>10}{'memory':>10}  computed with"))
    for one in measure_presets():
        console().print(plain(_preset_line(one)), soft_wrap=True)
    console().print()
    for sentence in slowed_by:
        console().print(plain(f"slower:    {sentence}"), soft_wrap=True)
    if not slowed_by:
        console().print("nothing was found that slows this machine down")


def _layer_lines(layers: list["LayerSpeed"]) -> Iterator[str]:
    precisions = sorted({precision for one in layers for precision in one.gflops}, reverse=True)
    yield f"{'GFLOP/s, outputs and gradients':<36}" + "".join(f"{precision:>8}" for precision in precisions)
    for one in layers:
        yield f"{one.layer:<36}" + "".join(f"{one.gflops[precision]:>8,.0f}" for precision in precisions)


def _preset_line(one: "PresetSpeed") -> str:
    speed, time, memory = count(round(one.images_per_second)), duration(one.seconds), byte_size(one.memory_bytes)
    return f"{one.model:<10}{one.preset:<10}{speed:>10}{time:>10}{memory:>10}  {one.plan}"
