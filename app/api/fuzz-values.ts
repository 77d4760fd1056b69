/** For tests only: values made up from a JSON Schema, some that fit and some that do not. */

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly example?: unknown;
}

export interface Dice {
  /** From 0 up to, not including, 1. */
  roll(): number;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** The same seed gives the same throws (mulberry32). */
export function createDice(seed: number): Dice {
  let state = seed | 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { roll, pick: (items) => items[Math.floor(roll() * items.length)] ?? items[0] };
}

const oddStrings = [
  "",
  " ",
  "0",
  "null",
  "\0",
  "\ud800",
  "🦀",
  "é",
  "a/b~c",
  "../..",
  "%00",
  "' or 1=1 --",
  "x".repeat(10_001),
] as const;
const oddNumbers = [0, -0, -1, 0.5, 2 ** 31, 2 ** 53, -1e308, 1e308] as const;
const oddNames = ["__proto__", "constructor", "toString", "", "a b", "ü", "length"] as const;
const oddValues = [null, true, false, [], {}, [[[[]]]], { a: { a: { a: 1 } } }, ...oddStrings, ...oddNumbers] as const;

/**
 * A value for the schema. `wildness` from 0 to 1 is how often a part of it is something odd; at 0 it is made from the
 * schema's examples, and fits.
 */
export function createValue(
  schema: JsonSchema,
  options: { dice: Dice; wildness: number; resolve: (ref: string) => JsonSchema },
): unknown {
  const { dice, wildness, resolve } = options;
  const make = (inner: JsonSchema): unknown => createValue(inner, options);
  if (dice.roll() < wildness / 3) return dice.pick(oddValues);
  if (schema.$ref !== undefined) return make(resolve(schema.$ref));
  if (schema.example !== undefined && dice.roll() >= wildness) return schema.example;
  if (schema.const !== undefined) return schema.const;
  const [first, ...more] = schema.enum ?? [];
  if (schema.enum !== undefined) return dice.pick([first, ...more]);
  const [option, ...others] = schema.anyOf ?? [];
  if (option !== undefined) return make(dice.pick([option, ...others]));
  const [type = "string"] = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  switch (type) {
    case "boolean":
      return dice.roll() < 0.5;
    case "integer":
    case "number": {
      const { minimum = 0, maximum = 1_000 } = schema;
      if (dice.roll() < wildness) return dice.pick([minimum - 1, maximum + 1, ...oddNumbers]);
      return dice.pick([minimum, maximum, minimum + Math.floor(dice.roll() * (maximum - minimum))]);
    }
    case "array":
      return Array.from({ length: Math.floor(dice.roll() * 4) }, () => make(schema.items ?? {}));
    case "object":
      return createObject(schema, options, make);
    default: {
      const { minLength = 1, maxLength = 20 } = schema;
      if (dice.roll() < wildness)
        return dice.pick(["x".repeat(maxLength + 1), "x".repeat(Math.max(0, minLength - 1)), ...oddStrings]);
      return "x".repeat(dice.pick([minLength, maxLength]));
    }
  }
}

function createObject(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  { dice, wildness }: { dice: Dice; wildness: number },
  make: (schema: JsonSchema) => unknown,
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const chance = required.includes(name) ? 1 - wildness / 5 : 0.5;
    if (dice.roll() < chance) entries.push([name, make(schema)]);
  }
  if (typeof additionalProperties === "object") {
    entries.push(["some", make(additionalProperties)]);
    if (dice.roll() < wildness) entries.push([dice.pick(oddNames), make(additionalProperties)]);
  } else if (dice.roll() < wildness / 3) {
    entries.push([dice.pick(oddNames), dice.pick(oddValues)]);
  }
  return Object.fromEntries(entries);
}
