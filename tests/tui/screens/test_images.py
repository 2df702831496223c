"""The Images view: browsing the data, its figures, the nearest neighbors of an image, and its augmented copies."""

from concurrent.futures import Future

import numpy as np
import pytest
from textual.events import Key
from workbench import Bench, narrow, with_form, without_train_view

from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.errors import UserError
from fmnist_tui.tui.screens.augmentation import AugmentationScreen
from fmnist_tui.tui.screens.images import ImagesScreen
from fmnist_tui.tui.screens.neighbors import NeighborsScreen
from fmnist_tui.tui.widgets.gallery import SIZES, Gallery
from fmnist_tui.tui.widgets.image import resized

pytestmark = without_train_view

both_sizes = pytest.mark.parametrize("bench", [(80, 24), (200, 50)], indirect=True)


def a_split(count: int, seed: int) -> ImageSplit:
    images = np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return ImageSplit("fashion-mnist", images, np.arange(count) % 10)


async def open_images(bench: Bench) -> ImagesScreen:
    bench.engine.split_futures["train"].set_result(a_split(200, seed=1))
    await bench.press("i")
    await bench.until(lambda: "200 images" in bench.text())
    assert isinstance(bench.screen, ImagesScreen)
    return bench.screen


@both_sizes
async def test_the_view_opens_with_all_training_images_their_counts_and_pixels(bench: Bench) -> None:
    await open_images(bench)
    text = bench.text()
    for name in FASHION_MNIST.classes:
        assert f"{name:<12}    20" in text
    assert "mean of 200" in text
    assert "#0 T-shirt/top" in text
    split = a_split(200, seed=1)
    assert f"{split.pixel_mean:.3f}" in text
    assert f"{split.pixel_deviation:.3f}" in text


@narrow
async def test_the_square_brackets_cycle_through_the_classes_and_d_through_the_splits(bench: Bench) -> None:
    await open_images(bench)
    await bench.press("]", "]")
    assert bench.static("#images-note").startswith("20 images")
    await bench.press("right")
    assert "mean of 20" in bench.text()
    assert "#1 Trouser" in bench.text()
    assert "1 of 20" in bench.text()
    await bench.press("[")
    assert "#0 T-shirt/top" in bench.text()
    bench.engine.split_futures["validation"].set_result(a_split(50, seed=2))
    await bench.press("d")
    await bench.until(lambda: "50 images" in bench.text())
    assert bench.engine.split_requests[-1][1] == "validation"
    assert "mean of 5" in bench.text(), "the class stays"


async def test_an_images_nearest_training_images_leave_itself_out(bench: Bench) -> None:
    await open_images(bench)
    split = a_split(200, seed=1)
    await bench.press("right", "enter")
    await bench.until(lambda: isinstance(bench.screen, NeighborsScreen) and "of the nearest" in bench.text())
    found = split.neighbors(split.images[0], 48, without=0)
    assert f"{found.distances[0]:.3f}" in bench.text()
    assert bench.screen.query_one(Gallery).count == 49
    await bench.press("escape")
    assert isinstance(bench.screen, ImagesScreen)


async def test_keys_act_on_the_shown_split_while_another_is_loading(bench: Bench) -> None:
    await open_images(bench)
    await bench.press("d")
    assert "reading" in bench.static("#images-note")
    await bench.press("right", "enter")
    await bench.until(lambda: isinstance(bench.screen, NeighborsScreen) and "of the nearest" in bench.text())
    assert "train #0" in bench.text()
    await bench.press("escape", "d", "d")
    assert "1 of 200" in bench.static("#images-note")


async def test_late_neighbors_do_not_open_a_page(bench: Bench) -> None:
    bench.engine.split_futures["validation"].set_result(a_split(50, seed=2))
    await bench.press("i", "d")
    await bench.until(lambda: "50 images" in bench.text())
    bench.engine.split_futures["train"] = Future()
    await bench.press("enter", "u")
    bench.engine.split_futures["train"].set_result(a_split(200, seed=1))
    await bench.rest()
    assert bench.app.current_mode == "runs"
    assert not isinstance(bench.screen, NeighborsScreen)


