import { type TunnelDriver, TunnelFailure } from "../core/tunnel.ts";
import { findProgram } from "./_find-program.ts";
import { openSsh } from "./_ssh-connection.ts";
import { sshService } from "./_ssh-services.ts";

/** The system's own `ssh -R`, to a public service or to a server of one's own. */
export const sshTunnel: TunnelDriver = {
  name: "ssh",
  opensPerHour: 60,
  // Plain TCP is carried: whatever a header says, the sender may have written it.
  clientAddressHeader: null,
  operator: (host) => sshService({ host, remotePort: undefined })?.operator ?? String(host),
  missing: async () => ((await findProgram("ssh")) === undefined ? NO_SSH : null),
  async open(options) {
    const { host, remotePort } = options;
    const program = await findProgram("ssh");
    if (program === undefined) throw new TunnelFailure("broken", NO_SSH);
    const service = sshService({ host, remotePort });
    if (!service)
      throw new TunnelFailure("broken", `"${host}" is not an ssh server: it looks like user@host:port`);
    return openSsh({ ...options, program, service });
  },
};

const NO_SSH = "there is no ssh program on the PATH: install OpenSSH's client";
