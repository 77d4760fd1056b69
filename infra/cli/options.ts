import { uuid } from "../../app/api/scalars.ts";
import { Failure } from "./failure.ts";

/** Options that several commands have. */
export const waitOption = { type: "boolean", describe: "wait until the job has ended" } as const;
export const outOption = {
  type: "string",
  nargs: 1,
  describe: "save the pictures in this folder; waits for them",
} as const;

/** The argument that names a job. */
export const jobIdArgument = {
  type: "string",
  demandOption: true,
  describe: "the job's id",
  coerce(given: unknown): string {
    const { data } = uuid.safeParse(String(given).trim());
    if (data !== undefined) return data;
    throw new Failure("usage", `${JSON.stringify(given)} is no job's id: npx gozcu jobs lists them`);
  },
} as const;

/** A whole number from 1 to `most`, for `coerce`. */
export function readCount(option: string, most: number): (given: unknown) => number {
  return (given) => {
    const count = Number(given);
    if (Number.isInteger(count) && count >= 1 && count <= most) return count;
    throw new Failure("usage", `--${option} must be a whole number from 1 to ${most}`);
  };
}
