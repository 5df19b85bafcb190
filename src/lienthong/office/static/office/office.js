// The office's pages work without this; it only makes them quicker.
"use strict";

// A PDF is fetched for reading on the page only when it is asked for.
document.addEventListener("toggle", (event) => {
  const preview = event.target;
  if (!(preview instanceof HTMLDetailsElement) || !preview.open || !preview.dataset.preview) return;
  if (preview.querySelector("iframe")) return;
  const frame = document.createElement("iframe");
  frame.src = preview.dataset.preview;
  frame.title = preview.dataset.title;
  preview.append(frame);
}, true);

// Of the two ways to give a document only the chosen one is shown.
function showSource() {
  const chosen = document.querySelector("input[name=source]:checked");
  for (const part of document.querySelectorAll("[data-source]")) {
    part.hidden = Boolean(chosen) && part.dataset.source !== chosen.value;
  }
}
document.addEventListener("change", (event) => {
  if (event.target.name === "source") showSource();
});
showSource();

// An agency ticked among those found moves up to those chosen, so that the next search does not lose it.
document.addEventListener("change", (event) => {
  const box = event.target;
  const found = box.closest("#found .found");
  if (found && box.checked) {
    const chosen = document.querySelector("#picker .chosen");
    chosen.querySelector("p")?.remove();
    chosen.append(box.closest("label"));
    found.remove();
    box.focus();
  }
  if (box.closest("#picker")) countChosen();
});
function countChosen() {
  const count = document.querySelector("#picker [data-count]");
  if (count) count.textContent = document.querySelectorAll("#picker .chosen input:checked").length;
}

// Among many chosen, those are shown whose name or code has the words typed, with or without marks.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
for (const part of document.querySelectorAll(".chosen-filter")) part.hidden = false;
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-among]")) return;
  const words = plain(event.target.value).split(/\s+/).filter(Boolean);
  for (const label of document.querySelectorAll("#picker .chosen > label")) {
    const said = plain(label.textContent);
    label.hidden = !words.every((word) => said.includes(word));
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-among]")) event.preventDefault();
});
