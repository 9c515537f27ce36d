/** Finds what a module holds: the walk behind `namedModules`, `namedParameters` and the names of layers. */
import { Parameter } from "../tensor/parameter.ts";

/** What a walk found, by path from the root; everything once, under the first path that led to it. */
export interface Contents<M> {
  /** The root stands under the empty path. */
  readonly modules: ReadonlyMap<string, M>;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Later paths to what had been found: path → first path. */
  readonly aliases: ReadonlyMap<string, string>;
}

/**
 * Walks over own enumerable properties, arrays and plain objects, depth first, in order of definition.
 * `isModule` is given so that this file need not know the class.
 */
export function walk<M extends object>(root: M, isModule: (value: unknown) => value is M): Contents<M> {
  const modules = new Map<string, M>();
  const parameters = new Map<string, Parameter>();
  const aliases = new Map<string, string>();
  const found = new Map<object, string>();

  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const first = found.get(value);
    if (first !== undefined) {
      aliases.set(path, first);
      return;
    }
    const entered = isModule(value);
    if (!entered && !(value instanceof Parameter) && !isPlain(value)) return;
    found.set(value, path);
    if (value instanceof Parameter) {
      parameters.set(path, value);
      return;
    }
    if (entered) modules.set(path, value);
    for (const [name, inner] of Object.entries(value)) visit(inner, path === "" ? name : `${path}.${name}`);
  };
  visit(root, "");
  return { modules, parameters, aliases };
}

/** Is `path` another name of a parameter that stands in `parameters`? */
export function isAlias({ parameters, aliases }: Contents<object>, path: string): boolean {
  let name = path;
  for (let step = 0; step <= aliases.size; step++) {
    if (parameters.has(name)) return step > 0;
    const prefix = [...aliases.keys()].find((alias) => name === alias || name.startsWith(`${alias}.`));
    if (prefix === undefined) return false;
    const rest = name.slice(prefix.length);
    const first = aliases.get(prefix) ?? "";
    name = first === "" ? rest.slice(1) : first + rest;
  }
  return false;
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
