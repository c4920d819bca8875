// The conversation in the browser.
//
// Every line has a sequence number. The page shows each number once, in order,
// whichever way it arrives (answer, push, resume), so a lost connection loses
// and repeats nothing: after reconnecting the page asks for what came after the
// last number it has, and sends again whatever was not answered. The server
// answers an event it has seen with the first answer.
//
// The resident is a random id in localStorage, sent with each turn.

const page = document.getElementById("chat");
const set = page.dataset;
const words = document.getElementById("words").dataset;
const log = document.getElementById("log");
const composer = document.getElementById("composer");
const text = document.getElementById("text");
const pending = document.getElementById("pending");
const banner = document.getElementById("banner");
const forget = document.getElementById("forget");
const photo = document.getElementById("photo");
const picture = document.getElementById("picture");

const storeName = "madoguchi.user." + set.tenant;
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(18)), (b) => b.toString(16).padStart(2, "0")).join("");

let memory = ""; // where a browser forbids storage, the conversation lasts as long as the page
const user = (() => {
  try {
    const kept = localStorage.getItem(storeName);
    if (kept) return kept;
    const made = random();
    localStorage.setItem(storeName, made);
    return made;
  } catch {
    return (memory ||= random());
  }
})();

let conversation = "";
let last = 0; // the highest sequence number shown
let asked = 0;
const queue = []; // turns not answered yet, oldest first: {request, line}

// ---- drawing

const el = (name, attributes = {}, ...children) => {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) if (v !== undefined) e.setAttribute(k, v);
  e.append(...children);
  return e;
};

// What a resident wrote carries an invisible joiner before [ | and ], so that it
// is never taken for furigana; it is dropped when shown.
const unmarked = (s) => s.replaceAll("\u2060", "");

// rich turns [漢字|かんじ] into ruby; all else is text, never markup.
function rich(s) {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const m of s.matchAll(/\[([^\[\]|]+)\|([^\[\]|]+)\]/g)) {
    out.append(unmarked(s.slice(at, m.index)), el("ruby", {}, m[1], el("rp", {}, "（"), el("rt", {}, m[2]), el("rp", {}, "）")));
    at = m.index + m[0].length;
  }
  out.append(unmarked(s.slice(at)));
  return out;
}
// listed writes a list as the page's language does.
const listed = (items) => new Intl.ListFormat(document.documentElement.lang).format(items);
const bare = (s) => unmarked(s.replace(/\[([^\[\]|]+)\|[^\[\]|]+\]/g, "$1"));

function choiceButton(c, line, className) {
  const b = el("button", { type: "button", class: className, value: c.value }, rich((c.day && c.short) || c.label));
  const number = asked;
  b.addEventListener("click", () => say({ choice: c.value, asked: number }, c.label, line));
  return b;
}

// several offers answers to tick; those ticked are sent as one.
function several(m, line) {
  const open = m.choices.filter((c) => !c.quiet);
  const set = el("div", { class: "set" });
  const number = asked;
  for (const c of open) {
    const b = el("button", { type: "button", value: c.value, "aria-pressed": "false" }, rich(c.label));
    b.addEventListener("click", () => b.setAttribute("aria-pressed", b.getAttribute("aria-pressed") === "false"));
    set.append(b);
  }
  const go = el("button", { type: "button", class: "done" }, words.next);
  go.addEventListener("click", () => {
    const ticked = open.filter((c, i) => set.children[i].getAttribute("aria-pressed") === "true");
    if (ticked.length) say({ choice: ticked.map((c) => c.value).join(), asked: number }, listed(ticked.map((c) => bare(c.label))), line);
  });
  return [set, el("div", { class: "set" }, go)];
}

function choices(m, line, type) {
  const box = el("div", { class: "choices", role: "group", "aria-label": words.choices });
  if (type === "choices") box.append(...several(m, line));
  let row, day;
  for (const c of type === "choices" ? [] : m.choices.filter((c) => !c.quiet)) {
    if (!row || c.day !== day) {
      day = c.day;
      row = el("div", { class: "set" });
      if (day) {
        const id = "d" + random();
        box.append(el("p", { class: "day", id }, rich(day)));
        row.setAttribute("role", "group");
        row.setAttribute("aria-labelledby", id);
      }
      box.append(row);
    }
    row.append(choiceButton(c, line));
  }
  const quiet = m.choices.filter((c) => c.quiet);
  if (quiet.length) box.append(el("div", { class: "ways" }, ...quiet.map((c) => choiceButton(c, line, "quiet"))));
  return box;
}

