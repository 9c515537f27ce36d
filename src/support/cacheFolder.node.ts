/** Where what can be made again is kept: compiled code, data sets, decoded pictures. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder for `part`: in SMILODON_CACHE where that is set, else in `smilodon` in the user's own cache folder. It may not be there yet. */
export function cacheFolderFor(part: "native" | "data"): string {
  const { SMILODON_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
  if (own !== undefined && own !== "") return join(own, part);
  if (caches !== undefined && caches !== "") return join(caches, "smilodon", part);
  const folders = process.platform === "darwin" ? ["Library", "Caches"] : [".cache"];
  return join(homedir(), ...folders, "smilodon", part);
}
