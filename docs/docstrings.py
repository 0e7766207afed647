"""The reference shows parameters as the docstrings write them, with the defaults of the signature.

In numpydoc several parameters may share a line and a type may be a phrase or a set of choices. The
parser reads a phrase as code and the first choice as the default. Equations and roles, which
Sphinx would typeset, become plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import griffe

_TYPED = re.compile(r"^\s*(?P<names>[\w*]+(?:, [\w*]+)*) : (?P<type>.+?)(?:, optional)?$", re.M)
_ROLE = re.compile(r":\w+:`([^`]+)`")
_EQUATION = re.compile(r"^\.\. math:: ?(?P<text>.*(?:\n[ ]+.*)*)", re.M)


class PlainDocstrings(griffe.Extension):
    """Corrects the parsed docstrings of a package once it is loaded."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Correct every docstring below the package."""
        for documented in _all_objects(pkg):
            docstring = documented.docstring
            if docstring is None:
                continue
            docstring.value = _EQUATION.sub(_as_code, _ROLE.sub(r"`\1`", docstring.value))
            for section in docstring.parsed:
                if section.kind.value in ("parameters", "attributes"):
                    _correct(section.value, documented, docstring.value)


def _all_objects(parent: griffe.Object) -> Iterator[griffe.Object]:
    for member in parent.members.values():
        if not member.is_alias:
            yield member
            yield from _all_objects(member)


def _correct(items: list[Any], documented: griffe.Object, text: str) -> None:
    """Types from the docstring's own words, defaults from the signature."""
    types = {
        name: match["type"]
        for match in _TYPED.finditer(text)
        for name in match["names"].split(", ")
    }
    parameters = getattr(documented, "parameters", None)
    for item in items:
        item.annotation = types.get(item.name, item.annotation)
        if isinstance(item, griffe.DocstringParameter) and parameters and item.name in parameters:
            item.value = _default(parameters[item.name].default, documented)


def _default(default: Any, documented: griffe.Object) -> Any:
    """The default, or the value of the constant that stands for it."""
    constant = documented.module.members.get(str(default))
    return getattr(constant, "value", None) or default


def _as_code(match: re.Match[str]) -> str:
    lines = [line.strip() for line in match["text"].splitlines() if line.strip()]
    return "\n".join(["", *(f"    {line}" for line in lines), ""])
