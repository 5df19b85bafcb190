"""`make bench`: what Liên Thông does in a second, and what this machine can do at most.

`python -m bench [documents]`: so many documents per number of clients, 300 by default.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

from bench import machine
from bench.harness import console, show
from lienthong.config.cli import runtime, serving

PORT = 8199

os.environ.setdefault("LIENTHONG_VAR", str(Path("var/bench").absolute()))
os.environ.setdefault("LIENTHONG_BASE_URL", f"http://127.0.0.1:{PORT}")


def main() -> None:
    """Measure and print."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with runtime.prepared():
        serving.migrate()
        # Django's models can be imported only now that the settings are whole.
        axis, signing = import_module("bench.axis"), import_module("bench.signing")
        evidence = import_module("bench.evidence")
        url = os.environ["LIENTHONG_DATABASE_URL"]
        show("This machine at most (one thread unless said)", machine.cryptography())
        commits = [machine.durable_commits(url, clients=clients) for clients in (1, 4, 32)]
        show("PostgreSQL", commits)
        show("Signatures through our own code (one thread)", signing.run())
        show("Evidence (one thread)", evidence.run())
        figures = axis.run(PORT, documents)
        show("The axis", figures, against=commits[0])
        best = max(figures[1:], key=lambda figure: figure.rate)
        console.print(f"Documents per second: {best.rate:,.0f} ({best.name})")


if __name__ == "__main__":
    main()
