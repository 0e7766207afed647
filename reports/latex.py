"""Tables for LaTeX, and text in which every character that means something to it is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from .tables import Layout, Table, lay_out

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "phi", "χ": "chi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Σ": "Sigma", "Φ": "Phi",
    "Ω": "Omega",
}  # fmt: skip
_SYMBOLS = {
    "−": "-", "→": r"\rightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow", "×": r"\times",
    "±": r"\pm", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "∞": r"\infty",
    "·": r"\cdot", "<": "<", ">": ">",
}  # fmt: skip
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "|": r"\textbar{}",
        "–": "--",
        "—": "---",
        "…": r"\ldots{}",
        "\n": " ",
        **{character: f"\\{character}" for character in "&%$#_{}"},
        **{character: f"${command}$" for character, command in _SYMBOLS.items()},
        **{letter: rf"$\{name}$" for letter, name in _GREEK.items()},
    }
)


def table_latex(table: Table) -> str:
    r"""A ``table`` environment that needs the ``booktabs`` package and nothing else."""
    layout = lay_out(table)
    small = r"\footnotesize" if len(layout.heads) > 6 else r"\small"
    lines = [
        r"\begin{table}[htbp]",
        r"\centering",
        rf"\caption{{{escape(table.caption)}}}",
        rf"\label{{tab:{table.name}}}",
        small,
        # The box lets a table that is wider than the line stand out on both sides alike.
        r"\makebox[\linewidth]{%",
        rf"\begin{{tabular}}{{@{{}}{_column_types(layout)}@{{}}}}",
        r"\toprule",
        _row([escape(head) for head in layout.heads], end=r" \\"),
        r"\midrule",
    ]
    for rank, block in enumerate(layout.blocks):
        if block.label:
            lines += [r"\addlinespace"] * (rank > 0)
            label = rf"\emph{{{escape(block.label)}}}"
            lines.append(rf"\multicolumn{{{len(layout.heads)}}}{{@{{}}l}}{{{label}}} \\")
        lines += [_body_row(row, layout) for row in block.rows]
    lines += [r"\bottomrule", r"\end{tabular}}"]
    if layout.notes:
        notes = escape(" ".join(layout.notes))
        lines += [r"\par\smallskip", rf"\parbox{{\linewidth}}{{\footnotesize Notes: {notes}}}"]
    return "\n".join([*lines, r"\end{table}", ""])


def escape(text: str) -> str:
    """The text as LaTeX prints it literally; other letters (accents, kana) are left as they are."""
    return text.translate(_ESCAPES)


def _column_types(layout: Layout) -> str:
    """Right for numbers, left for words; columns of sentences share the width that is left."""
    rows = [layout.heads, *(row for block in layout.blocks for row in block.rows)]
    taken = sum(
        max(len(row[j]) for row in rows) for j, kind in enumerate(layout.kinds) if kind != "text"
    )
    # Shares of a line of the article class: one character, and the space between two columns.
    left = 1 - 0.0125 * taken - 0.035 * (len(layout.heads) - 1)
    width = max(left / max(layout.kinds.count("text"), 1), 0.25)
    types = {"number": "r", "word": "l", "text": rf"p{{{width:.2f}\linewidth}}"}
    return "".join(types[kind] for kind in layout.kinds)


def _body_row(cells: Sequence[str], layout: Layout) -> str:
    """Sentences ragged on the right, and a little space below rows that may have several lines."""
    if "text" not in layout.kinds:
        return _row([escape(cell) for cell in cells], end=r" \\")
    ragged = {"text": r"\raggedright "}
    printed = [ragged.get(kind, "") + escape(cell) for cell, kind in zip(cells, layout.kinds)]
    # After \raggedright a double backslash no longer ends the row.
    return _row(printed, end=r" \tabularnewline\addlinespace[2pt]")


def _row(cells: Sequence[str], *, end: str) -> str:
    text = " & ".join(cells)
    # A bracket after the line break of the row above would be read as its optional argument.
    return (f"{{}}{text}" if text.startswith(("[", "*")) else text) + end