// plan is a personal task list: titles and dates at a glance, the rest on demand.
function plan(p) {
  const box = el("div", { class: "tasks" });
  for (const g of p.groups) {
    const list = el("ul");
    for (const t of g.tasks) {
      const summary = el("summary", {}, el("b", {}, rich(t.title)));
      if (t.when) summary.append(" ", el("span", { class: "when" }, rich(t.when)));
      const facts = el("dl", {}, ...(t.facts ?? []).map((f) => el("div", {}, el("dt", {}, rich(f.label)), el("dd", {}, rich(f.value)))));
      if (t.bring?.length) {
        const papers = el("ul", { class: "papers" }, ...t.bring.map((b) => el("li", {}, rich(b))));
        facts.append(el("div", {}, el("dt", {}, rich(p.bring)), el("dd", {}, papers)));
      }
      list.append(el("li", {}, el("details", {}, summary, facts, ...(t.notes ?? []).map((n) => el("p", {}, rich(n))))));
    }
    box.append(el("p", { class: "stage", role: "heading", "aria-level": "2" }, rich(g.title)), list);
  }
  return box;
}

function items(m, line) {
  const list = el("dl", { class: "items" });
  for (const i of m.items) {
    const row = el("div", {}, el("dt", {}, rich(i.label)), el("dd", {}, rich(i.value)));
    if (i.correct) {
      const b = document.getElementById("t-correct").content.firstElementChild.cloneNode(true);
      const number = asked;
      b.append(el("span", { class: "sr" }, " ", rich(i.label)));
      b.addEventListener("click", () => say({ choice: i.correct, asked: number }, i.label + "：" + words.correct, line));
      row.append(el("dd", { class: "correct" }, b));
    }
    list.append(row);
  }
  return list;
}

function card(m, line) {
  const b = m.booking;
  const e = document.getElementById("t-card").content.firstElementChild.cloneNode(true);
  const state = document.getElementById("t-states").content.querySelector(`[data-state="${CSS.escape(b.status)}"]`);
  e.classList.add(b.status);
  e.querySelector(".state").append(...(state ? state.cloneNode(true).childNodes : []));
  for (const f of e.querySelectorAll("[data-f]")) {
    const name = f.dataset.f;
    const value = b[name];
    const row = f.closest("dl > div");
    if (name === "key" && value) {
      const key = value.replace(/[- ]/g, "");
      const half = key.length / 2;
      f.append(el("span", {}, key.slice(0, half)), el("span", {}, key.slice(half)));
      const copy = e.querySelector(".copy");
      copy.hidden = !navigator.clipboard;
      copy.addEventListener("click", async () => {
        await navigator.clipboard.writeText(key);
        tell(words.copied);
      });
    } else if (value && !(name === "persons" && value < 2)) f.append(rich(String(value)));
    else if (name !== "place") row.remove();
  }
  const actions = e.querySelector(".actions");
  const file = actions.querySelector("a");
  if ("calendars" in set && (b.status === "booked" || b.status === "changed"))
    file.href = `${set.base}/calendar/${encodeURIComponent(b.counter)}/${encodeURIComponent(b.start)}/${b.receipt}.ics`;
  else file.remove();
  for (const c of b.actions ?? []) actions.append(choiceButton(c, line));
  return e;
}

