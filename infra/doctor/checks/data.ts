import { existsSync } from "node:fs";
import { join } from "node:path";
import { dockerNames } from "../../engines/docker/names.ts";
import { secretsFolder } from "../../stack/folders.ts";
import type { ServiceName } from "../../topology/listening.ts";
import type { SecretName } from "../../topology/secret.ts";
import type { Check } from "../check.ts";
import { fine, whenKnown, wrong } from "../finding.ts";

/** Services that take their password once, into their data. */
const passwords = {
  postgres: "postgres-password",
  grafana: "grafana-password",
} as const satisfies { readonly [S in ServiceName]?: SecretName };

const keepers = Object.keys(passwords) as readonly (keyof typeof passwords)[];

/** Whether data that an earlier stack left can be opened: a password made anew would not fit. */
export const dataCheck: Check = {
  title: "Data",
  stops: ["deploy"],
  async run({ stack, daemon, root, world }) {
    if (stack === undefined || whenKnown(daemon) === undefined) return undefined;
    const { name, services } = stack;
    const volumes = (await world.docker.ask("volume", "ls", "--quiet")).split("\n");
    const kept = keepers
      .filter((keeper) => services.some((service) => service.name === keeper))
      .map((keeper) => ({ volume: dockerNames.volume(name, keeper, "data"), password: passwords[keeper] }))
      .filter(({ volume }) => volumes.includes(volume));
    if (kept.length === 0) return fine("none that a password opens");
    const folder = join(root, secretsFolder(name));
    const locked = kept.filter(({ password }) => !existsSync(join(folder, password))).map(({ volume }) => volume);
    if (locked.length === 0) return fine(`${kept.map(({ volume }) => volume).join(", ")}, with the passwords`);
    return wrong(
      `${locked.join(", ")}: the password is not here`,
      `put ${secretsFolder(name)} back, or delete the data: docker volume rm ${locked.join(" ")}`,
    );
  },
};
