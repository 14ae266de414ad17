"""The report as an HTML page."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

TEMPLATE = Path(__file__).with_name("page.html")


def render_page(**content: Any) -> str:
    """Fill page.html. What it needs, by name, is there; a missing name is an error, not a gap."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(TEMPLATE.read_text()).render(**content)
