"""What can go wrong with the native core.

NativeError
├── LibraryMissingError    it was not built here, or cannot be loaded: serve by torch
├── RefusedError           what it was given is out of range; the text names it
└── CacheError             a file of folded tables is damaged, stale or foreign: it is made again
"""

from __future__ import annotations


class NativeError(Exception):
    """The native core cannot do what it was asked for; the text says why."""


class LibraryMissingError(NativeError):
    """There is no library that this process can load; the text says where it was looked for."""


class RefusedError(NativeError, ValueError):
    """An argument is out of range."""


class CacheError(NativeError):
    """A file of folded tables is not what it should be."""
