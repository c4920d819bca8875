// A part of a page that draws itself anew when something changed elsewhere:
//
//   <div data-live="/console/visits/live"> … </div>
//
// The address answers with Request.Events. When it says "changed", this page is
// fetched again and the part takes its new content. A form that somebody is
// filling in stays as it is, with its focus; the rest is replaced. After that
// the part gets a "live" event, for scripts that add to what it holds.
const part = document.querySelector("[data-live]");
const least = 1000; // ms between two fetches

let stream, timer, fetching = false, again = false, last = 0;

const typing = (e) => /^(INPUT|SELECT|TEXTAREA)$/.test(e?.tagName ?? "");

// changed reports whether somebody set a control to something else than the page
// came with.
function changed(e) {
  if (e.type === "hidden" || e.tagName === "BUTTON" || e.tagName === "FIELDSET") return false;
  if (/^(checkbox|radio)$/.test(e.type)) return e.checked !== e.defaultChecked;
  if (e.tagName === "SELECT") return e.selectedIndex !== Math.max(0, [...e.options].findIndex((o) => o.defaultSelected));
  return e.value !== e.defaultValue;
}

const used = (form) => [...form.elements].some((e) => changed(e) || typing(e) && e === document.activeElement);

// sign tells forms apart: rows of a table often have one each to the same
// address, with hidden fields of their own.
const sign = (form) => [form.id, form.getAttribute("action"), ...[...form.querySelectorAll("input[type=hidden]")]
  .filter((e) => e.name !== "token").map((e) => `${e.name}=${e.defaultValue}`)].join(" ");

const twin = (form, fresh) => [...fresh.querySelectorAll("form")].find((f) => sign(f) === sign(form));

// find says how to find in the new content what has the focus now.
function find(e, fresh) {
  if (e.id) return fresh.querySelector(`#${CSS.escape(e.id)}`);
  if (e.tagName === "A") return fresh.querySelector(`a[href="${CSS.escape(e.getAttribute("href") ?? "")}"]`);
  if (e.tagName === "BUTTON" && e.form) return [...twin(e.form, fresh)?.elements ?? []].find((b) => b.textContent === e.textContent);
  return null;
}

function take(fresh) {
  const held = document.activeElement;
  const next = part.contains(held) && held !== part ? find(held, fresh) : null;
  for (const form of part.querySelectorAll("form")) {
    if (used(form)) twin(form, fresh)?.replaceWith(form);
  }
  for (const d of part.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(d.id)}`)?.setAttribute("open", "");
  }
  part.replaceChildren(...fresh.childNodes);
  if (held !== document.activeElement) (held.isConnected ? held : next)?.focus({ preventScroll: true });
  part.dispatchEvent(new CustomEvent("live", { bubbles: true }));
}

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  last = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1", Accept: "text/html" }, redirect: "manual" });
    if (answer.status === 401) return ended();
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (fresh) take(fresh);
    }
  } catch { /* the network is away: the stream comes back and says so */ } finally {
    fetching = false;
    if (again) {
      again = false;
      soon();
    }
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(0, last + least - Date.now()));
}

function ended() {
  stream?.close();
  const main = document.getElementById("main");
  if (main.querySelector(".problem.ended")) return;
  const said = document.createElement("p");
  said.className = "problem ended";
  said.setAttribute("role", "alert");
  const link = document.createElement("a");
  link.href = "/console/sign-in";
  link.textContent = main.dataset.again;
  said.append(main.dataset.ended, " ", link);
  main.prepend(said);
}

function listen() {
  stream = new EventSource(part.dataset.live);
  stream.addEventListener("changed", soon);
  stream.addEventListener("end", ended);
}

// Browsers keep few connections to one host: a page nobody looks at gives its
// own back, and looks anew when it is seen again.
if (part) {
  if (!document.hidden) listen();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return stream?.close();
    listen();
    soon();
  });
}
