import { expect, test } from "@jest/globals";
import { typeCheck } from "../../app/telemetry/type-check.ts";
import { defineService, type Run } from "./service.ts";

const nothing: Run = { args: [], health: { command: ["true"] } };

/** Never called: each line is for the compiler, which reports an expected error that does not come. */
function mistakes() {
  const row = {
    name: "api",
    help: "the API",
    image: "app",
    needs: ["postgres", "jaeger"],
    networks: ["back"],
    memoryMb: 1,
  } as const;

  defineService({ ...row, publish: [{ port: "http", address: "127.0.0.1", hostPort: 1 }], run: () => nothing });
  defineService({
    ...row,
    asks: ["prometheus"],
    run(at, place) {
      at.one("postgres", "sql");
      at.each("jaeger", "otlp");
      place.listen("metrics");

      at.one("prometheus", "http");

      // @ts-expect-error a service that it does not need
      at.one("redis", "redis");
      // @ts-expect-error replicas of a service that it does not need
      at.each("worker", "metrics");
      // @ts-expect-error a service that there is not
      at.one("mongodb", "sql");
      // @ts-expect-error a port that the service has not
      at.one("postgres", "http");
      // @ts-expect-error another needed service's port
      at.each("postgres", "otlp");
      // @ts-expect-error a port of its own that it has not
      place.listen("sql");
      // @ts-expect-error the same, as it reaches itself
      place.self("ui");
      return nothing;
    },
  });

  // @ts-expect-error a service that it does not ask
  defineService({ ...row, asks: ["grafana"], run: (at) => ({ ...nothing, args: [at.one("prometheus", "http")] }) });
  // @ts-expect-error something to ask that does not exist
  defineService({ ...row, asks: ["mongodb"], run: () => nothing });
  // @ts-expect-error a need that does not exist
  defineService({ ...row, needs: ["mongodb"], run: () => nothing });
  // @ts-expect-error a service that does not exist
  defineService({ ...row, name: "mongodb", run: () => nothing });
  // @ts-expect-error an image without a version in the table
  defineService({ ...row, image: "mongodb", run: () => nothing });
  // @ts-expect-error a network that does not exist
  defineService({ ...row, networks: ["middle"], run: () => nothing });
  // @ts-expect-error a published port that it has not
  defineService({ ...row, publish: [{ port: "sql", address: "127.0.0.1", hostPort: 1 }], run: () => nothing });
  // @ts-expect-error no health check
  defineService({ ...row, run: () => ({ args: [] }) });
  // @ts-expect-error a variable without a text
  defineService({ ...row, run: () => ({ ...nothing, env: { PORT: undefined } }) });
  // @ts-expect-error nobody needs nothing and addresses somebody
  defineService({ ...row, needs: [], run: (at) => ({ ...nothing, args: [at.one("postgres", "sql")] }) });
}

test("a need, an address or a port that does not exist does not compile", async () => {
  void mistakes;
  expect(await typeCheck(import.meta.url)).toBe("");
});
