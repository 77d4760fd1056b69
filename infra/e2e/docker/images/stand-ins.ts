import { recipeFolder, renderDebianImage, wget } from "./packages.ts";
import type { Recipe } from "./recipe.ts";

/** Where the stand-ins' code is in their images. */
const home = "/opt/stand-in";

interface StandIn {
  readonly name: "grafana" | "jaeger";
  /** As the official image has it: `uid:gid`. */
  readonly user: string;
  readonly data: string;
  readonly port: number;
  /** What it imports beside its own folder. */
  readonly imports: readonly string[];
}

/** Programs that Debian does not have: what the stack asks of them, in Node. */
function renderStandIn(nodeImage: string, { name, user, data, port, imports }: StandIn): Recipe {
  return {
    dockerfile: renderDebianImage({
      from: nodeImage,
      packages: [wget],
      lines: [
        `RUN mkdir -p ${data} && chown ${user} ${data}`,
        `COPY . ${home}/`,
        `USER ${user}`,
        `EXPOSE ${port}`,
        `ENTRYPOINT ["node", "${home}/${recipeFolder}/${name}/main.ts"]`,
        "CMD []",
      ],
    }),
    copies: [`${recipeFolder}/${name}`, "node_modules/yaml", "node_modules/zod", "package.json", ...imports],
  };
}

/** @param nodeImage what they run on */
export function renderStandIns(nodeImage: string) {
  return {
    grafana: renderStandIn(nodeImage, {
      name: "grafana",
      user: "472:0",
      data: "/var/lib/grafana",
      port: 3_000,
      imports: [],
    }),
    jaeger: renderStandIn(nodeImage, {
      name: "jaeger",
      user: "10001:10001",
      data: "/badger",
      port: 16_686,
      imports: ["infra/e2e/collector.ts", "infra/e2e/otlp-protobuf.ts"],
    }),
  };
}
