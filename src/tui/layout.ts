export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Where everything is, in columns and rows. */
export interface Layout {
  /** Too little room to show anything of use. */
  readonly tooSmall: boolean;
  /** List and delivery side by side; else one at a time. */
  readonly wide: boolean;
  readonly headerRows: number;
  readonly listColumns: number;
  readonly detailColumns: number;
  /** Height of the panes. */
  readonly paneRows: number;
}

export const LEAST: Size = { columns: 40, rows: 10 };

const WIDE_COLUMNS = 100;

/** The line between header and panes, and the one at the bottom. */
const FRAME_ROWS = 2;

/** Tabs stand above a delivery's text. */
export const TAB_ROWS = 1;

export function layoutOf(
  { columns, rows }: Size,
  { isHeaderFolded }: { readonly isHeaderFolded: boolean },
): Layout {
  const wide = columns >= WIDE_COLUMNS;
  const headerRows = isHeaderFolded ? 1 : 2;
  const listColumns = wide ? Math.min(96, Math.max(52, Math.floor(columns * 0.52))) : columns;
  return {
    tooSmall: columns < LEAST.columns || rows < LEAST.rows,
    wide,
    headerRows,
    listColumns,
    // One column is the line between the two.
    detailColumns: wide ? columns - listColumns - 1 : columns,
    paneRows: Math.max(1, rows - headerRows - FRAME_ROWS),
  };
}
