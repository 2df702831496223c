"""The form: generated from the specs, validated as you type, filled by presets and models."""

from functools import partial

import a_run
import pytest
from textual import events
from textual.widgets import OptionList
from workbench import Bench

from fmnist_tui.config import RunConfig, specs_for
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.tui.widgets.field_row import FieldRow


async def test_has_a_row_for_every_field_of_every_model(bench: Bench) -> None:
    for model in ARCHITECTURES:
        await bench.train.form.show_model(model)
        await bench.rest()
        rows = [row.spec.name for row in bench.train.query(FieldRow)]
        assert sorted(rows) == sorted(spec.name for spec in specs_for(model))


async def test_begins_with_the_fast_preset_of_the_default_model_in_groups_of_fields(bench: Bench) -> None:
    config = bench.train.form.draft.config()
    assert config == RunConfig.from_preset("fast", "cnn")
    assert bench.choice("#preset").value == "fast"
    text = bench.text()
    for spec in specs_for("cnn"):
        assert spec.hint.group in text


async def test_an_invalid_value_is_marked_and_explained_as_it_is_typed_and_starting_with_it_is_refused(
    bench: Bench,
) -> None:
    await bench.type_into("epochs", "0")
    assert bench.row("epochs").has_class("-error")
    assert "epochs is '0', but must be an integer from 1 to 100,000" in bench.text()
    await bench.press("backspace", "7")
    assert not bench.row("epochs").has_class("-error")
    assert bench.train.form.draft.config().epochs == 7
    await bench.press("x", "6", "q", "p")
    assert bench.row("epochs").text == "7x6qp", "letters are no commands there"
    assert bench.row("epochs").has_class("-error")
    assert not bench.engine.configs
    bench.train.query_one("#models").focus()
    await bench.press("s")
    assert not bench.engine.configs
    assert bench.app.focused is bench.row("epochs").editor


async def test_escape_leaves_the_form_for_the_models_and_letters_are_commands_there(bench: Bench) -> None:
    await bench.type_into("epochs", "3")
    await bench.press("escape", "y")
    assert bench.app.clipboard == "fmnist-tui train --model cnn --epochs 3"
    await bench.press("s")
    assert [config.epochs for config in bench.engine.configs] == [3]


OTHER_NOTATIONS = (
    ("learning_rate", "0,01", "Use 0.01"),
    ("momentum", "0_5", "but must be a number"),
    ("epochs", "1_0", "Use 10"),
    ("batch_size", "1,000", "Use 1000"),
    ("epochs", "0x1", "but must be an integer"),
    ("epochs", "", "epochs is empty. It must be an integer from 1 to 100,000."),
)


async def test_a_number_in_another_notation_is_refused_in_place(bench: Bench) -> None:
    for field, typed, advice in OTHER_NOTATIONS:
        await bench.train.show_config(RunConfig.from_preset("fast", "cnn"))
        bench.app.screen.set_focus(None)
        await bench.rest()
        assert advice not in " ".join(bench.text().split())
        await bench.type_into(field, typed)
        if not typed:
            await bench.press("backspace")
        assert bench.row(field).text == typed
        assert bench.row(field).has_class("-error")
        assert advice in " ".join(bench.text().split())
        bench.app.post_message(events.Paste(f"{typed}\n\x1b[2J"))
        await bench.rest()
        assert bench.row(field).has_class("-error")


BURST = ["7", "down", "6", "4", "down", "right", "down", "0", ".", "1", "down", "left", "down", "up", "left"]


async def test_keys_in_one_read_act_as_if_pressed_one_by_one(bench: Bench) -> None:
    bench.app.screen.set_focus(bench.row("epochs").editor)
    await bench.press(*BURST)
    slowly, focused = bench.train.form.draft, bench.app.focused
    await bench.train.show_config(RunConfig.from_preset("fast", "cnn"))
    bench.app.screen.set_focus(bench.row("epochs").editor)
    await bench.rest()
    for key in BURST:
        bench.app.post_message(events.Key("full_stop" if key == "." else key, key if len(key) == 1 else None))
    await bench.until(lambda: bench.train.form.draft == slowly)
    config = slowly.config()
    assert (config.epochs, config.batch_size, config.learning_rate) == (7, 64, 0.1)
    assert bench.app.focused is focused


