"""The report as an HTML page: one file, with everything it needs inside."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent
STYLE = "vendor/uplot/uPlot.min.css", "page.css"
SCRIPT = "vendor/uplot/uPlot.iife.min.js", "page.js"


def render_page(name: str, **content: Any) -> str:
    """Fill the template ``name`` of this folder. ``content``: what it needs by name; a missing name is an error."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(FOLDER))
    return environment.get_template(name).render(**content, style=_files(STYLE), script=_files(SCRIPT))


def _files(names: tuple[str, ...]) -> Markup:
    """This project's own files, which may stand in a page as they are."""
    return Markup("\n".join((FOLDER / name).read_text() for name in names))  # noqa: S704
