// Quicker hands for the clerk. Everything here is also done by plain links and forms.
"use strict";

const KEYS_OFF = "office-keys-off";
const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea, select, [contenteditable]";

const rows = () => [...document.querySelectorAll("tr[data-row]")];
const currentRow = () => document.activeElement?.closest("tr[data-row]");

function moveBy(step) {
  const all = rows();
  if (!all.length) return;
  const place = all.indexOf(currentRow());
  const next = place < 0 ? 0 : Math.min(Math.max(place + step, 0), all.length - 1);
  all[next].querySelector("a").focus();
}

// A key does what the element marked with it does: first in the row at hand, then on the page.
function useKey(key) {
  const marked = (place) => place?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const row = currentRow();
  const target = marked(row) ?? (rows().length ? null : marked(document));
  if (!target) return rows().length && !row ? moveBy(0) : undefined;
  if (target.tagName === "SUMMARY") {
    target.parentElement.open = true;
    (target.parentElement.querySelector("textarea, input:not([type=hidden]), select") ?? target).focus();
  } else {
    target.click();
  }
}

const ACTS = {
  j: () => moveBy(1),
  k: () => moveBy(-1),
  ArrowDown: () => moveBy(1),
  ArrowUp: () => moveBy(-1),
  "/": () => document.querySelector("[data-shortcut='/']")?.focus(),
  "?": () => {
    const help = document.querySelector("[data-keys]");
    if (!help) return;
    help.open = !help.open;
    help.querySelector("summary").focus();
  },
  x: () => currentRow()?.querySelector("input[type=checkbox]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (localStorage.getItem(KEYS_OFF) || event.target.closest(TYPING)) return;
  if (event.key.startsWith("Arrow") && !currentRow()) return; // the page scrolls as ever
  const act = ACTS[event.key] ?? (/^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`)
    ? () => useKey(event.key) : null);
  if (!act) return;
  event.preventDefault();
  act();
});

// Single keys can be turned off, for those whose speech or tremor presses them (WCAG 2.1.4).
for (const box of document.querySelectorAll("[data-keys-on]")) {
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.checked = !localStorage.getItem(KEYS_OFF);
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(KEYS_OFF); else localStorage.setItem(KEYS_OFF, "yes");
  });
}

// All boxes of the list at once.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  for (const box of event.target.form.querySelectorAll("input[name=document]")) box.checked = event.target.checked;
});

// A pile is registered in sets, one after the other, with a bar that shows how far it has come.
async function registerPile(form) {
  const SET = 10;
  const boxes = [...form.querySelectorAll("input[name=document]:checked")];
  const panel = document.getElementById("pile");
  const [bar, list, title] = ["progress", "ul", "h2"].map((name) => panel.querySelector(name));
  panel.hidden = false;
  bar.max = boxes.length;
  bar.value = 0;
  title.focus();
  for (let begin = 0; begin < boxes.length; begin += SET) {
    const set = boxes.slice(begin, begin + SET);
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const box of set) body.append("document", box.value);
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (!answer.ok) {
      panel.querySelector("[data-failed]").hidden = false;
      break;
    }
    list.insertAdjacentHTML("beforeend", await answer.text());
    bar.value = Math.min(begin + SET, boxes.length);
  }
  panel.querySelector("[data-done]").hidden = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-pile]") || event.submitter?.name === "only") return;
  if (!form.querySelector("input[name=document]:checked")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  registerPile(form);
}, true);

// The telephone gives one photo at a time: another input appears after each.
document.addEventListener("change", (event) => {
  const camera = event.target.closest("[data-camera]");
  if (!camera || !event.target.files?.length) return;
  const another = event.target.closest(".field").cloneNode(true);
  const input = another.querySelector("input");
  input.value = "";
  input.id = `${event.target.id.replace(/-\d+$/, "")}-${camera.children.length}`;
  input.removeAttribute("aria-describedby");
  another.querySelector("label").htmlFor = input.id;
  another.querySelector("label").textContent = camera.dataset.more;
  another.querySelector(".hint")?.remove();
  another.querySelector(".drop")?.removeAttribute("data-filled");
  camera.append(another);
});

// "Return" on the list leads here with the form open.
if (location.hash === "#return") useKey("b");
