"""What `--json` prints: the keys of each command's JSON. Shares are from 0 to 1, times in seconds."""

from typing import NamedTuple


class JsonOutput(NamedTuple):
    """The JSON of one command.

    Attributes:
        one: What each line holds if there are several, such as "run"; empty if the output is one object.
        keys: The meaning of each key.
    """

    one: str
    keys: dict[str, str]


EVENTS = {
    "type": "what happened, such as run_started, steps_done, epoch_ended or run_ended",
    "time": "when, since 1970",
    "…": "the event's figures, as in the run's events.jsonl",
}

JSON_OUTPUTS = {
    "train": JsonOutput("event", EVENTS),
    "resume": JsonOutput("event", EVENTS),
    "replay": JsonOutput("event", EVENTS),
    "watch": JsonOutput("event", EVENTS),
    "queue": JsonOutput(
        "",
        {
            "is_paused": "whether no further run is started",
            "has_worker": "whether a process works on the queue",
            "runs": "place, run, name, state and folder of each, the next one first",
        },
    ),
    "sweep": JsonOutput(
        "",
        {
            "storage": "where the sweeps are, without a password",
            "sweeps": "sweep, state, model, fields, results, trials, running, best_validation_accuracy and problem of "
            "each",
        },
    ),
    "sweep show": JsonOutput(
        "",
        {
            "sweep": "the sweep's name",
            "storage": "where it is, without a password",
            "state": "running, waiting, stopped or done",
            "stopped_by": "who stopped it; empty if nobody did",
            "sampler": "tpe, random or grid",
            "pruner": "median, hyperband or none",
            "space": "what each field that varies may be, by its name",
            "config": "all other fields, as in a run's config.json",
            "wanted": "the number of trials that are to be complete or pruned",
            "results": "the number of those that are",
            "best": "the number of the best trial; null if none is complete",
            "importances": "the share of each field in the differences of accuracy",
            "trials": "trial, state, values, validation_accuracy, epochs (the accuracy after each), run, host, worker, "
            "reason, continues, continued_by, started and ended of each",
        },
    ),
    "test": JsonOutput(
        "",
        {
            "run": "the run's name",
            "model": "the model's name",
            "checkpoint": "best, last or epoch-10",
            "epoch": "the epoch that the weights come from",
            "weights_sha256": "the digest of the weights",
            "dataset": "the dataset's name",
            "split": "train, validation or test",
            "version": "the version of this format",
            "time": "when it was evaluated, since 1970",
            "images": "the number of images",
            "correct": "the number of correct predictions",
            "accuracy": "the share of correct predictions",
            "low": "the lower end of the accuracy's 95 % interval",
            "high": "the upper end of it",
            "loss": "the mean cross-entropy",
            "top2": "the share of images whose class is among the two most likely ones",
            "calibration": "the calibration error and its bins",
            "classes": "name, precision, recall, F1 and images of each class",
            "confusion": "counts; the row is the true class, the column the predicted one",
            "seconds": "the duration without loading",
        },
    ),
    "compare": JsonOutput(
        "",
        {
            "a": "run, checkpoint, epoch and accuracy of A",
            "b": "the same of B",
            "split": "train, validation or test",
            "images": "the number of images",
            "difference": "the accuracy of B minus that of A",
            "low": "the lower end of the difference's 95 % interval",
            "high": "the upper end of it",
            "p_value": "of McNemar's test",
            "gained": "the positions of the images that only B predicts correctly",
            "lost": "those that only A predicts correctly",
            "recall_changes": "the recall of B minus that of A by class",
        },
    ),
    "classify": JsonOutput(
        "file",
        {
            "file": "the file's name as given",
            "class": "the predicted class",
            "probabilities": "the probability of each class, most likely first",
        },
    ),
    "export": JsonOutput(
        "",
        {
            "format": "the format's name",
            "run": "the run's name",
            "checkpoint": "best, last or epoch-10; null if the run's history was exported",
            "path": "the file or folder that was written",
            "bytes": "its size",
            "contents": "what is in it, in words",
            "usage": "how to open it: a command, or a line of Python",
            "verified": "images, same_predictions, max_difference, tolerance, and differs_from_evaluation, the number "
            "of predictions that differ from the saved test-set evaluation; null for a history",
        },
    ),
    "reproduce": JsonOutput(
        "",
        {
            "run": "the run that was trained again",
            "verdict": "bit_identical, equal_within_rounding or different",
            "reproduction": "the new run; null if it was deleted because it is bit-identical",
            "epochs": "the number of epochs that were compared",
            "missing_epochs": "the number of epochs that the new run lacks",
            "first_difference": "the first epoch whose figures differ; null if there is none",
            "accuracy_difference": "the largest difference of a validation accuracy; null if one is not finite",
            "weights": "names, epoch, relative difference (null if unknown) and is_identical of each step",
            "tolerances": "the differences of accuracy and weights that count as rounding",
            "reasons": "in what the two differ besides their results, the most likely reason first",
        },
    ),
    "runs": JsonOutput(
        "run",
        {
            "run": "its identifier",
            "name": "its name; empty if it has none",
            "note": "its note",
            "tags": "its tags",
            "is_marked": "whether it is marked",
            "folder": "its folder",
            "created": "when it started, since 1970",
            "state": "such as running, finished, stopped, crashed or failed",
            "dataset": "the dataset's name; null if the config can't be read",
            "epochs": "the number of finished epochs",
            "best_epoch": "the epoch with the highest validation accuracy; 0 if there is none",
            "best_validation_accuracy": "that accuracy",
            "test_accuracy": "of the newest test-set evaluation of checkpoint best",
            "test_evaluations": "the number of all test-set evaluations",
            "active_seconds": "the time spent training",
            "checkpoints": "their names",
            "config": "as in its config.json; null if that can't be read",
            "problem": "why the run can't be read; empty if it can",
            "card": "of runs that are named: the command that reproduces it, how it was started and resumed, digests",
        },
    ),
    "runs compare": JsonOutput(
        "",
        {
            "runs": "letter, run, name, state, epochs, best_epoch, validation and test accuracy (value, low, high), "
            "active_seconds, parameters and problem of each",
            "settings": "value, and whether it is an assumed default, by setting that differs and by letter",
            "repeats": "the letters of runs that differ in the seed only, their mean validation and test accuracy, and "
            "mean, standard_deviation, low and high of every metric as statistics",
        },
    ),
    "data": JsonOutput(
        "",
        {
            "dataset": "the dataset's name",
            "title": "its title",
            "origin": "where the files are, in words; null if they are not on this machine",
            "files": "path, size and problem of each",
            "problem": "the first problem and its fix; null if there is none",
        },
    ),
    "models": JsonOutput(
        "model",
        {
            "name": "its name",
            "summary": "what it is",
            "aliases": "other names",
            "presets": "the names of its presets",
            "parameters": "the number of trainable parameters with preset fast",
            "flops": "floating-point operations for one image",
            "options": "flag, kind, description, valid values and default of each",
            "layers": "kind, output shape and parameters of each",
        },
    ),
    "presets": JsonOutput(
        "preset of a model",
        {
            "preset": "its name",
            "model": "the model's name",
            "summary": "what it is for",
            "config": "all values, as in a run's config.json",
        },
    ),
    "keys": JsonOutput(
        "action",
        {
            "id": "its name in keymap.toml",
            "keys": "the keys in effect",
            "label": "its name in the footer",
            "help": "what it does",
            "when": "when it is available; empty if always",
            "changed": "whether keymap.toml gave it other keys",
        },
    ),
    "doctor": JsonOutput(
        "",
        {
            "version": "of the program",
            "python": "the version of Python",
            "platform": "the operating system",
            "libraries": "the version of each",
            "memory": "free and total bytes",
            "devices": "the devices to train on",
            "cpu": "cores, threads, threads that are used, kernels, and whether it has bf16",
            "terminal": "type, size, colors, encoding, and whether it is the output",
            "data": "where the images of each dataset are; null if they are not on this machine",
            "folders": "path and free bytes of those for runs and for the cache",
            "problems": "the problems that were found",
            "speed": "speeds of layers and presets, and what slows them; null without --speed",
        },
    ),
}
"""The output of each command that has `--json`."""
