import type { ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import { lifecycle, limitMemory } from "./hardening.ts";

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
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own template.
        condition: "${self.exit_code == 0}",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own template.
        errorMessage: "${self.name} ended with ${self.exit_code}: docker logs ${self.name} tells why.",
      },
    ],
  },
} satisfies Partial<ContainerConfig>;
