import { ConfigError } from "../../app/config.ts";
import { readStack } from "./stack.ts";

type Env = Readonly<Record<string, string>>;

/** For tests: a stack from a `gozcu.yml` with this text. */
export const readTestStack = (text = "", env: Env = {}) => readStack({ text, file: "gozcu.yml", env });

/** For tests: what is wrong with it. */
export function problemsOf(text: string, env: Env = {}): readonly string[] {
  try {
    readTestStack(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
