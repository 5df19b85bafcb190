"""`lienthong load-country` and `load-services`: the agencies of the country, and what they offer."""

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


def load_services(
    national: Annotated[
        bool, typer.Option("--national", help="With the offers of every province that is loaded.")
    ] = False,
) -> None:
    """Load the catalogue of procedures; what is there already stays."""
    with runtime.prepared():
        serving.migrate()
        procedures = runtime.door("lienthong.procedures.public")
        clock = runtime.door("lienthong.kernel.clock")
        runtime.console.print(procedures.load_catalogue(at=clock.now()))
        runtime.door("lienthong.portal.public").load_everyday_words()
        if national:
            runtime.console.print(procedures.load_offers(at=clock.now()))
