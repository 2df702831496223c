"""What each key means, everywhere in the interface."""

from typing import NamedTuple


class Verb(NamedTuple):
    """A meaning, and the keys that have it and no other, the preferred key first."""

    meaning: str
    keys: tuple[str, ...]


VERBS = {
    # moving
    "left": Verb("move left", ("left", "h")),
    "right": Verb("move right", ("right", "l")),
    "up": Verb("move up", ("up", "k")),
    "down": Verb("move down", ("down", "j")),
    "first": Verb("move to the first", ("home", "g g")),
    "last": Verb("move to the last", ("end", "G")),
    "page up": Verb("move up by a page", ("pageup",)),
    "page down": Verb("move down by a page", ("pagedown",)),
    "half up": Verb("move up by half a page", ("ctrl+u",)),
    "half down": Verb("move down by half a page", ("ctrl+d",)),
    "next": Verb("the next one", ("right_square_bracket",)),
    "previous": Verb("the previous one", ("left_square_bracket",)),
    # everywhere
    "open": Verb("open or choose", ("enter",)),
    "leave": Verb("back; from a view, quit", ("escape", "q", "ctrl+c")),
    "search": Verb("search, filter or go to", ("slash",)),
    "mark": Verb("mark, or turn on and off", ("space",)),
    "copy": Verb("copy", ("y",)),
    "help": Verb("help", ("question_mark",)),
    "explain": Verb("explain what has the focus", ("f1",)),
    "palette": Verb("command palette", ("ctrl+p", "colon")),
    "jump": Verb("jump to a widget", ("ctrl+o",)),
    "maximize": Verb("maximize the panel", ("m",)),
    "screenshot": Verb("save a screenshot", ("f12",)),
    "refresh": Verb("read again", ("f5",)),
    # the views
    "train view": Verb("open Train", ("t",)),
    "evaluate view": Verb("open Evaluate", ("v",)),
    "runs view": Verb("open Runs", ("u",)),
    "images view": Verb("open Images", ("i",)),
    # runs
    "start": Verb("start", ("s", "ctrl+s")),
    "pause": Verb("pause or continue", ("p",)),
    "stop": Verb("stop", ("x",)),
    "resume": Verb("resume", ("r",)),
    "background": Verb("train in the background", ("B",)),
    "queue": Verb("the queue", ("Q",)),
    "sweeps": Verb("the sweeps", ("H",)),
    "earlier": Verb("earlier in the queue", ("K",)),
    "later": Verb("later in the queue", ("J",)),
    "watch": Verb("watch", ("W",)),
    "new": Verb("a new one", ("n",)),
    "form": Verb("the form", ("f",)),
    "apply": Verb("apply", ("a",)),
    "labels": Verb("name, note and tags", ("N",)),
    "learning": Verb("what the network learns", ("L",)),
    "replay": Verb("replay", ("P",)),
    "card": Verb("run card", ("C",)),
    "repeat": Verb("repeat with other seeds", ("S",)),
    "export": Verb("export", ("E",)),
    # evaluations and images
    "evaluate": Verb("evaluate", ("e",)),
    "split": Verb("the other split", ("d",)),
    "compare": Verb("compare", ("c",)),
    "draw": Verb("classify a drawing or a file", ("D",)),
    "calibration": Verb("calibration", ("R",)),
    "errors": Verb("the most confident errors", ("exclamation_mark",)),
    "order": Verb("another order", ("o",)),
    "columns": Verb("choose the columns", ("O",)),
    "only A": Verb("only A is correct", ("less_than_sign",)),
    "only B": Verb("only B is correct", ("greater_than_sign",)),
    # plots and drawings
    "log": Verb("logarithmic axis", ("b",)),
    "axis": Verb("another x axis", ("X",)),
    "range": Verb("recent or full range", ("w",)),
    "larger": Verb("larger", ("plus", "equals_sign")),
    "smaller": Verb("smaller", ("minus",)),
    "whole": Verb("the whole range", ("0",)),
    "pan left": Verb("pan left", ("shift+left",)),
    "pan right": Verb("pan right", ("shift+right",)),
    "pan up": Verb("pan up", ("shift+up",)),
    "pan down": Verb("pan down", ("shift+down",)),
    # editing
    "undo": Verb("undo", ("ctrl+z", "z", "backspace")),
    "redo": Verb("redo", ("ctrl+y",)),
    "reset": Verb("reset the field", ("ctrl+r",)),
    "complete": Verb("complete what is typed", ("tab",)),
    "erase": Verb("erase", ("delete",)),
}
"""Every key has one meaning: an action takes its keys from the verb that it is an instance of."""
