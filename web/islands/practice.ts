// A session of practice: words that are streamed as they come, turns that are put in their place once they are recorded, and a draft
// that outlasts a reload. What is recorded comes by one way only, the session's events, so nothing is shown twice; the answer to what was
// said brings the words before that.

const turns = document.querySelector<HTMLOListElement>("#turns");
const stand = document.querySelector<HTMLElement>("#stand");
const form = document.querySelector<HTMLFormElement>("#say");
const field = document.querySelector<HTMLTextAreaElement>("#text");
const state = document.querySelector<HTMLElement>("#state");
const beside = document.querySelector<HTMLElement>("#beside");
const session = form?.dataset.session ?? "";
const kept = `draft.${session}`;

function tell(text: string): void {
  if (state && state.textContent !== text) state.textContent = text;
}

function elementOf(html: string): HTMLElement | null {
  const box = document.createElement("template"); // Made by the server, which escapes; scripts in it would not run.
  box.innerHTML = html;
  return box.content.firstElementChild as HTMLElement | null;
}

// Turns as the server sent them last: what the page has done to them since, such as opening a form, is left alone.
const known = new Map<string, string>();
for (const turn of turns?.querySelectorAll<HTMLElement>(".turn") ?? []) known.set(turn.dataset.turn ?? "", turn.outerHTML);

// The newest words stand above the box, unless the reader has gone up to read: then they are told of below.
const dock = document.querySelector<HTMLElement>("#dock");
const newer = document.querySelector<HTMLButtonElement>("#newer");
let following = Boolean(stand?.dataset.live);

// docked is where what stands over the page's end begins.
const docked = () => Math.min(innerHeight, dock?.getBoundingClientRect().top ?? innerHeight);
const newest = () => turns?.lastElementChild?.firstElementChild ?? null;
const atEnd = () => (newest()?.getBoundingClientRect().bottom ?? 0) <= docked() + 48;

function toNewest(how: ScrollBehavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"): void {
  const last = newest();
  if (!last) return;
  const room = docked() - parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop);
  last.scrollIntoView({ block: last.getBoundingClientRect().height > room ? "start" : "nearest", behavior: how });
}

// bring shows what came: the words themselves, or that there are some. What is said of old words, such as feedback, is no news below.
let grown = -Infinity;
function bring(words: boolean): void {
  grown = performance.now();
  if (following) toNewest();
  else if (newer && words) newer.hidden = atEnd();
}

// Who scrolls up goes up to read; what the browser moves while words grow above is nobody's wish.
let at = scrollY, moved = -Infinity;
const upward = new Set(["ArrowUp", "PageUp", "Home", " "]);
for (const each of ["wheel", "touchmove", "pointerdown"]) addEventListener(each, () => { moved = performance.now(); }, { passive: true });
addEventListener("focusin", (event) => { if (!dock?.contains(event.target as Node)) moved = performance.now(); });
addEventListener("keydown", (event) => { if (upward.has(event.key) && event.target !== field) moved = performance.now(); });
addEventListener("scroll", () => {
  if (scrollY < at - 2 && !atEnd() && performance.now() - moved < 1000) following = false;
  at = scrollY;
  if (!atEnd() || !stand?.dataset.live) return;
  following = true;
  if (newer) newer.hidden = true;
}, { passive: true });
addEventListener("scrollend", () => {
  if (!following || atEnd() || performance.now() - moved <= 1000) return;
  if (performance.now() - grown < 1000) toNewest("instant"); // Words came while it scrolled.
  else following = false; // Something else than keys and fingers led away: a search in the page, an aid for reading.
});
newer?.addEventListener("click", () => {
  following = true;
  newer.hidden = true;
  toNewest();
});
if (dock) {
  new ResizeObserver(() => {
    document.documentElement.style.scrollPaddingBottom = `${Math.ceil(dock.offsetHeight) + 12}px`;
    if (following && at > 0) toNewest("instant");
  }).observe(dock);
  if (turns) new ResizeObserver(bring).observe(turns);
}

function take(html: string): void {
  const turn = elementOf(html);
  if (!turn || !turns || turn.dataset.branch !== turns.dataset.branch || known.get(turn.dataset.turn ?? "") === turn.outerHTML) return;
  known.set(turn.dataset.turn ?? "", turn.outerHTML);
  const there = [...turns.querySelectorAll<HTMLElement>(".turn:not(.coming)")].find((old) => old.dataset.turn === turn.dataset.turn);
  if (there) there.replaceWith(turn);
  else {
    coming(turn.classList.contains("focal"))?.remove();
    const before = turns.querySelector(".coming");
    if (before) before.before(turn);
    else turns.append(turn);
  }
  bring(!there);
}

