import { Box, type Key, type TerminalSuspension, Text, useApp, useInput, usePaste } from "ink";
import { LEAST } from "./layout.ts";
import { Detail } from "./panes/detail.tsx";
import { Empty } from "./panes/empty.tsx";
import { Header } from "./panes/header.tsx";
import { Help } from "./panes/help.tsx";
import { Hints } from "./panes/hints.tsx";
import { List } from "./panes/list.tsx";
import { Rule } from "./panes/rule.tsx";
import { layout } from "./selectors.ts";
import type { State } from "./state.ts";
import type { Theme } from "./theme.ts";

interface ScreenProps {
  readonly state: State;
  readonly theme: Theme;
  readonly onInput: (input: string, key: Key, terminal: Terminal) => void;
  readonly onPaste: (text: string) => void;
}

/** The terminal, to be lent to somebody else. */
export interface Terminal {
  suspend(): Promise<TerminalSuspension>;
}

export function Screen({ state, theme, onInput, onPaste }: ScreenProps) {
  const { suspendTerminal } = useApp();
  useInput((input, key) => onInput(input, key, { suspend: () => suspendTerminal() }));
  // Pasted text comes apart from keys: it must not be taken for commands.
  usePaste(onPaste);
  if (layout(state).tooSmall) return <TooSmall state={state} />;
  return (
    <Box flexDirection="column">
      <Header state={state} theme={theme} />
      <Rule state={state} theme={theme} />
      <Panes state={state} theme={theme} />
      <Hints state={state} theme={theme} />
    </Box>
  );
}

function Panes({ state, theme }: Pick<ScreenProps, "state" | "theme">) {
  const { wide } = layout(state);
  if (state.mode.kind === "help") return <Help state={state} theme={theme} />;
  if (state.window.rows.length === 0) return <Empty state={state} theme={theme} />;
  if (!wide) {
    const Pane = state.focus === "detail" ? Detail : List;
    return <Pane state={state} theme={theme} />;
  }
  return (
    <Box>
      <List state={state} theme={theme} />
      <Detail state={state} theme={theme} />
    </Box>
  );
}

function TooSmall({ state: { size } }: Pick<ScreenProps, "state">) {
  return (
    <Box width={size.columns} height={size.rows} overflow="hidden">
      <Text wrap="wrap">
        {`hookspool needs ${LEAST.columns}×${LEAST.rows}; this is ${size.columns}×${size.rows}. Deliveries are kept all the same.`}
      </Text>
    </Box>
  );
}
