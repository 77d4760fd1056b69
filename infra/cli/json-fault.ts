/** Where a text stops to be JSON. */
export interface JsonFault {
  /** Both from 1; a column is a UTF-16 unit, as editors count. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  /** What stands there instead; undefined at the end of the text. */
  readonly found: string | undefined;
}

const space = /[ \t\n\r]*/y;
const string = /"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
/** The longest beginning of a string, to tell what is wrong inside it. */
const stringBegin = /"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

interface Stop {
  readonly at: number;
  readonly expected: string;
}

/** Takes what may stand at a place, from the left to the right. */
function createReader(text: string) {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const taken = pattern.test(text);
    if (taken) at = pattern.lastIndex;
    return taken;
  };
  return {
    stop: (expected: string): Stop => ({ at, expected }),
    take,
    atEnd: () => at >= text.length,
    /** Whether it is the next thing; white space before it is passed. */
    takeLetter(letter: string): boolean {
      take(space);
      if (text[at] !== letter) return false;
      at += 1;
      return true;
    },
    startsString(): boolean {
      take(space);
      return text[at] === '"';
    },
    /** Of something that begins as a string. */
    takeString(): Stop | undefined {
      if (take(string)) return undefined;
      take(stringBegin);
      const letter = text[at];
      if (letter === undefined || letter === "\n" || letter === "\r") return { at, expected: 'a " that ends the text' };
      return { at, expected: letter === "\\" ? "an escape such as \\n or \\u0041" : "no control character" };
    },
  };
}

/** The first place at which nothing that may stand there does. */
function scan(text: string): Stop | undefined {
  const reader = createReader(text);
  const { stop, take, takeLetter } = reader;
  /** What is open, the innermost last. */
  const levels: ("object" | "array")[] = [];

  const takeKey = (expected: string): Stop | undefined => {
    if (!reader.startsString()) return stop(expected);
    return reader.takeString() ?? (takeLetter(":") ? undefined : stop('":"'));
  };
  /** A value; of one that holds others only the beginning. */
  const takeValue = (): Stop | undefined => {
    if (reader.startsString()) return reader.takeString();
    if (takeLetter("{")) {
      levels.push("object");
      return undefined;
    }
    if (takeLetter("[")) {
      levels.push("array");
      return undefined;
    }
    return take(scalar) ? undefined : stop("a value");
  };
  /** What is between two values; "end" when nothing is left. */
  const takeBetween = (): Stop | undefined | "end" => {
    for (;;) {
      const level = levels.at(-1);
      if (level === undefined) {
        take(space);
        return reader.atEnd() ? "end" : stop("nothing more");
      }
      if (takeLetter(level === "object" ? "}" : "]")) levels.pop();
      else if (takeLetter(",")) return level === "object" ? takeKey('a name in "…"') : undefined;
      else return stop(level === "object" ? '"," or "}"' : '"," or "]"');
    }
  };

  for (;;) {
    const depth = levels.length;
    const wrong = takeValue();
    if (wrong) return wrong;
    if (levels.length > depth) {
      // What was opened may be closed at once; else its first value comes.
      if (takeLetter(levels.at(-1) === "object" ? "}" : "]")) levels.pop();
      else {
        const wrongKey = levels.at(-1) === "object" ? takeKey('a name in "…", or "}"') : undefined;
        if (wrongKey) return wrongKey;
        continue;
      }
    }
    const next = takeBetween();
    if (next === "end") return undefined;
    if (next) return next;
  }
}

/** Where and why a text is not JSON; undefined when it is. V8 tells the place of some faults only. */
export function findJsonFault(text: string): JsonFault | undefined {
  const stop = scan(text);
  if (stop === undefined) return undefined;
  const before = text.slice(0, stop.at).split(/\r\n|\n|\r/);
  const [found] = Array.from(text.slice(stop.at, stop.at + 2));
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, expected: stop.expected, found };
}
