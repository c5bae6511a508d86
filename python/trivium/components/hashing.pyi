# Printed by: python -m trivium.stubs hashing
from dataclasses import dataclass
from enum import IntEnum
from os import PathLike
from trivium import Operation

class Algorithm(IntEnum):
    """A message digest."""
    SHA256 = 0
    SHA1 = 1
    SHA512 = 2
    SHA3_256 = 3
    BLAKE2B512 = 4
    MD5 = 5

@dataclass(frozen=True)
class TreeProgress:
    """How much of a tree is done."""
    files_done: int
    bytes_done: int

def hash_file(path: str | PathLike[str], algorithm: Algorithm | int | str = Algorithm.SHA256) -> Operation[bytes, int]:
    """The digest of a file; progress is the number of bytes read.

    IAsyncOperationWithProgress<UInt8[], UInt64> HashFileAsync(String path, Algorithm algorithm = Algorithm.Sha256)
    """

def hash_tree(root: str | PathLike[str], algorithm: Algorithm | int | str = Algorithm.SHA256) -> Operation[bytes, TreeProgress]:
    """The digest of the sorted digests of all regular files below a directory.

    IAsyncOperationWithProgress<UInt8[], TreeProgress> HashTreeAsync(String root, Algorithm algorithm = Algorithm.Sha256)
    """

def count_files(root: str | PathLike[str]) -> Operation[int]:
    """How many regular files there are below a directory.

    IAsyncOperation<UInt64> CountFilesAsync(String root)
    """

def algorithms() -> list[str]:
    """The algorithms that can be used here.

    String[] Algorithms()
    """
