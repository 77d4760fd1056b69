import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../../app/error-message.ts";
import { secretsFolder, stacksFolder } from "../stack/folders.ts";
import { Failure } from "./failure.ts";

export interface ApiKey {
  readonly value: string;
  /** Where it is from, for messages. */
  readonly from: string;
}

export interface KeyPlaces {
  /** A file that is named on the command line. */
  readonly file: string | undefined;
  /** Of the environment. */
  readonly apiKey: string | undefined;
  /** Where the service of this checkout has its keys; undefined where another is asked, which is not to learn them. */
  readonly own:
    | { readonly apiKeys: readonly string[] | undefined; readonly dataFolder: string; readonly root: string }
    | undefined;
}

/** A header takes no other; what stands there instead is not shown. */
function checkKey(text: string, from: string): ApiKey {
  const [value = "", ...more] = text.split(/[\s,]+/).filter((key) => key !== "");
  if (/^[\x21-\x7e]+$/.test(value)) return { value, from: more.length > 0 ? `the first key of ${from}` : from };
  throw new Failure("noKey", `${from} holds no API key: it is empty, or has characters that no key has`);
}

async function readKeyFile(file: string): Promise<ApiKey> {
  try {
    return checkKey(await readFile(file, "utf8"), file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("noKey", `the API key in ${file} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}

/** A file that need not be there. */
async function tryKeyFile(file: string): Promise<ApiKey | undefined> {
  const there = await readFile(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => !["ENOENT", "ENOTDIR"].includes(error.code ?? ""),
  );
  return there ? readKeyFile(file) : undefined;
}

/** That of the stack that was deployed from here, if it is the only one. */
async function findStackKey(root: string): Promise<ApiKey | undefined> {
  const names = await readdir(join(root, stacksFolder)).catch(() => []);
  const found = await Promise.all(names.map((name) => tryKeyFile(join(root, secretsFolder(name), "api-keys"))));
  const keys = found.filter((key) => key !== undefined);
  return keys.length === 1 ? keys[0] : undefined;
}

/**
 * The key to ask with: of the file that is named, of the environment, of the service's own settings, of its data folder,
 * of the stack that was deployed from here.
 * @returns undefined when there is none
 * @throws Failure when there is one that cannot be read, or is none.
 */
export async function findApiKey({ file, apiKey, own }: KeyPlaces): Promise<ApiKey | undefined> {
  if (file !== undefined) return readKeyFile(file);
  if (apiKey !== undefined) return checkKey(apiKey, "API_KEY");
  if (own === undefined) return undefined;
  const [first] = own.apiKeys ?? [];
  if (first !== undefined) return checkKey(first, "API_KEYS");
  return (await tryKeyFile(join(own.dataFolder, "api-key"))) ?? findStackKey(own.root);
}
