"""A damaged dataset file is read as it was or refused in one line."""

import gzip
import random
from pathlib import Path

import pytest

from fmnist_tui.data.locate import find_source
from fmnist_tui.data.verify import read_verified
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.errors import UserError

MUTANTS = 500


@pytest.mark.real_data
def test_mutants_of_a_real_file_are_refused_or_read_as_the_file_was(tmp_path: Path) -> None:
    original, file = find_source(FASHION_MNIST, "auto").files[3], FASHION_MNIST.files[3]
    labels = read_verified(original, file, FASHION_MNIST).values
    packed = original.read_bytes() if original.suffix == ".gz" else gzip.compress(original.read_bytes())
    chance, refused = random.Random(0), 0
    mutant = tmp_path / f"{file.name}.gz"
    for _ in range(MUTANTS):
        first, second = sorted(chance.randrange(len(packed)) for _place in range(2))
        noise = chance.randbytes(chance.randrange(1, 30))
        kinds = [
            packed[:first],
            packed[:first] + noise + packed[first:],
            packed[:first] + packed[second:],
            packed[:first] + bytes([packed[first] ^ (1 << chance.randrange(8))]) + packed[first + 1 :],
            packed + noise,
            noise + packed,
        ]
        mutant.write_bytes(chance.choice(kinds))
        try:
            assert read_verified(mutant, file, FASHION_MNIST).values == labels
        except UserError as error:
            refused += 1
            assert str(mutant) in error.line()
            assert "\n" not in error.line()
    assert refused > MUTANTS / 2
