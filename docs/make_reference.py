"""Writes reference.md beside this file from the config's own specs: `python docs/make_reference.py`."""

from collections.abc import Iterator
from pathlib import Path

from fmnist_tui.config import PRESET_SUMMARIES, PRESETS, RunConfig, model_specs, presets_of, run_specs
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.models.summary import summarize


def reference() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Models, presets and hyperparameters"
    yield ""
    yield "Made by `python docs/make_reference.py` from the specs that make the form and the flags; a test compares."
    yield ""
    yield "## Models"
    for name, architecture in ARCHITECTURES.items():
        model = RunConfig.from_preset("fast", name).model
        summary = summarize(model)
        yield ""
        yield f"### {name}"
        yield ""
        yield f"{architecture.summary.capitalize()}. {summary.parameters:,} parameters and {summary.flops:,} FLOPs an"
        yield "image with the `fast` preset."
        if architecture.aliases:
            yield f"Also called: {', '.join(architecture.aliases)}."
        if specs := model_specs(name):
            yield ""
            yield from _field_table(specs)
        yield ""
        yield "| layer | output | parameters |"
        yield "|---|---|---|"
        for layer in summary.layers:
            shape = " × ".join(str(size) for size in layer.output_shape)
            yield f"| {layer.kind} | {shape} | {layer.parameters:,} |"
    yield ""
    yield "## Presets"
    yield ""
    for preset in PRESETS:
        yield f"- `{preset}`: {PRESET_SUMMARIES[preset]}."
    yield ""
    yield "| model | preset | differs from `fast` by |"
    yield "|---|---|---|"
    for name in ARCHITECTURES:
        fast = RunConfig.from_preset("fast", name)
        for preset in presets_of(name)[1:]:
            yield f"| {name} | {preset} | {_difference(RunConfig.from_preset(preset, name), fast)} |"
    yield ""
    yield "## Hyperparameters"
    for group in dict.fromkeys(spec.hint.group for spec in run_specs()):
        yield ""
        yield f"### {group}"
        yield ""
        yield from _field_table(tuple(spec for spec in run_specs() if spec.hint.group == group))


def _field_table(specs: tuple[FieldSpec, ...]) -> Iterator[str]:
    yield "| flag | what it is | legal | when it goes wrong |"
    yield "|---|---|---|---|"
    for spec in specs:
        yield f"| `{spec.flag}` | {spec.help} | {spec.constraint} | {spec.hint.advice}. |"


def _difference(config: RunConfig, other: RunConfig) -> str:
    flat, theirs = config.to_flat(), other.to_flat()
    specs = (*model_specs(config.model_name), *run_specs())
    changed = [spec for spec in specs if flat[spec.name] != theirs[spec.name]]
    return "`" + " ".join(" ".join(spec.arguments(flat[spec.name])) for spec in changed) + "`"


if __name__ == "__main__":
    Path(__file__).with_name("reference.md").write_text(reference(), encoding="utf-8")
