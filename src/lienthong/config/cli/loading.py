"""`lienthong load-country`: the agencies of the country."""

from __future__ import annotations

from typing import Annotated

import typer

from lienthong.config.cli import runtime, serving


def load_country(
    all_provinces: Annotated[
        bool, typer.Option("--all-provinces", help="Every province whole, not only Thái Nguyên.")
    ] = False,
) -> None:
    """Load the administrative units and agencies of the country; what is there already stays."""
    with runtime.prepared():
        serving.migrate()
        directory = runtime.door("lienthong.directory.public")
        with runtime.progress() as report:
            counts = directory.load_country(all_provinces=all_provinces, report=report)
        runtime.console.print(counts)
