import { posix } from "node:path";
import { drawPicture, type Recipe } from "./picture.ts";

type Kind = "output" | "temp";

interface ImageRef {
  readonly filename: string;
  readonly subfolder: string;
  readonly type: Kind;
}

export interface Gallery {
  save(prefix: string, type: Kind, recipe: Recipe): ImageRef;
  remove(ref: ImageRef): void;
  /** `GET /view`: the picture, or the status with which ComfyUI refuses. */
  view(query: URLSearchParams): Promise<Buffer | number>;
}

/** ComfyUI's output folders, without files: what is saved is the recipe of each picture. */
export function createGallery(): Gallery {
  const recipes = new Map<string, Recipe>();
  let counter = 0;
  const key = (type: string, subfolder: string, filename: string) => posix.join("/", type, subfolder, filename);

  return {
    save(prefix, type, recipe) {
      counter += 1;
      const { dir: subfolder, name } = posix.parse(posix.normalize(prefix));
      const filename = `${name}_${String(counter).padStart(5, "0")}_.png`;
      recipes.set(key(type, subfolder, filename), recipe);
      return { filename, subfolder, type };
    },
    remove({ type, subfolder, filename }) {
      recipes.delete(key(type, subfolder, filename));
    },
    async view(query) {
      const filename = query.get("filename");
      if (!filename) return 404;
      if (filename.startsWith("/") || filename.includes("..")) return 400;
      const type = query.get("type") ?? "output";
      if (!["output", "temp", "input"].includes(type)) return 400;
      const subfolder = query.get("subfolder") ?? "";
      const folder = posix.join("/", type);
      const inside = posix.resolve(folder, subfolder);
      if (inside !== folder && !inside.startsWith(`${folder}/`)) return 403;
      const recipe = recipes.get(key(type, subfolder, filename));
      return recipe ? await drawPicture(recipe) : 404;
    },
  };
}
