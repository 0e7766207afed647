"""Where numba keeps compiled kernels: one folder per state of this package's source.

Numba recompiles a kernel when the file that defines it changes, but not when a file that it calls
into does: an edited helper would go on being used in its old form. So the folder is named after
everything that compiled code depends on, and an edit anywhere in this package means a new folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent
_VARIABLE = "NUMBA_CACHE_DIR"
#: What this package itself put into the variable: a child process inherits it and, should the
#: source have changed since, must not take it for the user's wish.
_OURS = "YENLOOP_NUMBA_CACHE_DIR"
#: Folders that stay when a new one is made.
_KEPT = 8


def use_own_folder() -> None:
    """Point numba to the folder of this source, unless the user has chosen one.

    Must run before the first kernel is defined; where numba is already loaded, its configuration
    is changed too.
    """
    chosen = os.environ.get(_VARIABLE)
    if chosen and chosen != os.environ.get(_OURS):
        return
    folder = str(_writable(_cache_root() / _key()))
    os.environ[_VARIABLE] = os.environ[_OURS] = folder
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder


def _key() -> str:
    """Hash of the source, of the compiler's versions and of the processor."""
    digest = hashlib.sha256()
    for path in sorted(_HERE.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    described = [sys.version, *_compiler(), *_processor()]
    digest.update("\n".join(described).encode())
    return digest.hexdigest()[:16]


def _compiler() -> list[str]:
    """Names, with versions, of the installed packages that generate or carry compiled code.

    Read from the names of their metadata folders: importlib.metadata takes 25 ms to load.
    """
    found = []
    for name in ("numba", "llvmlite", "numpy"):
        spec = find_spec(name)
        if spec is not None and spec.origin:
            site = Path(spec.origin).parents[1]
            found += sorted(path.name for path in site.glob(f"{name}-*.dist-info"))
    return found


def _processor() -> list[str]:
    """Machine, and model and instruction sets of the first core where the system tells.

    (``platform`` would start a process to find out; numba itself tells apart what it compiled for
    different processors, so that little may be known here on other systems.)
    """
    lines = [os.uname().machine if hasattr(os, "uname") else ""]
    lines.append(os.environ.get("PROCESSOR_IDENTIFIER", ""))
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as cores:
            for line in cores:
                if not line.strip():
                    break
                if line.startswith(("vendor_id", "model name", "model\t", "flags", "Features")):
                    lines.append(line)
    except OSError:
        pass
    return lines


def _cache_root() -> Path:
    """The user's cache folder for this package."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "yenloop" / "kernels"


def _writable(folder: Path) -> Path:
    """The folder, made if need be; one of this process alone where it cannot be written."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            _drop_old(folder.parent)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    except (OSError, RuntimeError):
        pass
    import atexit
    import shutil
    import tempfile

    # Not a fixed name in a shared folder: cached kernels are executed, so they must be our own.
    private = Path(tempfile.mkdtemp(prefix="yenloop-kernels-"))
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    return private


def _drop_old(root: Path) -> None:
    """Remove the folders of all but the most recent states of the source."""
    import shutil

    folders = sorted(root.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
