"""The actions of the pages over a view, and of the dialogs."""

from fmnist_tui.keymap.action import Action

PANEL = (
    Action("panel.maximize", "maximize", "Maximize", "Maximize the focused panel", "maximize_panel"),
    Action(
        "panel.restore",
        "maximize",
        "Restore",
        "Show the other panels again",
        "restore_panels",
        shown=True,
        when="while a panel is maximized",
        shares_keys_of="panel.maximize",
    ),
)
"""The actions of views and pages alike."""

PAGE = (Action("page.back", "leave", "Back", "Close the page", "back", keys=("escape", "q"), shown=True),)

MATRIX = (
    Action("matrix.next", "next", "Next pair", "Go to the next most confused pair", "pair(1)", shown=True),
    Action("matrix.previous", "previous", "Previous pair", "Go to the previous most confused pair", "pair(-1)"),
    Action(
        "matrix.errors",
        "errors",
        "Confident errors",
        "Show the most confident errors, among which some labels may be wrong",
        "errors",
        shown=True,
    ),
)

COMPARISON = (
    Action(
        "comparison.only_a",
        "only A",
        "Only A correct",
        "Show images that only A predicts correctly",
        "lost",
        shown=True,
    ),
    Action(
        "comparison.only_b",
        "only B",
        "Only B correct",
        "Show images that only B predicts correctly",
        "gained",
        shown=True,
    ),
)

LEARNING = (
    # Priority over the keys of the scrolled part, where left and right would scroll.
    Action(
        "learning.before",
        "left",
        "Previous epoch",
        "Go to the previous epoch",
        "step(-1)",
        shown=True,
        has_priority=True,
    ),
    Action("learning.after", "right", "Next epoch", "Go to the next epoch", "step(1)", shown=True, has_priority=True),
    Action("learning.first", "first", "First epoch", "Go to the first epoch", "go(0)", has_priority=True),
    Action(
        "learning.last",
        "last",
        "Newest",
        "Go to the newest epoch and follow the run",
        "go(-1)",
        shown=True,
        has_priority=True,
    ),
)

GALLERY_PAGE = (
    Action(
        "gallery.neighbors",
        "open",
        "Nearest",
        "Find the most similar training images",
        "neighbors",
        shown=True,
        when="when the images are loaded",
    ),
    Action("gallery.order", "order", "Order", "Switch between order by confidence and by loss", "order", shown=True),
)

CLASSIFY = (
    Action("classify.open", "open", "Open file", "Open an image file", "open", shown=True),
    Action(
        "classify.fit",
        "apply",
        "Auto fit",
        "Scale and center drawings like the images of the dataset, or classify them as drawn",
        "toggle_fit",
        shown=True,
    ),
)

AUGMENTATION = (
    Action("augmentation.draw", "new", "Draw again", "Augment with other random numbers", "draw", shown=True),
)

DIALOGS = (
    Action("keys.search", "search", "Filter", "Filter the keys by what is typed", "search", shown=True),
    Action("keys.close", "leave", "Close", "Remove the filter, or close the page", "close", shown=True),
    Action("keys.again", "help", "Close", "Close the page", "close"),
    Action("context_help.close", "leave", "Close", "Go back", "dismiss(None)", shown=True),
    Action("context_help.again", "explain", "Close", "Go back", "dismiss(None)"),
    Action("jump.cancel", "leave", "Cancel", "Stay where you are", "dismiss(None)", keys=("escape", "ctrl+c")),
    Action("jump.again", "jump", "Cancel", "Stay where you are", "dismiss(None)"),
    Action("ask.cancel", "leave", "Cancel", "Close without a change", "dismiss(None)"),
    Action("choices.close", "leave", "Close", "Close without a change", "dismiss(None)", keys=("escape", "ctrl+c")),
    Action(
        "too_small.quit",
        "leave",
        "Quit",
        "Quit; ask first if a run is active",
        "app.quit",
        keys=("q", "ctrl+c"),
        shown=True,
    ),
    Action("path.complete", "complete", "Complete", "Complete the path", "complete", shown=True),
    Action("path.cancel", "leave", "Cancel", "Close without a change", "dismiss(None)", keys=("escape", "ctrl+c")),
)
