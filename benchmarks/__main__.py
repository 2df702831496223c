"""The benchmarks' command line."""

import sys

from cyclopts import App

from fmnist_tui.errors import UserError

COMMANDS = {
    "table": "Compare accuracy and training time of each model with the published baseline.",
    "ladder": "Measure when each preset, and other recipes, reach test accuracies.",
    "throughput": "Compare images per second with other libraries.",
    "steps": "Measure the steps of a training by themselves, on any device.",
    "overhead": "Measure how much the interface slows a training, and how fast it responds.",
    "latency": "Measure how soon the screen shows what a key does, while a network trains.",
    "drawing": "Measure what drawing costs a training, within one run.",
    "startup": "Measure first frame, engine ready and idle CPU.",
    "bandwidth": "Measure the bytes that the interface writes while it trains and while it is idle.",
    "contention": "Measure the training speed while other programs use the processors.",
    "weights": "Compare every model's weights and speed with another checkout.",
    "memory": "Measure the peak memory of a training, with and without the interface.",
    "scaling": "Measure several trainings at once on the same processors, and repeats.",
    "splits": "Measure how much easier validation images are than test images, and why not.",
    "study": "Measure the time of a sweep's database for a trial, in small and large studies.",
    "many": "Measure lists, folds and frames with many runs and long runs.",
    "pages": "Measure how fast the pages of an evaluation open and move.",
    "kills": "Kill runs repeatedly; exit code 0 if none lost anything.",
    "exits": "Measure how long the interface takes to save and exit on a signal.",
}

app = App(
    name="benchmarks", help="Measure the speed, accuracy and reliability of fmnist-tui.", result_action="return_value"
)
for name, help_line in COMMANDS.items():
    # Named, not imported: torch in this process would count towards the memory of every child.
    app.command(f"benchmarks.{name}:{name}", name=name, help=help_line)

if __name__ == "__main__":
    try:
        sys.exit(app())
    except UserError as error:
        sys.exit(str(error))
