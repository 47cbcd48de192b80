"""Finds and loads the shared library, and types its functions."""

from __future__ import annotations

import ctypes
import os
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotag_model.native.errors import LibraryMissingError, NativeError, RefusedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 3
"""Of the interface, as `source/emotag.h` has it."""

LIBRARY = "emotag_native.so"
OVERRIDE = "EMOTAG_NATIVE"
"""Environment variable that names another library, or is "off" for none."""

_ERROR_SIZE = 256
_FIRST_BYTE = ctypes.c_char.from_buffer
_Signature = tuple[Any, tuple[Any, ...]]
_POINTER, _SIZE, _INT, _TEXT = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p
_FUNCTIONS: dict[str, _Signature] = {  # name: result, arguments without those for the text of an error
    "emotag_version": (_INT, ()),
    "emotag_has_kernel": (_INT, (_TEXT,)),
    "emotag_model_free": (None, (_POINTER,)),
    "emotag_model_kernel": (_TEXT, (_POINTER,)),
    "emotag_encoder_free": (None, (_POINTER,)),
}
_FALLIBLE: dict[str, _Signature] = {
    "emotag_model_new": (_POINTER, (_POINTER, _SIZE, _POINTER, _SIZE, _POINTER, _SIZE, _TEXT)),
    "emotag_model_logits": (_INT, (_POINTER, _POINTER, _SIZE, _POINTER, _SIZE, _POINTER, _POINTER)),
    "emotag_model_states": (_INT, (_POINTER, _POINTER, _SIZE, _POINTER, _SIZE, _POINTER)),
    "emotag_encoder_new": (_POINTER, (_POINTER, _SIZE, _POINTER, _SIZE)),
    "emotag_encoder_encode": (_INT, (_POINTER, _TEXT, _POINTER, _SIZE, _POINTER, _SIZE, _POINTER, _POINTER)),
    "emotag_read": (_INT, (_POINTER, _POINTER, _TEXT, _POINTER, _SIZE, _POINTER, _POINTER, _POINTER)),
    "emotag_scores": (_INT, (_POINTER, _SIZE, _SIZE, _POINTER, _POINTER, _POINTER, _SIZE, _POINTER)),
}


def address(array: NDArray[Any]) -> int:
    """Return where an array's numbers are, in a third of the time that `array.ctypes` takes."""
    if array.size and array.flags.writeable:
        return ctypes.addressof(_FIRST_BYTE(array))  # type: ignore[arg-type]  # numpy says so from Python 3.12 on
    return int(array.ctypes.data)


class _Complaint(threading.local):
    """Room for the text of an error, a thread's own."""

    def __init__(self) -> None:
        self.buffer = ctypes.create_string_buffer(_ERROR_SIZE)


class Library:
    """The functions of a loaded library. Calls release the GIL."""

    def __init__(self, path: Path) -> None:
        """Load the library at `path`. Raises LibraryMissingError when it cannot be, or is of another version."""
        try:
            self._functions = ctypes.CDLL(str(path))
            for name, (result, arguments) in _FUNCTIONS.items():
                self._declare(name, result, arguments)
            for name, (result, arguments) in _FALLIBLE.items():
                self._declare(name, result, (*arguments, _POINTER, _SIZE))
        except (OSError, AttributeError) as error:
            raise LibraryMissingError(f"{path}: cannot be loaded ({error}); build it again") from error
        if (version := self.call("emotag_version")) != VERSION:
            raise LibraryMissingError(f"{path}: is of version {version}, not {VERSION}; build it again")
        self.path = path
        self._complaint = _Complaint()

    def call(self, name: str, *arguments: object) -> object:
        """Call a function that cannot fail."""
        return getattr(self._functions, name)(*arguments)

    def attempt(self, name: str, *arguments: object) -> int:
        """Call a function that says why it fails. Raises RefusedError, or NativeError when memory is short."""
        error = self._complaint.buffer
        result = getattr(self._functions, name)(*arguments, error, _ERROR_SIZE)
        if result is None or result == -1:
            text = error.value.decode("utf-8", "replace")
            raise (NativeError if text == "out of memory" else RefusedError)(text)
        return int(result)

    def has_kernel(self, name: str) -> bool:
        """Tell whether this machine runs the kernel of that name."""
        return bool(self.call("emotag_has_kernel", name.encode()))

    def _declare(self, name: str, result: Any, arguments: tuple[Any, ...]) -> None:
        function = getattr(self._functions, name)
        function.restype, function.argtypes = result, arguments


@cache
def load_library() -> Library:
    """Return the library of this installation. Raises LibraryMissingError when there is none."""
    override = os.environ.get(OVERRIDE, "")
    if override == "off":
        raise LibraryMissingError(f"the native core is switched off by {OVERRIDE}=off")
    path = Path(override) if override else Path(__file__).with_name(LIBRARY)
    if not path.exists():
        raise LibraryMissingError(f"{path}: there is none; install emotag where a C++ compiler is (g++ or clang++)")
    return Library(path)
