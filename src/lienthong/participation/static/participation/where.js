// Offers the place the device knows; without a script, or without leave, the map and words do.
"use strict";

const here = document.querySelector("[data-here]");
if (here && navigator.geolocation) {
  here.hidden = false;
  here.addEventListener("click", (event) => {
    const form = here.form;
    if (form.elements.latitude.value) return;
    event.preventDefault();
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(5);
      form.elements.longitude.value = coords.longitude.toFixed(5);
      here.click();
    }, () => { here.disabled = true; }, { timeout: 10000 });
  });
}
