import { debianBase } from "../debian-base.ts";
import type { Recipe } from "./recipe.ts";

/** The folder of what {@link Recipe.copies}. */
export const recipeFolder = "infra/e2e/docker/images";

interface DebianImage {
  /** Debian, or what is made from it. */
  readonly from?: string;
  readonly packages: readonly string[];
  /** Made before the packages, which would take another number. */
  readonly user?: { readonly name: string; readonly id: number };
  /** After the packages. */
  readonly lines: readonly string[];
}

/** What health is asked with. It is GNU's: that of Debian's Busybox knows no time limit, and crashes when it is given one. */
export const wget = "wget";

/** A Dockerfile with Debian's packages; without the services that they would start. */
export function renderDebianImage({ from = debianBase, packages, user, lines }: DebianImage): string {
  return [
    `FROM ${from}`,
    "RUN echo 'exit 101' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d",
    ...(user === undefined
      ? []
      : [`RUN groupadd --gid ${user.id} ${user.name} && useradd --uid ${user.id} --gid ${user.id} ${user.name}`]),
    `RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages.join(" ")} && apt-get clean && rm -rf /var/lib/apt/lists/*`,
    ...lines,
    "",
  ].join("\n");
}

const ownFolder = (path: string, id: number) => `RUN mkdir -p ${path} && chown -R ${id}:${id} ${path}`;

/** Images whose program Debian has. */
export const packagedImages = {
  postgres: {
    dockerfile: renderDebianImage({
      packages: ["postgresql-15"],
      user: { name: "postgres", id: 999 },
      lines: [
        "RUN rm -rf /var/lib/postgresql/* /etc/postgresql",
        ownFolder("/var/lib/postgresql /var/run/postgresql", 999),
        "ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/15/docker",
        `COPY ${recipeFolder}/postgres/entrypoint.sh /usr/local/bin/docker-entrypoint.sh`,
        "USER postgres",
        "VOLUME /var/lib/postgresql",
        'ENTRYPOINT ["docker-entrypoint.sh"]',
        "STOPSIGNAL SIGINT",
        "EXPOSE 5432",
        'CMD ["postgres"]',
      ],
    }),
    copies: [`${recipeFolder}/postgres/entrypoint.sh`],
    version: ["postgres", "--version"],
  },
  redis: {
    dockerfile: renderDebianImage({
      packages: ["redis-server"],
      user: { name: "redis", id: 999 },
      lines: [
        ownFolder("/data", 999),
        "USER redis",
        "VOLUME /data",
        "WORKDIR /data",
        "EXPOSE 6379",
        'CMD ["redis-server"]',
      ],
    }),
    version: ["redis-server", "--version"],
  },
  prometheus: {
    dockerfile: renderDebianImage({
      packages: ["prometheus", wget],
      lines: [
        `COPY ${recipeFolder}/prometheus/promtool.sh /usr/local/bin/promtool`,
        ownFolder("/prometheus", 65_534),
        "USER 65534:65534",
        "VOLUME /prometheus",
        "WORKDIR /prometheus",
        "EXPOSE 9090",
        'ENTRYPOINT ["/bin/prometheus"]',
        'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]',
      ],
    }),
    copies: [`${recipeFolder}/prometheus/promtool.sh`],
    version: ["prometheus", "--version"],
  },
  alertmanager: {
    dockerfile: renderDebianImage({
      packages: ["prometheus-alertmanager", wget],
      lines: [
        "RUN ln -s prometheus-alertmanager /bin/alertmanager",
        ownFolder("/alertmanager", 65_534),
        "USER 65534:65534",
        "VOLUME /alertmanager",
        "WORKDIR /alertmanager",
        "EXPOSE 9093",
        'ENTRYPOINT ["/bin/alertmanager"]',
        'CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]',
      ],
    }),
    version: ["alertmanager", "--version"],
  },
  caddy: {
    dockerfile: renderDebianImage({
      packages: ["caddy", "libcap2-bin", wget],
      lines: [
        // The official program carries the right to ports below 1024 itself.
        "RUN setcap cap_net_bind_service=+ep /usr/bin/caddy",
        "ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data",
        "WORKDIR /srv",
        "EXPOSE 80 443",
        'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
      ],
    }),
    version: ["caddy", "version"],
  },
  busybox: {
    // In one stage, of which nothing is left over. Debian's own programs are not on its PATH.
    dockerfile: renderDebianImage({
      packages: ["busybox-static"],
      lines: [
        "RUN mkdir /busybox && cp /bin/busybox /busybox && /busybox/busybox --install /busybox",
        "ENV PATH=/busybox",
        'CMD ["sh"]',
      ],
    }),
    version: ["busybox"],
  },
} as const satisfies Readonly<Record<string, Recipe>>;
