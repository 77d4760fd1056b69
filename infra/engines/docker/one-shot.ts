import type { ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import { lifecycle, limitMemory } from "./hardening.ts";

/** What Terraform is to put in. */
const name = `\${self.name}`;

/** For a container that does one thing and ends. The provider takes any end for a good one: the condition does not. */
export const runsOnce = {
  mustRun: false,
  attach: true,
  logs: true,
  ...limitMemory(64),
  lifecycle: {
    ...lifecycle,
    postcondition: [
      {
        condition: `\${self.exit_code == 0}`,
        errorMessage: `${name} failed: docker logs ${name} tells why; then docker rm ${name}, and deploy again.`,
      },
    ],
  },
} satisfies Partial<ContainerConfig>;
