"""The Classify page: drawing and opening images, and the prediction after each change."""

import zlib
from pathlib import Path
from unittest.mock import Mock

import configs
import numpy as np
import on_disk
import pytest
from PIL import Image
from scripted_engine import probabilities_of
from textual.events import Key, Paste
from textual.geometry import Offset
from textual.widgets import Input
from workbench import Bench, narrow, without_train_view

from fmnist_tui.data.photos import fitted, read_photograph
from fmnist_tui.errors import UserError
from fmnist_tui.tui.canvas import Pen
from fmnist_tui.tui.screens.classify import ClassifyScreen
from fmnist_tui.tui.screens.path_dialog import PathDialog
from fmnist_tui.tui.widgets.drawing_pad import Drawing

pytestmark = without_train_view

both_sizes = pytest.mark.parametrize("bench", [(80, 24), (200, 50)], indirect=True)


async def open_page(bench: Bench) -> Drawing:
    on_disk.an_evaluated_run("a-run", configs.CNN)
    await bench.press("v")
    await bench.until(lambda: "a-run" in bench.text())
    await bench.press("D")
    await bench.until(lambda: isinstance(bench.screen, ClassifyScreen))
    await bench.rest()
    return bench.screen.query_one(Drawing)


@pytest.fixture
def shirt(tmp_path: Path) -> Path:
    pixels = np.full((80, 60), 255, np.uint8)
    pixels[10:70, 15:45] = 60
    file = tmp_path / "a [b]shirt.png"
    Image.fromarray(pixels, "L").save(file)
    return file


@narrow
async def test_the_arrow_keys_draw_and_each_step_is_classified(bench: Bench) -> None:
    drawing = await open_page(bench)
    assert drawing.canvas.is_empty
    await bench.press("up", "left")
    assert drawing.canvas.is_empty, "the pen is up"
    await bench.press("space", *["right"] * 5)
    assert drawing.pen is Pen.DRAWS
    assert (drawing.canvas.image[13, 13:19] == 255).all()
    await bench.until(lambda: np.array_equal(bench.engine.asked[-1][2], fitted(drawing.canvas.image)))
    run, checkpoint, image = bench.engine.asked[-1]
    assert (run.name, checkpoint) == ("a-run", "best")
    assert f"{100 * probabilities_of(image)[0]:.1f} %" in bench.text()
    await bench.press("space", "down")
    assert drawing.pen is Pen.UP


async def test_keys_in_the_same_read_as_the_one_that_opens_the_page_draw(bench: Bench) -> None:
    on_disk.an_evaluated_run("a-run", configs.CNN)
    await bench.press("v")
    await bench.until(lambda: "a-run" in bench.text())
    for key in ("D", "space", "right", "right", "up"):
        bench.app.post_message(Key(key, " " if key == "space" else key if len(key) == 1 else None))
    await bench.until(lambda: bool(bench.screen.query(Drawing)) and not bench.screen.query_one(Drawing).canvas.is_empty)
    await bench.rest()
    drawing = bench.screen.query_one(Drawing)
    assert bench.app.focused is drawing
    assert drawing.pen is Pen.DRAWS
    assert (drawing.canvas.image[14, 14:17] == 255).all()


