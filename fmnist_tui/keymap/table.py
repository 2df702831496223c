"""The table of actions: bindings, footer, page of keys, palette, docs and `fmnist-tui keys` are made from it.

To add an action, add it to the tuple of its scope, and bind the scope with `BINDINGS = bindings("scope")`.
"""

from fmnist_tui.keymap import app, evaluate, images, pages, runs, train, widgets
from fmnist_tui.keymap.action import Action

ACTIONS: tuple[Action, ...] = (
    *train.TRAIN,
    *evaluate.EVALUATE,
    *runs.RUNS,
    *images.IMAGES,
    *pages.MATRIX,
    *pages.COMPARISON,
    *pages.RUN_COMPARISON,
    *pages.RUN_CARD,
    *pages.LEARNING,
    *pages.REPLAY,
    *pages.QUEUE,
    *pages.SWEEPS,
    *pages.SWEEP,
    *pages.GALLERY_PAGE,
    *pages.CLASSIFY,
    *pages.AUGMENTATION,
    *pages.PANEL,
    *pages.PAGE,
    *pages.DIALOGS,
    *widgets.MOVE,
    *widgets.TABLE,
    *widgets.GRID,
    *widgets.BROWSER,
    *widgets.GO_TO,
    *widgets.FILTER,
    *widgets.MODELS,
    *widgets.OPTIONS,
    *widgets.CHOICE,
    *widgets.FORM,
    *widgets.FIELD,
    *widgets.DRAWING,
    *widgets.CURVE,
    *widgets.RUN_CURVES,
    *widgets.COMPARED_RUNS,
    *app.VIEWS,
    *app.APP,
)
"""All actions, in the order of the footer and of lists."""

BY_ID = {action.id: action for action in ACTIONS}

SCOPES = {
    "train": "Train",
    "evaluate": "Evaluate",
    "runs": "Runs",
    "images": "Images",
    "matrix": "Confusion matrix",
    "comparison": "Comparison",
    "run_comparison": "Runs compared",
    "run_card": "Run card",
    "learning": "Learning",
    "replay": "Replay",
    "queue": "Queue",
    "sweeps": "Sweeps",
    "sweep": "Sweep",
    "gallery": "Images of a cell",
    "classify": "Classify",
    "augmentation": "Augmentation",
    "panel": "Every view and page",
    "page": "Every page",
    "keys": "Page of keys",
    "context_help": "Explanations",
    "jump": "Jump mode",
    "columns": "Columns of the runs",
    "ask": "Questions",
    "choices": "List of values",
    "plan": "Runs to be queued",
    "labels": "The dialog for name, note and tags",
    "new_sweep": "New sweep",
    "repeat": "Number of repeats",
    "path": "Path dialog",
    "export": "Export dialog",
    "too_small": "Small terminals",
    "move": "Lists, tables, images, text",
    "table": "Tables",
    "grid": "Matrix cells",
    "browser": "Images",
    "go_to": "Number of an image",
    "filter": "Filter of the runs",
    "models": "List of models",
    "options": "List of answers",
    "choice": "A choice",
    "form": "The form",
    "field": "A text field",
    "drawing": "The drawing",
    "curve": "Curves",
    "run_curves": "Curves of several runs",
    "compared_runs": "Table of several runs",
    "view": "Views",
    "app": "Everywhere",
}
"""The heading of each scope."""


def actions_of(scope: str) -> tuple[Action, ...]:
    """Return the actions of a scope."""
    return tuple(action for action in ACTIONS if action.scope == scope)
