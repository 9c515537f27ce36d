/** Which tensors are alive and where they were made: for finding what is held longer than it should be. */
import { alignColumns, showBytes } from "../runtime/planProfile.ts";
import { listenToStorage, type Storage } from "../runtime/storage.ts";
import { showShape } from "../shape/shape.ts";
import { findAllOrigins, type Origin } from "../support/origin.ts";

/** Tensors alive that one line made. */
export interface LiveTensors {
  /** `file:line:column`; empty where none is known. */
  readonly line: string;
  readonly count: number;
  readonly bytes: number;
  /** Types of tensors among them, as `f32[16]`, each once. */
  readonly types: readonly string[];
}

/** What is alive; `toString()` is a table. */
export interface LeakReport {
  readonly count: number;
  readonly bytes: number;
  /** Most bytes first. */
  readonly lines: readonly LiveTensors[];
  toString(): string;
}

/** What leaks are looked for with. */
export interface DebugOptions {
  /** Note every tensor that is given memory, with its line. Operations become several times as slow. */
  readonly leaks: boolean;
}

interface Noted {
  readonly storage: Storage;
  readonly origin: Origin;
  readonly type: string;
}

let noted: Noted[] = [];
let pruneAt = 1024;
let stop: (() => void) | undefined;

/**
 * Switches debug modes on or off. With `leaks`, `reportLeaks` knows of every tensor that is given memory from now on;
 * switched off, it forgets them.
 *
 * @example
 * ```ts
 * import { reportLeaks, setDebug, tensor } from "smilodon";
 * setDebug({ leaks: true });
 * const held = [1, 2, 3].map((value) => tensor([value]));
 * console.log(String(reportLeaks())); // three tensors of 4 bytes, made at this line
 * setDebug({ leaks: false });
 * ```
 */
export function setDebug({ leaks }: DebugOptions): void {
  stop?.();
  stop = undefined;
  noted = [];
  if (!leaks) return;
  const stopOrigins = findAllOrigins();
  const stopListening = listenToStorage((node, storage) => {
    noted.push({ storage, origin: node.origin, type: `${node.type.dtype}${showShape(node.type.shape)}` });
    if (noted.length >= pruneAt) prune();
  });
  stop = () => {
    stopOrigins();
    stopListening();
  };
}

/**
 * The tensors that have memory now, by the line that made them. What the collector has not found yet counts as alive:
 * `await` a macrotask first, or run Node with `--expose-gc` and call `gc()`.
 *
 * @example
 * ```ts
 * import { reportLeaks, setDebug, tensor } from "smilodon";
 * setDebug({ leaks: true });
 * const x = tensor([1, 2, 3]);
 * const [line] = reportLeaks().lines;
 * console.log(line?.count, line?.bytes, x.shape); // 1 12 [3]
 * setDebug({ leaks: false });
 * ```
 */
export function reportLeaks(): LeakReport {
  prune();
  const lines = new Map<string, { count: number; bytes: number; types: Set<string> }>();
  for (const { storage, origin, type } of noted) {
    const { line } = origin;
    const found = lines.get(line) ?? { count: 0, bytes: 0, types: new Set() };
    lines.set(line, found);
    found.count++;
    found.bytes += storage.buffer.bytes;
    found.types.add(type);
  }
  const sorted = [...lines].map(([line, { count, bytes, types }]) => ({ line, count, bytes, types: [...types] }));
  sorted.sort((a, b) => b.bytes - a.bytes);
  const bytes = sorted.reduce((sum, each) => sum + each.bytes, 0);
  const report = { count: noted.length, bytes, lines: sorted };
  return { ...report, toString: () => showLeaks(report) };
}

/** Forgets what has been freed. */
function prune(): void {
  noted = noted.filter(({ storage }) => !storage.isFreed);
  pruneAt = Math.max(1024, 2 * noted.length);
}

function showLeaks({ count, bytes, lines }: Omit<LeakReport, "toString">): string {
  const rows = lines.map((each) => [
    String(each.count),
    showBytes(each.bytes),
    each.line || "an unknown place",
    each.types.slice(0, 3).join(" "),
  ]);
  return [
    `${count} tensors alive, ${showBytes(bytes)}`,
    ...alignColumns([["count", "bytes", "made at", "types"], ...rows]),
  ].join("\n");
}
