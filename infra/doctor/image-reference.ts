/** The host that Docker takes an image from, such as `ghcr.io` or `registry-1.docker.io`. */
export function readRegistryHost(reference: string): string {
  const slash = reference.indexOf("/");
  const first = slash === -1 ? "" : reference.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost";
  return !isHost || first === "docker.io" ? "registry-1.docker.io" : first;
}
