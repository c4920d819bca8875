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

const used = (form) => form.contains(document.activeElement)
  || [...form.elements].some((e) => e.type !== "hidden" && ("defaultChecked" in e && /^(checkbox|radio)$/.test(e.type)
    ? e.checked !== e.defaultChecked
    : e.tagName === "SELECT" ? [...e.options].some((o) => o.selected !== o.defaultSelected) && e.selectedIndex > 0
      : "defaultValue" in e && e.value !== e.defaultValue));

// key finds the same form or link in the new content.
const key = (e) => e.id ? `#${CSS.escape(e.id)}`
  : e.tagName === "FORM" ? `form[action="${CSS.escape(e.getAttribute("action") ?? "")}"]`
    : e.tagName === "A" ? `a[href="${CSS.escape(e.getAttribute("href") ?? "")}"]` : "";

function take(fresh) {
  for (const form of part.querySelectorAll("form")) {
    const twin = used(form) && key(form) && fresh.querySelector(key(form));
    if (twin) twin.replaceWith(form);
  }
  const held = document.activeElement;
  const focus = part.contains(held) ? key(held) : "";
  const open = [...part.querySelectorAll("details[open][id]")].map((d) => d.id);
  part.replaceChildren(...fresh.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focus) part.querySelector(focus)?.focus({ preventScroll: true });
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
      if (fresh) {
        const held = document.activeElement;
        take(fresh);
        if (held?.isConnected && held !== document.activeElement) held.focus({ preventScroll: true });
      }
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
