import { Box, Text } from "ink";

interface RowsProps {
  /** Painted, none of them wider than the pane. */
  readonly lines: readonly string[];
  readonly columns: number;
  readonly height: number;
}

/** A pane's text. One node for all of it: a node for each row costs three times as much to draw. */
export function Rows({ lines, columns, height }: RowsProps) {
  const text = lines.slice(0, height).join("\n");
  return (
    <Box width={columns} height={height} flexShrink={0}>
      <Text wrap="truncate">{text}</Text>
    </Box>
  );
}
