// What every page of the console does a little quicker with script. All of it
// works without.

// The field a scanner writes into has the focus from the start.
const first = document.querySelector("[data-focus]");
if (first) first.focus();

// A form that was sent is not sent twice by an impatient second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
