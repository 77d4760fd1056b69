import { z } from "zod";
import type { Docker } from "../../engines/docker/docker-cli.ts";
import { labels } from "../../engines/docker/names.ts";

/** What `docker inspect` tells of a container, as far as it is looked at. */
const ContainerSchema = z.object({
  Id: z.string(),
  Name: z.string().transform((name) => name.slice(1)),
  State: z.object({
    Status: z.string(),
    Pid: z.int(),
    StartedAt: z.string(),
    Health: z.object({ Status: z.string() }).optional(),
  }),
  Config: z.object({
    User: z.string(),
    Image: z.string(),
    Env: z.array(z.string()),
    Labels: z.record(z.string(), z.string()),
  }),
  HostConfig: z.object({
    ReadonlyRootfs: z.boolean(),
    Privileged: z.boolean(),
    CapAdd: z.array(z.string()).nullable(),
    CapDrop: z.array(z.string()).nullable(),
    SecurityOpt: z.array(z.string()).nullable(),
    Memory: z.int(),
    PidsLimit: z.int().nullable(),
    RestartPolicy: z.object({ Name: z.string() }),
    LogConfig: z.object({ Type: z.string(), Config: z.record(z.string(), z.string()) }),
    PortBindings: z
      .record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })))
      .nullable()
      .transform((bindings) => Object.values(bindings ?? {}).flat()),
    Binds: z.array(z.string()).nullable(),
  }),
});

export type InspectedContainer = z.infer<typeof ContainerSchema>;

const SeriesSchema = z.array(
  z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
);

/** Looks at a stack from outside, as somebody who may use Docker. */
export function createDeployedStack(docker: Docker, stack: string) {
  const filter = ["--filter", `label=${labels.stack}=${stack}`] as const;
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");

  /** Everything that Docker tells of its containers, as text: no secret may stand in it. */
  async function inspectAll(): Promise<string> {
    const ids = lines(await docker.ask("ps", "--all", "--quiet", ...filter));
    return ids.length === 0 ? "[]" : await docker.ask("inspect", ...ids);
  }

  /** Its services' containers; those that have done their one thing are left out. */
  async function containers(): Promise<readonly InspectedContainer[]> {
    const all = z.array(ContainerSchema).parse(JSON.parse(await inspectAll()));
    return all.filter(({ State }) => State.Health !== undefined).toSorted((a, b) => a.Name.localeCompare(b.Name));
  }

  return {
    inspectAll,
    containers,
    /** What is not healthy, by name. */
    async ailing(): Promise<readonly string[]> {
      const all = await containers();
      return all
        .filter(({ State }) => State.Health?.Status !== "healthy")
        .map(({ Name, State }) => `${Name} ${State.Health?.Status}`);
    },
    /** Volumes that are there, whether or not the stack is. */
    async volumes(): Promise<readonly string[]> {
      return lines(await docker.ask("volume", "ls", "--quiet", "--filter", `name=^${stack}-`)).toSorted();
    },
    /** Asks its Prometheus. */
    async query(promql: string) {
      const container = `${stack}-prometheus-1`;
      const said = await docker.ask(
        "exec",
        container,
        "promtool",
        "query",
        "instant",
        "--format=json",
        "http://127.0.0.1:9090",
        promql,
      );
      return SeriesSchema.parse(JSON.parse(said));
    },
    /** Resident memory by container, in MiB: what Docker counts less the pages of files. */
    async memoryMiB(): Promise<Readonly<Record<string, number>>> {
      const ids = (await containers()).map(({ Id }) => Id);
      const said = await docker.ask("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", ...ids);
      const units: Readonly<Record<string, number>> = { KiB: 1 / 1_024, MiB: 1, GiB: 1_024 };
      return Object.fromEntries(
        lines(said).map((line) => {
          const [, name = "", number, unit = ""] = /^(\S+) ([\d.]+)(\w+)/.exec(line) ?? [];
          return [name, Number(number) * (units[unit] ?? Number.NaN)];
        }),
      );
    },
  };
}

export type DeployedStack = ReturnType<typeof createDeployedStack>;
