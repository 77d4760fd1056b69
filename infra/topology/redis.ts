import { markSecret } from "./secret.ts";
import { type Addresses, defineService } from "./service.ts";
import type { TopologySettings } from "./settings.ts";

const user = "gozcu";
/** Of its memory, what the data may take: to write its log anew Redis needs room for what changes meanwhile. */
const dataShare = 0.6;
/** May ask whether Redis lives, and nothing else: so the check needs no password. */
const checker = "health";

/** The queue that hands jobs and webhooks to the workers. */
export function defineRedis({ memoryMb }: Pick<TopologySettings, "memoryMb">) {
  return defineService({
    name: "redis",
    help: "Redis: the queue that hands jobs and webhooks to the workers",
    image: "redis",
    needs: [],
    networks: ["back"],
    memoryMb: memoryMb.redis,
    graceSeconds: 30,
    run(_at, place) {
      const { host, port } = place.listen("redis");
      const settings = [
        `bind ${host}`,
        `port ${port}`,
        `dir ${place.data}`,
        `aclfile ${place.secrets}/users.acl`,
        // What is in the queue survives a restart, and is never dropped to save memory: BullMQ asks for that. When it is
        // full, new jobs wait in Postgres; beyond the limit of the container it would be killed again and again.
        "appendonly yes",
        `maxmemory ${Math.floor(memoryMb.redis * dataShare)}mb`,
        "maxmemory-policy noeviction",
      ];
      const users = [
        "user default off",
        `user ${user} on >${markSecret("redis-password")} ~* &* +@all`,
        `user ${checker} on nopass +ping`,
      ];
      return {
        args: ["redis-server", `${place.files}/redis.conf`],
        files: { "redis.conf": `${settings.join("\n")}\n` },
        secretFiles: { "users.acl": `${users.join("\n")}\n` },
        health: {
          command: [
            ...["redis-cli", "-h", "127.0.0.1", "-p", String(port)],
            ...["--user", checker, "--pass", "none", "--no-auth-warning", "-e", "ping"],
          ],
        },
      };
    },
  });
}

/** `redis://…` of the bundled Redis, or what was given. Secret. */
export function renderQueueUrl(at: Addresses<"redis">, { external }: Pick<TopologySettings, "external">): string {
  if (external.has("redis")) return markSecret("queue-url");
  return `redis://${user}:${markSecret("redis-password")}@${at.one("redis", "redis")}`;
}
