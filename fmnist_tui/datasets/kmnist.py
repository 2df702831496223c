"""Kuzushiji-MNIST: handwritten hiragana of old books, by T. Clanuwat et al. (2018)."""

from fmnist_tui.datasets.spec import DatasetSpec, mnist_files

KMNIST = DatasetSpec(
    name="kmnist",
    title="KMNIST",
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    mean=0.1918,  # both as commonly used; not computed from the files
    std=0.3483,
    license="CC BY-SA 4.0",
    url="https://github.com/rois-codh/kmnist",
    advice="hiragana in cursive script; harder than MNIST",
    # torchvision's digests, of the compressed files; those of the uncompressed content are not published.
    files=mnist_files(
        gz_md5=(
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        )
    ),
    mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),  # torchvision's
    subfolders=("KMNIST/raw",),
    download_mb=21,
)
