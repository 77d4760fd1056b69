import { fileURLToPath } from "node:url";
import { type Docker, DockerError } from "../../engines/docker/docker-cli.ts";
import { makeFolder } from "../programs.ts";
import { makeDebianBase } from "./debian-base.ts";
import { packagedImages } from "./images/packages.ts";
import { hashRecipe, type Recipe, writeContext } from "./images/recipe.ts";
import { renderStandIns } from "./images/stand-ins.ts";
import { makeNodeBase } from "./node-base.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const packagedNames = Object.keys(packagedImages) as readonly (keyof typeof packagedImages)[];

export const testImageNames = [...packagedNames, "grafana", "jaeger"] as const;

export type TestImageName = (typeof testImageNames)[number];

/** An image knows by this label which recipe it was made by. */
const recipeLabel = "gozcu-test.recipe";

/** How many are built at a time. */
const concurrency = 2;

/** How much is told of what a failed build said. */
const lastLines = 15;

async function findBuilt(docker: Docker, name: string, hash: string): Promise<string | undefined> {
  const filters = ["--filter", `reference=gozcu-test/${name}`, "--filter", `label=${recipeLabel}=${hash}`];
  const [found] = (await docker.ask("images", ...filters, "--format", "{{.Repository}}:{{.Tag}}")).split("\n");
  return found === "" ? undefined : found;
}

/** The version as its project writes it: Debian adds its own to it. */
async function askVersion(docker: Docker, image: string, { version }: Recipe): Promise<string> {
  if (version === undefined) return "stand-in";
  const [program, ...args] = version;
  const said = await docker.ask("run", "--rm", "--network", "none", "--entrypoint", program, image, ...args);
  const [found] = /\d+\.\d+(\.\d+)?/.exec(said) ?? [];
  if (found === undefined) throw new Error(`${version.join(" ")} prints no version: ${said}`);
  return found;
}

/**
 * One image, unless it was made before by the same recipe.
 * @throws Error with the last lines of the build.
 */
export async function buildImage(docker: Docker, name: string, recipe: Recipe): Promise<string> {
  const hash = await hashRecipe(recipe, root);
  const built = await findBuilt(docker, name, hash);
  if (built !== undefined) return built;
  const folder = await makeFolder();
  try {
    await writeContext(recipe, root, folder.path);
    // A build that fails leaves no container behind.
    const id = await docker.ask("build", "--quiet", "--force-rm", "--label", `${recipeLabel}=${hash}`, folder.path);
    const reference = `gozcu-test/${name}:${await askVersion(docker, id.trim(), recipe)}`;
    await docker.ask("tag", id.trim(), reference);
    return reference;
  } catch (cause) {
    if (!(cause instanceof DockerError)) throw cause;
    const said = cause.message.split("\n").slice(-lastLines).join("\n");
    throw new Error(`cannot make the image gozcu-test/${name}:\n${said}`, { cause });
  } finally {
    await folder.close();
  }
}

/**
 * Makes images that can be used in the place of the official ones, from Debian's packages, on the daemon that `docker`
 * reaches. What was made before by the same recipe is used again.
 * @returns their references by name, for the stack's `images`
 * @throws AggregateError with the last lines of each build that failed
 */
export async function buildTestImages<const Name extends TestImageName = TestImageName>(
  docker: Docker,
  names: readonly Name[] = testImageNames as readonly TestImageName[] as readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  await makeDebianBase(docker);
  const needsNode = names.some((name) => !Object.hasOwn(packagedImages, name));
  const standIns = needsNode ? renderStandIns(await makeNodeBase(docker)) : undefined;
  const recipes: Readonly<Record<string, Recipe>> = { ...packagedImages, ...standIns };
  const references: Record<string, string> = {};
  const failures: unknown[] = [];
  const waiting = [...names];
  async function buildSome(): Promise<void> {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const recipe = recipes[name];
      if (recipe === undefined) throw new Error(`there is no recipe for the image ${name}`);
      try {
        references[name] = await buildImage(docker, name, recipe);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, buildSome));
  if (failures.length > 0)
    throw new AggregateError(failures, failures.map((failure) => (failure as Error).message).join("\n\n"));
  return references as Record<Name, string>;
}
