// Pictures of papers over a slow line: made smaller here, sent one by one with a bar, tried again when the line breaks.
// Without this script the same inputs are sent with the page.
"use strict";

const LONGEST = 2200, QUALITY = 0.8, SMALL = 400 * 1024, TRIES = 6;

async function smaller(file) {
  if (!file.type.startsWith("image/") || file.size <= SMALL || !window.createImageBitmap) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
  } catch {
    return file; // the server says what is wrong with it
  }
}

function send(address, data, bar) {
  return new Promise((done, failed) => {
    const call = new XMLHttpRequest();
    call.open("POST", address);
    call.responseType = "document";
    call.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    call.addEventListener("load", () => (call.status < 500 && call.response ? done(call.response) : failed()));
    call.addEventListener("error", failed);
    call.send(data);
  });
}

async function patiently(address, data, bar, wait = 2000) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await send(address, data, bar);
    } catch (error) {
      if (tried === TRIES) throw error;
      bar.value = 0;
      await new Promise((done) => { setTimeout(done, wait * tried); window.addEventListener("online", done, { once: true }); });
    }
  }
}

// A code that was scanned stands behind "#", which no server sees.
const typed = document.getElementById("code");
if (typed && !typed.value && location.hash) {
  typed.value = location.hash.slice(1, 41);
  history.replaceState(null, "", location.pathname);
}

document.addEventListener("change", async (event) => {
  const input = event.target.closest("[data-upload]");
  if (!input || !input.files.length) return;
  const bar = document.createElement("progress"), name = input.name, files = [...input.files];
  bar.max = 1;
  bar.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  input.after(bar);
  input.disabled = true;
  try {
    for (const file of files) {
      const form = document.querySelector("form[data-apply]"), data = new FormData(form), small = await smaller(file);
      for (const field of form.querySelectorAll("input[type=file]")) data.delete(field.name);
      data.append(name, small, small.name);
      data.set("form-act", "pages");
      const page = await patiently(form.action, data, bar);
      const fresh = page.querySelector("main");
      if (!fresh || !fresh.querySelector("form[data-apply]")) return location.reload();
      document.querySelector("main").replaceWith(fresh);
      document.getElementById(`file-${name.slice(5)}`)?.after(bar);
    }
    document.getElementById(`file-${name.slice(5)}`)?.focus();
  } catch {
    input.disabled = false; // what was chosen is still there, to be sent with the page
  } finally {
    bar.remove();
  }
});
