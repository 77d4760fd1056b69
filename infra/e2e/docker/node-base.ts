import { execFile } from "node:child_process";
import { copyFile, cp, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Docker } from "../../engines/docker/docker-cli.ts";
import { images } from "../../topology/images.ts";
import { findProgram, makeFolder } from "../programs.ts";
import { hasImage, makeDebianBase } from "./debian-base.ts";

const run = promisify(execFile);

/** Where the image keeps the certificates that this machine trusts beside the usual ones. */
const certificates = "/etc/ssl/machine.crt";

/** What this machine's npm and Node trust beside the usual authorities: those of a proxy, for instance. */
async function findCertificates(npm: string): Promise<string | undefined> {
  const { stdout } = await run(npm, ["config", "get", "cafile"]);
  return [process.env.NODE_EXTRA_CA_CERTS, stdout.trim()].find((file) => file && file !== "null");
}

function renderDockerfile(from: string, { trusting }: { readonly trusting: boolean }): string {
  const { uid, gid } = images.app;
  return [
    `FROM ${from}`,
    "COPY node /usr/local/bin/node",
    "COPY npm /usr/local/lib/node_modules/npm",
    "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\",
    ` && groupadd --gid ${gid} node && useradd --uid ${uid} --gid ${gid} --create-home node`,
    ...(trusting ? [`COPY certificates ${certificates}`, `ENV NODE_EXTRA_CA_CERTS=${certificates}`] : []),
    ...(trusting ? [`RUN npm config set --location=global cafile=${certificates}`] : []),
    "",
  ].join("\n");
}

/**
 * An image like Docker's `node:24-bookworm-slim`, made of what this machine has: the Node that runs this, and its npm. It
 * is made once for each version of Node.
 */
export async function makeNodeBase(docker: Docker): Promise<string> {
  const reference = `gozcu-test/node:${process.versions.node}`;
  if (await hasImage(docker, reference)) return reference;
  const npm = findProgram("npm");
  if (npm === undefined) throw new Error("npm is not on the PATH");
  const from = await makeDebianBase(docker);
  const folder = await makeFolder();
  try {
    const inside = (name: string) => join(folder.path, name);
    await copyFile(process.execPath, inside("node"));
    await cp(join(await realpath(npm), "../.."), inside("npm"), { recursive: true });
    const trusted = await findCertificates(npm);
    if (trusted !== undefined) await copyFile(trusted, inside("certificates"));
    await writeFile(inside("Dockerfile"), renderDockerfile(from, { trusting: trusted !== undefined }));
    await docker.ask("build", "--quiet", "--tag", reference, folder.path);
    return reference;
  } finally {
    await folder.close();
  }
}
