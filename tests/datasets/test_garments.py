import pytest
import torch

from fmnist_tui.datasets._garments import GARMENTS, draw_demo
from fmnist_tui.datasets.demo import DEMO


def test_shapes_and_balance() -> None:
    for (images, labels), count in zip(draw_demo(500, 100), (500, 100), strict=True):
        assert images.shape == (count, 28, 28)
        assert (images.dtype, labels.dtype) == (torch.uint8, torch.int64)
        assert labels.bincount().tolist() == [count // 10] * 10
        assert labels[:20].unique().numel() > 3, "the classes must come mixed"


def test_classes_are_in_the_order_of_their_names() -> None:
    drawn = [garment.__name__.replace("_", " ") for garment in GARMENTS]
    assert drawn == [name.lower().replace("-", " ").removesuffix("/top") for name in DEMO.classes]


def test_same_bits_at_each_call_whatever_torchs_seed() -> None:
    torch.manual_seed(1)
    (first, _labels), _test = draw_demo(3000, 10)
    torch.manual_seed(2)
    (second, _labels), _test = draw_demo(3000, 10)
    assert torch.equal(first, second)


def test_is_drawn_on_one_thread_and_leaves_the_number_of_threads_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    garments = [lambda _canvas: seen.append(torch.get_num_threads())] * len(GARMENTS)
    monkeypatch.setattr("fmnist_tui.datasets._garments.GARMENTS", garments)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        draw_demo(20, 10)
        assert set(seen) == {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_test_images_are_other_drawings() -> None:
    (train, _), (test, _) = draw_demo(1000, 200)
    drawn = {image.numpy().tobytes() for image in (*train, *test)}
    assert len(drawn) == 1200


def test_garments_are_visible_on_an_empty_background() -> None:
    (images, labels), _test = draw_demo(1000, 10)
    lit = (images > 20).float().mean((1, 2))
    assert lit.min() > 0.02
    assert lit.max() < 0.8
    assert (images == 0).float().mean() > 0.4
    assert images[labels == DEMO.classes.index("Sandal")].float().mean() < images.float().mean()


def test_a_linear_map_learns_something_but_not_everything() -> None:
    (images, labels), (test, truth) = draw_demo(8000, 1000)
    pixels, targets = images.flatten(1).double() / 255, torch.eye(10).double()[labels]
    # ridge regression in closed form: what a logistic regression finds, without training one
    weights = torch.linalg.solve(pixels.T @ pixels + 100 * torch.eye(784).double(), pixels.T @ targets)
    accuracy = ((test.flatten(1).double() / 255 @ weights).argmax(1) == truth).double().mean().item()
    assert 0.55 < accuracy < 0.85
