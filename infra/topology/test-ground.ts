import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Topology } from "../topology.ts";
import { listening, type ServiceName } from "./listening.ts";
import { replaceSecrets, type SecretName } from "./secret.ts";
import type { Addresses, Place, Run } from "./service.ts";

interface Ground {
  /** The rendered run of a service. */
  run(name: ServiceName): Run;
  /** The same, with its files written and its folders made. */
  settle(name: ServiceName): Promise<Run>;
  /** The folders of a service. */
  folders(name: ServiceName): Pick<Place<ServiceName>, "files" | "secrets" | "data">;
}

/** A secret for tests. */
export function tellSecret(name: SecretName): string {
  return name.endsWith("-url") ? `https://${name}.example/hidden` : `hidden-${name}`;
}

/**
 * For tests: a place for each service below a folder. Replicas answer as `api-1`, `api-2`; what is in `real` is a program
 * of this machine that listens on that port.
 */
export function createGround(
  topology: Topology,
  options: {
    readonly folder?: string;
    readonly host?: string;
    readonly real?: Readonly<Partial<Record<ServiceName, number>>>;
    readonly secret?: (name: SecretName) => string;
  } = {},
): Ground {
  const { folder = "/ground", host = "127.0.0.1", real = {}, secret = tellSecret } = options;
  const portOf = (service: ServiceName, port: string) =>
    real[service] ?? Object.entries(listening[service]).find(([name]) => name === port)?.[1] ?? 0;
  const hostOf = (service: ServiceName, replica?: number) =>
    service in real ? "127.0.0.1" : [service, replica].filter((part) => part !== undefined).join("-");
  const replicasOf = (service: ServiceName) => topology.find(({ name }) => name === service)?.replicas ?? 0;
  const at: Addresses<ServiceName> = {
    one: (service, port) => `${hostOf(service)}:${portOf(service, port)}`,
    each: (service, port) =>
      Array.from({ length: replicasOf(service) }, (_, i) => `${hostOf(service, i + 1)}:${portOf(service, port)}`),
  };
  const folders = (name: ServiceName) => ({
    files: join(folder, name, "files"),
    secrets: join(folder, name, "secrets"),
    data: join(folder, name, "data"),
  });
  function run(name: ServiceName): Run {
    const service = topology.find((each) => each.name === name);
    if (service === undefined) throw new Error(`${name} is not in the topology`);
    return service.run(at, {
      listen: (port) => ({ host, port: portOf(name, port) }),
      self: (port) => `127.0.0.1:${portOf(name, port)}`,
      ...folders(name),
    });
  }
  return {
    run,
    folders,
    async settle(name) {
      const rendered = run(name);
      const { files, secrets, data } = folders(name);
      await mkdir(data, { recursive: true });
      const texts = [
        ...Object.entries({ ...rendered.files, ...rendered.liveFiles }).map(([path, text]) => [
          join(files, path),
          text,
        ]),
        ...Object.entries(rendered.secretFiles ?? {}).map(([path, text]) => [join(secrets, path), text]),
      ] as const;
      for (const [path = "", text = ""] of texts) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, replaceSecrets(text, secret), { mode: 0o600 });
      }
      return rendered;
    },
  };
}
