"""The report's page in a browser: at the width of a desktop and of a phone, in the light and the dark color scheme."""

from dataclasses import dataclass, replace
from pathlib import Path

import configs
import numpy as np
import pytest
from browser import measured
from report_contexts import a_context, a_start, an_epoch

from fmnist_tui.reporting.context import ReportContext
from fmnist_tui.reporting.render import as_html
from fmnist_tui.runs.snapshot import replay

DESK, PHONE = 1280, 390

LEGIBLE = 4.5
"""The minimum contrast of text and its background by the Web Content Accessibility Guidelines, level AA."""

HOSTILE = '<script>document.title = "taken"</script><img src="https://example.org/x.png">&amp;"\'' + "x" * 80

MEASURE = """
const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// What the screen shows where colors, some of them translucent, lie on one another.
function painted(colors) {
  for (const color of colors) { brush.fillStyle = color; brush.fillRect(0, 0, 1, 1); }
  return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

function measure(page) {
  const style = element => page.getComputedStyle(element);
  const box = element => element.getBoundingClientRect();
  const all = selector => [...page.document.querySelectorAll(selector)];
  const hasText = element => [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const grounds = element => element ? [...grounds(element.parentElement), style(element).backgroundColor] : [];
  const ink = element => element instanceof page.SVGElement ? style(element).fill : style(element).color;
  const matrix = page.document.getElementById("matrix");
  return {
    title: page.document.title,
    width: page.innerWidth,
    reach: page.document.documentElement.scrollWidth,
    text: page.document.body.innerText,
    scripts: all("script").length,
    requests: page.performance.getEntriesByType("resource").map(entry => entry.name),
    images: all("img").map(image => [image.complete && image.naturalWidth, box(image).width]),
    cut_off: all("svg text").filter(text => {
      const inner = box(text), outer = box(text.ownerSVGElement);
      return inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom;
    }).map(text => text.textContent),
    texts: all("body, body *").filter(hasText).map(element => ({
      text: element.textContent, ink: painted([...grounds(element), ink(element)]), ground: painted(grounds(element)),
    })),
    matrix: [...matrix.rows].slice(1).map(row => [...row.cells].slice(1).map(cell => cell.innerText)),
    scrolled: all(".scroll").filter(each => each.scrollWidth > each.clientWidth).map(each => each.firstElementChild.id),
    first_column: (matrix.parentElement.scrollLeft = 200, box(matrix.rows[1].cells[0]).left),
  };
}
"""


@dataclass(frozen=True)
class View:
    """The measurements of a page at one width."""

    title: str
    width: int
    reach: int
    text: str
    scripts: int
    requests: list[str]
    images: list[tuple[int, float]]
    cut_off: list[str]
    texts: list[dict]
    matrix: list[list[str]]
    scrolled: list[str]
    first_column: float


def views(context: ReportContext, folder: Path, *, is_dark: bool = False) -> tuple[View, View]:
    """The report's page on a desktop and on a phone."""
    desk, phone = measured(as_html(context), MEASURE, (DESK, PHONE), folder, is_dark=is_dark)
    return View(**desk), View(**phone)


def a_full_context(**changes: object) -> ReportContext:
    """The page with curves of 120 epochs, and a matrix of all shades: from 0 to 100 % correct images of a class."""
    correct, incorrect = np.diag(np.arange(0, 100, 11)), np.roll(np.diag(np.arange(99, -1, -11)), 1, axis=1)
    confusion = tuple(map(tuple, (correct + incorrect).tolist()))
    events = [a_start(configs.CNN), *(e for epoch in range(1, 121) for e in an_epoch(epoch))]
    context = a_context(confusion=confusion, dataset="demo", **changes)
    return replace(context, snapshot=replay(events))


@pytest.fixture(scope="module", params=["day", "night"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[View, View]:
    return views(a_full_context(), tmp_path_factory.mktemp("shown"), is_dark=request.param == "night")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[View, View]:
    """The page with hostile text in every field that comes from outside."""
    context = a_full_context(run=HOSTILE, model=HOSTILE, command=HOSTILE)
    classes = (context.report.classes[0].model_copy(update={"name": HOSTILE}), *context.report.classes[1:])
    context = replace(context, report=context.report.model_copy(update={"classes": classes}))
    return views(context, tmp_path_factory.mktemp("hostile"))


def contrast(text: dict) -> float:
    """Return the contrast ratio of a text and its background, 1 to 21, as WCAG defines it."""
    darker, lighter = sorted(map(luminance, (text["ink"], text["ground"])))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: list[int]) -> float:
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in (c / 255 for c in color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_page_is_as_wide_as_the_screen(shown: tuple[View, View]) -> None:
    assert [view.width for view in shown] == [DESK, PHONE]
    for view in shown:
        assert view.reach <= view.width
        assert not view.cut_off


def test_on_a_phone_only_the_matrix_scrolls_and_its_first_column_is_sticky(shown: tuple[View, View]) -> None:
    desk, phone = shown
    assert desk.scrolled == []
    assert phone.scrolled == ["matrix"]
    assert 0 <= phone.first_column < PHONE / 10


def test_every_image_is_there(shown: tuple[View, View]) -> None:
    for view in shown:
        assert len(view.images) == 24
        assert {tuple(image) for image in view.images} == {(28, 112)}


def test_the_matrix_has_every_count(shown: tuple[View, View]) -> None:
    expected = [[str(count or "·") for count in row] for row in a_full_context().report.confusion]
    for view in shown:
        assert view.matrix == expected


def test_every_text_has_enough_contrast(shown: tuple[View, View]) -> None:
    for view in shown:
        assert len(view.texts) > 300
        faint = [(text["text"], round(contrast(text), 2)) for text in view.texts if contrast(text) < LEGIBLE]
        assert not faint


def test_the_dark_scheme_is_dark_and_the_light_one_is_light(
    shown: tuple[View, View], request: pytest.FixtureRequest
) -> None:
    is_night = "night" in request.node.callspec.id
    for view in shown:
        assert (luminance(view.texts[0]["ground"]) < 0.1) is is_night


def test_the_page_sends_no_network_request(shown: tuple[View, View], hostile: tuple[View, View]) -> None:
    for view in (*shown, *hostile):
        assert view.requests == []


def test_hostile_names_are_text_and_leave_the_page_in_shape(hostile: tuple[View, View]) -> None:
    for view in hostile:
        assert view.scripts == 0
        assert view.title.startswith(HOSTILE)
        assert view.text.count(HOSTILE) >= 5, "run, model, command, and a class in more than one table"
        assert len(view.images) == 24
        assert view.reach <= view.width


def test_a_network_request_would_be_detected(tmp_path: Path) -> None:
    page = as_html(a_context()).replace("</body>", '<img src="https://example.org/x.png"></body>')
    (found,) = measured(page, MEASURE, (PHONE,), tmp_path)
    assert found["requests"] == ["https://example.org/x.png"]
    assert [0, 0] not in found["images"][:24]
    assert found["images"][24][0] == 0
