/** Which kind of system a folder holds, so that commands know what to do with it before they open it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What config.json calls it; undefined where that cannot be read: opening it says why. */
export async function systemOf(folder: string): Promise<string | undefined> {
  try {
    const config: unknown = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    const system: unknown = config !== null && typeof config === "object" ? Reflect.get(config, "system") : undefined;
    return typeof system === "string" ? system : undefined;
  } catch {
    return undefined;
  }
}