// coming is a turn that is being said and not recorded yet: one's own, or the other's.
function coming(mine: boolean): HTMLElement | null {
  return turns?.querySelector<HTMLElement>(mine ? ".coming.focal" : ".coming:not(.focal)") ?? null;
}

function begin(mine: boolean, name: string, text: string): HTMLElement | null {
  if (!turns) return null;
  let turn = coming(mine);
  if (!turn) {
    turn = document.createElement("li");
    turn.className = mine ? "turn coming focal hue-0" : "turn coming hue-1";
    turn.setAttribute("aria-hidden", "true"); // It is read out once it is whole.
    const box = document.createElement("div");
    box.innerHTML = '<p class="byline"><span class="name"></span></p><div class="bubble"><p class="said"></p></div>';
    turn.append(box);
    turns.append(turn);
  }
  turn.querySelector(".name")!.textContent = name;
  turn.querySelector(".said")!.textContent = text;
  bring(true);
  return turn;
}

// The two ways that turns come by do not wait for each other: what is recorded already is not on its way any more.
const recorded = (number: number) => document.getElementById(`turn-${number}`) !== null;

function tidy(number: number): void {
  if (recorded(number)) coming(true)?.remove();
  if (recorded(number + 1)) coming(false)?.remove();
}

function forget(): void {
  for (const turn of turns?.querySelectorAll(".coming") ?? []) turn.remove();
}

// How the session stands, as the page was told last.
const next = () => Number(stand?.querySelector<HTMLElement>(".stand")?.dataset.next ?? "0");
const yours = () => stand?.querySelector<HTMLElement>(".stand")?.dataset.yours === "true";

let saying = false;

// A form that is on its way leads to its own page: what comes of it meanwhile must not lead elsewhere.
let leaving = false;
addEventListener("submit", (event) => { if (event.target !== form) leaving = true; });
addEventListener("pageshow", () => { leaving = false; });

function settle(): void {
  const send = document.querySelector<HTMLButtonElement>("#send");
  for (const button of form?.querySelectorAll("button") ?? []) button.disabled = saying || !yours();
  if (send) send.textContent = saying ? "Saying…" : "Say it";
  const index = form?.querySelector<HTMLInputElement>('[name="turn_index"]');
  if (index) index.value = String(next());
  if (turns?.querySelector(".turn.focal:not(.coming)")) document.querySelector("#before")?.remove(); // What was before can be said until then.
  clock();
}

let placedLast = stand?.firstElementChild?.outerHTML ?? "";

function placed(html: string): void {
  const now = elementOf(html);
  if (!now || !stand) return;
  if (turns && now.dataset.branch !== turns.dataset.branch) {
    if (!leaving) location.reload();
    return;
  }
  if (placedLast === now.outerHTML) return; // What was opened in it stays open.
  placedLast = now.outerHTML;
  const focused = stand.contains(document.activeElement);
  stand.replaceChildren(now);
  if (notice()) {
    forget();
    showHeard(notice()!);
  }
  if (notice() || focused) attend();
  settle();
}

const notice = () => document.querySelector<HTMLElement>("#notice");

// attend puts the focus where the next thing is to be done: to the notice of danger while there is one, else to one's words.
function attend(): void {
  (notice() ?? field)?.focus();
}

function follow(path: string): void {
  const source = new EventSource(path);
  source.addEventListener("open", () => { if (!saying) tell(""); });
  source.addEventListener("error", () => tell("The connection is lost; trying again. What you said is kept."));
  source.addEventListener("turn", (event: MessageEvent<string>) => take(event.data));
  source.addEventListener("stand", (event: MessageEvent<string>) => placed(event.data));
  source.addEventListener("over", () => { source.close(); if (!leaving) location.reload(); });
  addEventListener("pagehide", () => source.close());
}

// What sounded like danger is told once, to whoever wrote it, and kept nowhere.
let heard: string[] = [];

function showHeard(notice: HTMLElement): void {
  if (heard.length === 0 || notice.querySelector(".heard")) return;
  const line = document.createElement("p");
  line.className = "heard soft small";
  line.textContent = `What sounded like it: ${heard.map((words) => `“${words}”`).join(", ")}.`;
  notice.querySelector("p")?.after(line);
}

interface Update {
  words?: { role?: string; text?: string; taken_back?: boolean };
  risk?: { heard?: string[] };
  turn?: { mine?: boolean };
}

