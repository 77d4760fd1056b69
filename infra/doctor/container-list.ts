import { labels } from "../engines/docker/names.ts";
import type { World } from "./world.ts";

/** A port of the Docker host that a container holds. */
interface HeldPort {
  readonly address: string;
  readonly port: number;
}

interface Container {
  readonly name: string;
  /** The stack that it belongs to, if any. */
  readonly stack: string;
  /** Such as `running` and `exited`. */
  readonly state: string;
  /** Such as `Up 5 minutes (healthy)`. */
  readonly status: string;
  readonly ports: readonly HeldPort[];
}

/** Reads `127.0.0.1:3000->3000/tcp, [::]:80-81->80-81/tcp, 5432/tcp`. */
export function readPorts(text: string): readonly HeldPort[] {
  return [...text.matchAll(/([^\s,]+):(\d+)(?:-(\d+))?->/g)].flatMap(([, address = "", first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => ({
      address: address.replace(/^\[|\]$/g, ""),
      port: Number(first) + index,
    })),
  );
}

/** All containers of the Docker host, those that have ended too. */
export async function listContainers({ docker }: Pick<World, "docker">): Promise<readonly Container[]> {
  const fields = ["{{.Names}}", `{{.Label "${labels.stack}"}}`, "{{.State}}", "{{.Status}}", "{{.Ports}}"];
  const said = await docker.ask("ps", "--all", "--no-trunc", "--format", fields.join("\t"));
  const lines = said.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", stack = "", state = "", status = "", ports = ""] = line.split("\t");
    return { name, stack, state, status, ports: readPorts(ports) };
  });
}
