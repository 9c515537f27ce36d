/**
 * Layers' paths (`model.encoder.0`) without anybody giving names: the first construction of a class wraps its
 * `forward`, which then opens the layer in the graph and names it as the module that called it does.
 */
import { SmilodonError } from "../support/errors.ts";
import { calledByUser } from "../support/origin.ts";
import { inLayer, layerPath } from "../tensor/evaluation.ts";

/** What this file knows of a module. */
interface Named {
  namedModules(): ReadonlyMap<string, object>;
}

type Forward = (this: Named, ...inputs: unknown[]) => unknown;

const rootName = "model";
const wrapped = new WeakSet<object>();
const placed = new WeakSet<SmilodonError>();
/** The modules whose forward is running, outermost first. */
const running: Named[] = [];

/** Makes the `forward` that instances of `prototype` use open their layer; does so once for each definition of it. */
export function nameForwardOf(prototype: object): void {
  let owner: object | null = prototype;
  while (owner !== null && !Object.hasOwn(owner, "forward")) owner = Object.getPrototypeOf(owner);
  if (owner === null || wrapped.has(owner)) return;
  wrapped.add(owner);
  const forward: Forward = Reflect.get(owner, "forward");
  Object.defineProperty(owner, "forward", {
    value: function (this: Named, ...inputs: unknown[]): unknown {
      const outer = running.at(-1);
      if (outer === this) return forward.apply(this, inputs);
      const run = () => forward.apply(this, inputs);
      if (outer !== undefined) return runLayer(nameWithin(outer, this), this, run);
      return calledByUser(() => runLayer(rootName, this, run));
    },
    writable: true,
    configurable: true,
  });
}

/** Names of the modules below one that was seen running. A module that is not among them was added later. */
const namesWithin = new WeakMap<Named, WeakMap<object, string>>();

function nameWithin(outer: Named, module: object): string {
  const known = namesWithin.get(outer)?.get(module);
  if (known !== undefined) return known;
  const names = new WeakMap<object, string>();
  for (const [name, inner] of outer.namedModules()) names.set(inner, name);
  const name = names.get(module) ?? module.constructor.name;
  names.set(module, name);
  namesWithin.set(outer, names);
  return name;
}

/** Is told of each layer that has run: its path, itself, and what it gave. */
export type LayerListener = (path: string, module: object, result: unknown) => void;

let listening: LayerListener | undefined;

/** Runs `run` while `listener` is told of the layers that run in it. */
export function listenToLayers<T>(listener: LayerListener, run: () => T): T {
  const outer = listening;
  listening = listener;
  try {
    return run();
  } finally {
    listening = outer;
  }
}

/** Runs `forward` as layer `name`; an error of ours that leaves it is told to begin with the path of the innermost layer. */
function runLayer(name: string, module: Named, forward: () => unknown): unknown {
  running.push(module);
  try {
    return inLayer(name, () => {
      try {
        const result = forward();
        listening?.(layerPath(), module, result);
        return result;
      } catch (error) {
        if (error instanceof SmilodonError && !placed.has(error)) placeError(error);
        throw error;
      }
    });
  } finally {
    running.pop();
  }
}

function placeError(error: SmilodonError): void {
  placed.add(error);
  const path = layerPath();
  const { message, stack } = error;
  if (message.includes(path)) return;
  error.message = `${path}: ${message}`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
}
