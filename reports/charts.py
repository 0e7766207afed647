"""A chart on disk (PDF, SVG, PNG) and inside the page."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from .figures.style import paper_style
from .fonts import pdf_families

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_DPI = 200
#: Charts are flat areas and lines: more effort makes the file no smaller.
PNG_OPTIONS = {"compress_level": 3}
#: Drawings with more bytes than this (long daily series) stand in the page as a picture.
INLINE_LIMIT = 300_000

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"


def render_chart(figure: Figure) -> dict[str, bytes]:
    """The figure as ``pdf``, ``svg`` and ``png``; the same figure gives the same bytes.

    The layout is solved once for the three formats, and each is drawn by its own canvas: half the
    time of three calls of ``savefig``, which solves it and draws twice each time. No dates are
    written into the files.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    pdf, svg, png = BytesIO(), BytesIO(), BytesIO()
    with paper_style():
        figure.set_dpi(PNG_DPI)  # before the layout, whose measures of text the PNG then shares
        layout = figure.get_layout_engine()
        if layout is not None:
            layout.execute(figure)
            figure.set_layout_engine("none")
        # The picture first: the other canvases leave 72 dots an inch behind.
        FigureCanvasAgg(figure).print_png(png, pil_kwargs=PNG_OPTIONS)
        with rc_context({"font.sans-serif": pdf_families()}):
            FigureCanvasPdf(figure).print_pdf(pdf, metadata={"CreationDate": None})
        FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None})
    return {"pdf": pdf.getvalue(), "svg": svg.getvalue(), "png": png.getvalue()}


def picture_html(files: dict[str, bytes], name: str, alt: str, inches: float) -> str:
    """The chart for the page: the drawing itself, whose text stays text, or the PNG if it is big.

    Parameters
    ----------
    files : dict
        From ``render_chart``.
    name : str
        Makes the drawing's ids unique on the page.
    alt : str
        Text for who cannot see it.
    inches : float
        Width at which it was drawn; it is shown up to 18% larger, as wide as the text.
    """
    style = f"max-width: {1.18 * inches:.2f}in"
    if len(files["svg"]) > INLINE_LIMIT:
        image = ElementTree.Element("img", alt=alt, style=style)
        image.set("src", "data:image/png;base64," + base64.b64encode(files["png"]).decode("ascii"))
        return ElementTree.tostring(image, encoding="unicode", short_empty_elements=True)
    drawing = _self_contained(ElementTree.fromstring(files["svg"]), prefix=f"{name}-")
    drawing.attrib.update({"role": "img", "aria-label": alt, "style": style})
    for size in ("width", "height"):
        drawing.attrib.pop(size, None)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(drawing, encoding="unicode")


def _self_contained(drawing: ElementTree.Element, prefix: str) -> ElementTree.Element:
    """Without metadata and page-wide style rules, and with ids that no other drawing has."""
    for parent in list(drawing.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in drawing.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, prefix + value)
            elif key == f"{{{_XLINK}}}href":
                element.set(key, value.replace("#", f"#{prefix}", 1))
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{prefix}"))
    return drawing
