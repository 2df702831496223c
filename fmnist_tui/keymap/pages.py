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

RUN_COMPARISON = (
    Action(
        "run_comparison.metric",
        "next",
        "Metric",
        "Plot the next of accuracy, loss and learning rate",
        "metric(1)",
        shown=True,
    ),
    Action(
        "run_comparison.metric_before",
        "previous",
        "Previous metric",
        "Plot the previous of accuracy, loss and learning rate",
        "metric(-1)",
    ),
    Action(
        "run_comparison.split",
        "split",
        "Split",
        "Plot the figures of the validation images, or those of the training",
        "split",
        shown=True,
    ),
    Action(
        "run_comparison.axis",
        "axis",
        "X axis",
        "Plot against the next of epochs, steps and training time",
        "axis",
        shown=True,
    ),
    Action("run_comparison.smoother", "larger", "Smoother", "Smooth the curves more", "smooth(1)", shown=True),
    Action("run_comparison.rougher", "smaller", "Less smooth", "Smooth the curves less", "smooth(-1)"),
    Action(
        "run_comparison.group",
        "mark",
        "Repeats",
        "Show the mean and the range of repeats, or each by itself",
        "group",
        shown=True,
        when="when runs differ in their seeds only",
    ),
    Action(
        "run_comparison.compare",
        "compare",
        "Checkpoints",
        "Compare the best checkpoints of two runs on the same images",
        "compare",
        shown=True,
        when="when there are two runs, or when another run than the current one is chosen",
    ),
    Action(
        "run_comparison.cancel",
        "leave",
        "Cancel",
        "Cancel the evaluation, or forget the chosen run, or close the page",
        "cancel",
        keys=("escape",),
    ),
    Action("run_comparison.refresh", "refresh", "Refresh", "Read the runs from disk again", "refresh"),
)

