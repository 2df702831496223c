import pytest

from fmnist_tui.config import RunConfig, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.sanitize import quote

EVERY_SPEC = {spec.name: spec for model in ARCHITECTURES for spec in specs_for(model)}


@pytest.mark.parametrize("spec", EVERY_SPEC.values(), ids=EVERY_SPEC)
def test_every_field_has_help_and_advice(spec: FieldSpec) -> None:
    assert spec.help.endswith(".")
    assert spec.hint.advice
    assert spec.constraint


@pytest.mark.parametrize("spec", EVERY_SPEC.values(), ids=EVERY_SPEC)
def test_a_formatted_default_is_read_back(spec: FieldSpec) -> None:
    assert spec.parse(spec.format(spec.default)) == spec.default


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("epochs", ""),
        ("epochs", "0"),
        ("epochs", "1.5"),
        ("epochs", "1e3x"),
        ("epochs", "9" * 400),
        ("learning_rate", "0"),
        ("learning_rate", "nan"),
        ("learning_rate", "inf"),
        ("learning_rate", "[red]"),
        ("hidden_units", ""),
        ("hidden_units", "12 x"),
        ("hidden_units", "0"),
        ("optimizer", "adagrad"),
        ("horizontal_flip", "perhaps"),
        ("validation_size", "101"),
    ],
)
def test_an_invalid_text_is_an_error_with_the_fields_name_and_range(field: str, text: str) -> None:
    spec = EVERY_SPEC[field]
    with pytest.raises(UserError) as caught:
        spec.parse(text)
    message = caught.value.line()
    assert message.startswith(spec.label)
    assert quote(text) in message or "is empty. It must be" in message
    assert spec.constraint in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("epochs", "1,5", "epochs is '1,5', but must be an integer from 1 to 100,000."),
        ("learning_rate", "0,01", "learning rate is '0,01'. Use 0.01."),
        ("hidden_units", "1_0, 3", "hidden units is '1_0, 3'. Use 10 3."),
        ("hidden_units", "1_x", "hidden units is '1_x', but must be 1 to 16 integers from 1 to 8,192."),
    ],
)
def test_an_invalid_number_is_quoted_as_it_was_typed(field: str, text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        EVERY_SPEC[field].parse(text)
    assert caught.value.line() == message


def test_constraints_name_inclusive_and_exclusive_bounds() -> None:
    assert EVERY_SPEC["learning_rate"].constraint == "a number above 0 to 10"
    assert EVERY_SPEC["dropout"].constraint == "a number from 0 below 1"
    assert EVERY_SPEC["hidden_units"].constraint == "1 to 16 integers from 1 to 8,192"
    assert EVERY_SPEC["validation_size"].constraint == "an integer from 100 to 50,000, a multiple of 10"


def test_quote_keeps_hostile_text_on_one_short_harmless_line() -> None:
    quoted = quote("\x1b[31m[red]a\nb" + "x" * 10_000)
    assert quoted.isprintable()
    assert len(quoted) < 100


def test_small_learning_rates_are_formatted_as_typed() -> None:
    spec = EVERY_SPEC["learning_rate"]
    assert spec.format(1e-3) == "0.001"
    assert spec.format(5e-05) == "5e-05"
    assert RunConfig.model_fields["learning_rate"].default == spec.parse("1e-3")


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_every_number_has_usual_values_and_the_risks_of_both_directions(model: str) -> None:
    numbers = [spec for spec in specs_for(model) if spec.kind in ("integer", "number", "integers")]
    for hint in (spec.hint for spec in numbers if spec.name != "seed"):
        for text in (hint.usual, hint.too_low, hint.too_high):
            assert text
            assert not text.endswith(".")  # the help page and the docs end their own sentences


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("epochs", "1 … 100,000"),
        ("learning_rate", "> 0 … 10"),
        ("dropout", "0 … < 1"),
        ("hidden_units", "1 … 8,192"),
        ("optimizer", ""),
        ("horizontal_flip", ""),
        ("data", ""),
    ],
)
def test_the_range_of_a_number_in_short_form(field: str, text: str) -> None:
    assert EVERY_SPEC[field].range == text


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("threads", 0, "0 (auto)"),
        ("threads", 1, "1 thread"),
        ("threads", 2, "2 threads"),
        ("early_stopping", 0, "0 (off)"),
        ("weight_decay", 0.0, "0 (off)"),
        ("seed", 0, "0"),
        ("seed", 2**31 - 1, "2147483647"),
        ("validation_size", 10_000, "10,000 images"),
        ("horizontal_flip", False, "off"),
        ("hidden_units", (256, 128), "256 128 units"),
        ("learning_rate", 0.001, "0.001"),
    ],
)
def test_a_value_is_described_with_its_unit_or_the_meaning_of_zero(field: str, value: object, text: str) -> None:
    assert EVERY_SPEC[field].describe(value) == text


def test_a_field_without_effect_has_a_reason() -> None:
    momentum = EVERY_SPEC["momentum"]
    assert momentum.ineffective({"optimizer": "adamw"}) == "not for adam and adamw"
    assert momentum.ineffective({"optimizer": "sgd"}) == ""
    assert EVERY_SPEC["epochs"].ineffective({"optimizer": "adamw"}) == ""
    assert EVERY_SPEC["data"].ineffective({"dataset": "demo"}) == "its images are drawn"
