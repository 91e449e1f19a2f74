import { choose } from "../dialogs/choose.ts";
import { chooseExport } from "../dialogs/export.ts";
import { el } from "../dom.ts";
import { say } from "../messages.ts";
import { linkTo } from "../token.ts";
import { type ActionContext, nameOf, tried, withChosen, withSelected } from "./context.ts";

/** What takes something out of the page: onto the clipboard, or into a file. */
export function createCopying(context: ActionContext) {
  const { api, about, selected } = context;

  async function copy() {
    const id = selected();
    const from = about()?.endpoint ?? about()?.local;
    const curl = async (secrets: "masked" | "shown") =>
      (await (await api.export([id ?? 0], { format: "curl", secrets })).text()).trimEnd();
    const choice = await choose("Copy", [
      ...(from ? [{ key: "e", name: "The endpoint", value: "endpoint" as const }] : []),
      { key: "l", name: "This page's link, its token in it", value: "link" as const },
      ...(id === undefined
        ? []
        : [
            { key: "b", name: "The body", value: "body" as const },
            { key: "i", name: "The number", value: "number" as const },
            { key: "c", name: "A curl command, secrets masked", value: "curl" as const },
            { key: "C", name: "A curl command with its secrets", value: "curl-secrets" as const },
          ]),
    ]);
    if (choice === "endpoint" && from) await write(from, "the endpoint");
    if (choice === "link")
      await write(linkTo(location.origin), "this page's link: whoever has it can do all this");
    if (id === undefined) return;
    if (choice === "number") await write(String(id), `the number ${id}`);
    if (choice === "body") await write(await (await api.body(id)).text(), `the body of #${id}`);
    if (choice === "curl") await write(await curl("masked"), `#${id} as a curl command`);
    if (choice === "curl-secrets")
      await write(await curl("shown"), `#${id} as a curl command, secrets and all`);
  }

  async function exportFile(ids: readonly number[]) {
    const choice = await chooseExport(nameOf(ids));
    if (choice) saveFile(await api.export(ids, choice));
  }

  return {
    copy: tried(copy),
    export: withChosen(context, exportFile),
    /** The body's exact bytes, as a file. */
    save: withSelected(context, async (id) => saveFile(new File([await api.body(id)], `delivery-${id}`))),
    copyText: (text: string, what: string) => void write(text, what),
  };
}

async function write(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text);
    say(`copied ${what}`, "good");
  } catch {
    say("the browser does not let this page copy", "warn");
  }
}

function saveFile(file: File) {
  const url = URL.createObjectURL(file);
  el("a", { href: url, download: file.name }).click();
  URL.revokeObjectURL(url);
}
