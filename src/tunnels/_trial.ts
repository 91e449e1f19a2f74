import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { answerProbe } from "../core/probe.ts";
import type { OpenTunnel, ProbeSecret, TunnelDriver, TunnelOptions } from "../core/tunnel.ts";
import { systemClock } from "./_clock.ts";
import { createOpener } from "./_opener.ts";
import { probeEndpoint } from "./_probe.ts";
import { prove } from "./_watch.ts";

interface TrialOptions extends Pick<TunnelOptions, "host" | "folder" | "project"> {
  readonly driver: TunnelDriver;
  readonly probe: ProbeSecret;
}

export type Trial =
  /** Times in ms: until it led here, and there and back in the median. */
  | { readonly works: true; readonly url: string; readonly openMs: number; readonly roundTripMs: number }
  | { readonly works: false; readonly reason: string };

const ROUND_TRIPS = 5;

/** Opens a tunnel, sends probes through it and closes it again. */
export async function tryDriver(options: TrialOptions): Promise<Trial> {
  const { driver, probe, host, folder, project } = options;
  const missing = await driver.missing();
  if (missing !== null) return { works: false, reason: missing };
  const front = await answering(probe);
  const { port } = front.address() as AddressInfo;
  const given = { port, host, folder, project };
  const { signal } = new AbortController();
  let tunnel: OpenTunnel | undefined;
  try {
    const start = performance.now();
    tunnel = await createOpener({ driver, given, clock: systemClock }).open({ name: undefined }, signal);
    await prove(tunnel, { probe, clock: systemClock, signal });
    const openMs = performance.now() - start;
    return { works: true, url: tunnel.url, openMs, roundTripMs: await roundTrip(tunnel.url, probe) };
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await tunnel?.close();
    front.closeAllConnections();
    front.close();
  }
}

async function answering(probe: ProbeSecret): Promise<Server> {
  const server = createServer((request, response) => {
    const proof = answerProbe(request.url ?? "", probe);
    response.statusCode = proof === null ? 404 : 200;
    response.end(proof ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function roundTrip(endpoint: string, secret: ProbeSecret): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i += 1) {
    const start = performance.now();
    await probeEndpoint({ endpoint, secret });
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? Number.NaN;
}
