"""The actions of the Evaluate view."""

from fmnist_tui.keymap.action import Action

WITH_CHECKPOINTS = "when there is a checkpoint"
WITH_REPORT = "when the checkpoint is evaluated on the split"

EVALUATE = (
    Action(
        "evaluate.run",
        "evaluate",
        "Evaluate",
        "Evaluate on the split, even if it was before",
        "evaluate",
        shown=True,
        when="when there is a checkpoint, and no evaluation is running",
    ),
    Action(
        "evaluate.split", "split", "Split", "Switch between validation and test set", "step('#split', 1)", shown=True
    ),
    Action(
        "evaluate.mark",
        "mark",
        "Mark",
        "Mark the checkpoint to compare it with another one",
        "mark",
        shown=True,
        when=WITH_CHECKPOINTS,
    ),
    Action(
        "evaluate.compare",
        "compare",
        "Compare",
        "Compare the two marked checkpoints, or the marked one with the current one",
        "compare",
        shown=True,
        when="when another checkpoint is marked, and no evaluation is running",
    ),
    Action(
        "evaluate.cancel",
        "leave",
        "Cancel",
        "Cancel the evaluation, or else remove the marks",
        "cancel",
        keys=("escape",),
        shown=True,
        when="while an evaluation is running, and when a checkpoint is marked",
    ),
    Action(
        "evaluate.calibration",
        "calibration",
        "Calibration",
        "Compare confidence with accuracy in a reliability diagram",
        "calibration",
        shown=True,
        when=WITH_REPORT,
    ),
    Action(
        "evaluate.classify",
        "draw",
        "Draw",
        "Classify a drawing or an image file",
        "classify",
        shown=True,
        when=WITH_CHECKPOINTS,
    ),
    Action("evaluate.refresh", "refresh", "Refresh", "Read the checkpoints from disk again", "refresh"),
)
