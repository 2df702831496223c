import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from fake_files import IMAGE_DIMS, IMAGES, IMAGES_FILE, LABEL_DIMS, LABELS, LABELS_FILE, SPEC, idx_bytes, random_values

from fmnist_tui.data.verify import read_verified
from fmnist_tui.datasets import DATASETS, DataFile
from fmnist_tui.datasets.kmnist import KMNIST
from fmnist_tui.errors import UserError


def refusal(folder: Path, file: DataFile, content: bytes) -> str:
    path = folder / f"{file.name}.gz"
    path.write_bytes(gzip.compress(content, 1))
    with pytest.raises(UserError) as caught:
        read_verified(path, file, SPEC)
    message = caught.value.line()
    assert str(path) in message
    assert "Put a good copy in its place, or run `fmnist-tui data fetch --dataset fashion-mnist`" in message
    return message


@pytest.mark.parametrize("level", [0, 9])
def test_any_compression_of_the_expected_content_is_valid(tmp_path: Path, level: int) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(IMAGES, level))
    assert read_verified(path, IMAGES_FILE, SPEC).dims == IMAGE_DIMS


def test_another_dataset_under_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = idx_bytes(IMAGE_DIMS, random_values(IMAGE_DIMS, seed=1))
    known = replace(IMAGES_FILE, sha256=hashlib.sha256(digits).hexdigest())
    monkeypatch.setitem(DATASETS, "mnist", replace(DATASETS["mnist"], files=(known,)))
    assert "is from MNIST, which uses the same file names as Fashion-MNIST" in refusal(tmp_path, IMAGES_FILE, digits)


def test_a_file_of_which_only_the_compressed_files_digest_is_known(tmp_path: Path) -> None:
    packed = gzip.compress(IMAGES, mtime=0)
    file = replace(IMAGES_FILE, sha256="", gz_md5=hashlib.md5(packed).hexdigest())
    path = tmp_path / f"{file.name}.gz"
    path.write_bytes(packed)
    assert read_verified(path, file, KMNIST).dims == IMAGE_DIMS
    path.write_bytes(gzip.compress(bytes(IMAGES), 1, mtime=0))
    with pytest.raises(UserError, match=r"not KMNIST's content \(md5 [0-9a-f]{12}…\)"):
        read_verified(path, file, KMNIST)
    (tmp_path / file.name).write_bytes(IMAGES)
    with pytest.raises(UserError, match="can't be verified: of KMNIST, only the digests of the"):
        read_verified(tmp_path / file.name, file, KMNIST)


def test_other_content_of_the_expected_shape(tmp_path: Path) -> None:
    message = refusal(tmp_path, IMAGES_FILE, idx_bytes(IMAGE_DIMS, bytes(400 * 28 * 28)))
    assert "has the right shape, but not Fashion-MNIST's content" in message
    assert "an altered copy or another dataset under the same name" in message


def test_wrong_count(tmp_path: Path) -> None:
    content = idx_bytes((300, 28, 28), bytes(300 * 28 * 28))
    assert "holds 300 images, but should hold 400" in refusal(tmp_path, IMAGES_FILE, content)
    assert "holds 3 labels, but should hold 400" in refusal(tmp_path, LABELS_FILE, idx_bytes((3,), bytes(3)))


def test_wrong_size(tmp_path: Path) -> None:
    content = idx_bytes((400, 14, 28), bytes(400 * 14 * 28))
    assert "holds images of 14 × 28 pixels, but should hold 28 × 28" in refusal(tmp_path, IMAGES_FILE, content)


def test_labels_where_images_should_be(tmp_path: Path) -> None:
    assert "magic number of labels, but should hold images" in refusal(tmp_path, IMAGES_FILE, LABELS)
    assert "magic number of images, but should hold labels" in refusal(tmp_path, LABELS_FILE, IMAGES)


def test_label_above_nine(tmp_path: Path) -> None:
    labels = bytearray(random_values(LABEL_DIMS, largest=9))
    labels[123] = 10
    message = refusal(tmp_path, LABELS_FILE, idx_bytes(LABEL_DIMS, bytes(labels)))
    assert "has the label 10 at position 123, but labels are 0 to 9" in message


def test_truncated(tmp_path: Path) -> None:
    assert "ends too early: 1,000 of 313,616 bytes" in refusal(tmp_path, IMAGES_FILE, IMAGES[:1000])