function draw(m, type) {
  const line = el("div", { class: `line ${m.from} k-${m.kind || "text"}`, tabindex: "-1" });
  const body = el("div", { class: "body" });
  line.append(el("p", { class: "who" }, rich(words[m.from === "resident" ? "own" : m.from] ?? "")), body);
  line.dataset.said = bare(m.text ?? "");
  line.lang = document.documentElement.lang;
  if (m.text) body.append(el("p", { class: "said" }, rich(m.text)));
  if (m.lines?.length) body.append(el("ul", { class: m.kind === "papers" ? "papers" : "facts" }, ...m.lines.map((l) => el("li", {}, rich(l)))));
  if (m.items?.length) body.append(items(m, line));
  if (m.booking) body.append(card(m, line));
  if (m.plan) body.append(plan(m.plan));
  if (m.link && /^(https?:|\/)/.test(m.link.url)) body.append(el("p", {}, el("a", { href: m.link.url, rel: "noopener" }, rich(m.link.label))));
  if (m.choices?.length) body.append(choices(m, line, type));
  return line;
}

// place puts a line where its number belongs.
function place(line, seq) {
  line.dataset.seq = seq;
  let next = null;
  for (const other of [...log.children].reverse()) {
    const n = other.dataset.seq;
    if (n === undefined || Number(n) > seq) next = other;
    else break;
  }
  const repeat = next?.previousElementSibling ?? log.lastElementChild;
  const who = (e) => e?.classList[1];
  line.querySelector(".who").classList.toggle("sr", repeat !== null && repeat !== line && who(repeat) === who(line));
  log.insertBefore(line, next);
}

const shown = (seq) => log.querySelector(`[data-seq="${seq}"]`) !== null;

// receive shows what an answer, a push or a resume brought.
function receive(reply, turn) {
  if (reply.conversation && reply.conversation !== conversation) {
    if (conversation) for (const l of log.children) l.dataset.seq = "-1"; // numbers of another conversation
    conversation = reply.conversation;
    last = 0;
  }
  asked = reply.asked ?? 0;
  const fresh = (reply.messages ?? []).filter((m) => !shown(m.seq)).sort((a, b) => a.seq - b.seq);
  const hadFocus = document.activeElement?.closest(".choices, .items, .actions") || document.activeElement === document.body;
  turn?.line?.classList.remove("waiting");
  if (turn?.line && !turn.line.dataset.seq) {
    const before = reply.messages?.[0]?.seq;
    place(turn.line, before ? before - 1 : last + 0.5);
  }
  // Once something was answered or something new is asked, older buttons only
  // mislead. The actions of a booking stay: they are not answers to a question.
  // So do the buttons of what this reply says or what came after it: a resume may
  // have shown the answer before the turn that was sent again is told of it.
  if (turn || fresh.some((m) => m.from === "resident" || m.choices?.length)) {
    const from = Math.min(...(reply.messages ?? []).map((m) => m.seq));
    for (const old of log.querySelectorAll(".choices, .items .correct")) {
      if (!(Number(old.closest(".line").dataset.seq) >= from)) old.remove();
    }
  }
  const open = fresh.findLast((m) => m.choices?.some((c) => !c.quiet));
  let first;
  for (const m of fresh) {
    last = Math.max(last, m.seq);
    if (m.from === "resident") {
      const mine = queue.find((t) => t.line && !t.line.dataset.seq && t.line.dataset.said === bare(m.text));
      if (mine) {
        place(mine.line, m.seq);
        continue;
      }
    }
    const line = draw(m, m === open ? reply.expects?.type : "");
    place(line, m.seq);
    if (m.from !== "resident") first ??= line;
  }
  expect(reply.expects);
  if (fresh.length) propose(fresh.at(-1).proposed ?? "");
  forget.hidden = log.childElementCount === 0;
  if (first) {
    if (hadFocus && turn) first.focus({ preventScroll: true });
    // All that is new if it fits, else the new from its beginning.
    log.lastElementChild.scrollIntoView({ block: "end" });
    if (first.getBoundingClientRect().top < Math.max(0, bar.getBoundingClientRect().bottom)) first.scrollIntoView({ block: "start" });
  }
  if (reply.lang && reply.lang !== set.lang && (turn || !("explicit" in set))) follow(reply.lang);
}

