import json
import shlex

import pytest
from cyclopts import App
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_tui.cli.flags import config_from, with_config_flags
from fmnist_tui.config import RunConfig, command_for, presets_of, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES


def values_of(spec: FieldSpec) -> st.SearchStrategy[object]:
    """Return a strategy for the valid values of a field, from its spec."""
    lower = spec.limits.get("ge", spec.limits.get("gt", 0))
    upper = spec.limits.get("le", spec.limits.get("lt", 0))
    integers = st.integers(int(lower), int(upper))
    open_at = {"exclude_min": "gt" in spec.limits, "exclude_max": "lt" in spec.limits}
    numbers = st.floats(lower, upper, **open_at, allow_subnormal=False)
    strategies: dict[str, st.SearchStrategy[object]] = {
        "integer": integers.map(lambda number: number - number % spec.limits.get("multiple_of", 1)),
        "number": numbers,
        "integers": st.lists(integers, min_size=1, max_size=min(6, spec.limits.get("max_length", 1))).map(tuple),
        "switch": st.booleans(),
        "choice": st.sampled_from(spec.choices or ("",)),
        "text": st.text(min_size=1, max_size=40).filter(lambda text: "\0" not in text and text == text.strip()),
    }
    return strategies[spec.kind]


@st.composite
def configs(draw: st.DrawFn) -> RunConfig:
    model = draw(st.sampled_from(list(ARCHITECTURES)))
    return RunConfig.from_flat({"model": model, **{spec.name: draw(values_of(spec)) for spec in specs_for(model)}})


@given(configs())
def test_a_config_round_trips_through_json(config: RunConfig) -> None:
    assert RunConfig.model_validate_json(config.model_dump_json()) == config


@given(configs())
def test_a_config_round_trips_through_its_flat_form(config: RunConfig) -> None:
    assert RunConfig.from_flat(config.to_flat()) == config


@given(configs())
def test_a_config_round_trips_through_the_form(config: RunConfig) -> None:
    values = config.to_flat()
    typed = {spec.name: spec.parse(spec.format(values[spec.name])) for spec in specs_for(config.model_name)}
    assert RunConfig.from_flat({"model": config.model_name, **typed}) == config


@settings(max_examples=60, deadline=None)
@given(configs())
def test_a_config_round_trips_through_its_command(config: RunConfig) -> None:
    arguments = shlex.split(shlex.join(command_for(config)))
    assert parse_command(arguments) == config


def parse_command(arguments: list[str]) -> RunConfig:
    """Return the config that the real command line parses from the arguments, without training it."""
    app = App(result_action="return_value")
    made: list[RunConfig] = []

    def train(*, model: str = "cnn", preset: str = "fast", **flags: object) -> int:
        made.append(config_from(RunConfig.from_preset(preset, model), flags))
        return 0

    app.command(with_config_flags(train))
    app(arguments[1:], exit_on_error=False, print_error=False)
    return made[0]


def test_a_pinned_config_has_its_presets_name() -> None:
    config = RunConfig.from_preset("accurate", "cnn")
    pinned = config.pinned("cuda:0", "bf16", 3)
    assert pinned.preset() == "accurate"
    command = "fmnist-tui train --model cnn --preset accurate --device cuda --precision bf16 --threads 3"
    assert shlex.join(command_for(pinned)) == command


@pytest.mark.parametrize(
    ("model", "preset"), [(model, preset) for model in ARCHITECTURES for preset in presets_of(model)]
)
def test_every_preset_of_a_model_is_recognized(model: str, preset: str) -> None:
    config = RunConfig.from_preset(preset, model)
    assert config.preset() == preset
    assert RunConfig.from_flat({**config.to_flat(), "epochs": 77}).preset() is None


def test_a_model_that_the_baseline_lacks_has_no_classic_preset() -> None:
    assert {model: presets_of(model) for model in ARCHITECTURES} == {
        **dict.fromkeys(("logistic", "mlp", "cnn"), ("fast", "accurate", "classic")),
        "resnet": ("fast", "accurate", "best"),
    }
    with pytest.raises(UserError, match="preset is 'classic', but must be one of fast, accurate, best for resnet"):
        RunConfig.from_preset("classic", "resnet")


