"""The confusion matrix, its cursor, and the galleries of its cells."""

import configs
import numpy as np
import on_disk
import pytest
from textual.geometry import Size
from workbench import Bench, narrow, without_train_view

from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.errors import UserError
from fmnist_tui.half_blocks import RAMP
from fmnist_tui.tui.screens.gallery import GalleryScreen
from fmnist_tui.tui.screens.matrix import MatrixScreen
from fmnist_tui.tui.screens.neighbors import NeighborsScreen
from fmnist_tui.tui.widgets.confusion_grid import MIN_NAME, ConfusionGrid, fit_layout
from fmnist_tui.tui.widgets.gallery import Gallery

pytestmark = without_train_view

FAST = configs.CNN
IMAGES = np.random.default_rng(0).integers(0, 256, (10_000, 28, 28), dtype=np.uint8)

both_sizes = pytest.mark.parametrize("bench", [(80, 24), (200, 50)], indirect=True)


async def open_matrix(bench: Bench) -> None:
    on_disk.an_evaluated_run("a-run", FAST)
    await bench.press("v", "d")
    await bench.until(lambda: "T-shirt" in bench.text())
    await bench.press("enter")
    await bench.until(lambda: isinstance(bench.screen, MatrixScreen))
    await bench.rest()


async def open_gallery(bench: Bench, *keys: str) -> Gallery:
    await open_matrix(bench)
    bench.engine.image_future.set_result(IMAGES)
    await bench.press(*keys, "enter")
    await bench.until(lambda: isinstance(bench.screen, GalleryScreen))
    await bench.rest()
    return bench.screen.query_one(Gallery)


def cursor(bench: Bench) -> tuple[int, int]:
    return bench.screen.query_one(ConfusionGrid).cursor


@both_sizes
async def test_the_matrix_shows_every_count_and_starts_at_the_worst_confusion(bench: Bench) -> None:
    await open_matrix(bench)
    text = bench.text()
    report = on_disk.a_report("a-run")
    for row in report.confusion:
        for count in row:
            assert not count or str(count) in text
    assert cursor(bench) == (3, 5)
    assert "Dress predicted as Sandal" in text
    assert "46 images, 4.6 % of its class" in text
    assert "▸46  Dress → Sandal" in text


async def test_no_class_name_is_cut(bench: Bench) -> None:
    await open_matrix(bench)
    for size in ((60, 24), (80, 24), (120, 40), (200, 50)):
        await bench.pilot.resize_terminal(*size)
        await bench.rest()
        lines = bench.text().splitlines()
        first = next(number for number, line in enumerate(lines) if "predicted →" in line)
        headings = " ".join(lines[first - 1 : first + 4])
        for score in on_disk.a_report("a-run").classes:
            assert score.name in headings, size


