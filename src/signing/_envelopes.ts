import type { Problem } from "./_scheme.ts";

/** How signatures stand in their header. */
export interface Envelope {
  /** `values` are the header's non-empty values in wire order, at least one. */
  read(values: readonly string[], header: string): Contents | Problem;
  write(signature: string, timestamp: string): string;
}

interface Contents {
  /** The signatures to try, without their labels. */
  readonly signatures: readonly string[];
  /** Where the time stands in the same header. */
  readonly timestamp?: string;
}

/** One signature after a label that may be empty: `v3,…`, `sha256=…`. A second one is not foreseen. */
export function labelled(label: string): Envelope {
  return {
    read([value = "", ...more], header) {
      if (more.length > 0) return { problem: `${header} is given ${more.length + 1} times` };
      if (!value.startsWith(label)) return { problem: `${header} does not start with "${label}"` };
      const signature = value.slice(label.length);
      if (signature.includes(",")) return { problem: `${header} holds more than one signature` };
      return { signatures: [signature] };
    },
    write: (signature) => label + signature,
  };
}

/** A space-separated list of `version,signature`, any of which may match; other versions are passed over. */
export function versionList({ isVersion, writes, unlabelled = false }: VersionListOptions): Envelope {
  const isTaken = (version: string) => isVersion?.(version) ?? version === writes;
  return {
    read(values, header) {
      const signatures: string[] = [];
      for (const value of values)
        for (const entry of value.split(" ")) {
          const comma = entry.indexOf(",");
          if (comma < 0 ? unlabelled : isTaken(entry.slice(0, comma)))
            signatures.push(entry.slice(comma + 1));
        }
      return signatures.length > 0 ? { signatures } : { problem: `${header} has no "${writes}," entry` };
    },
    write: (signature) => `${writes},${signature}`,
  };
}

interface VersionListOptions {
  /** The version that a sender writes, and the only one that counts unless `isVersion` takes others. */
  readonly writes: string;
  readonly isVersion?: (version: string) => boolean;
  /** Whether an entry without a version counts too. */
  readonly unlabelled?: boolean;
}

/** `t=<time>,<label>=<signature>` in any order; any of several signatures may match. */
export function timedPairs(label: string): Envelope {
  return {
    read(values, header) {
      const entries = values
        .join(",")
        .split(",")
        .map((entry) => entry.trim());
      const valuesOf = (key: string) =>
        entries.filter((entry) => entry.startsWith(`${key}=`)).map((entry) => entry.slice(key.length + 1));
      const [timestamp, ...moreTimes] = valuesOf("t");
      const signatures = valuesOf(label);
      if (timestamp === undefined) return { problem: `${header} has no "t="` };
      if (moreTimes.length > 0) return { problem: `${header} has more than one "t="` };
      if (signatures.length === 0) return { problem: `${header} has no "${label}="` };
      return { signatures, timestamp };
    },
    write: (signature, timestamp) => `t=${timestamp},${label}=${signature}`,
  };
}
