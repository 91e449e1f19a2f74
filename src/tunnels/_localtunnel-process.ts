/**
 * The localtunnel client in a process of its own: the library ends its process on an error that nobody hears,
 * and a client that has gone astray can be killed. It ends with its parent.
 */
import { setDefaultResultOrder } from "node:dns";
import Tunnel, { type TunnelBody, type TunnelInfo } from "localtunnel/lib/Tunnel.js";
import { TunnelFailure } from "../core/tunnel.ts";
import { watchPool } from "./_localtunnel-pool.ts";
import type { Order, Report } from "./_localtunnel-protocol.ts";
import { register } from "./_localtunnel-registration.ts";

const REGISTRATION_MS = 5_000;

// The library connects to "localhost"; the capture endpoint listens on 127.0.0.1. Its option `local_host` would
// say so too, but makes it decode bodies as text.
setDefaultResultOrder("ipv4first");

// Ctrl-C reaches every process of the terminal; the tunnel stays until the parent has answered what is in flight.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
process.on("uncaughtException", (error) => lost(`the client failed: ${error.message}`));
process.once("message", (order: Order) => openTunnel(order));

function openTunnel(order: Order): void {
  const tunnel = new RegisteredTunnel(order);
  // The server's port for the pool refuses: said at once, whoever else is still connected.
  tunnel.on("error", () => {
    if (tunnel.state === "given-up") return;
    if (tunnel.state === "opening" && order.resume) {
      tunnel.state = "given-up";
      return openTunnel({ ...order, resume: undefined });
    }
    tunnel.giveUp("the server no longer takes our connections: it may have restarted", { isForgotten: true });
  });
  tunnel.open((error) => {
    if (error) end(failed(error));
  });
}

/** The library's tunnel with a registration of our own. */
class RegisteredTunnel extends Tunnel {
  readonly order: Order;
  state: "opening" | "opened" | "given-up" = "opening";
  body: TunnelBody | undefined;

  constructor(order: Order) {
    super({ host: order.host, port: order.port });
    this.order = order;
    this.body = order.resume;
  }

  protected override _init(callback: (error: Error | null, info?: TunnelInfo) => void): void {
    const registered = this.body ?? register({ ...this.order, timeoutMs: REGISTRATION_MS });
    Promise.resolve(registered).then((body) => {
      this.body = body;
      callback(null, this._getInfo(body));
    }, callback);
  }

  protected override _establish(info: TunnelInfo): void {
    super._establish(info);
    watchPool(this.tunnelCluster, {
      onOpen: () => {
        if (!this.body || this.state !== "opening") return;
        this.state = "opened";
        report({ type: "opened", body: this.body });
      },
      onLost: (reason) => this.giveUp(reason, { isForgotten: false }),
    });
  }

  giveUp(reason: string, { isForgotten }: { isForgotten: boolean }): void {
    if (this.state === "given-up") return;
    if (this.state === "opened") lost(reason, isForgotten);
    else end(failed(new TunnelFailure("broken", reason)));
  }
}

function lost(reason: string, isForgotten = false): void {
  end({ type: "lost", reason, isForgotten });
}

function failed(error: Error): Report {
  const { message } = error;
  if (!(error instanceof TunnelFailure))
    return { type: "failed", kind: "broken", message, retryAfterMs: null };
  return { type: "failed", kind: error.kind, message, retryAfterMs: error.retryAfterMs };
}

function end(last: Report): void {
  report(last, () => process.exit());
}

function report(news: Report, sent = () => {}): void {
  if (process.connected) process.send?.(news, undefined, undefined, sent);
  else process.exit();
}
