"""The numbers of the golden cases: a small integer generator that Python and JavaScript run alike, bit for bit.

Nothing random is stored: tensors and inputs are made again from (seed, shape, scale). `prng.ts` is the same in
TypeScript.
"""
import numpy as np

MASK = 0xFFFFFFFF


def seed_of(text: str) -> int:
    """FNV-1a (Fowler, Noll, Vo), 32 bits: the seed of a tensor is the hash of its case and name."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & MASK
    return value


def integers(seed: int, count: int) -> np.ndarray:
    """mulberry32 (Tommy Ettinger, public domain): `count` uniform uint32. Its state is a counter, so all at once."""
    state = (np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x6D2B79F5)) & np.uint64(MASK)
    z = ((state ^ (state >> np.uint64(15))) * (state | np.uint64(1))) & np.uint64(MASK)
    z ^= (z + (((z ^ (z >> np.uint64(7))) * (z | np.uint64(61))) & np.uint64(MASK))) & np.uint64(MASK)
    return (z ^ (z >> np.uint64(14))).astype(np.uint32)


def uniform(seed: int, shape, scale: float) -> np.ndarray:
    """float32 in [-scale, scale): 24 random bits as an exact fraction, times the float32 scale, rounded once."""
    count = int(np.prod(shape))
    fraction = (integers(seed, count) >> np.uint32(8)).astype(np.int64) - 2**23
    return ((fraction / 2**23).astype(np.float32) * np.float32(scale)).reshape(shape)


def below(seed: int, shape, limit: int) -> np.ndarray:
    """int32 in [0, limit)."""
    return (integers(seed, int(np.prod(shape))) % np.uint32(limit)).astype(np.int32).reshape(shape)
