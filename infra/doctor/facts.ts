import { readProject } from "../stack/project.ts";
import type { Stack } from "../stack/stack.ts";
import { createTopology, type Topology } from "../topology.ts";
import { askDaemon, type Daemon } from "./docker-daemon.ts";
import type { Known } from "./finding.ts";
import { askTerraform, type Terraform } from "./terraform.ts";
import type { World } from "./world.ts";

/** What several checks build on, asked once. */
export interface Facts {
  readonly world: World;
  /** The folder of the project. */
  readonly root: string;
  /** Undefined while the configuration is wrong. */
  readonly stack: (Stack & { readonly services: Topology }) | undefined;
  readonly configurationProblems: readonly string[];
  readonly daemon: Known<Daemon>;
  readonly terraform: Known<Terraform>;
}

type Site = Pick<Facts, "world" | "root">;

function readProblems(error: unknown): readonly string[] {
  const { problems, message } = error as { readonly problems?: readonly string[]; readonly message?: string };
  return problems ?? [message ?? String(error)];
}

function readConfiguration({ root, world }: Site): Pick<Facts, "stack" | "configurationProblems"> {
  try {
    const stack = readProject(root, world.env);
    return { stack: { ...stack, services: createTopology(stack.topology) }, configurationProblems: [] };
  } catch (error) {
    return { stack: undefined, configurationProblems: readProblems(error) };
  }
}

/** Asks what several checks build on, of the project in a folder. */
export async function gatherFacts(site: Site): Promise<Facts> {
  const [daemon, terraform] = await Promise.all([askDaemon(site.world), askTerraform(site.world)]);
  return { ...site, ...readConfiguration(site), daemon, terraform };
}
