// What a script can add to a plain page: the print button. Everything else on
// these pages works without it.
for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A page with an error starts at the field it is about.
document.querySelector("[aria-invalid]")?.focus();
