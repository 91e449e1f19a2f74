/**
 * A command line as its words, the way a POSIX shell divides it: at blanks, with quotes and backslashes taken
 * away. Nothing is expanded: no variables, no patterns, no `&&`. `undefined` where a quote is not closed.
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let rest = line; rest !== ""; ) {
    const part = next.exec(rest);
    if (!part) return undefined;
    const [whole, blank, single, double, escaped, plain] = part;
    rest = rest.slice(whole.length);
    if (blank === undefined) {
      word = (word ?? "") + (single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? plain ?? "");
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

const next = /^(?:(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+))/s;
