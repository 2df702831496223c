"""Independent streams of random numbers from one seed."""

import hashlib

import torch


def seed_for(seed: int, purpose: str, index: int = 0) -> int:
    """Return a seed derived from all three; unlike `seed + index`, different arguments give unrelated seeds."""
    digest = hashlib.blake2b(f"{seed}/{purpose}/{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def generator_for(seed: int, purpose: str, index: int = 0) -> torch.Generator:
    """Return a CPU generator with the seed of `seed_for`."""
    return torch.Generator().manual_seed(seed_for(seed, purpose, index))
