"""Independent streams of random numbers from one seed."""

import hashlib

import torch


def seed_for(seed: int, purpose: str, index: int = 0) -> int:
    """A seed that depends on all three and shares nothing with its neighbors, unlike `seed + index`."""
    digest = hashlib.blake2b(f"{seed}/{purpose}/{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def generator_for(seed: int, purpose: str, index: int = 0) -> torch.Generator:
    """A CPU generator on that stream."""
    return torch.Generator().manual_seed(seed_for(seed, purpose, index))