// expect fits the typing area to the question.
const modes = { number: "numeric", party: "numeric", phone: "tel", postal: "numeric", mail: "email" };
const completes = { phone: "tel", mail: "email", postal: "postal-code", name: "name", birthdate: "bday", address: "street-address" };
let hidden = false; // what is typed is a password
function expect(expects) {
  hidden = expects?.type === "secret";
  text.classList.toggle("secret", hidden);
  text.inputMode = modes[expects?.type] ?? "text";
  text.autocomplete = completes[expects?.type] ?? "off";
  photo.hidden = !expects?.photo;
  if (photo.hidden) photo.open = false;
  arrange(); // before anything scrolls to above the typing area
}

// propose puts an answer into the typing area that the resident may change. One
// that was neither sent nor changed goes with its question.
let proposed = "";
function propose(value) {
  if (proposed && text.value === proposed) text.value = "";
  proposed = value;
  text.value ||= value;
  fit();
}

// follow turns the page's own words to the language of the conversation, by the
// page's own language menu: a language that is not offered there has no words.
function follow(lang) {
  const link = [...document.querySelectorAll(".tools a")].find((a) => new URL(a.href).searchParams.get("lang") === lang);
  if (link && !queue.length) location.replace(link.href);
}

function tell(message, bad = false) {
  banner.textContent = message;
  banner.classList.toggle("bad", bad);
}

// In a roomy window the city's name stays at the head and the typing area at the
// foot; what scrolls into view must not end behind them. Large type needs more.
const bar = document.querySelector(".bar");
const dock = document.querySelector(".dock");
function arrange() {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const roomy = innerHeight >= 31 * rem && innerWidth >= 16 * rem;
  document.body.classList.toggle("roomy", roomy);
  document.documentElement.style.scrollPadding = roomy ? `${bar.offsetHeight + 4}px 0 ${dock.offsetHeight + 4}px` : "";
}
arrange();
addEventListener("resize", arrange);
const resized = new ResizeObserver(arrange);
resized.observe(bar);
resized.observe(dock);

// ---- talking

// say sends one turn: an answer, or nothing, which opens the conversation.
function say(what, label, from, file) {
  tell("");
  const turn = { request: { user, event: random(), ...what }, photo: file };
  if (label) {
    turn.line = draw({ from: "resident", text: label });
    turn.line.classList.add("waiting");
    log.append(turn.line);
    for (const b of from?.querySelectorAll(".choices button, .items button") ?? []) b.disabled = true;
    turn.line.scrollIntoView({ block: "end" });
  }
  queue.push(turn);
  pending.hidden = false;
  send(turn);
}

function answered(reply) {
  const i = queue.findIndex((t) => t.request.event === reply.event);
  const [turn] = i >= 0 ? queue.splice(i, 1) : [];
  pending.hidden = queue.length === 0;
  if (reply.error) {
    if (!turn) return;
    turn.line?.remove();
    if (turn.line && turn.request.text) text.value ||= turn.request.text;
    for (const b of log.querySelectorAll("button:disabled")) b.disabled = false;
    tell({ too_many_requests: words.often, bad_photo: words.refused, too_large: words.refused }[reply.error.code] ?? words.failed, true);
    return;
  }
  receive(reply, turn);
}

// resumed is the answer to "what was said after …". A new resident is greeted.
let begun = false;
function resumed(reply) {
  receive(reply);
  if (begun) {
    for (const t of queue) send(t);
    return;
  }
  begun = true;
  composer.hidden = false;
  const fresh = !reply.messages?.length && log.childElementCount === 0;
  const wanted = { lang: set.lang };
  if (set.flow) wanted.flow = set.flow;
  if (set.code) wanted.code = set.code;
  delete set.code;
  if (fresh || set.flow || ("explicit" in set && reply.lang && reply.lang !== set.lang)) say(wanted);
  const clean = new URL(location.href);
  if (clean.searchParams.has("flow") || clean.searchParams.has("lang")) {
    clean.searchParams.delete("flow");
    clean.searchParams.delete("lang");
    history.replaceState(null, "", clean);
  }
  // Nor do the page's own links enter it anew: another language goes on where the
  // conversation stands.
  for (const link of document.querySelectorAll(".tools a")) {
    const to = new URL(link.href);
    to.searchParams.delete("flow");
    link.href = to;
  }
}

// ---- the line: a websocket, or POST where there can be none