def test_classic_has_the_published_baselines_hyperparameters() -> None:
    def recipe(model: str) -> tuple[object, ...]:
        config = RunConfig.from_preset("classic", model)
        return (config.epochs, config.batch_size, config.optimizer, config.learning_rate, config.weight_decay)

    assert recipe("logistic") == (100, 32, "adam", 1e-3, 1e-4)
    assert recipe("mlp") == recipe("cnn") == (300, 64, "adam", 1e-4, 1e-5)
    assert RunConfig.from_preset("classic", "mlp").model.hidden_units == (256, 128, 64)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"model": "transformer"}, ["model", "'transformer'", "logistic, mlp, cnn"]),
        ({"model": "cnn", "hidden_units": (3,)}, ["hidden_units", "mlp", "not of cnn"]),
        ({"model": "cnn", "color": 3}, ["'color'"]),
        ({"model": "mlp", "hidden_units": ()}, ["hidden units"]),
        ({"model": "cnn", "epochs": 0}, ["epochs", "'0'", "from 1"]),
        ({"model": "cnn", "learning_rate": float("nan")}, ["learning rate", "nan"]),
        ({"model": "cnn", "data": "a\0b"}, ["data"]),
        ({"model": "cnn", "dataset": "cifar"}, ["dataset", "'cifar'", "fashion-mnist, kmnist, mnist, demo"]),
    ],
)
def test_an_invalid_config_is_an_error_that_names_the_fault(values: dict[str, object], words: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        RunConfig.from_flat(values)
    for word in words:
        assert word in caught.value.line()


@pytest.mark.parametrize("name", ["logistic regression", "Logistic Regression", "logistic_regression", "LOGISTIC"])
def test_the_baselines_spellings_name_the_same_model(name: str) -> None:
    assert RunConfig.from_preset("fast", name).model_name == "logistic"


def test_an_invalid_value_is_reported_with_the_valid_ones() -> None:
    with pytest.raises(UserError) as caught:
        RunConfig.from_flat({"model": "cnn", "epochs": 0})
    assert caught.value.line() == "epochs is '0', but must be an integer from 1 to 100,000."


def test_demo_as_the_data_is_short_for_the_demo_dataset() -> None:
    config = RunConfig.from_flat({"model": "cnn", "data": "demo"})
    assert (config.dataset, config.data) == ("demo", "auto")
    stored = {"model": {"name": "cnn"}, "data": "demo"}  # as version 0.1 wrote it
    assert RunConfig.model_validate_json(json.dumps(stored)) == config
    assert parse_command(["fmnist-tui", "train", "--data", "demo"]) == RunConfig.from_preset("fast", "cnn").with_data(
        dataset="demo"
    )
    with pytest.raises(UserError, match="data is 'demo', but dataset is 'mnist'"):
        RunConfig.from_flat({"model": "cnn", "data": "demo", "dataset": "mnist"})


def test_another_dataset_is_not_searched_in_the_folder_of_the_first() -> None:
    config = RunConfig.from_flat({"model": "cnn", "data": "/images"})
    assert config.with_data(dataset="kmnist").data == "auto"
    assert config.with_data("/others", "kmnist").data == "/others"
    assert config.with_data(dataset="fashion-mnist") == config.with_data() == config


def test_a_config_stored_by_version_0_1_is_read_under_its_old_names() -> None:
    old = {"model": {"name": "cnn"}, "warmup": 0.3, "gradient_clip": 1.5, "flip": True, "shift": 2}
    old |= {"erase": 0.25, "flip_average": True, "keep_every": 4}
    new = RunConfig.from_flat(
        {
            "model": "cnn",
            "warmup_fraction": 0.3,
            "max_grad_norm": 1.5,
            "horizontal_flip": True,
            "translate": 2,
            "random_erasing": 0.25,
            "tta_flip": True,
            "checkpoint_every": 4,
        }
    )
    assert RunConfig.model_validate_json(json.dumps(old)) == new
    with pytest.raises(UserError, match="flip was renamed to horizontal_flip"):
        RunConfig.from_flat({"model": "cnn", "flip": True})