@pytest.fixture(params=[False, True], ids=["signs", "colors"])
def has_colors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Simulate a terminal with or without colors."""
    for module in ("drawing_pad", "image"):
        monkeypatch.setattr(f"fmnist_tui.tui.widgets.{module}.has_few_colors", lambda _app: not request.param)
    return bool(request.param)


@both_sizes
async def test_the_drawing_is_under_the_pen(bench: Bench, has_colors: bool) -> None:
    drawing = await open_page(bench)
    assert drawing.is_large == (has_colors and bench.app.size.width == 200)
    assert drawing.size == ((56, 28) if drawing.is_large else (28, 14))
    await bench.press("minus", "minus", "space")
    marked = [y for y in range(drawing.size.height) if "●" in drawing.render_line(y).text]
    assert marked == [14 if drawing.is_large else 7]
    assert drawing.render_line(marked[0]).text.index("●") == (28 if drawing.is_large else 14)


@both_sizes
async def test_the_mouse_draws_with_its_left_button_and_erases_with_its_right_one(bench: Bench) -> None:
    drawing = await open_page(bench)
    scale = 2 if drawing.is_large else 1
    frame = drawing.content_region.offset - drawing.region.offset
    start, end = frame + Offset(4 * scale, 3 * scale), frame + Offset(20 * scale, 3 * scale)
    await bench.pilot.mouse_down(drawing, offset=start)
    await bench.pilot.hover(drawing, offset=end)
    await bench.pilot.mouse_up(drawing, offset=end)
    assert (drawing.canvas.image[6, 5:20] > 150).all()
    await bench.pilot.mouse_down(drawing, offset=start, button=3)
    await bench.pilot.hover(drawing, offset=end)
    await bench.pilot.mouse_up(drawing, offset=end)
    await bench.pilot.hover(drawing, offset=(20 * scale, 8 * scale))
    assert drawing.canvas.image[6, 5:20].max() < 255 / 2
    await bench.press("z")
    assert (drawing.canvas.image[6, 5:20] > 150).all()
    await bench.press("n")
    assert drawing.canvas.is_empty
    assert "Draw with the left mouse button" in bench.text()


async def test_an_opened_file_is_shown_as_the_network_sees_it(bench: Bench, shirt: Path) -> None:
    drawing = await open_page(bench)
    await bench.press("enter")
    assert isinstance(bench.screen, PathDialog)
    bench.screen.query_one("Input").value = str(shirt)  # type: ignore[attr-defined]
    await bench.press("enter")
    await bench.until(lambda: not drawing.canvas.is_empty)
    assert np.array_equal(drawing.canvas.image, read_photograph(shirt))


async def test_tab_completes_the_path_and_the_folder_is_remembered(bench: Bench, shirt: Path) -> None:
    drawing = await open_page(bench)
    await bench.press("enter")
    field = bench.screen.query_one("Input", Input)
    field.value = f"{shirt.parent}/a"
    await bench.press("tab")
    await bench.until(lambda: field.value == str(shirt))
    await bench.press("enter")
    await bench.until(lambda: not drawing.canvas.is_empty)
    await bench.press("enter")
    assert bench.screen.query_one("Input", Input).value == f"{shirt.parent}/"


@pytest.fixture
def bomb(tmp_path: Path) -> Path:
    """Return a small file whose header declares 10,000,000,000 pixels."""
    file = tmp_path / "bomb.png"
    Image.new("L", (1, 1)).save(file)
    content = bytearray(file.read_bytes())
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    file.write_bytes(content)
    return file


async def test_the_dialog_stays_until_an_image_can_be_read(
    bench: Bench, shirt: Path, bomb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = await open_page(bench)
    (tmp_path / "text.png").write_text("not an image")
    await bench.press("enter")
    field = bench.screen.query_one("Input", Input)
    for file, problem in (
        (tmp_path / "none.png", "there is no file"),
        (tmp_path / "text.png", "is not an image of a known format"),
        (bomb, "has more than 100,000,000 pixels"),
    ):
        field.value = str(file)
        await bench.press("enter")
        await bench.until(lambda problem=problem: problem in bench.static("#path-note"))  # type: ignore[misc]
        assert field.value == str(file), "it can be mended"
    field.value = str(shirt)
    with monkeypatch.context() as short:
        short.setattr("fmnist_tui.data.photos.as_dataset_image", Mock(side_effect=MemoryError))
        await bench.press("enter")
        await bench.until(lambda: "needs more memory than is available" in bench.static("#path-note"))
    assert drawing.canvas.is_empty
    await bench.press("enter")
    await bench.until(lambda: np.array_equal(drawing.canvas.image, read_photograph(shirt)))


async def test_a_file_that_is_dropped_on_the_terminal_is_opened(bench: Bench, shirt: Path) -> None:
    drawing = await open_page(bench)
    bench.screen.post_message(Paste(f"'{shirt}'\n"))
    await bench.until(lambda: np.array_equal(drawing.canvas.image, read_photograph(shirt)))
    await bench.until(lambda: "%" in bench.static(".page-note"))  # the prediction would replace the error
    bench.screen.post_message(Paste("/no/[b]such"))
    await bench.until(lambda: "there is no file /no/[b]such" in bench.text())
    assert not drawing.canvas.is_empty, "what was there stays"


async def test_a_file_that_is_not_an_image_is_reported_and_the_drawing_stays(bench: Bench, tmp_path: Path) -> None:
    drawing = await open_page(bench)
    await bench.press("space")
    before = drawing.canvas.image
    (tmp_path / "text.png").write_text("not an image")
    bench.screen.post_message(Paste(str(tmp_path / "text.png")))
    await bench.until(lambda: "is not an image" in bench.static(".page-note"))
    assert np.array_equal(drawing.canvas.image, before)


async def test_undo_in_the_middle_of_a_stroke_ends_it(bench: Bench) -> None:
    drawing = await open_page(bench)
    await bench.press("space", "right", "right", "z")
    assert drawing.canvas.is_empty
    assert drawing.pen is Pen.UP


async def test_a_drawing_is_fitted_like_the_dataset_unless_that_is_off(bench: Bench) -> None:
    drawing = await open_page(bench)
    await bench.press("space", "right", "right", "down")
    drawn = drawing.canvas.image
    await bench.until(lambda: np.array_equal(bench.engine.asked[-1][2], fitted(drawn)))
    assert np.flatnonzero(bench.engine.asked[-1][2].any(axis=0)).size > 20
    assert np.array_equal(drawing.canvas.image, drawn), "the drawing itself stays as it is"
    assert "fitted" in bench.text()
    await bench.press("a")
    await bench.until(lambda: np.array_equal(bench.engine.asked[-1][2], drawn))
    assert "as drawn" in bench.text()
    await bench.press("a")
    await bench.until(lambda: np.array_equal(bench.engine.asked[-1][2], fitted(drawn)))


async def test_the_brush_has_bounds(bench: Bench) -> None:
    drawing = await open_page(bench)
    await bench.press(*["minus"] * 9)
    assert drawing.brush == 1
    await bench.press(*["plus"] * 20)
    assert drawing.brush == 8
    assert "brush 8 pixels" in bench.text()


async def test_a_failed_classification_is_reported(bench: Bench) -> None:
    drawing = await open_page(bench)
    bench.engine.classify_problem = UserError("the [b]weights[/b] are gone", "Train it again")
    await bench.press("space")
    await bench.until(lambda: "the [b]weights[/b] are gone" in bench.text())
    bench.engine.classify_problem = None
    await bench.press("right")
    await bench.until(lambda: "are gone" not in bench.text())
    assert not drawing.canvas.is_empty


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_discarding_a_drawing_asks_for_confirmation(bench: Bench, key: str) -> None:
    await open_page(bench)
    page = bench.screen
    await bench.press("space", "right", key)
    assert "Discard the drawing?" in bench.text()
    await bench.press("escape")
    assert bench.screen is page
    await bench.press(key, "d")
    await bench.until(lambda: bench.app.screen_stack == [bench.screen])
    assert bench.app.current_mode == "evaluate"


@pytest.mark.parametrize("keys", [("ctrl+c",), ("t", "q")], ids=["on its page", "from another view"])
async def test_quitting_with_a_drawing_asks_for_confirmation(bench: Bench, keys: tuple[str, ...]) -> None:
    await open_page(bench)
    await bench.press("space", "right")
    await bench.press(*keys)
    assert "Discard the drawing?" in bench.text()
    await bench.press("escape")
    assert bench.app.is_running
    await bench.press(keys[-1])
    await bench.pilot.press("d")
    await bench.until(lambda: not bench.app.is_running)


async def test_an_opened_file_is_discarded_without_confirmation(bench: Bench, shirt: Path) -> None:
    drawing = await open_page(bench)
    bench.screen.post_message(Paste(str(shirt)))
    await bench.until(lambda: not drawing.canvas.is_empty)
    await bench.press("q")
    await bench.until(lambda: not isinstance(bench.screen, ClassifyScreen))
    assert len(bench.app.screen_stack) == 1, "no question is asked"
