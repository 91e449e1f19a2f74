import type { TunnelRig } from "./tunnel-rigs.ts";

/** The flags that make `hookspool listen` use a rig. */
export function tunnelArguments({ route, given, publicUrl }: TunnelRig): string[] {
  const { driver, host, subdomain } = route;
  const { remotePort, keyFile } = given;
  const flags: [string, string | number | undefined][] = [
    ["--tunnel", publicUrl === undefined ? driver.name : undefined],
    ["--public-url", publicUrl],
    ["--tunnel-host", host],
    ["--subdomain", subdomain],
    ["--remote-port", remotePort],
    ["--tunnel-key", keyFile],
  ];
  return flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
}