RUN_CARD = (
    Action(
        "run_card.copy", "copy", "Copy", "Copy the card as Markdown", "copy", shown=True, when="when the card is read"
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

REPLAY = (
    Action(
        "replay.pause", "pause", "Pause", "Pause the replay", "pause", shown=True, when="while the replay is playing"
    ),
    Action(
        "replay.play",
        "pause",
        "Play",
        "Play the replay; at its end, again from the start",
        "play",
        shown=True,
        when="while the replay is paused",
        shares_keys_of="replay.pause",
    ),
    Action(
        "replay.before",
        "left",
        "Previous",
        "Go to the end of the previous epoch",
        "seek_epoch(-1)",
        shown=True,
    ),
    Action("replay.after", "right", "Next epoch", "Go to the end of the next epoch", "seek_epoch(1)", shown=True),
    Action("replay.steps_before", "previous", "Steps", "Go to the previous report of steps", "seek_report(-1)"),
    Action("replay.steps_after", "next", "Steps", "Go to the next report of steps", "seek_report(1)", shown=True),
    Action("replay.faster", "larger", "Faster", "Play faster, up to 50×", "change_speed(1)", shown=True),
    Action("replay.slower", "smaller", "Slower", "Play slower, down to 1×", "change_speed(-1)", shown=True),
    Action("replay.first", "first", "Start", "Go to the start of the run", "seek_edge(0)"),
    Action("replay.last", "last", "End", "Go to the end of the run", "seek_edge(1)", shown=True),
    Action(
        "replay.learning",
        "learning",
        "Learning",
        "Show what the network had learned by then",
        "learning",
        shown=True,
    ),
    Action(
        "replay.apply",
        "apply",
        "Apply fix",
        "Close the replay and apply the suggested fix to the form",
        "apply",
        shown=True,
        when="when a problem of the run has a fix",
    ),
)

QUEUE = (
    Action(
        "queue.earlier", "earlier", "Earlier", "Train the run earlier", "move(-1)", shown=True, when="when there is one"
    ),
    Action("queue.later", "later", "Later", "Train the run later", "move(1)", shown=True, when="when there is one"),
    Action(
        "queue.cancel",
        "erase",
        "Cancel",
        "Take the run out of the queue: stop and save it, or move it to the trash",
        "cancel",
        shown=True,
        when="when there is one",
    ),
    Action(
        "queue.pause",
        "pause",
        "Pause",
        "Start no run after the current one",
        "pause",
        shown=True,
        when="while a process works on the queue",
    ),
    Action(
        "queue.continue",
        "pause",
        "Continue",
        "Work on the queue until it is empty",
        "continue",
        shown=True,
        when="while no process works on the queue",
        shares_keys_of="queue.pause",
    ),
    Action(
        "queue.watch",
        "watch",
        "Watch",
        "Watch the run that is being trained; enter does so, too",
        "watch",
        shown=True,
        when="when it is the current one",
    ),
    Action("queue.refresh", "refresh", "Refresh", "Read the queue from disk again", "refresh"),
)

SWEEPS = (
    Action("sweeps.stop", "stop", "Stop", "Stop the sweep: its workers save their runs and end", "stop", shown=True),
    Action(
        "sweeps.work",
        "background",
        "Add worker",
        "Train its trials in one more background process; a stopped sweep continues",
        "work",
        shown=True,
    ),
    Action("sweeps.copy", "copy", "Copy", "Copy the command for a worker in another terminal", "copy", shown=True),
    Action("sweeps.refresh", "refresh", "Refresh", "Read the sweeps again", "refresh"),
)

SWEEP = (
    Action(
        "sweep.best",
        "apply",
        "Use best",
        "Fill the form with the config of the best trial",
        "use_best",
        shown=True,
        when="when a trial is complete",
    ),
    Action(
        "sweep.config",
        "form",
        "Use config",
        "Fill the form with the config of the trial",
        "use_config",
        shown=True,
        when="when its values are chosen",
    ),
    Action(
        "sweep.watch",
        "watch",
        "Watch",
        "Open its run in the live view",
        "watch",
        shown=True,
        when="when it has a run",
    ),
    Action(
        "sweep.stop",
        "stop",
        "Stop",
        "Stop the trial with what it has reached, or the whole sweep",
        "stop",
        shown=True,
        when="while the sweep is not done",
    ),
    Action(
        "sweep.work",
        "background",
        "Add worker",
        "Train its trials in one more background process; a stopped sweep continues",
        "work",
        shown=True,
        when="while the sweep is not done",
    ),
    Action("sweep.next", "next", "Next plots", "Show the plots that had no room", "turn(1)", shown=True),
    Action("sweep.previous", "previous", "Plots before", "Show the plots before", "turn(-1)"),
    Action("sweep.order", "order", "Order", "Switch between newest first and best first", "order", shown=True),
    Action("sweep.copy", "copy", "Copy", "Copy the command for a worker in another terminal", "copy"),
    Action("sweep.refresh", "refresh", "Refresh", "Read the sweep again", "refresh"),
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
    Action("columns.toggle", "mark", "Show or hide", "Show or hide the column", "toggle_column", shown=True),
    Action(
        "columns.sort",
        "open",
        "Sort",
        "Sort by the column; in the other direction if the list is",
        "sort",
        shown=True,
        has_priority=True,  # over enter of Textual's list
    ),
    Action("columns.reset", "reset", "Reset", "Show the usual columns, newest runs first", "reset", shown=True),
    Action("columns.close", "leave", "Close", "Go back to the list", "dismiss(None)", shown=True),
    Action("columns.again", "columns", "Close", "Go back to the list", "dismiss(None)"),
    Action("columns.order", "order", "Close", "Go back to the list", "dismiss(None)"),
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
    Action("export.cancel", "leave", "Cancel", "Close, and end an export that is not yet verified", "close"),
    Action("plan.cancel", "leave", "Cancel", "Queue nothing", "cancel", keys=("escape", "q"), shown=True),
    Action("labels.cancel", "leave", "Cancel", "Close without a change", "dismiss(None)", keys=("escape", "ctrl+c")),
    Action("new_sweep.start", "start", "Start", "Make the sweep and start its workers", "start", keys=("ctrl+s",)),
    Action("new_sweep.copy", "copy", "Copy", "Copy the command that makes the sweep", "copy"),
    Action("new_sweep.cancel", "leave", "Cancel", "Make no sweep", "dismiss(None)", keys=("escape", "ctrl+c")),
    Action("repeat.cancel", "leave", "Cancel", "Close without a change", "dismiss(None)", keys=("escape",)),
    Action("path.complete", "complete", "Complete", "Complete the path", "complete", shown=True),
    Action("path.cancel", "leave", "Cancel", "Close without a change", "dismiss(None)", keys=("escape", "ctrl+c")),
)
