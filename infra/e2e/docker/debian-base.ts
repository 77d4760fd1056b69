import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { errorMessage } from "../../../app/error-message.ts";
import { type Docker, DockerError } from "../../engines/docker/docker-cli.ts";
import { makeFolder } from "../programs.ts";

const run = promisify(execFile);

/** What the test images are made from, where no registry can be reached. */
export const debianBase = "gozcu-test/debian:12";

export async function hasImage(docker: Docker, reference: string): Promise<boolean> {
  try {
    await docker.ask("image", "inspect", reference);
    return true;
  } catch (error) {
    if (error instanceof DockerError && error.message.toLowerCase().includes("no such image")) return false;
    throw error;
  }
}

/**
 * A minimal Debian 12 as {@link debianBase}, made by `debootstrap` from Debian's mirror unless the daemon has it.
 * @throws Error with what `debootstrap` said at last: it has to be installed, and root has to run it.
 */
export async function makeDebianBase(docker: Docker): Promise<string> {
  if (await hasImage(docker, debianBase)) return debianBase;
  const folder = await makeFolder();
  try {
    const root = join(folder.path, "root");
    await run("debootstrap", ["--variant=minbase", "bookworm", root], { maxBuffer: 64 * 2 ** 20 });
    const archive = join(folder.path, "root.tar");
    const left = ["./var/cache/apt/archives/*.deb", "./var/lib/apt/lists/*"].map((path) => `--exclude=${path}`);
    await run("tar", ["--create", "--numeric-owner", ...left, "--file", archive, "--directory", root, "."]);
    await docker.ask("import", archive, debianBase);
    return debianBase;
  } catch (cause) {
    throw new Error(`cannot make ${debianBase}: ${errorMessage(cause)}`, { cause });
  } finally {
    await folder.close();
  }
}
