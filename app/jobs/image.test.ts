import { describe, expect, jest, test } from "@jest/globals";
import { createImageHandler, type Renderer } from "./image.ts";
import type { JobInput } from "./job.ts";
import type { BegunJob, Picture } from "./worker.ts";

const images: readonly Picture[] = [{ contentType: "image/png", bytes: Buffer.from("a picture") }];
const { signal } = new AbortController();

function begin(input: JobInput): BegunJob {
  return {
    id: "01890000-0000-7000-8000-000000000001",
    type: "image",
    input,
    token: 1,
    failures: 0,
    waitMs: 0,
    carrier: {},
  };
}

/** A workflow is a text here; `read` writes in capitals. */
function createWorld(renderer: Partial<Renderer<string>> = {}) {
  const render = jest.fn<Renderer<string>["render"]>(async () => ({ images }));
  const seeds: number[] = [];
  const handler = createImageHandler<string>({
    renderer: { render, ...renderer },
    createWorkflow({ prompt, seed }) {
      seeds.push(seed);
      return `default of ${prompt}`;
    },
    readWorkflow: (value) => JSON.stringify(value).toUpperCase(),
  });
  return { handler, render, seeds };
}

describe("an image job", () => {
  test("with a prompt renders the default workflow under the job's own id", async () => {
    const { handler, render } = createWorld();
    const job = begin({ type: "image", prompt: "a lighthouse" });
    expect(await handler(job, { signal, onProgress: () => undefined })).toBe(images);
    expect(render.mock.calls).toMatchObject([[{ promptId: job.id, workflow: "default of a lighthouse", signal }]]);
  });

  test("with a prompt takes another seed each time, of 32 bits", async () => {
    const { handler, seeds } = createWorld();
    const job = begin({ type: "image", prompt: "a lighthouse" });
    for (let i = 0; i < 3; i += 1) await handler(job, { signal, onProgress: () => undefined });
    expect(new Set(seeds).size).toBe(3);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
  });

  test("with a workflow renders it as it is read", async () => {
    const { handler, render, seeds } = createWorld();
    await handler(begin({ type: "image", workflow: { a: 1 } }), { signal, onProgress: () => undefined });
    expect(render.mock.calls).toMatchObject([[{ workflow: '{"A":1}' }]]);
    expect(seeds).toEqual([]);
  });

  test("tells of progress as a fraction", async () => {
    const { handler } = createWorld({
      async render({ onProgress }) {
        onProgress({ fraction: 0.25 });
        onProgress({ fraction: 1 });
        return { images };
      },
    });
    const fractions: number[] = [];
    const onProgress = (fraction: number) => void fractions.push(fraction);
    await handler(begin({ type: "image", prompt: "a lighthouse" }), { signal, onProgress });
    expect(fractions).toEqual([0.25, 1]);
  });

  test("fails as the renderer fails", async () => {
    const error = new Error("no pictures");
    const { handler } = createWorld({ render: () => Promise.reject(error) });
    const rendering = handler(begin({ type: "image", prompt: "a lighthouse" }), {
      signal,
      onProgress: () => undefined,
    });
    await expect(rendering).rejects.toBe(error);
  });
});
