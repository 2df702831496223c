"""The form's content from one start to the next: stored as texts, because a later version may have other fields."""

from collections.abc import Mapping

from fmnist_tui.config import PRESETS, RunConfig, specs_for
from fmnist_tui.datasets import DEFAULT
from fmnist_tui.errors import UserError
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.tui.config_draft import Draft

MODEL = "model"

GIVEN_AT_START = ("data", "dataset")
"""Fields that the command line may set for one session only."""


def first_config(stored: Mapping[str, str], options: InterfaceOptions) -> RunConfig:
    """Return the config for the form at the start: the stored one where it is valid, with what was given at the start.

    Raises:
        UserError: What was given at the start is invalid.
    """
    data, dataset = options.data, options.dataset
    config = _config_of(stored)
    if data == "demo" and dataset is None:
        data, dataset = None, "demo"
    elif data is not None and dataset is None and config.dataset_spec.is_synthetic:
        dataset = DEFAULT  # a folder of images is not of the dataset that needs none
    return config.with_data(data, dataset)


def texts_to_store(config: RunConfig, options: InterfaceOptions, stored: Mapping[str, str]) -> dict[str, str]:
    """Return the texts to store for a config. What was given at the start stays as it was stored before."""
    draft = Draft.of(config)
    texts = {MODEL: draft.model, **draft.texts}
    if options.data is not None or options.dataset is not None:
        given = Draft.of(first_config(stored, options)).texts
        before = Draft.of(_config_of(stored)).texts
        if all(texts[name] == given[name] for name in GIVEN_AT_START):
            texts |= {name: before[name] for name in GIVEN_AT_START}
    return texts


def _config_of(stored: Mapping[str, str]) -> RunConfig:
    model = RunConfig.from_flat({}).model_name
    try:
        first = RunConfig.from_preset(PRESETS[0], stored.get(MODEL, model))
    except UserError:
        return RunConfig.from_preset(PRESETS[0], model)
    values = first.to_flat()
    for spec in specs_for(first.model_name):
        try:
            values[spec.name] = spec.parse(stored[spec.name])
        except (KeyError, UserError):
            continue  # not stored, or no longer valid
    try:
        return RunConfig.from_flat(values)
    except UserError:  # each is valid, but not all together
        return first
