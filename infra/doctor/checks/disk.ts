import type { Check } from "../check.ts";
import { fine, warning, whenKnown, wrong } from "../finding.ts";
import { requirements } from "../requirements.ts";

const gib = 1_024 ** 3;

export const diskCheck: Check = {
  title: "Disk",
  stops: ["deploy"],
  async run({ daemon, world }) {
    const docker = whenKnown(daemon);
    if (docker === undefined) return undefined;
    const { DockerRootDir: folder, isLocal } = docker;
    // Docker Desktop answers on this machine and keeps its data in another.
    const free = isLocal ? await world.freeBytes(folder).catch(() => undefined) : undefined;
    if (free === undefined) return fine(`${folder} of the Docker host cannot be seen from here`);
    const { least, enough } = requirements.diskGib;
    const found = `${(free / gib).toFixed(1)} GiB free where Docker keeps its data (${folder})`;
    const mend = "make room there: docker system df shows what Docker itself takes";
    if (free < least * gib) return wrong(`${found}, and ${least} GiB is the least`, mend);
    return free < enough * gib ? warning(`${found}; ${enough} GiB is enough for a while`, mend) : fine(found);
  },
};