@with_form
async def test_augmentation_is_that_of_the_form(bench: Bench) -> None:
    await open_images(bench)
    await bench.press("t")
    await bench.type_into("translate", "2")
    await bench.press("escape", "i", "right", "a")
    await bench.until(lambda: isinstance(bench.screen, AugmentationScreen) and "draw 1" in bench.text())
    assert "translate 2 pixels" in bench.text()
    assert bench.engine.augmentations[-1][0].translate == 2
    await bench.press("n")
    assert "draw 2" in bench.text()


async def test_missing_data_is_reported_in_place_of_the_images(bench: Bench) -> None:
    bench.engine.split_futures["train"].set_exception(UserError("no [b]data[/b] here", "Fetch it"))
    await bench.press("i")
    await bench.until(lambda: "no [b]data[/b] here" in bench.text())
    await bench.press("enter", "a")
    assert isinstance(bench.screen, ImagesScreen)
    bench.engine.split_futures["test"].set_result(a_split(30, seed=3))
    await bench.press("d", "d")
    await bench.until(lambda: "30 images" in bench.text())


async def test_the_first_key_works(bench: Bench) -> None:
    await open_images(bench)
    await bench.press("a")
    await bench.until(lambda: isinstance(bench.screen, AugmentationScreen))
    assert "mean of 200" in bench.text()


async def test_keys_in_the_same_read_as_the_one_that_opens_the_view_act_on_the_images(bench: Bench) -> None:
    screen = await open_images(bench)
    screen.set_focus(screen.query_one("#images-split"))
    await bench.press("t")
    for key in ("i", "right", "right"):
        bench.app.post_message(Key(key, key if len(key) == 1 else None))
    gallery = screen.query_one(Gallery)
    await bench.until(lambda: gallery.position == 2)
    assert bench.app.focused is gallery
    assert screen.split == "train"


async def test_the_images_have_the_focus_before_the_next_message(bench: Bench) -> None:
    screen = await open_images(bench)
    screen.set_focus(screen.query_one("#images-split"))
    screen.on_screen_resume()
    assert bench.app.focused is screen.query_one(Gallery), "a key that waits already is for them"


async def test_plus_and_minus_change_the_size_of_the_images_which_is_remembered(bench: Bench) -> None:
    await open_images(bench)
    gallery = bench.screen.query_one(Gallery)
    await bench.press("right", "right")
    medium = gallery.page
    await bench.press("minus")
    assert gallery.page >= 40 > medium
    assert gallery.position == 2
    await bench.press("minus")
    assert bench.app.preferences.image_size == 1, "there is no smaller one"
    await bench.press("a")
    await bench.until(lambda: isinstance(bench.screen, AugmentationScreen))
    assert bench.screen.query_one(Gallery).image_size == gallery.image_size
    await bench.press("plus", "plus", "escape")
    await bench.rest()
    assert gallery.image_size == SIZES[-1]


@pytest.mark.parametrize("bench", [(60, 80), (80, 24)], indirect=True)
async def test_a_click_opens_the_image_under_the_mouse_and_no_figure_is_wrapped(bench: Bench) -> None:
    await open_images(bench)
    gallery = bench.screen.query_one(Gallery)
    line = next(number for number, line in enumerate(bench.text().splitlines()) if "#1 Trouser" in line)
    await bench.pilot.click(offset=(bench.text().splitlines()[line].index("#1 Trouser"), line))
    assert gallery.position == 2
    for name in FASHION_MNIST.classes:
        assert f"{name:<12}    20" in bench.text()


@narrow
async def test_keys_that_are_typed_into_the_line_are_not_offered_as_actions(bench: Bench) -> None:
    await open_images(bench)
    assert "Smaller" in bench.text()
    await bench.press("/")
    assert "Smaller" not in bench.text()
    await bench.press("7", "enter")
    assert "Smaller" in bench.text()
    assert bench.screen.query_one(Gallery).position == 8


def test_a_smaller_image_has_the_mean_of_the_pixels_that_it_covers() -> None:
    image = np.random.default_rng(3).integers(0, 256, (28, 28), dtype=np.uint8)
    halves = image.reshape(14, 2, 14, 2).mean(axis=(1, 3))
    assert np.abs(resized(image, 14) - halves).max() <= 0.5
    assert abs(resized(image, 10).mean() - image.mean()) < 1
    assert resized(image, 28) is image
