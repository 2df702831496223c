"""The benchmarks' command line."""

import sys

from cyclopts import App

COMMANDS = {
    "table": "Accuracy and training time of each model, beside the published baseline.",
    "search": "Looks for a preset's hyperparameters on validation images.",
    "throughput": "Images a second beside other libraries.",
    "overhead": "What the interface costs a training, and how quickly it answers meanwhile.",
    "startup": "First frame, engine ready, idle CPU.",
    "contention": "What is left of the speed when other programs need the processors too.",
    "weights": "Whether a change of the code left every model's weights and speed as they were.",
    "memory": "Peak memory of a training, with and without the interface.",
    "scaling": "What many runs and long runs cost.",
    "pages": "How quickly the pages of an evaluation open and move.",
    "kills": "Kills runs again and again; exit code 0 if none lost anything.",
    "exits": "How long the interface takes to save and leave when it is signalled.",
}

app = App(name="benchmarks", help="Measures what fmnist-tui promises.", result_action="return_value")
for name, help_line in COMMANDS.items():
    # Named, not imported: torch in this process would count towards the memory of every child.
    app.command(f"benchmarks.{name}:{name}", name=name, help=help_line)

if __name__ == "__main__":
    sys.exit(app())
