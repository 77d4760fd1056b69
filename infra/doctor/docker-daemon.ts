import { z } from "zod";
import { errorMessage } from "../../app/error-message.ts";
import type { Known, Trouble } from "./finding.ts";
import type { World } from "./world.ts";

const DaemonSchema = z.object({
  ServerVersion: z.string().min(1),
  OSType: z.string(),
  OperatingSystem: z.string(),
  MemTotal: z.number(),
  MemoryLimit: z.boolean(),
  Driver: z.string(),
  DockerRootDir: z.string(),
  HttpsProxy: z.string().nullish(),
  RegistryConfig: z.object({ Mirrors: z.array(z.string()).nullish() }).nullish(),
});
/** Older commands put the complaint into the answer, and end well. */
const ComplaintSchema = z.object({ ServerErrors: z.array(z.string()).nonempty() });

export type Daemon = z.infer<typeof DaemonSchema> & {
  /** Where the command reaches it, such as `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** Whether its files and ports are those of this machine. */
  readonly isLocal: boolean;
};

const isSocket = (endpoint: string) => /^(unix|npipe):/.test(endpoint);

interface Reason {
  /** Of what docker wrote, or of our own words where it wrote nothing. */
  readonly words: RegExp;
  /** Only where the daemon is reached by the network, or only where it is not. */
  readonly remote?: boolean;
  found(endpoint: string, said: string): string;
  mend(endpoint: string): string;
}

/** Why docker cannot be asked; the first that fits. The words are those of Docker 20.10 to 29. */
const reasons: readonly Reason[] = [
  {
    words: /is not on the PATH/,
    found: () => "the docker command is not on the PATH",
    mend: () => "install Docker: https://docs.docker.com/engine/install/",
  },
  {
    words: /permission denied while trying to connect|dial unix \S+: connect: permission denied/i,
    found: (endpoint) => `you may not use the Docker socket ${endpoint}`,
    mend: () => 'sudo usermod -aG docker "$USER", then log in again; or run Docker rootless',
  },
  {
    words: /context not found|unable to resolve docker endpoint|unable to parse docker host/i,
    found: (_, said) => `the docker command does not know whom to ask: ${said}`,
    mend: () => "docker context ls shows the contexts; unset DOCKER_CONTEXT and DOCKER_HOST for this machine's Docker",
  },
  {
    words: /^/,
    remote: true,
    found: (endpoint, said) => `the Docker host ${endpoint} cannot be reached: ${said}`,
    mend: () =>
      "start Docker there and see that this machine may reach it; unset DOCKER_HOST for this machine's Docker",
  },
  {
    words: /cannot connect|failed to connect|is the docker daemon running/i,
    found: (endpoint) => `no Docker daemon answers at ${endpoint}`,
    mend: (endpoint) =>
      /^(unix:\/\/\/(var\/)?run\/docker\.sock)?$/.test(endpoint)
        ? "start it: sudo systemctl start docker (or open Docker Desktop)"
        : "start the daemon of that socket; unset DOCKER_HOST for the usual one",
  },
  {
    words: /^/,
    found: (_, said) => `the docker command fails: ${said}`,
    mend: () => "docker info says more",
  },
];

function explain(endpoint: string, said: string): Trouble {
  const remote = endpoint !== "" && !isSocket(endpoint);
  const reason = reasons.find((row) => row.words.test(said) && (row.remote === undefined || row.remote === remote));
  return {
    found: reason?.found(endpoint, said) ?? said,
    mend: reason?.mend(endpoint) ?? "",
  };
}

/** The complaint in one line, without our own words before it and without warnings about docker's own configuration. */
function readComplaint(error: unknown): string {
  const lines = errorMessage(error)
    .replace(/^docker info [^:]*: /, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("WARNING:"));
  return lines.join(" ");
}

/** Asks the daemon about itself. */
export async function askDaemon({ docker, env }: Pick<World, "docker" | "env">): Promise<Known<Daemon>> {
  const [said, context] = await Promise.allSettled([
    docker.ask("info", "--format", "{{json .}}"),
    docker.ask("context", "inspect", "--format", "{{.Endpoints.docker.Host}}"),
  ]);
  const endpoint = context.status === "fulfilled" ? context.value.trim() : (env.DOCKER_HOST ?? "");
  if (said.status === "rejected") return { trouble: explain(endpoint, readComplaint(said.reason)) };
  let answer: unknown;
  try {
    answer = JSON.parse(said.value);
  } catch {
    return { trouble: explain(endpoint, "docker info gives no JSON") };
  }
  const complaint = ComplaintSchema.safeParse(answer);
  if (complaint.success) return { trouble: explain(endpoint, complaint.data.ServerErrors.join(" ")) };
  const daemon = DaemonSchema.safeParse(answer);
  if (!daemon.success) return { trouble: explain(endpoint, "docker info tells nothing of a daemon") };
  return { value: { ...daemon.data, endpoint, isLocal: isSocket(endpoint) } };
}
