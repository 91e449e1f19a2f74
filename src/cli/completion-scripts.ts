/** What there is to be completed. */
export interface CompletionTree {
  readonly commands: readonly CompletedCommand[];
  /** Those that stand before a command. */
  readonly flags: readonly string[];
}

interface CompletedCommand {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly string[];
  /** What its argument may be, where that is known. */
  readonly words: readonly string[];
  /** Flags whose value is one of a few words. */
  readonly choices: readonly { readonly flag: string; readonly words: readonly string[] }[];
}

export type Shell = keyof typeof completionScripts;

/** A script for each shell: static, since starting Node at every press of Tab would be felt. */
export const completionScripts = { bash, zsh, fish, powershell } as const satisfies Record<
  string,
  (tree: CompletionTree) => string
>;

const spaced = (words: readonly string[]) => words.join(" ");

function bash({ commands, flags }: CompletionTree): string {
  const names = commands.map(({ name }) => name);
  const cases = commands.map(({ name, flags, words, choices }) => {
    const values = choices
      .map(({ flag, words }) => `        ${flag}) words="${spaced(words)}" ;;\n`)
      .join("");
    return `    ${name})
      case "$previous" in
${values}        *) words="${spaced([...words, ...flags])}" ;;
      esac ;;
`;
  });
  return `# bash completion of hookspool
_hookspool() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case " ${spaced(names)} " in *" \${COMP_WORDS[i]} "*) command="\${COMP_WORDS[i]}"; break ;; esac
  done
  case "$command" in
${cases.join("")}    *) words="${spaced([...names, ...flags])}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _hookspool hookspool
`;
}

function zsh({ commands, flags }: CompletionTree): string {
  const names = commands.map(
    ({ name, about }) => `    '${name}:${about.replaceAll("'", "'\\''").replaceAll(":", "\\:")}'\n`,
  );
  const cases = commands.map(({ name, flags, words, choices }) => {
    const values = choices.map(
      ({ flag, words }) => `        ${flag}) compadd -- ${spaced(words)}; return ;;\n`,
    );
    return `    ${name})
      case $words[CURRENT-1] in
${values.join("")}      esac
      compadd -- ${spaced([...words, ...flags])}
      _files ;;
`;
  });
  return `#compdef hookspool
# zsh completion of hookspool
_hookspool() {
  local -a commands
  commands=(
${names.join("")}  )
  local command=\${words[(r)(${commands.map(({ name }) => name).join("|")})]}
  case $command in
${cases.join("")}    *)
      _describe command commands
      compadd -- ${spaced(flags)} ;;
  esac
}
if [ "$funcstack[1]" = "_hookspool" ]; then _hookspool "$@"; else compdef _hookspool hookspool; fi
`;
}

function fish({ commands, flags }: CompletionTree): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const names = spaced(commands.map(({ name }) => name));
  const long = (flag: string) => `-l ${flag.slice(2)}`;
  const lines = commands.flatMap(({ name, about, flags, words, choices }) => {
    const inside = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c hookspool -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${quoted(about)}`,
      ...(words.length > 0 ? [`complete -c hookspool ${inside} -f -a ${quoted(spaced(words))}`] : []),
      ...flags
        .filter((flag) => !choices.some((choice) => choice.flag === flag))
        .map((flag) => `complete -c hookspool ${inside} ${long(flag)}`),
      ...choices.map(
        ({ flag, words }) => `complete -c hookspool ${inside} ${long(flag)} -x -a ${quoted(spaced(words))}`,
      ),
    ];
  });
  const own = flags.map(
    (flag) => `complete -c hookspool -n 'not __fish_seen_subcommand_from ${names}' ${long(flag)}`,
  );
  return `# fish completion of hookspool\n${[...lines, ...own].join("\n")}\n`;
}

function powershell({ commands, flags }: CompletionTree): string {
  const list = (words: readonly string[]) =>
    `@(${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(", ")})`;
  const cases = commands.map(({ name, flags, words }) => `    '${name}' { ${list([...words, ...flags])} }\n`);
  const names = commands.map(({ name }) => name);
  return `# PowerShell completion of hookspool
Register-ArgumentCompleter -Native -CommandName hookspool -ScriptBlock {
  param($word, $line, $position)
  $names = ${list(names)}
  $command = $line.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" } | Where-Object { $names -contains $_ } | Select-Object -First 1
  $words = switch ($command) {
${cases.join("")}    default { $names + ${list(flags)} }
  }
  $words | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`;
}
