import { expect, test } from "@jest/globals";
import { createScreen } from "./screen.ts";

/** What stands in the lines of a terminal that knows line ends, carriage returns and erasing. */
function setUp(columns = 80) {
  let written = "";
  const screen = createScreen({
    columns,
    write(text: string) {
      written += text;
      return true;
    },
  });
  const lines = () => written.split("\n").map((line) => line.split("\r\u001b[K").at(-1));
  return { screen, lines };
}

test("the last line is written over, and lines of the log come above it", () => {
  const { screen, lines } = setUp();
  screen.progress("starting Postgres …");
  screen.write("a line of the log\n");
  screen.progress("starting the API …");
  expect(lines()).toEqual(["a line of the log", "starting the API …"]);
  screen.progress("");
  screen.write("ready\n");
  expect(lines()).toEqual(["a line of the log", "ready", ""]);
});

test("a last line that would not fit is cut, as only one line can be written over", () => {
  const { screen, lines } = setUp(20);
  screen.progress("starting something with a long name …");
  expect(lines()).toEqual(["starting something…"]);
});

test("a terminal that does not know its width has the usual one", () => {
  const { screen, lines } = setUp(0);
  screen.progress("x".repeat(100));
  expect(lines()).toEqual([`${"x".repeat(78)}…`]);
});