let socket = null;
let tries = 0;
let posting = false;

function connect() {
  const ws = new WebSocket(new URL(set.socket + "?furigana=ruby", location.href.replace(/^http/, "ws")));
  let opened = false;
  ws.onopen = () => {
    opened = true;
    socket = ws;
    posting = false;
    if (tries && begun) tell(words.back);
    tries = 0;
    ws.send(JSON.stringify({ resume: { user, after: last } }));
  };
  ws.onmessage = ({ data }) => {
    const reply = JSON.parse(data);
    if (reply.resumed) resumed(reply);
    else if (reply.event) answered(reply);
    else if (!reply.error) receive(reply);
    else tell(words.failed, true);
  };
  ws.onclose = () => {
    socket = null;
    tries++;
    // POST takes over only where it gets through: a program that is away altogether
    // is waited for, and comes back to the socket.
    if (!opened && tries >= 2 && !posting && navigator.onLine) {
      post({ resume: { user, after: last } }).then((r) => {
        if (!r || socket) return;
        posting = true;
        resumed(r);
      });
    }
    if (begun && !posting) tell(words.offline, true);
    // Back off with jitter: after a restart thousands come back, not at once (W11).
    setTimeout(connect, posting ? 60000 : Math.min(10000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random()));
  };
}

function send(turn) {
  if (turn.photo) postPhoto(turn);
  else if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(turn.request));
  else if (posting) postTurn(turn);
}

async function postTurn(turn, attempt = 0) {
  const reply = await post(turn.request);
  if (reply) {
    tell("");
    answered({ ...reply, event: turn.request.event });
  } else if (posting) {
    tell(words.offline, true);
    setTimeout(() => queue.includes(turn) && postTurn(turn, attempt + 1), Math.min(5000, 1000 * 2 ** attempt));
  }
}

async function post(request) {
  try {
    const r = await fetch(set.turn + "?furigana=ruby", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) });
    if (r.status >= 500) return null;
    return await r.json();
  } catch {
    return null;
  }
}

// A photograph always goes by POST; of a turn that is sent again the server gives
// the first answer again.
async function postPhoto(turn) {
  if (turn.sending) return;
  turn.sending = true;
  const form = new FormData();
  for (const [k, v] of Object.entries(turn.request)) form.append(k, v);
  form.append("photo", turn.photo);
  let reply = null;
  try {
    const r = await fetch(set.base + "/chat/photo?furigana=ruby", { method: "POST", body: form });
    if (r.status < 500) reply = await r.json();
  } catch { /* told below */ }
  turn.sending = false;
  answered({ ...(reply ?? { error: {} }), event: turn.request.event });
}

// Without a websocket nothing is pushed; ask while somebody is looking.
setInterval(async () => {
  if (!posting || document.hidden || queue.length) return;
  const reply = await post({ resume: { user, after: last } });
  if (reply && !reply.error) receive(reply);
}, 10000);

// ---- typing

composer.addEventListener("submit", (e) => {
  e.preventDefault();
  const value = text.value.trim();
  if (!value) {
    text.focus();
    return;
  }
  text.value = "";
  fit();
  say({ text: value }, hidden && value.length >= 8 ? "••••••••" : value);
  text.focus();
});
const mostPhoto = 8 << 20; // bytes; the server refuses more
photo.querySelector("form").addEventListener("submit", (e) => {
  e.preventDefault();
  const file = picture.files[0];
  if (!file || file.size > mostPhoto) {
    tell(words.refused, true);
    return;
  }
  e.target.reset(); // the page keeps no hold of it either
  photo.open = false;
  say({}, words.sent, undefined, file);
});
// Enter that ends a kana conversion must not send; 229 is what Safari says then.
text.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.shiftKey && !e.isComposing && e.keyCode !== 229) {
    e.preventDefault();
    composer.requestSubmit();
  }
});
const fit = () => {
  text.rows = Math.min(4, text.value.split("\n").length);
};
text.addEventListener("input", fit);

forget.addEventListener("click", () => {
  try {
    localStorage.removeItem(storeName);
  } catch { /* nothing was stored */ }
  location.href = set.base + "/";
});

connect();
