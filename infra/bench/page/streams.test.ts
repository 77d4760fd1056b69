import { expect, test } from "@jest/globals";
import { createEventCounter } from "./streams.ts";

test("events are counted wherever the network cuts them, and what only looks like one is not", () => {
  const text =
    "retry: 2000\n\nevent: hello\ndata: event: none\n\nevent: tick\ndata: 1\n\n: event:\n\nevent: tick\ndata: 2\n\n";
  for (let size = 1; size <= text.length; size += 1) {
    const counter = createEventCounter();
    for (let at = 0; at < text.length; at += size) counter.take(text.slice(at, at + size));
    expect(counter.count()).toBe(3);
  }
});
