import type { Docker } from "../../engines/docker/docker-cli.ts";
import { findProgram } from "../programs.ts";
import { findDocker } from "./daemon.ts";
import { debianBase, hasImage } from "./debian-base.ts";

/** Whether `debootstrap` can make the base: it is installed, and root runs it. */
function canMakeBase(): boolean {
  if (findProgram("debootstrap") === undefined) return false;
  if (process.getuid?.() === 0) return true;
  if (process.env.REQUIRE_TOOLS !== "1") return false;
  throw new Error(`only root can make ${debianBase} by debootstrap, and REQUIRE_TOOLS=1 asks for it`);
}

/**
 * Docker, when the test images can be made on it: their base is there, or can be made. Else undefined, and with
 * `REQUIRE_TOOLS=1` it rejects.
 */
export async function findImageBuilder(): Promise<Docker | undefined> {
  const docker = await findDocker();
  if (docker === undefined) return undefined;
  return (await hasImage(docker, debianBase)) || canMakeBase() ? docker : undefined;
}
