"""Runs axe-core over the page in front of it and says in words what it found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE_RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return found.violations.map((v) => ({
    id: v.id, help: v.help,
    nodes: v.nodes.slice(0, 5).map((n) => ({ html: n.html.slice(0, 240), why: n.failureSummary })),
  }));
}"""


def axe_source(project: Path) -> str:
    """The text of axe-core, from the front-end packages."""
    return (project / "node_modules" / "axe-core" / "axe.min.js").read_text()


def describe(violations: list[dict[str, Any]]) -> str:
    """One paragraph per violation, with the elements at fault."""
    return "\n".join(
        f"{found['id']}: {found['help']}\n"
        + "\n".join(f"  {node['html']}\n  {node['why']}" for node in found["nodes"])
        for found in violations
    )
