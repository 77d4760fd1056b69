import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { telemetryContracts } from "../../app/api/telemetry-contract.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { thresholds } from "../../app/catalogue/thresholds.ts";
import { checkService } from "./preflight.ts";

const none = { successRate: null, successRateRatio: null, windowSeconds: 3_600 };
const telemetry = (size: number) => ({
  jobs: {
    total: size,
    byStatus: { pending: size, processing: 0, completed: 0, failed: 0, cancelled: 0 },
    timeline: { lastHour: 0, last24Hours: 0, last7Days: 0 },
    performance: { averageProcessingTime: null, averageProcessingTimeMs: null, ...none },
  },
  queue: { health: "healthy", size, oldestWaitSeconds: 0 },
  webhooks: { total: 0, ...none },
  sources: [],
});

const { above } = thresholds.queueSizeHigh;
test.each([
  [above, undefined],
  [above + 1, expect.stringContaining(`${above + 1} jobs wait already`)],
])("of %i waiting jobs it says what it should", async (size, note) => {
  const answer = telemetry(size);
  expect(telemetryContracts.telemetryRead.answers[200].schema.safeParse(answer).error).toBeUndefined();
  const server = createServer((request, response) =>
    response.end(JSON.stringify(request.url === endpoints.telemetryRead.route ? answer : { message: "pong" })),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    expect(await checkService({ url: `http://127.0.0.1:${port}`, apiKey: "key" })).toEqual(note);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
