/** What finding programs, files and servers takes: a process that talks to strangers gets no secrets. */
const common = ["PATH", "HOME", "USERPROFILE", "SYSTEMROOT"];

/** What reaching a server over HTTPS takes besides. */
export const reachingServers = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/** Of an environment only what every program needs, and these; names in upper case, as Windows takes them. */
export function environmentWith(environment: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const passedOn = new Set([...common, ...names]);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => passedOn.has(name.toUpperCase())));
}
