import { type Filter, parseFilter } from "../../inspect/filter.ts";
import { byId } from "./dom.ts";

const FAILURES = "is:failure";

interface Options {
  readonly apply: (filter: Filter) => void;
  /** The person is done with it. */
  readonly leave: () => void;
}

/** Where a person types what the list is to show. */
export function createFilterField({ apply, leave }: Options) {
  const input = byId<HTMLInputElement>("filter");
  const note = byId("filter-note");
  let source = "";

  input.addEventListener("input", () => set(input.value));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") set("");
    if (event.key === "Escape" || event.key === "Enter") leave();
  });
  byId("failures").addEventListener("click", toggleFailures);

  function set(text: string) {
    if (input.value !== text) input.value = text;
    const parsed = parseFilter(text.trim(), Date.now());
    if ("problem" in parsed) {
      note.dataset.problem = "";
      note.textContent = parsed.problem;
      return;
    }
    delete note.dataset.problem;
    source = parsed.source;
    byId("failures").setAttribute("aria-pressed", String(source.split(" ").includes(FAILURES)));
    apply(parsed);
  }

  function toggleFailures() {
    const words = source.split(" ").filter((word) => word !== "");
    const others = words.filter((word) => word !== FAILURES);
    set((others.length < words.length ? others : [...words, FAILURES]).join(" "));
  }

  return {
    start() {
      input.focus();
      input.select();
    },
    clear: () => set(""),
    toggleFailures,
    /** How many pass, as far as the list is loaded. */
    tell(count: number, isWhole: boolean) {
      if (note.dataset.problem !== undefined) return;
      const text = source === "" ? "" : `${count}${isWhole ? "" : " or more"} pass the filter`;
      if (note.textContent !== text) note.textContent = text;
    },
  };
}
