// Keeps what is marked data-live up to date: parts of a page that come anew, and turns that are added. The browser reconnects by
// itself and tells the id of the last event it has; what is sent twice all the same is not shown twice.

function elementOf(html: string): Element | null {
  const box = document.createElement("template"); // Made by the server, which escapes; scripts in it would not run.
  box.innerHTML = html;
  return box.content.firstElementChild;
}

function say(text: string | null | undefined): void {
  const says = document.querySelector("[data-says]");
  if (says && text && says.textContent !== text) says.textContent = text;
}

function follow(place: HTMLElement): void {
  const source = new EventSource(place.dataset.live ?? "");
  const state = document.querySelector<HTMLElement>("[data-state]");
  const tell = (text: string, lost: boolean) => {
    if (!state) return;
    state.textContent = text;
    state.classList.toggle("lost", lost);
  };
  source.addEventListener("open", () => tell("Live: turns appear as they come.", false));
  source.addEventListener("error", () => tell("The connection is lost; trying again.", true));
  let spoken = 0;
  source.addEventListener("part", (event: MessageEvent<string>) => {
    const focus = document.activeElement;
    const link = focus instanceof HTMLAnchorElement && place.contains(focus) ? focus.getAttribute("href") : null;
    const box = document.createElement("template");
    box.innerHTML = event.data;
    place.replaceChildren(box.content);
    if (link) place.querySelector<HTMLElement>(`a[href="${CSS.escape(link)}"]`)?.focus();
    if (Date.now() - spoken > 15000) { // A reader that is interrupted all the time says nothing.
      spoken = Date.now();
      say(place.querySelector("[data-status]")?.textContent);
    }
  });
  source.addEventListener("turn", (event: MessageEvent<string>) => {
    const turn = elementOf(event.data);
    if (!turn || document.getElementById(turn.id)) return;
    document.querySelector("p.empty")?.remove();
    place.append(turn);
  });
  source.addEventListener("over", () => {
    source.close();
    location.reload(); // What came of it stands on the page of what is over.
  });
  addEventListener("pagehide", () => source.close());
}

for (const place of document.querySelectorAll<HTMLElement>("[data-live]")) follow(place);
