/** Paths in run.json are relative to the run's folder, so that a run and its data may move together. */
import { basename, isAbsolute, join, relative, resolve } from "node:path";

/** `path` as it is seen from `folder`. */
export function movedFrom(folder: string, path: string): string {
  return relative(resolve(folder), resolve(path)) || basename(path);
}

/** The way back: `path`, as seen from `folder`, as it is seen from here. */
export function movedHere(folder: string, path: string): string {
  return isAbsolute(path) ? path : relative("", join(folder, path)) || path;
}
