"""Put the repository on the path: the benchmarks are not part of the installed package."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
