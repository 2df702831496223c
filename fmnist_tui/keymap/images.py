"""The actions of the Images view."""

from fmnist_tui.keymap.action import Action

IMAGES = (
    Action(
        "images.neighbors",
        "open",
        "Nearest",
        "Find the most similar training images",
        "neighbors",
        shown=True,
        when="when the images are read",
    ),
    Action(
        "images.split",
        "split",
        "Split",
        "Switch to the next of training, validation and test set",
        "step('#images-split', 1)",
        shown=True,
    ),
    Action("images.class", "next", "Class", "Show the next class", "step('#images-class', 1)", shown=True),
    Action("images.class_before", "previous", "Previous class", "Show the previous class", "step('#images-class', -1)"),
    Action(
        "images.augment",
        "apply",
        "Augment",
        "Apply the form's augmentation to the image",
        "augment",
        shown=True,
        when="when the images are read",
    ),
)
