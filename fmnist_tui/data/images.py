"""Images as the interface looks at them: in numpy, for it never touches a tensor."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SIDE = 28

GrayImage: TypeAlias = NDArray[np.uint8]
"""[28, 28]; 0 is the empty background."""

GrayImages: TypeAlias = NDArray[np.uint8]
"""[n, 28, 28]."""

Indices: TypeAlias = NDArray[np.intp]
"""Places in a split, from 0."""