async def test_correct_cells_differ_from_errors_without_color(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.console.Console.color_system", "standard")
    await open_matrix(bench)
    assert bench.text().count("✓") == 10


async def test_the_arrow_keys_move_through_the_matrix_and_stop_at_its_edges(bench: Bench) -> None:
    await open_matrix(bench)
    await bench.press("up", "up", "left")
    assert cursor(bench) == (1, 4)
    await bench.press(*["up"] * 5, "home")
    assert cursor(bench) == (0, 0)
    assert "T-shirt/top predicted correctly" in bench.static("#matrix-cell")
    assert "985 images, 98.5 % of its class" in bench.static("#matrix-cell")
    await bench.press(*["down"] * 20, "end")
    assert cursor(bench) == (9, 9)


async def test_the_square_brackets_cycle_through_the_confused_pairs_worst_first(bench: Bench) -> None:
    await open_matrix(bench)
    await bench.press("]")
    assert cursor(bench) == (7, 9)
    await bench.press("[", "[")
    counts = np.array(on_disk.a_report("a-run").confusion)
    assert counts[cursor(bench)] == 5, "around the end, to the least of them"


@narrow
async def test_enter_opens_exactly_the_cells_images_most_confident_first(bench: Bench) -> None:
    gallery = await open_gallery(bench)
    assert gallery.count == 46
    assert "1 of 46 · #3976 · most confident first" in bench.text()
    assert "Dress predicted as Sandal" in bench.text()
    assert bench.engine.image_requests[0][1] == "test"
    text = bench.text()
    assert "✗ #" in text
    assert "Sandal" in text
    await bench.press("end")
    assert "46 of 46" in bench.text()
    await bench.press("escape")
    assert isinstance(bench.screen, MatrixScreen)
    assert cursor(bench) == (3, 5)


@pytest.fixture
def colors(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Set the colors of the terminal; the tests' terminal has none."""
    monkeypatch.setattr("rich.console.Console.color_system", request.param)


@narrow
@pytest.mark.parametrize("colors", ["truecolor", "256"], indirect=True)
@pytest.mark.usefixtures("colors")
async def test_each_pixel_is_half_a_character(bench: Bench) -> None:
    gallery = await open_gallery(bench)
    await bench.press("plus")
    place = gallery._item(0).number
    lines = gallery._block(0)[:14]
    assert all(segment.text == "▀" for line in lines for segment in line)
    brightness = np.array(
        [
            [getattr(segment.style, half).triplet.red for segment in line]
            for line in lines
            for half in ("color", "bgcolor")
        ]
    )
    pixels = IMAGES[place].astype(int)
    assert brightness.shape == pixels.shape
    by_pixel = brightness.ravel()[pixels.ravel().argsort(kind="stable")]
    assert (np.diff(by_pixel) >= 0).all(), "the brighter the pixel, the brighter its half"
    assert len(np.unique(brightness)) > 32


@narrow
@pytest.mark.parametrize("colors", [None, "standard"], indirect=True)
@pytest.mark.usefixtures("colors")
async def test_without_colors_characters_distinguish_bright_from_dark(bench: Bench) -> None:
    gallery = await open_gallery(bench)
    await bench.press("plus")
    place = gallery._item(0).number
    lines = ["".join(segment.text for segment in line) for line in gallery._block(0)[:14]]
    means = IMAGES[place].reshape(14, 2, 28).mean(axis=1)
    assert [len(line) for line in lines] == [28] * 14
    signs = np.array([[RAMP.index(sign) for sign in line] for line in lines])
    assert (np.diff(signs.ravel()[means.ravel().argsort(kind="stable")]) >= 0).all()


async def test_images_can_be_sorted_by_loss(bench: Bench) -> None:
    await open_gallery(bench)
    await bench.press("o")
    assert "worst loss first" in bench.text()


async def test_most_confident_errors_are_shown_for_all_classes(bench: Bench) -> None:
    await open_matrix(bench)
    bench.engine.image_future.set_result(IMAGES)
    await bench.press("!")
    assert "1 of 384" in bench.text()


async def test_the_images_may_load_late_or_fail(bench: Bench) -> None:
    await open_matrix(bench)
    await bench.press("enter")
    assert "loading the images" in bench.text()
    bench.engine.image_future.set_exception(UserError("the files [b]are gone", "Bring them back"))
    await bench.until(lambda: "the files [b]are gone" in bench.text())
    await bench.press("o", "end", "escape", "escape")
    assert "T-shirt" in bench.text()


async def test_an_empty_cell_opens_nothing_and_is_reported(bench: Bench) -> None:
    await open_matrix(bench)
    await bench.press("home", "right", "enter")
    assert isinstance(bench.screen, MatrixScreen)
    assert [note.message for note in bench.app._notifications] == ["No images: the cell is empty."]


def cursor_is_on_screen(bench: Bench) -> bool:
    """Return whether the cell of the cursor is in the visible part of the matrix."""
    grid, view = bench.screen.query_one(ConfusionGrid), bench.screen.query_one("#matrix-view")
    cell = grid.cursor_region.translate(grid.region.offset)
    return view.scrollable_content_region.contains_region(cell)


@pytest.mark.parametrize("bench", [(60, 20)], indirect=True)
async def test_the_view_follows_the_cursor(bench: Bench) -> None:
    await open_matrix(bench)
    for keys in (("end",), ("home",), ("pagedown", "right"), ("pagedown", "home"), ("pagedown", "]"), ("end",)):
        await bench.press(*keys)
        assert cursor_is_on_screen(bench), keys
    await bench.press(*["down"] * 9)
    assert cursor_is_on_screen(bench)
    await bench.press(*["up"] * 9, "home")
    assert "predicted →" in bench.text(), "the headings come with the first row"


async def test_a_click_on_a_confused_pair_opens_its_images(bench: Bench) -> None:
    await open_matrix(bench)
    bench.engine.image_future.set_result(IMAGES)
    await bench.pilot.click("#matrix-pairs", offset=(3, 1))
    await bench.until(lambda: isinstance(bench.screen, GalleryScreen))
    assert "Sneaker predicted as Ankle boot" in bench.text()
    await bench.press("escape")
    assert cursor(bench) == (7, 9)


async def test_an_evaluation_of_an_older_version_shows_the_fix(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    folder.save_report(on_disk.a_report("a-run"))
    await bench.press("v", "d")
    await bench.until(lambda: "T-shirt" in bench.text())
    await bench.press("enter")
    await bench.until(lambda: "Evaluate the checkpoint again" in bench.text())


async def test_without_an_evaluation_there_is_no_matrix(bench: Bench) -> None:
    on_disk.a_finished_run("a-run", FAST)
    await bench.press("v", "d")
    await bench.until(lambda: "Not evaluated" in bench.text())
    await bench.press("enter")
    assert not isinstance(bench.screen, MatrixScreen)


async def test_enter_on_an_error_opens_the_training_images_most_similar_to_it(bench: Bench) -> None:
    gallery = await open_gallery(bench)
    training = ImageSplit("fashion-mnist", IMAGES[:200], np.arange(200) % 10)
    bench.engine.split_futures["train"].set_result(training)
    await bench.press("right", "enter")
    await bench.until(lambda: isinstance(bench.screen, NeighborsScreen) and "of the nearest" in bench.text())
    found = training.neighbors(IMAGES[gallery._item(1).number or 0], 1)
    assert f"{found.distances[0]:.3f}" in bench.text()
    await bench.press("escape")
    assert gallery.position == 1


async def test_a_gallery_goes_to_an_image_by_its_number(bench: Bench) -> None:
    gallery = await open_gallery(bench)
    wanted = gallery._item(7).number
    await bench.press("slash", *str(wanted), "enter")
    assert gallery.position == 7
    assert gallery.has_focus
    await bench.press("slash", *"99999", "enter")
    assert [note.message for note in bench.app._notifications] == ["no image #99999 among these"]
    assert gallery.position == 7
    await bench.press("escape", "right")
    assert gallery.position == 8


@pytest.mark.parametrize("digits", [1, 3, 4, 5])
def test_a_matrix_is_no_wider_than_its_panel(digits: int) -> None:
    for width in range(MIN_NAME + 10 * digits, 160):
        layout = fit_layout(Size(width, 40), FASHION_MNIST.classes, digits)
        assert layout.names + 10 * layout.width <= width
