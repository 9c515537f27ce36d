/**
 * Where in the user's code something was made. Nodes of the graph carry an origin, and errors, kernels and
 * profiles show it. Only the place is kept, never an `Error`: V8's hold on to the values that their frames had, and
 * so each tensor would keep the one before it alive.
 *
 * Finding a place takes longer than a small operation does, so eager loops have a budget of places: the first few
 * thousand operations and then a share of the time. What is beyond it has no place, rather than a wrong one. Functions
 * that are traced have all of their places.
 */

/** A frame as V8 gives it. */
interface Frame {
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/** What V8 has besides the standard; other engines ignore it. */
const settings: {
  stackTraceLimit?: number | undefined;
  prepareStackTrace?: ((error: Error, frames: never[]) => unknown) | undefined;
  readonly name: string;
} = Error;
const depth = 16;
const ownFolder = new URL("..", import.meta.url).href;
const ownPath = ownFolder.replace(/^file:\/\//, "");

/** A place in the user's code. */
export class Origin {
  #stack: string | undefined;
  #line: string | undefined;
  readonly #outer: Origin | undefined;

  /** `place` is `file:line:column`; engines that give whole stacks give `stack`, which is read when asked for. */
  constructor(place: string | undefined, stack: string | undefined, outer: Origin | undefined) {
    this.#line = place === "" ? outer?.line : place;
    this.#stack = stack;
    this.#outer = outer;
  }

  /** `file:line:column` of the nearest frame outside Smilodon, or an empty string where none is known. */
  get line(): string {
    this.#line ??= userLine(this.#stack ?? "") || (this.#outer?.line ?? "");
    this.#stack = undefined;
    return this.#line;
  }
}

/** Remembers the present place in the user's code, unless the budget is spent. */
export function captureOrigin(): Origin {
  if (unlimited === 0 && !takeFromBudget()) return callOrigin ?? nowhere;
  const { stackTraceLimit, prepareStackTrace } = settings;
  settings.stackTraceLimit = depth;
  let place: string | undefined;
  settings.prepareStackTrace = (_error: Error, frames: Frame[]) => {
    place = userPlace(frames);
    return "";
  };
  const { stack } = new Error();
  settings.stackTraceLimit = stackTraceLimit;
  settings.prepareStackTrace = prepareStackTrace;
  return new Origin(place, stack, callOrigin);
}

const nowhere = new Origin("", undefined, undefined);
/** Places at once, and places that come back each millisecond: about a hundredth of the time. */
const budgetSize = 4096;
const budgetPerMillisecond = 1;
let budget = budgetSize;
let emptied = 0;
let unlimited = 0;

function takeFromBudget(): boolean {
  if (budget > 0) {
    budget--;
    if (budget < 1) emptied = Date.now();
    return true;
  }
  const back = (Date.now() - emptied) * budgetPerMillisecond;
  if (back < 1) return false;
  budget = Math.min(back, budgetSize);
  return takeFromBudget();
}

/** Runs `make` with every place found, however many there are. */
export function findingEveryOrigin<T>(make: () => T): T {
  const end = findAllOrigins();
  try {
    return make();
  } finally {
    end();
  }
}

/** From now on every place is found, whatever it costs; returns what ends that. */
export function findAllOrigins(): () => void {
  unlimited++;
  let isOn = true;
  return () => {
    if (isOn) unlimited--;
    isOn = false;
  };
}

/** The first frame outside Smilodon. */
function userPlace(frames: readonly Frame[]): string {
  for (const frame of frames) {
    const file = frame.getFileName() ?? "";
    if (file === "" || isOwn(file)) continue;
    return `${file.replace(/^file:\/\//, "")}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
  }
  return "";
}

function isOwn(place: string): boolean {
  return place.startsWith(ownFolder) || place.startsWith(ownPath) || place.startsWith("node:");
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
    if (place === undefined || isOwn(place)) continue;
    return place.replace(/^file:\/\//, "");
  }
  return "";
}
