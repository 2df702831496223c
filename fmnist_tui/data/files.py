"""The four files of Fashion-MNIST: their names, their shapes, and the checksums that prove them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of the dataset.

    Attributes:
        name: Its name without `.gz`.
        dims: The array's dimensions: [images, rows, columns], or [labels].
        sha256: Of the uncompressed content. The compressed file's own differs from one packing to the next.
        mnist_sha256: Of the file that the older MNIST, the handwritten digits, has under the same name.
    """

    name: str
    dims: tuple[int, ...]
    sha256: str
    mnist_sha256: str

    @property
    def holds_labels(self) -> bool:
        return len(self.dims) == 1


FASHION_MNIST = (
    DataFile(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    DataFile(
        "train-labels-idx1-ubyte",
        (60_000,),
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    DataFile(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    DataFile(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
"""Training images, training labels, test images, test labels."""
