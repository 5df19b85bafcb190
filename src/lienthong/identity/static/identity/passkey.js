// Says on the page what the browser answered when a passkey could not be used.
document.addEventListener("allauth.error", (event) => {
  const alert = document.getElementById("passkey-error");
  if (!alert) return;
  event.preventDefault();
  alert.hidden = false;
});
