import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from fake_files import IMAGE_DIMS, IMAGES, IMAGES_FILE, LABEL_DIMS, LABELS, LABELS_FILE, idx_bytes, random_values

from fmnist_tui.data.files import FASHION_MNIST, DataFile
from fmnist_tui.data.verify import read_verified
from fmnist_tui.errors import UserError


def refusal(folder: Path, file: DataFile, content: bytes) -> str:
    path = folder / f"{file.name}.gz"
    path.write_bytes(gzip.compress(content, 1))
    with pytest.raises(UserError) as caught:
        read_verified(path, file)
    message = caught.value.line()
    assert str(path) in message
    assert "Put a good copy in its place, or run `fmnist-tui data fetch`" in message
    return message


@pytest.mark.parametrize("level", [0, 9])
def test_any_packing_of_the_right_content_is_good(tmp_path: Path, level: int) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(IMAGES, level))
    assert read_verified(path, IMAGES_FILE).dims == IMAGE_DIMS


def test_mnist_under_the_same_name(tmp_path: Path) -> None:
    digits = idx_bytes(IMAGE_DIMS, random_values(IMAGE_DIMS, seed=1))
    file = replace(IMAGES_FILE, mnist_sha256=hashlib.sha256(digits).hexdigest())
    assert "is from MNIST, the handwritten digits" in refusal(tmp_path, file, digits)


def test_other_content_of_the_right_shape(tmp_path: Path) -> None:
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
    assert "has the label 10 at position 123, but labels go from 0 to 9" in message


def test_truncated(tmp_path: Path) -> None:
    assert "ends too early: 1,000 of 313,616 bytes" in refusal(tmp_path, IMAGES_FILE, IMAGES[:1000])


def test_no_checksum_is_given_twice() -> None:
    sums = [sum_ for file in FASHION_MNIST for sum_ in (file.sha256, file.mnist_sha256)]
    assert len(set(sums)) == 8
    assert all(len(sum_) == 64 for sum_ in sums)
