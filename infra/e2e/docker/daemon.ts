import { createDocker, type Docker } from "../../engines/docker/docker-cli.ts";

/** A daemon that is there answers at once. */
const deadlineMs = 10_000;

/** Docker, when its daemon answers; else undefined, and with `REQUIRE_TOOLS=1` it rejects. */
export async function findDocker(): Promise<Docker | undefined> {
  try {
    await createDocker(process.env, deadlineMs).ask("version", "--format", "{{.Server.Version}}");
  } catch (cause) {
    if (process.env.REQUIRE_TOOLS !== "1") return undefined;
    throw new Error("no Docker daemon answers, and REQUIRE_TOOLS=1 asks for one", { cause });
  }
  return createDocker(process.env);
}
