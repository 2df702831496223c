"""MNIST: handwritten digits, by Y. LeCun, C. Cortes and C. J. C. Burges (1998)."""

from fmnist_tui.datasets.spec import DatasetSpec, mnist_files

MNIST = DatasetSpec(
    name="mnist",
    title="MNIST",
    classes=tuple("0123456789"),
    mean=0.1307,  # as in PyTorch's MNIST example
    std=0.3081,
    license="CC BY-SA 3.0",
    url="https://yann.lecun.com/exdb/mnist/",
    advice="handwritten digits; the easiest of them",
    files=mnist_files(
        sha256=(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        )
    ),
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),  # torchvision's
    subfolders=("MNIST/raw",),
    download_mb=12,
)