async def test_enter_and_right_open_the_form_of_the_model_that_is_chosen(bench: Bench) -> None:
    for keys, model in ((("up", "enter"), "mlp"), (("escape", "down", "right"), "cnn")):
        await bench.press(*keys)
        assert bench.train.form.draft.model == model
        assert bench.app.focused is bench.choice("#preset")


async def test_down_at_the_end_of_the_models_stays_there(bench: Bench) -> None:
    await bench.press(*["down"] * 9)
    assert bench.train.form.draft.model == list(ARCHITECTURES)[-1]
    assert bench.app.focused is bench.train.query_one("#models")


async def test_fields_accept_the_characters_of_numbers_lists_and_texts_and_escape_leaves_them(bench: Bench) -> None:
    await bench.train.form.show_model("mlp")
    await bench.type_into("learning_rate", "2.5e-3")
    assert bench.train.form.draft.config().learning_rate == 2.5e-3
    await bench.type_into("hidden_units", "32 16,8")
    assert bench.train.form.draft.config().to_flat()["hidden_units"] == (32, 16, 8)
    await bench.type_into("data", "/q/s")
    assert bench.train.form.draft.config().data == "/q/s"
    assert not bench.engine.configs
    await bench.press("escape")
    assert bench.app.focused is not bench.row("data").editor


async def test_arrows_enter_and_clicks_change_a_choice_and_a_switch_where_letters_are_commands(bench: Bench) -> None:
    bench.row("optimizer").editor.focus()
    await bench.press("left")
    bench.row("horizontal_flip").editor.focus()
    await bench.press("left")
    config = bench.train.form.draft.config()
    assert (config.optimizer, config.horizontal_flip) == ("adamw", False)
    await bench.press("enter")
    assert bench.train.form.draft.config().horizontal_flip
    await bench.pilot.click("#field-optimizer Choice", offset=(4, 0))
    await bench.rest()
    assert bench.train.form.draft.config().optimizer != "adamw"
    bench.app.screen.set_focus(bench.row("optimizer").editor)
    await bench.press("s")
    assert len(bench.engine.configs) == 1


async def test_edited_values_lie_between_their_preset_and_the_next(bench: Bench) -> None:
    await bench.type_into("epochs", "77")
    assert bench.choice("#preset").value == "fast, 1 changed"
    bench.choice("#preset").focus()
    await bench.press("left")
    assert bench.train.form.draft.config() == RunConfig.from_preset("fast", "cnn")
    await bench.press("ctrl+z")
    bench.choice("#preset").focus()
    await bench.press("right")
    assert bench.train.form.draft.config() == RunConfig.from_preset("accurate", "cnn")


async def test_a_preset_leaves_seed_and_data_alone(bench: Bench) -> None:
    await bench.type_into("seed", "42")
    bench.choice("#preset").focus()
    await bench.press("right")
    expected = RunConfig.from_preset("accurate", "cnn").model_copy(update={"seed": 42})
    assert bench.train.form.draft.config() == expected


async def test_another_model_is_shown_with_the_same_preset(bench: Bench) -> None:
    bench.choice("#preset").focus()
    await bench.press("right", "up", "up")
    assert bench.train.form.draft.config() == RunConfig.from_preset("accurate", "mlp")
    assert bench.row("hidden_units").text == "1024 512"


async def test_a_model_without_the_preset_is_shown_with_its_first(bench: Bench) -> None:
    bench.choice("#preset").focus()
    await bench.press("right", "right")
    assert bench.choice("#preset").value == "classic"
    await bench.press("up", "down")
    assert bench.train.form.draft.config() == RunConfig.from_preset("fast", "resnet")
    bench.choice("#preset").focus()
    await bench.press("left")
    assert bench.choice("#preset").value == "best"


