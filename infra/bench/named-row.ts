/**
 * The row that a command line names.
 * @throws Error that names the value and what is allowed.
 */
export function findRow<K extends string, V>(
  what: string,
  rows: Readonly<Record<K, V>>,
  name: string | undefined,
): readonly [K, V] {
  const found = (Object.entries(rows) as [K, V][]).find(([key]) => key === name);
  if (found === undefined)
    throw new Error(`the ${what} is ${JSON.stringify(name)}: must be ${Object.keys(rows).join(", ")}`);
  return found;
}
