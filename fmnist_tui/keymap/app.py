"""The actions of the whole app, and those that change the view."""

from fmnist_tui.keymap.action import Action

VIEWS = (
    Action("view.train", "train view", "Train", "Choose a model, train it and watch it", "switch_mode('train')"),
    Action("view.evaluate", "evaluate view", "Evaluate", "Evaluate checkpoints", "switch_mode('evaluate')"),
    Action("view.runs", "runs view", "Runs", "List all runs", "switch_mode('runs')"),
    Action("view.images", "images view", "Images", "Browse the images", "switch_mode('images')"),
)

APP = (
    Action("app.jump", "jump", "Jump", "Go to anything on the screen by a letter", "jump"),
    Action("app.explain", "explain", "Explain", "Explain the focused field or panel", "context_help"),
    Action("app.screenshot", "screenshot", "Screenshot", "Save a picture of the screen (SVG)", "screenshot"),
    Action(
        "app.palette",
        "palette",
        "Commands",
        "Find every action, run, model, field and setting",
        "command_palette",
        has_priority=True,
    ),
    Action("app.help", "help", "Help", "List all keys", "keys", shown=True),
    Action("app.quit", "leave", "Quit", "Quit; ask first if a run is active", "quit", keys=("q", "ctrl+c"), shown=True),
)