async def test_custom_values_are_restored_after_switching_models(bench: Bench) -> None:
    await bench.type_into("epochs", "77")
    bench.train.query_one("#models").focus()
    await bench.press("up")
    assert bench.train.form.draft.model == "mlp"
    await bench.press("down")
    assert bench.train.form.draft.config().epochs == 77


async def test_the_models_are_listed_with_their_cost_which_follows_their_options(bench: Bench) -> None:
    text = bench.text()
    for name, architecture in ARCHITECTURES.items():
        assert name in text
        assert architecture.summary in text
    assert "3,129 params" in text
    assert "16×14×14" in text
    await bench.type_into("head_width", "600")
    await bench.until(lambda: "3,601 params" in bench.text())


async def test_a_config_of_any_model_fills_the_form(bench: Bench) -> None:
    config = RunConfig.from_preset("classic", "logistic").model_copy(update={"seed": 9, "epochs": 4})
    await bench.train.show_config(config)
    await bench.rest()
    assert bench.train.form.draft.config() == config
    assert bench.row("seed").text == "9"
    assert bench.choice("#preset").value == "classic, 1 changed"


async def test_starting_from_a_field_moves_the_focus_to_the_run(bench: Bench) -> None:
    await bench.type_into("epochs", "3")
    await bench.press("ctrl+s")
    assert [config.epochs for config in bench.engine.configs] == [3]
    bench.engine.emit(*a_run.opening(bench.engine.configs[0]), *a_run.epoch(1))
    await bench.rest()
    await bench.press("p", "x")
    assert bench.engine.handle.calls == ["pause", "stop"]
    assert bench.train.form.draft.config().epochs == 3


async def test_a_long_choice_opens_a_list_in_which_typing_filters_and_enter_chooses(bench: Bench) -> None:
    bench.app.screen.set_focus(bench.row("schedule").editor)
    for key in ("enter", "space"):
        await bench.press(key, "o")
        options = bench.screen.query_one(OptionList)
        assert [str(option.prompt) for option in options.options] == ["one-cycle", "constant", "cosine"]
        await bench.press("x", "s")
        assert [str(option.prompt) for option in options.options] == ["cosine"], "x matches nothing and is dropped"
        await bench.press("enter")
        assert bench.train.form.draft.config().schedule == "cosine"
        assert bench.app.focused is bench.row("schedule").editor


async def test_escape_and_a_click_beside_it_close_the_list_without_a_change(bench: Bench) -> None:
    before = bench.train.form.draft
    bench.app.screen.set_focus(bench.row("optimizer").editor)
    await bench.press("enter", "down", "escape")
    await bench.press("enter", "down")
    await bench.pilot.click(offset=(110, 30))
    await bench.rest()
    assert bench.train.form.draft == before


async def test_undo_takes_back_typing_presets_and_models_and_redo_repeats_them(bench: Bench) -> None:
    fast = bench.train.form.draft
    await bench.type_into("epochs", "77")
    edited = bench.train.form.draft
    bench.choice("#preset").focus()
    await bench.press("right", "escape", "up")
    assert bench.train.form.draft.config() == RunConfig.from_preset("accurate", "mlp")
    await bench.press("ctrl+z")
    assert bench.train.form.draft.config() == RunConfig.from_preset("accurate", "cnn")
    await bench.press("ctrl+z")
    assert bench.train.form.draft == edited
    assert bench.row("epochs").text == "77"
    await bench.press("ctrl+z")
    assert bench.train.form.draft == fast
    assert bench.app.focused is bench.row("epochs").editor
    await bench.press("ctrl+y", "ctrl+y", "ctrl+y")
    assert bench.train.form.draft.config() == RunConfig.from_preset("accurate", "mlp")


async def test_a_changed_value_is_marked_and_ctrl_r_resets_it(bench: Bench) -> None:
    await bench.type_into("epochs", "77")
    await bench.type_into("batch_size", "7")
    assert "• epochs" in bench.text()
    assert bench.choice("#preset").value == "fast, 2 changed"
    await bench.press("ctrl+r")
    assert "• batch size" not in bench.text()
    assert bench.choice("#preset").value == "fast, 1 changed"
    bench.choice("#preset").focus()
    await bench.press("ctrl+r")
    assert bench.train.form.draft.config() == RunConfig.from_preset("fast", "cnn")


