import { describe, expect, test } from "@jest/globals";
import { readCommand } from "./command.ts";

const known = { alertNames: ["ComfyuiDown", "DatabaseDown", "QueueSizeHigh", "Watchdog"], account: "me" };
const read = (...args: readonly string[]) => readCommand(args, known);

describe("the silence command", () => {
  test("silences everything unless alerts are named", () => {
    expect(read("--for", "2h", "--reason", "new disks")).toEqual({
      action: "create",
      alertNames: [],
      seconds: 7_200,
      reason: "new disks",
      by: "me",
    });
  });

  test("takes several alerts, a name and an address", () => {
    const alerts = ["--alert", "ComfyuiDown", "--alert", "Watchdog"];
    const rest = ["--by", "Ada", "--url", "http://elsewhere:9093"];
    expect(read("--for", "1d", "--reason", "x", ...alerts, ...rest)).toMatchObject({
      alertNames: ["ComfyuiDown", "Watchdog"],
      by: "Ada",
      url: "http://elsewhere:9093",
    });
  });

  test("lists, ends and helps", () => {
    expect(read("--list").action).toBe("list");
    expect(read("--end", "an-id")).toMatchObject({ action: "end", id: "an-id" });
    expect(read("--help").action).toBe("help");
  });

  test.each([
    [[], /one of three is needed/],
    [["--list", "--end", "x"], /one of three is needed/],
    [["--list", "--for", "2h", "--reason", "x"], /one of three is needed/],
    [["--reason", "x"], /--for is missing/],
    [["--for", "2h"], /--reason is missing/],
    [["--for", "2h", "--reason", "  "], /--reason is missing/],
    [["--for", "forever", "--reason", "x"], /"forever" is no time to be silent/],
    [["--for", "2h", "--reason", "x", "--alert", "ComfyDown"], /no alert "ComfyDown": did you mean ComfyuiDown\?/],
    [["--for", "2h", "--reason", "x", "--alert", "queue"], /did you mean QueueSizeHigh\?/],
    [["--for", "2h", "--reason", "x", "--alert", "Nothing-like-it"], /the alerts are ComfyuiDown, DatabaseDown/],
    [["--list", "--url", "alertmanager:9093"], /no address: write it like http/],
    [["--for", "2h", "--reason", "x", "--by", " "], /--by is blank/],
    [["--unheard-of"], /--unheard-of/],
    [["2h", "new disks"], /2h.*did you leave out the -- after npm run silence\?/],
  ] as const)("refuses %j", (args, message) => {
    expect(() => read(...args)).toThrow(message);
    expect(() => read(...args)).toThrow(expect.objectContaining({ name: "UsageError" }));
  });
});
