/** The part of the client library that is built upon; it brings no types for it. */
declare module "localtunnel/lib/Tunnel.js" {
  import { EventEmitter } from "node:events";
  import type { Socket } from "node:net";

  /** What a localtunnel server answers to a registration. */
  export interface TunnelBody {
    readonly id: string;
    readonly url: string;
    /** Where the server takes the pool of connections. */
    readonly port: number;
    /** Where to connect to instead of the server's name. */
    readonly ip?: string | undefined;
    readonly max_conn_count?: number | undefined;
  }

  export interface TunnelInfo {
    readonly name: string;
    readonly url: string;
  }

  export interface TunnelCluster extends EventEmitter<{ open: [remote: Socket]; error: [Error]; dead: [] }> {
    /** Opens one more connection of the pool. */
    open(): void;
  }

  export default class Tunnel extends EventEmitter<{ error: [Error] }> {
    constructor(options: { host: string; port: number });
    /** There once the tunnel is established. */
    tunnelCluster: TunnelCluster;
    open(callback: (error?: Error) => void): void;
    protected _init(callback: (error: Error | null, info?: TunnelInfo) => void): void;
    protected _establish(info: TunnelInfo): void;
    protected _getInfo(body: TunnelBody): TunnelInfo;
  }
}
