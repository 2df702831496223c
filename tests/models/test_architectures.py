import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fmnist_tui.config import RunConfig, presets_of
from fmnist_tui.models import ARCHITECTURES, architecture_named
from fmnist_tui.models.cnn import Cnn
from fmnist_tui.models.logistic import Logistic
from fmnist_tui.models.mlp import Mlp
from fmnist_tui.models.summary import summarize


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_images_go_in_and_ten_logits_come_out(name: str) -> None:
    for preset in presets_of(name):
        network = RunConfig.from_preset(preset, name).model.build()
        assert network(torch.zeros(3, 1, 28, 28)).shape == (3, 10)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_summary_counts_what_the_built_network_has(name: str) -> None:
    architecture = RunConfig.from_preset("accurate", name).model
    trainable = sum(parameter.numel() for parameter in architecture.build().parameters())
    assert summarize(architecture).parameters == trainable


def test_parameters_and_flops_are_those_counted_by_hand() -> None:
    logistic = summarize(Logistic())
    assert (logistic.parameters, logistic.flops) == (784 * 10 + 10, 2 * 784 * 10)
    mlp = summarize(Mlp(hidden_units=(30, 20)))
    assert mlp.parameters == 784 * 30 + 30 + 30 * 20 + 20 + 20 * 10 + 10
    assert mlp.flops == 2 * (784 * 30 + 30 * 20 + 20 * 10)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_flops_are_those_of_torchs_own_counter(name: str) -> None:
    architecture = RunConfig.from_preset("fast", name).model
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        architecture.build().eval()(torch.zeros(1, 1, 28, 28))
    assert summarize(architecture).flops == counter.get_total_flops()


def test_the_cnn_has_the_documented_shapes() -> None:
    shapes = [layer.output_shape for layer in summarize(Cnn()).layers]
    for shape in [(16, 28, 28), (16, 14, 14), (32, 14, 14), (32, 7, 7), (64, 7, 7), (64, 3, 3), (10,)]:
        assert shape in shapes


def test_a_summary_draws_no_random_numbers() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    for name in ARCHITECTURES:
        summarize(RunConfig.from_preset("fast", name).model)
    assert torch.equal(torch.rand(3), expected)


def test_every_model_is_found_by_its_name_and_aliases() -> None:
    for name, architecture in ARCHITECTURES.items():
        for spelling in (name, name.upper(), *architecture.aliases):
            assert architecture_named(spelling) is architecture
