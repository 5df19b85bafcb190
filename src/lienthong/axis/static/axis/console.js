// Draws the charts of the console from their data attributes; the tables beside them say the same without it.
"use strict";

const SERIES = ["--ds-color-info-border-default", "--ds-color-warning-border-default"];

function color(name) {
  return getComputedStyle(document.body).getPropertyValue(name).trim();
}

function options({ kind, labels, series }) {
  const ink = color("--ds-color-neutral-text-default");
  const lines = color("--ds-color-neutral-border-subtle");
  const names = { type: "category", data: labels, axisLabel: { color: ink }, axisLine: { lineStyle: { color: lines } } };
  const counts = {
    type: "value", minInterval: 1, axisLabel: { color: ink }, splitLine: { lineStyle: { color: lines } },
  };
  const lying = kind === "lying";
  return {
    animation: false,
    color: SERIES.map(color),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    grid: { left: 8, right: 16, top: series.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
    legend: { show: series.length > 1, top: 0, textStyle: { color: ink } },
    // Drawn on the canvas: a tooltip made of HTML would need the inline styles that the policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: lying ? counts : names,
    yAxis: lying ? { ...names, inverse: true } : counts,
    series: series.map(({ name, values }) => ({
      name, data: values, type: kind === "line" ? "line" : "bar", showSymbol: false, barMaxWidth: 24,
    })),
  };
}

function draw() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const chart = echarts.getInstanceByDom(place) ?? echarts.init(place);
    chart.setOption(options(JSON.parse(place.dataset.chart)), true);
  }
}

// New figures leave open what was open, and the focus where it was.
let open = [], focused = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "figures") return;
  open = [...document.querySelectorAll("#figures details[open]")].map((details) => details.id);
  focused = document.activeElement?.closest("#figures") ? document.activeElement.id : "";
  for (const place of document.querySelectorAll("[data-chart]")) echarts.getInstanceByDom(place)?.dispose();
});
document.addEventListener("htmx:afterSettle", () => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  open = [];
  focused = "";
  draw();
});

// A hidden tab asks for nothing; seen again, it asks at once.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "figures" && document.hidden) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) htmx.trigger("#figures", "refresh");
});

window.addEventListener("resize", () => {
  for (const place of document.querySelectorAll("[data-chart]")) echarts.getInstanceByDom(place)?.resize();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
draw();
