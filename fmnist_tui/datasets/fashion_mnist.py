"""Fashion-MNIST: photographs of garments, by H. Xiao, K. Rasul and R. Vollgraf (2017)."""

from pathlib import Path

from fmnist_tui.datasets.spec import DatasetSpec, mnist_files

FASHION_MNIST = DatasetSpec(
    name="fashion-mnist",
    title="Fashion-MNIST",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    mean=0.2860,  # a test computes both from the files
    std=0.3530,
    license="MIT",
    url="https://github.com/zalandoresearch/fashion-mnist",
    advice="garments; all presets are tuned for it",
    files=mnist_files(
        sha256=(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        )
    ),
    # torchvision's mirror, then the authors' repository. Plain HTTP is safe here: the content is verified.
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    folders=(Path("/usr/share/datasets/fashion-mnist"),),
    package="dataset-fashion-mnist",
    subfolders=("FashionMNIST/raw",),
    download_mb=30,
    allows_flip=True,
)
