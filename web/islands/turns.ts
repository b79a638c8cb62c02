// j and k go from turn to turn.
import { typing } from "./keys";

let at = -1;
addEventListener("keydown", (event) => {
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || (event.key !== "j" && event.key !== "k")) return;
  const turns = [...document.querySelectorAll<HTMLElement>(".turn")];
  if (turns.length === 0) return;
  if (at < 0) at = turns.findIndex((turn) => `#${turn.id}` === location.hash);
  turns[at]?.classList.remove("here");
  at = Math.min(turns.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
  const turn = turns[at];
  turn.classList.add("here");
  turn.scrollIntoView({ block: "nearest" });
  turn.querySelector<HTMLElement>("a.number")?.focus({ preventScroll: true });
});
