// Draws the process from its BPMN 2.0 file above its table; the table says the same without it.
"use strict";

const STEP = 1.5;

async function draw(figure) {
  const answer = await fetch(figure.dataset.bpmn, { credentials: "same-origin" });
  if (!answer.ok) return;
  figure.hidden = false; // it needs its size before anything is drawn
  const viewer = new BpmnJS({ container: figure.querySelector("[data-canvas]") });
  try {
    await viewer.importXML(await answer.text());
  } catch {
    figure.hidden = true;
    return;
  }
  const canvas = viewer.get("canvas");
  viewer.get("zoomScroll").toggle(false); // the wheel scrolls the page
  // A picture: screen readers and the keyboard have the table.
  for (const svg of figure.querySelectorAll("svg")) {
    svg.setAttribute("aria-hidden", "true");
    svg.removeAttribute("tabindex");
  }
  figure.querySelector("[data-zooms]").addEventListener("click", (event) => {
    const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (zoom === "fit") fit();
    if (zoom === "in") canvas.zoom(canvas.zoom() * STEP);
    if (zoom === "out") canvas.zoom(canvas.zoom() / STEP);
  });

  // To the width of the page, and as high as that makes it.
  function fit() {
    const { inner } = canvas.viewbox();
    const box = figure.querySelector("[data-canvas]");
    const scale = Math.min(1, box.clientWidth / (inner.width + 20));
    box.style.blockSize = `${Math.ceil((inner.height + 20) * scale) + 40}px`; // below it stands the mark of bpmn.io
    canvas.resized();
    canvas.viewbox({ x: inner.x - 10, y: inner.y - 10, width: box.clientWidth / scale, height: box.clientHeight / scale });
  }
  fit();
  figure.dataset.drawn = "";
}

for (const figure of document.querySelectorAll("[data-bpmn]")) draw(figure);
