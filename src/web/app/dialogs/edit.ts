import { indentJson } from "../../../inspect/pretty.ts";
import { el } from "../dom.ts";
import { editedBytes } from "../edited-text.ts";
import { jsonProblem } from "../json-problem.ts";
import { closeButton, openDialog } from "./dialog.ts";

interface EditOptions {
  readonly id: number;
  /** The body as it came. */
  readonly text: string;
  /** Who signs; `null`: nobody is known who could. */
  readonly provider: string | null;
}

export interface EditedBody {
  readonly body: Uint8Array<ArrayBuffer>;
  /** With a fresh signature; without, the old one stands there and does not fit. */
  readonly signs: boolean;
}

/** Lets a person change a body; `undefined` where they would rather not. What is signed is said each time. */
export async function editBody({ id, text, provider }: EditOptions): Promise<EditedBody | undefined> {
  let edited: EditedBody | undefined;
  const wasJson = jsonProblem(text) === undefined;
  const field = el("textarea", {
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": "Body",
    "aria-describedby": "edit-check",
  });
  field.value = text;
  const check = el("p", { class: "check", id: "edit-check", role: "status" });
  const indent = el("button", { type: "button", onclick: indentText }, "Indent");
  const send = (name: string, signs: boolean) =>
    el(
      "button",
      {
        type: "button",
        onclick() {
          edited = { body: editedBytes(field.value, text), signs };
          dialog.close();
        },
      },
      name,
    );
  const buttons =
    provider === null
      ? [send("Send", false)]
      : [send("Sign anew and send", true), send("Send with the old signature", false)];

  function look() {
    const problem = jsonProblem(field.value);
    indent.disabled = problem !== undefined;
    check.className = `check ${problem === undefined ? "good" : wasJson ? "bad" : "dim"}`;
    check.textContent =
      problem === undefined ? "JSON" : wasJson ? `No JSON, ${problem}. It can be sent all the same.` : "Text";
  }

  /** Only the space between tokens changes: numbers and the order of keys stay. */
  function indentText() {
    const lines = indentJson(field.value) ?? [];
    if (lines.length === 0) return;
    field.value = lines
      .map(({ depth, tokens }) => {
        const line = tokens.map(({ text: token }) => (token === ":" ? ": " : token)).join("");
        return `${"  ".repeat(depth)}${line}`;
      })
      .join("\n");
    look();
  }

  field.addEventListener("input", look);
  look();
  const dialog = openDialog({
    name: "edit",
    title: `Send an edited copy of #${id}`,
    content: [
      field,
      check,
      el(
        "div",
        { class: "choices" },
        ...buttons,
        indent,
        closeButton(() => dialog.close(), "Never mind"),
      ),
    ],
  });
  field.focus();
  field.setSelectionRange(0, 0);
  await dialog.closed;
  return edited;
}
