// Rating with the keyboard alone, and drafts that are kept as one goes.
import { typing } from "./keys";

const form = document.querySelector<HTMLFormElement>("#ask");
const read = document.querySelector<HTMLElement>("#read");
const kept = document.querySelector<HTMLElement>("#kept");

function tell(text: string): void {
  if (kept) kept.textContent = text;
}

const questions = [...document.querySelectorAll<HTMLFieldSetElement>(".question")];
let at = 0;
let typed = ""; // digits of an answer that may go on

function go(to: number, scroll = true): void {
  questions[at]?.classList.remove("here");
  typed = "";
  at = Math.min(questions.length - 1, Math.max(0, to));
  questions[at]?.classList.add("here");
  if (scroll) questions[at]?.scrollIntoView({ block: "nearest" });
}

// wants says whether a question's answer is an extreme that wants words of the conversation, and has none.
function wants(question: HTMLElement): boolean {
  const value = question.querySelector<HTMLInputElement>("input:checked")?.value;
  return "extremes" in question.dataset && (value === question.dataset.min || value === question.dataset.max) && question.querySelector("textarea")?.value.trim() === "";
}

// ask shows that words are wanted, at the question that wants them: marking them goes on from there with the same keys.
function askForWords(i: number): void {
  go(i);
  const block = questions[i].querySelector<HTMLDetailsElement>(".evidence");
  if (!block) return;
  block.open = true;
  block.querySelector<HTMLElement>("summary")?.focus();
  block.scrollIntoView({ block: "nearest" });
}

// refuse says why an item is not taken, in the place where the server says it.
function refuse(text: string): void {
  let box = document.querySelector<HTMLElement>("#refused");
  if (!box) {
    box = document.createElement("p");
    box.id = "refused";
    box.className = "note bad";
    box.setAttribute("role", "alert");
    form?.prepend(box);
  }
  box.textContent = text;
}

const answered = (question: HTMLElement) => question.querySelector("input:checked") !== null;

// answer chooses a value of the question that is marked, and goes on to the next that has none.
function answer(value: string): boolean {
  const choice = questions[at]?.querySelector<HTMLInputElement>(`input[value="${CSS.escape(value)}"]`);
  if (!choice) return false;
  choice.checked = true;
  choice.focus({ preventScroll: true });
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const open = questions.findIndex((question, i) => i > at && !answered(question));
  go(open >= 0 ? open : at + 1); // Where all are answered they are mended one after the other.
  return true;
}

// Numbers of more than one digit: a digit is added to what was typed before where the two together are an answer, and begins anew where
// they are not. Escape forgets what was typed.
function digit(key: string): void {
  const question = questions[at];
  if (!question) return;
  if (Number(question.dataset.max) <= 9 && Number(question.dataset.min) >= 0) {
    answer(key);
    return;
  }
  const choice = (value: string) => question.querySelector<HTMLInputElement>(`input[value="${CSS.escape(value)}"]`);
  typed = choice(typed + key) ? typed + key : key;
  const chosen = choice(typed);
  if (!chosen) return;
  chosen.checked = true;
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
  tell(`Answer ${typed}.`);
}

// quotable are the pieces that words can be taken from: turns, and lines of what came of it.
const quotable = ".lines .words, .came li";

// line is the piece that a selection lies in, null where it lies in none or in several.
function line(selection: Selection): HTMLElement | null {
  const of = (node: Node | null) => (node instanceof Element ? node : node?.parentElement)?.closest<HTMLElement>(quotable) ?? null;
  const first = of(selection.anchorNode);
  return first !== null && first === of(selection.focusNode) ? first : null;
}

