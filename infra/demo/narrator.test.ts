import { describe, expect, test } from "@jest/globals";
import { plain } from "../../app/start/paint.ts";
import { createNarrator, FalseLine } from "./narrator.ts";

function setUp(live = false) {
  let written = "";
  const shown: string[] = [];
  const aborting = new AbortController();
  const narrator = createNarrator({
    screen: {
      progress: (text) => void shown.push(text),
      write(lines) {
        written += lines;
      },
    },
    paint: plain,
    live,
    signal: aborting.signal,
  });
  return { narrator, aborting, said: () => written, shown };
}

/** Is true from the `n`th look on. */
function trueAt(n: number, words?: string) {
  let looks = 0;
  return async () => {
    looks += 1;
    if (looks < n) throw new Error(`look ${looks}: not yet`);
    return words;
  };
}

describe("the narrator", () => {
  test("says a line only once it is true, with what was seen", async () => {
    const { narrator, said, shown } = setUp(true);
    const telling = narrator.tell("the picture is there", trueAt(3, "40 kB"));
    expect(said()).toBe("");
    await telling;
    expect(said()).toBe("  0:00 ✓ the picture is there: 40 kB\n");
    expect(shown.filter((text) => text !== "")).toEqual(Array(2).fill("  0:00 … the picture is there"));
    expect(narrator.told()).toBe(1);
  });

  test("tells a line that does not come true as false, with why, and goes no further", async () => {
    const { narrator, said } = setUp();
    const never = async () => {
      throw new Error("it is still down");
    };
    const telling = narrator.tell("ComfyUI is up", never, 300);
    await expect(telling).rejects.toThrow(FalseLine);
    expect(said()).toBe("  0:00 ✗ ComfyUI is up: was not true within 0.3 s (it is still down)\n");
    expect(narrator.told()).toBe(0);
  });

  test("says nothing more when it is interrupted", async () => {
    const { narrator, said, aborting } = setUp();
    const telling = narrator.tell("it ends", trueAt(1_000));
    aborting.abort(new Error("Ctrl-C"));
    await expect(telling).rejects.toThrow("Ctrl-C");
    expect(said()).toBe("");
  });

  test("lets no answer touch the terminal", async () => {
    const { narrator, said } = setUp();
    await narrator.tell("it says", async () => "\u001b[2Jgone");
    expect(said()).toBe("  0:00 ✓ it says: \\x1b[2Jgone\n");
  });

  test("shows nothing that is written over where nobody watches", async () => {
    const { narrator, shown } = setUp();
    await narrator.tell("soon", trueAt(2));
    expect(shown.filter((text) => text !== "")).toEqual([]);
  });
});
