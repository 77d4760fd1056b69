import type { Check } from "../check.ts";
import { fine, warning, whenKnown, wrong } from "../finding.ts";
import { requirements } from "../requirements.ts";

const renderGib = (mb: number) => `${(mb / 1_024).toFixed(1)} GiB`;

export const memoryCheck: Check = {
  title: "Memory",
  run({ daemon, stack }) {
    const docker = whenKnown(daemon);
    if (docker === undefined) return undefined;
    const totalMb = docker.MemTotal / 1_024 / 1_024;
    const has = `the Docker host has ${renderGib(totalMb)}`;
    if (totalMb < requirements.memoryMb)
      return wrong(`${has}, and ${renderGib(requirements.memoryMb)} is the least`, "give the machine more memory");
    if (stack === undefined) return fine(has);
    const limitsMb = stack.services.reduce((sum, { memoryMb, replicas }) => sum + memoryMb * replicas, 0);
    const found = `${has}; the services may take ${renderGib(limitsMb)} in all`;
    if (limitsMb <= totalMb) return fine(found);
    return warning(found, "lower their limits, run fewer replicas, or give the machine more memory");
  },
};
