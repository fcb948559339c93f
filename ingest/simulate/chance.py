"""Chance without state: the same key gives the same number, whenever and in whatever order it is asked."""

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fraction(*key: object) -> float:
    """A number in [0, 1) made from the key."""
    text = "\x1f".join(map(str, key)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / 2**64


def between(low: float, high: float, *key: object) -> float:
    """A number in [low, high) made from the key."""
    return low + (high - low) * fraction(*key)


def fractions(seeds: NDArray[np.uint64], number: int) -> Floats:
    """Numbers in [0, 1), one per seed, different for every `number` (a day, a slot).

    Mixes the bits as SplitMix64 does (Steele, Lea, Flood 2014).
    """
    mixed = seeds + np.uint64((number * 0x9E3779B97F4A7C15) % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
