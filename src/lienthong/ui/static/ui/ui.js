// What the pages do beyond plain HTML. Everything works without it; it only makes things quicker.
"use strict";

const TOKEN = "[name=csrfmiddlewaretoken]";

// The menu on narrow screens.
document.addEventListener("click", (event) => {
  const toggle = event.target.closest(".nav-toggle");
  if (toggle) {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    document.getElementById(toggle.getAttribute("aria-controls")).toggleAttribute("data-open", open);
  }
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A file dropped or chosen shows its name; `data-submit` on the drop sends the form at once.
document.addEventListener("change", (event) => {
  const drop = event.target.closest("[data-drop]");
  if (drop && event.target.files) {
    const names = [...event.target.files].map((file) => file.name).join(", ");
    if (names) drop.querySelector(".drop-text").textContent = names;
    drop.toggleAttribute("data-filled", names !== "");
    if (names && drop.hasAttribute("data-submit")) event.target.form.requestSubmit();
  }
  if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
});
for (const type of ["dragenter", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (drop) drop.toggleAttribute("data-over", type === "dragenter");
  });
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button) setTimeout(() => button.setAttribute("aria-busy", "true"));
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// Tables whose template does not name its cells become cards on a phone too.
function nameCells() {
  for (const table of document.querySelectorAll(".table-wrap > .ds-table:not(.cards)")) {
    const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
      [...row.cells].slice(1).forEach((cell, place) => { cell.dataset.label ??= names[place + 1] ?? ""; });
    }
    table.classList.add("cards");
  }
}
nameCells();
document.addEventListener("htmx:afterSettle", nameCells);

// Copy a value: <button data-copy="text">; print: <button data-print>.
document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => copy.setAttribute("data-copied", ""));
  if (event.target.closest("[data-print]")) window.print();
});

// htmx: the CSRF token goes as a header; refusals are shown at the top of the page.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector(TOKEN);
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = true;
    event.detail.target = document.getElementById("alerts");
  }
});

// What was filled in while an answer of the server was on its way is not swapped away: it is asked again.
let filled = 0, asked = 0;
document.addEventListener("input", () => { filled += 1; });
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-keeps-typing]")) event.detail.xhr.filled = asked = filled;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status >= 400 || (xhr.filled ?? filled) === filled) return;
  event.detail.shouldSwap = false;
  if (xhr.filled === asked) setTimeout(() => htmx.trigger(requestConfig.elt, "change"));
});

// A tool's number comes anew by itself: not while nobody looks, and never by leaving the page someone works on.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-tool]") && document.hidden) event.preventDefault();
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.target.matches("[data-tool]") && event.detail.xhr.status >= 400) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const tool of document.querySelectorAll("[data-tool][hx-get]")) htmx.trigger(tool, "seen");
});
