// Services while somebody types; without it the form is sent as any other.
"use strict";

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.elements.q, box = form.querySelector("[data-suggestions]");
  let waiting = 0, running = null;
  const hide = () => { box.hidden = true; };
  async function suggest() {
    running?.abort();
    const asked = input.value.trim();
    if (asked.length < 2) { hide(); return; }
    running = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(asked)}`, {
        headers: { "Lienthong-Background": "yes" }, signal: running.signal,
      });
      if (!answer.ok) { hide(); return; }
      box.innerHTML = await answer.text();
      box.hidden = !box.childElementCount;
    } catch { /* a newer question took its place, or the line is down: Search still works */ }
  }
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(suggest, 200); });
  form.addEventListener("keydown", (event) => {
    const links = [...box.querySelectorAll("a")];
    if (event.key === "Escape") { hide(); input.focus(); return; }
    if (box.hidden || !links.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (links[next] ?? (next < 0 ? input : links.at(-1))).focus();
  });
  form.addEventListener("submit", () => { clearTimeout(waiting); running?.abort(); });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) hide(); });
  document.addEventListener("focusin", (event) => { if (!form.contains(event.target)) hide(); });
}
