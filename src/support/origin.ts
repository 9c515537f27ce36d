/**
 * Where in the user's code something was made. Nodes of the graph carry an origin, and errors, kernels and
 * profiles show it. Capturing is cheap (V8 keeps raw frames); the text is made only when somebody reads it.
 */

/** V8 has a limit on recorded frames; other engines ignore it. */
const settings: { readonly name: string; stackTraceLimit?: number | undefined } = Error;
const depth = 16;
const ownFolder = new URL("..", import.meta.url).href;

/** A place in the user's code, found when it is first asked for. */
export class Origin {
  #trace: { stack?: string } | undefined;
  #line: string | undefined;
  readonly #outer: Origin | undefined;

  constructor(trace: { stack?: string }, outer?: Origin) {
    this.#trace = trace;
    this.#outer = outer;
  }

  /** `file:line:column` of the nearest frame outside Smilodon, or an empty string where none is known. */
  get line(): string {
    if (this.#line === undefined) {
      this.#line = userLine(this.#trace?.stack ?? "") || (this.#outer?.line ?? "");
      this.#trace = undefined;
    }
    return this.#line;
  }
}

/** Remembers the present place in the user's code. */
export function captureOrigin(): Origin {
  const limit = settings.stackTraceLimit;
  settings.stackTraceLimit = depth;
  const trace = new Error();
  settings.stackTraceLimit = limit;
  return new Origin(trace, callOrigin);
}

/**
 * Runs `make`, which is called by the user and goes deep: what is made too deep in it for frames of the user's to be
 * among those recorded is taken to come from the place of this call.
 */
export function calledByUser<T>(make: () => T): T {
  const outer = callOrigin;
  callOrigin = captureOrigin();
  try {
    return make();
  } finally {
    callOrigin = outer;
  }
}

let callOrigin: Origin | undefined;

function userLine(stack: string): string {
  for (const frame of stack.split("\n").slice(1)) {
    const place = /\(?((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\)[^()\s]*:\d+:\d+)\)?$/.exec(frame)?.[1];
    if (place === undefined || place.startsWith(ownFolder) || place.includes("node:internal")) continue;
    if (ownFolder.startsWith("file://") && place.startsWith(ownFolder.slice("file://".length))) continue;
    return place.replace(/^file:\/\//, "");
  }
  return "";
}