// whole widens a selection within a turn to whole words.
function whole(selection: Selection): void {
  if (!line(selection) || selection.isCollapsed || selection.rangeCount === 0) return;
  const range = selection.getRangeAt(0);
  const letter = (text: string | null, i: number) => /[\p{L}\p{N}'’-]/u.test(text?.[i] ?? "");
  const { startContainer: first, endContainer: last } = range;
  if (first.nodeType !== Node.TEXT_NODE || last.nodeType !== Node.TEXT_NODE) return;
  let start = range.startOffset, end = range.endOffset;
  while (start > 0 && letter(first.textContent, start) && letter(first.textContent, start - 1)) start--;
  while (end > 0 && letter(last.textContent, end - 1) && letter(last.textContent, end)) end++;
  selection.setBaseAndExtent(first, start, last, end);
}

// take makes what is selected the evidence of the question that is marked.
function take(): void {
  const selection = getSelection();
  if (selection) whole(selection);
  const words = selection?.toString().trim().replace(/\s*\n\s*/g, " ");
  const box = questions[at]?.querySelector<HTMLTextAreaElement>("textarea");
  if (!selection || !words || !box) return tell("Select words of the conversation first.");
  if (!line(selection)) return tell("Select words of one turn, or of one line of what came of it.");
  box.value = box.value.trim() === "" ? words : `${box.value.trim()}\n${words}`;
  box.closest("details")?.setAttribute("open", "");
  selection.removeAllRanges();
  marking = null;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  if (questions[at].querySelector(".evidence summary") === document.activeElement) questions[at].querySelector<HTMLElement>("input:checked")?.focus({ preventScroll: true });
  tell(`Taken as evidence: “${words}”`);
}

// Marking with keys: a selection that arrows move word by word, and from turn to turn.
let marking: HTMLElement[] | null = null;
let marked = 0;

function mark(to: number): void {
  if (!marking || !read) return;
  marked = Math.min(marking.length - 1, Math.max(0, to));
  const words = marking[marked];
  const text = words.firstChild;
  if (!text) return;
  getSelection()?.collapse(text, 0);
  getSelection()?.modify("extend", "forward", "word");
  words.scrollIntoView({ block: "nearest" });
  const whose = words.closest(".came") ? "What came of it" : `Turn of ${words.previousElementSibling?.textContent?.trim() ?? ""}`;
  tell(`${whose}: ${getSelection()?.toString() ?? ""}`);
}

function beginMarking(): void {
  marking = [...document.querySelectorAll<HTMLElement>(quotable)];
  read?.focus({ preventScroll: true });
  mark(Math.max(0, marking.findIndex((words) => words.closest(".rated"))));
}

// arrow moves or widens the selection; false where the key is none of ours.
function arrow(event: KeyboardEvent): boolean {
  const selection = getSelection();
  if (!marking || !selection) return false;
  switch (event.key) {
    case "ArrowDown": mark(marked + 1); return true;
    case "ArrowUp": mark(marked - 1); return true;
    case "ArrowRight":
    case "ArrowLeft": {
      const way = event.key === "ArrowRight" ? "forward" : "backward";
      const node = selection.focusNode, offset = selection.focusOffset, start = selection.anchorOffset;
      if (!event.shiftKey) {
        if (way === "forward") selection.collapseToEnd();
        else { selection.collapseToStart(); selection.modify("move", "backward", "word"); }
        selection.modify("extend", "forward", "word");
      } else selection.modify("extend", way, "word");
      if (!line(selection) && node) selection.setBaseAndExtent(node, start, node, offset); // It stays within the turn.
      tell(selection.toString());
      return true;
    }
  }
  return false;
}

// Drafts are sent a moment after the last change, one at a time, the newest always.
let waiting: number | undefined;
let sending = false;
let leaving = false;

async function keep(): Promise<void> {
  if (!form || leaving) return;
  if (sending) {
    waiting = window.setTimeout(keep, 300);
    return;
  }
  sending = true;
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    const answer = await fetch(`${location.pathname}?draft=1`, { method: "POST", body });
    tell(answer.ok ? "Draft kept." : answer.status === 409 ? "This item is not yours any more: load the page again." : "The draft could not be kept.");
  } catch {
    tell("The draft could not be kept: no connection. Trying again.");
    waiting = window.setTimeout(keep, 3000);
  } finally {
    sending = false;
  }
}

// changed keeps what was changed; what was refused before is not what stands there now.
function changed(event: Event): void {
  document.querySelector("#refused")?.remove();
  const question = event.target instanceof Element ? event.target.closest<HTMLElement>(".question") : null;
  if (question && event.type === "change" && wants(question)) {
    question.querySelector<HTMLDetailsElement>(".evidence")!.open = true;
    tell("This answer wants words of the conversation: select them, by mouse or with m and the arrows, and press e.");
  }
  window.clearTimeout(waiting);
  waiting = window.setTimeout(keep, 800);
}

form?.addEventListener("change", changed);
form?.addEventListener("input", changed);
form?.addEventListener("submit", (event) => {
  const wanting = questions.findIndex(wants);
  if (wanting >= 0 && (event.submitter as HTMLButtonElement | null)?.name !== "skipping") {
    event.preventDefault();
    refuse(`Question ${wanting + 1} wants words of the conversation for this answer: select them, by mouse or with m and the arrows, and press e, or write them into its field.`);
    return askForWords(wanting);
  }
  leaving = true;
  window.clearTimeout(waiting);
});
for (const [i, question] of questions.entries()) question.addEventListener("focusin", () => go(i));

function open(id: string, focus: string): void {
  const details = document.querySelector(id);
  details?.toggleAttribute("open");
  if (details?.hasAttribute("open")) details.querySelector<HTMLElement>(focus)?.focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") (event.target as HTMLElement).blur();
    return;
  }
  if (event.key === "Escape") { marking = null; typed = ""; }
  if (marking && arrow(event)) return event.preventDefault();
  const actions: Record<string, () => void> = {
    t: () => answer("t"), j: () => go(at + 1), k: () => go(at - 1), m: beginMarking, e: take,
    u: () => document.querySelector<HTMLButtonElement>("#undo")?.click(),
    s: () => open(".skip-it", "select"), "?": () => open("#codebook", "summary"),
  };
  if (/^[0-9]$/.test(event.key)) digit(event.key);
  else if (event.key === "-") typed = "-";
  else if (event.key === "Enter" && !(event.target instanceof HTMLElement && event.target.closest("a, button, summary"))) {
    const open = questions.findIndex((question) => !answered(question));
    if (open >= 0) { go(open); tell("This question is not answered yet."); }
    else document.querySelector<HTMLButtonElement>("#save")?.click();
  } else if (actions[event.key]) actions[event.key]();
  else return;
  event.preventDefault();
});

// An answer to a form that was refused would be sent again by a reload: what is kept is the draft, so that is what a reload shows.
history.replaceState(null, "", location.pathname);
go(0, false);
if (document.querySelector("#refused") && questions.some(wants)) askForWords(questions.findIndex(wants));
