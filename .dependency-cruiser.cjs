/**
 * Seven rows, imports go down only; folders on one row never meet. ARCHITECTURE.md says what each row is for.
 */
const rows = [
  ["core"],
  ["signing"],
  ["providers", "formats"],
  ["inspect"],
  ["spool", "store", "tunnels", "media", "tui", "web", "log", "mcp"],
  ["wiring"],
  ["cli"],
];

const remedies = {
  core: "core holds nouns: move what needs more to the row that needs it, or pass it in as an argument.",
  signing: "a scheme knows bytes and secrets only: take what it needs as an argument.",
  providers: "a provider is data and pure functions: it may use signing and core only.",
  formats: "a format writes a delivery down: it may use signing and core only.",
  inspect: "a question asked of a delivery is pure: hand it what it needs from below.",
  spool: "name a port in core/ports.ts and let wiring/ join the two.",
  store: "name a port in core/ports.ts and let wiring/ join the two.",
  tunnels: "name a port in core/tunnel.ts and let wiring/ join the two.",
  media: "media are files served on loopback: let cli/ hand their URLs to what forges.",
  tui: "the terminal UI acts through ports: let wiring/ or cli/ hand it what it needs.",
  web: "the web inspector acts through ports: let wiring/ hand it what it needs.",
  log: "lines and JSON are made from notices alone: let cli/ hand it what it needs.",
  mcp: "an agent acts through ports: let wiring/ hand it what it needs.",
  wiring: "wiring joins parts; what a person types belongs in cli/.",
};

const forbidden = rows.flatMap((folders, row) =>
  folders.map((folder) => {
    const allowed = [folder, ...rows.slice(0, row).flat()];
    return {
      name: `row-${row + 1}-${folder}`,
      comment: remedies[folder] ?? "cli is the top row: nothing to say.",
      severity: "error",
      from: { path: `^src/${folder}/` },
      to: { path: "^src/", pathNot: `^src/(?:${allowed.join("|")})/` },
    };
  }),
);

/** Rows 1 to 4 read no clock, file, socket, environment or randomness: time and bytes are arguments. */
const pure = {
  name: "pure-rows",
  comment:
    "Take the bytes, the time or the random bytes as an argument; hashing is what node:crypto is for here.",
  severity: "error",
  from: { path: "^src/(?:core|signing|providers|formats|inspect)/" },
  to: { dependencyTypes: ["core"], pathNot: "^(?:node:)?crypto$" },
};

module.exports = {
  forbidden: [
    ...forbidden,
    pure,
    {
      name: "no-cycles",
      comment: "Split what both need into a file of its own, below them.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "tests-stay-out",
      comment: "What a test needs belongs in test/support.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(?:test|scripts|bench)/" },
    },
    {
      name: "nothing-unresolved",
      comment: "Check the path's spelling.",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
