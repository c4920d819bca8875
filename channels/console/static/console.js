// What every page of the console does a little quicker with script. All of it
// works without.

// The field a scanner writes into has the focus from the start.
const first = document.querySelector("[data-focus]");
if (first) first.focus();

// A form that was sent is not sent twice by an impatient second click; one with
// data-again answers with a file, after which the page is still there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !("again" in form.dataset)) form.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
