"""The actions of widgets: they apply while the widget has the focus."""

from fmnist_tui.keymap.action import Action

MOVE = (
    Action("move.left", "left", "Left", "Move left", "cursor(-1, 0)"),
    Action("move.right", "right", "Right", "Move right", "cursor(1, 0)"),
    Action("move.up", "up", "Up", "Move up", "cursor(0, -1)"),
    Action("move.down", "down", "Down", "Move down", "cursor(0, 1)"),
    Action("move.first", "first", "First", "Move to the first item", "edge(0)"),
    Action("move.last", "last", "Last", "Move to the last item", "edge(1)"),
    Action("move.half_up", "half up", "Half page up", "Move up by half a page", "page(-0.5)"),
    Action("move.half_down", "half down", "Half page down", "Move down by half a page", "page(0.5)"),
    Action("move.page_up", "page up", "Page up", "Move up by a page", "page(-1)"),
    Action("move.page_down", "page down", "Page down", "Move down by a page", "page(1)"),
)
"""The keys of everything that has a cursor or scrolls."""

TABLE = (Action("table.open", "open", "Open", "Open the line", "open", shown=True),)

GRID = (Action("grid.open", "open", "Show images", "Show the images of the cell", "open", shown=True),)

BROWSER = (
    Action("browser.larger", "larger", "Larger", "Show fewer and larger images", "resize(1)", shown=True),
    Action("browser.smaller", "smaller", "Smaller", "Show more and smaller images", "resize(-1)", shown=True),
    Action("browser.go_to", "search", "Go to #", "Go to an image by its number", "go_to", shown=True),
)

GO_TO = (Action("go_to.cancel", "leave", "Cancel", "Go back to the images", "close", keys=("escape",), shown=True),)

FILTER = (
    Action("filter.older", "up", "Older filter", "Write an earlier filter into the line", "recall(-1)", keys=("up",)),
    Action("filter.newer", "down", "Newer filter", "Write a later filter into the line", "recall(1)", keys=("down",)),
    Action("filter.close", "leave", "All runs", "Remove the filter", "close", keys=("escape",), shown=True),
)
"""The line in which a filter is typed; enter leaves it."""

MODELS = (Action("models.open", "open", "Form", "Go to the model's form", "open"),)

OPTIONS = (Action("options.choose", "open", "Choose", "Choose the option", "select"),)

CHOICE = (
    Action("choice.open", "open", "List", "List the values, or choose the next one if there are only a few", "open"),
    Action("choice.toggle", "mark", "List", "List the values, or choose the next one if there are only a few", "open"),
    Action("choice.next", "right", "Next", "Choose the next value", "step(1)"),
    Action("choice.previous", "left", "Previous", "Choose the previous value", "step(-1)"),
)

FORM = (
    Action("form.up", "up", "Field above", "Go to the field above", "move(-1)"),
    Action("form.down", "down", "Field below", "Go to the field below", "move(1)"),
    Action("form.group_up", "page up", "Group above", "Go to the group of fields above", "group(-1)"),
    Action("form.group_down", "page down", "Group below", "Go to the group of fields below", "group(1)"),
    Action("form.first", "first", "First field", "Go to the first field", "first"),
    Action("form.last", "last", "Last field", "Go to the last field", "last"),
    Action("form.reset", "reset", "Reset", "Reset the field to the preset", "reset"),
    Action("form.leave", "leave", "Models", "Go back to the models", "leave", keys=("escape",)),
)

FIELD = (Action("field.leave", "open", "Next field", "Go to the next field", "leave"),)

DRAWING = (
    Action("drawing.pen", "mark", "Draw", "Lower or lift the pen", "pen('DRAWS')", shown=True),
    Action("drawing.eraser", "erase", "Erase", "Start or stop erasing", "pen('ERASES')", shown=True),
    Action("drawing.wider", "larger", "Wider", "Draw with a wider brush", "widen(1)"),
    Action("drawing.narrower", "smaller", "Narrower", "Draw with a narrower brush", "widen(-1)"),
    Action("drawing.undo", "undo", "Undo", "Undo the last stroke", "undo", shown=True),
    Action("drawing.clear", "new", "Clear", "Clear the canvas for a new drawing", "clear", shown=True),
)

RUN_CURVES = (
    Action("run_curves.left", "left", "Crosshair", "Move the crosshair to the left", "move(-1)", shown=True),
    Action("run_curves.right", "right", "Crosshair", "Move the crosshair to the right", "move(1)"),
    Action("run_curves.first", "first", "First", "Move the crosshair to the first point", "move_to(0)"),
    Action("run_curves.last", "last", "Last", "Move the crosshair to the last point", "move_to(-1)"),
    Action("run_curves.pan_left", "pan left", "Pan", "Show what comes before", "pan(-1)"),
    Action("run_curves.pan_right", "pan right", "Pan", "Show what comes after", "pan(1)"),
    Action("run_curves.reset", "whole", "Reset", "Show whole curves, without crosshair", "reset"),
    Action("run_curves.recent", "range", "Recent", "Show the last 20 % of the curves, or all", "recent", shown=True),
    Action("run_curves.log", "log", "Log axis", "Switch between logarithmic and linear axis", "log", shown=True),
)

COMPARED_RUNS = (
    Action(
        "compared_runs.choose",
        "open",
        "Choose",
        "Choose the run; with a second one, compare their best checkpoints",
        "choose",
        shown=True,
    ),
)

CURVE = (
    Action("curve.left", "left", "Crosshair", "Move the crosshair to the left", "move(-1)", shown=True),
    Action("curve.right", "right", "Crosshair", "Move the crosshair to the right", "move(1)"),
    Action("curve.first", "first", "First", "Move the crosshair to the first point", "move_to(0)"),
    Action("curve.last", "last", "Last", "Move the crosshair to the last point", "move_to(-1)"),
    Action("curve.zoom_in", "larger", "Zoom", "Show fewer epochs", "zoom(1)", shown=True),
    Action("curve.zoom_out", "smaller", "Zoom out", "Show more epochs", "zoom(-1)"),
    Action("curve.pan_left", "pan left", "Pan", "Show earlier epochs", "pan(-1)"),
    Action("curve.pan_right", "pan right", "Pan", "Show later epochs", "pan(1)"),
    Action("curve.reset", "whole", "Reset", "Show all epochs, without crosshair", "reset"),
    Action("curve.recent", "range", "Recent", "Show the last 20 % of the epochs, or all", "recent", shown=True),
    Action("curve.log", "log", "Log axis", "Switch between logarithmic and linear axis", "log", shown=True),
)