// read takes the events of an answer as they come.
async function read(answer: Response, each: (name: string, data: string) => void): Promise<void> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const lines = rest.slice(0, end).split("\n");
      rest = rest.slice(end + 2);
      const part = (key: string) => lines.filter((l) => l.startsWith(`${key}: `)).map((l) => l.slice(key.length + 2)).join("\n");
      if (part("event")) each(part("event"), part("data"));
    }
  }
}

const partner = () => turns?.dataset.partner || document.querySelector(".turn:not(.focal) .name")?.textContent || "…";
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

// speak says words until they are recorded and answered. Sent again after a lost connection they are recorded once: the index of the turn
// says which they are.
async function speak(text: string, index: number): Promise<void> {
  saying = following = true;
  settle();
  begin(true, "You", text || "(says nothing)");
  let refused = "";
  for (let whole = false, tries = 0; !whole && !refused; ) {
    let words = "";
    try {
      const answer = await fetch(`/api/v1/practice/${session}/say`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ turn_index: index, text }) });
      if (!answer.ok) {
        const problem = await answer.json().catch(() => ({ title: "That did not work." })) as { title?: string; detail?: string };
        if (answer.status === 503 && ++tries < 40) throw new Error(problem.title);
        refused = `${problem.title ?? ""} ${problem.detail ?? ""}`.trim();
        break;
      }
      tell("");
      await read(answer, (name, data) => {
        if (name === "over") whole = true;
        if (name === "problem") { refused = (JSON.parse(data) as { title: string }).title; return; }
        if (name !== "update") return;
        const update = JSON.parse(data) as Update;
        if (update.words) {
          if (update.words.taken_back) words = "";
          words += update.words.text ?? "";
          if (!recorded(index + 2)) begin(false, partner(), words);
        }
        if (update.risk) {
          heard = update.risk.heard ?? [];
          forget();
          if (notice()) showHeard(notice()!);
        }
      });
    } catch {
      tell("The connection is lost; trying again. What you said is kept.");
    }
    if (!whole && !refused) await pause(1500);
  }
  saying = false;
  tidy(index + 1);
  if (refused) {
    forget();
    tell(refused);
    if (field && field.value === "") field.value = text;
  } else sessionStorage.removeItem(kept);
  settle();
  attend();
}

async function help(path: string): Promise<void> {
  if (!field || !beside) return;
  tell("One moment…");
  try {
    const answer = await fetch(`/practice/${session}/${path}?part=1`, { method: "POST", body: new URLSearchParams({ text: field.value }) });
    beside.innerHTML = await answer.text(); // Made by the server, which escapes.
    tell("");
  } catch {
    tell("That could not be asked: no connection.");
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter?.id;
  if (saying || !field) return;
  if (button === "draft" || button === "hint") return void help(button);
  if (!yours()) return;
  const text = field.value.trim();
  if (text === "" && !field.dataset.sure) { // Silence is a turn too, and one that is easily taken by mistake.
    field.dataset.sure = "1";
    return tell("Press again to stay silent.");
  }
  delete field.dataset.sure;
  field.value = "";
  if (beside) beside.replaceChildren();
  void speak(text, next());
});

field?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form?.requestSubmit(document.querySelector<HTMLButtonElement>("#send"));
});
field?.addEventListener("input", () => {
  delete field.dataset.sure;
  sessionStorage.setItem(kept, field.value);
});
if (field && field.value === "") field.value = sessionStorage.getItem(kept) ?? "";

// The words of a skill are lit with it.
function light(event: Event, on: boolean): void {
  const item = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-skill], mark[data-skills]") : null;
  const place = item?.closest(".turn, .draft, .cell");
  if (!item || !place) return;
  const numbers = item.dataset.skill ? [item.dataset.skill] : (item.dataset.skills ?? "").trim().split(" ");
  for (const each of place.querySelectorAll<HTMLElement>("[data-skill], mark[data-skills]")) {
    const has = each.dataset.skill ? [each.dataset.skill] : (each.dataset.skills ?? "").trim().split(" ");
    if (has.some((n) => numbers.includes(n))) each.classList.toggle("lit", on);
  }
}
addEventListener("mouseover", (event) => light(event, true));
addEventListener("mouseout", (event) => light(event, false));

function clock(): void {
  for (const timer of document.querySelectorAll<HTMLElement>("[data-begun]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(timer.dataset.begun ?? "")) / 1000));
    const pad = (n: number) => String(n).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    timer.textContent = hours > 23 ? "" : `${hours ? `${hours}:` : ""}${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  }
}
setInterval(clock, 1000);
settle();
if (stand?.dataset.live && !location.hash && scrollY === 0) toNewest("instant");
if (stand?.dataset.live) follow(stand.dataset.live);
// From here on keys do what the page says they do.
document.documentElement.dataset.alive = "practice";
