"""The config beside a run."""

from workbench import Bench, narrow, without_form

from fmnist_tui.config import RunConfig
from fmnist_tui.tui.widgets.config_form import ConfigForm
from fmnist_tui.tui.widgets.run_config import RunConfigPanel

pytestmark = without_form


def panel(bench: Bench) -> RunConfigPanel:
    return bench.screen.query_one(RunConfigPanel)


async def test_the_runs_own_config_is_beside_it_and_the_form_is_not(bench: Bench) -> None:
    await bench.start(1)
    await bench.until(lambda: "Config of this run" in bench.text())
    assert not bench.screen.query_one(ConfigForm).display
    await bench.press("f")
    assert bench.screen.query_one(ConfigForm).display
    assert not panel(bench).display


async def test_what_differs_from_the_preset_is_marked_with_the_presets_value(bench: Bench) -> None:
    fast = RunConfig.from_preset("fast", "cnn")
    changed = RunConfig.from_flat(fast.to_flat() | {"epochs": 9, "seed": 3})
    panel(bench).show(changed.pinned("cpu", "fp32", 2))
    lines = panel(bench).text.splitlines()
    marked = {line.split("•")[0].strip(): line.split("•")[1].strip() for line in lines if "•" in line}
    assert marked == {"epochs": f"9 epochs ({fast.epochs})", "seed": "3 (0)"}
    assert panel(bench).border_subtitle == "fast, 1 changed"
    assert "threads           2 threads" in lines


async def test_a_hostile_path_is_shown_as_text(bench: Bench) -> None:
    config = RunConfig.from_preset("fast", "cnn").with_data("/a[red]\x1b[31m\nb")
    panel(bench).show(config)
    assert "/a[red] [31m b" in panel(bench).text


@narrow
async def test_a_narrow_terminal_shows_it_below_the_run_if_it_is_tall(bench: Bench) -> None:
    await bench.start(1)
    await bench.until(lambda: "TRAINING" in bench.text())
    assert "Config of this run" not in bench.text()
    await bench.pilot.resize_terminal(80, 50)
    await bench.until(lambda: "Config of this run" in bench.text())
