"""`fmnist-tui classify`: predict the classes of images in files."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.segment import SegmentLines
from rich.text import Text

from fmnist_tui.checkpoints.manifest import manifest_file
from fmnist_tui.cli.arguments import Checkpoint, Which
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.data.image_types import FILE_FORMATS
from fmnist_tui.data.photos import read_photograph
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import TOP_CLASSES
from fmnist_tui.formatting import percent
from fmnist_tui.half_blocks import half_blocks
from fmnist_tui.runs.resolve import resolve_checkpoint


def classify(
    *files: Annotated[
        Path, Parameter(help=f"One or more image files with one object each, of any size: {', '.join(FILE_FORMATS)}.")
    ],
    run: Checkpoint = "latest",
    which: Which = "best",
    preview: Annotated[bool, Parameter(help="Show the converted image, if the output is a terminal.")] = True,
    json: Annotated[
        bool, Parameter(help="Print one line of JSON for each file, and nothing else.", negative="")
    ] = False,
) -> int:
    """Classify your own images by a checkpoint.

    Each image is first converted to one like the dataset's: square, gray, the object centered and bright on black.
    """
    if not files:
        raise UsageError("no file was given", "Name one or more files: fmnist-tui classify shirt.jpg")
    folder, checkpoint = resolve_checkpoint(run, which)
    from fmnist_tui.evaluation.classifier import Classifier

    classifier = Classifier(manifest_file(folder.checkpoints, checkpoint))
    failures = 0
    for file in files:
        try:
            image = read_photograph(file)
        except UserError as error:
            print_stderr(error.line())
            failures += 1
            continue
        shares = classifier.probabilities(image[None])[0]
        order = shares.argsort()[::-1].tolist()
        top = [(classifier.classes[label], float(shares[label])) for label in order]
        if json:
            print_json({"file": str(file), "class": top[0][0], "probabilities": dict(top)})
            continue
        terminal = console()
        best, *others = (f"{name} {percent(share, 1)}" for name, share in top[:TOP_CLASSES])
        terminal.print(Text.assemble(plain(f"{file}: "), (best, "bold"), f"  {', '.join(others)}"), soft_wrap=True)
        if preview and sys.stdout.isatty():
            terminal.print(SegmentLines(half_blocks("#{0:02x}{0:02x}{0:02x}".format)(image), new_lines=True))
    return 1 if failures else 0