async def test_help_is_on_the_focused_field_and_notes_beside_fields_on_zero_and_on_a_lack_of_effect(
    bench: Bench,
) -> None:
    bench.row("learning_rate").editor.focus()
    await bench.rest()
    help_text = bench.static("#help-strip")
    spec = bench.row("learning_rate").spec
    assert spec.help in help_text
    assert "above 0 to 10" in help_text
    assert spec.hint.advice in help_text
    assert "off · 0 … 14 pixels" in bench.text()
    await bench.type_into("translate", "1")
    assert "off · 0 … 14 pixels" not in bench.text()
    bench.app.screen.set_focus(bench.row("optimizer").editor)
    await bench.press("left")
    assert bench.row("momentum").has_class("-ineffective")
    assert "not for adam and adamw" in bench.text()
    bench.app.screen.set_focus(bench.row("momentum").editor)
    await bench.rest()
    assert "No effect: not for adam and adamw" in bench.static("#help-strip")
    await bench.type_into("momentum", "0.8")
    bench.app.screen.set_focus(bench.row("optimizer").editor)
    await bench.press("right")
    assert not bench.row("momentum").has_class("-ineffective")


async def test_keys_move_between_fields_and_groups(bench: Bench) -> None:
    bench.row("epochs").editor.focus()
    await bench.press("down")
    assert bench.app.focused is bench.row("batch_size").editor
    bench.choice("#preset").focus()
    await bench.press("up")
    assert bench.app.focused is bench.train.query_one("#models")
    bench.app.screen.set_focus(bench.row("momentum").editor)
    await bench.press("end", "end")
    assert bench.app.focused is bench.row("data").editor
    await bench.press("home", "home")
    assert bench.app.focused is bench.choice("#preset")
    assert bench.train.form.scroll_y == 0
    await bench.press("l", "h", "j")
    assert bench.app.focused is bench.row("channels").editor, "letters are arrows where they are not text"
    assert bench.train.form.draft.config() == RunConfig.from_preset("fast", "cnn")
    bench.choice("#preset").focus()
    await bench.press("pagedown")
    assert bench.app.focused is bench.row("channels").editor
    await bench.press("pagedown", "pagedown")
    assert bench.app.focused is bench.row("weight_decay").editor
    await bench.press("down", "pageup")
    assert bench.app.focused is bench.row("weight_decay").editor
    await bench.press("pageup")
    assert bench.app.focused is bench.row("epochs").editor


@pytest.mark.parametrize("bench", [pytest.param((60, 24), marks=pytest.mark.exhaustive), (80, 24)], indirect=True)
async def test_lists_and_labels_are_not_cut_off(bench: Bench) -> None:
    config = RunConfig.from_flat({"model": "mlp", "hidden_units": (256, 128, 64), "epochs": 100_000})
    await bench.train.show_config(config)
    await bench.press("end")
    for row in bench.train.query(FieldRow):
        bench.app.screen.set_focus(row.editor)
        is_shown = partial(lambda *texts: all(text in bench.text() for text in texts), f"{row.spec.label} ", row.text)
        await bench.until(is_shown)  # the form scrolls to it


async def test_a_typed_character_lays_out_nothing_and_a_long_text_scrolls_in_its_field(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "fmnist_tui.tui.screens.next_run_preview.DELAY_SECONDS", 60.0
    )  # the network's summary may be longer
    await bench.type_into("epochs", "12")
    layouts: list[object] = []
    bench.screen.screen_layout_refresh_signal.subscribe(bench.train.form, layouts.append)
    await bench.press("3")
    assert bench.train.form.draft.texts["epochs"] == "123"
    assert not layouts
    await bench.press(*"4567890" * 6)
    field = bench.row("epochs").editor
    assert field.scroll_offset.x > 0
    assert f"{'4567890' * 6}"[-10:] in bench.text()
