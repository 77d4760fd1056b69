import { errorMessage } from "../../../app/error-message.ts";
import type { Check } from "../check.ts";
import type { Facts } from "../facts.ts";
import { fine, warning, whenKnown, wrong } from "../finding.ts";
import { readRegistryHost } from "../image-reference.ts";
import type { World } from "../world.ts";

/** The images that `deploy` takes as they are. */
function listImages({ services, topology, baseImages, buildApp }: NonNullable<Facts["stack"]>): readonly string[] {
  const names = new Set(services.map(({ image }) => image));
  const taken = [...names].filter((name) => name !== "app" || !buildApp).map((name) => topology.images[name]);
  return [...new Set([...taken, baseImages.busybox, ...(buildApp ? [baseImages.node] : [])])];
}

async function isThere(image: string, { docker }: World): Promise<boolean> {
  try {
    await docker.ask("image", "inspect", "--format", "{{.Id}}", image);
    return true;
  } catch {
    return false;
  }
}

/** @returns why nothing can be taken from the registry; it may ask for a password, as Docker knows that. */
async function askRegistry(host: string, world: World): Promise<string | undefined> {
  // Docker needs no TLS on the own machine.
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+)(:|$)/.test(host) ? "http" : "https";
  try {
    const { status } = await world.ask(`${scheme}://${host}/v2/`);
    return status === 200 || status === 401 ? undefined : `${host} answers with status ${status}`;
  } catch (error) {
    return `${host} cannot be reached (${errorMessage(error)})`;
  }
}

export const imagesCheck: Check = {
  title: "Images",
  stops: ["deploy"],
  async run({ stack, daemon, world }) {
    const docker = whenKnown(daemon);
    if (docker === undefined || stack === undefined) return undefined;
    const images = listImages(stack);
    const present = await Promise.all(images.map((image) => isThere(image, world)));
    const missing = images.filter((_, index) => !present[index]);
    if (missing.length === 0) return fine(`all ${images.length} are there`);
    const hosts = [...new Set(missing.map(readRegistryHost))];
    const answers = await Promise.all(hosts.map((host) => askRegistry(host, world)));
    const unreachable = hosts.filter((_, index) => answers[index] !== undefined);
    if (unreachable.length === 0) return fine(`${missing.length} of ${images.length} will be pulled`);
    const lost = missing.filter((image) => unreachable.includes(readRegistryHost(image)));
    const why = answers.filter((answer) => answer !== undefined).join("; ");
    const mend = "connect the Docker host to the internet, load the images (docker load), or name others (images.*)";
    // What pulls is the daemon, which may reach more than this machine.
    const knowsBetter = !docker.isLocal || docker.HttpsProxy || (docker.RegistryConfig?.Mirrors ?? []).length > 0;
    return (knowsBetter ? warning : wrong)(`${why}; missing: ${lost.join(", ")}`, mend);
  },
};
