/** What all parts of the renderer share while they write one kernel, and the lines written so far. */
import type { Kernel, Statement } from "../../kernel/kernel.ts";
import type { LaneShapes } from "../laneShapes.ts";
import type { CpuFeatures } from "./features.ts";

/** A loop statement. */
export type Loop = Extract<Statement, { kind: "loop" }>;

/**
 * Where a local of the kernel is. `position`: a whole number that does not wrap, the same in all lanes but for a fixed step.
 * `scalar`: one number. `parts`: a vector for each part of the lanes.
 */
export type Storage =
  | { readonly kind: "position" | "scalar"; readonly name: string }
  /** In one vector or several; `lanesMeet` where they are brought together after the loop, so that none may count too much. */
  | { readonly kind: "parts"; readonly names: readonly string[]; readonly lanesMeet?: true };

/** The vector loop around: `parts` vectors of `width` lanes run at once. */
export interface Lanes {
  readonly width: number;
  readonly parts: number;
  readonly shapes: LaneShapes;
  /** The number of lanes that count, where not all do: a name in C. */
  readonly some: string | undefined;
}

/** One kernel in the making. */
export class Frame {
  readonly kernel: Kernel;
  readonly features: CpuFeatures;
  readonly storage = new Map<number, Storage>();
  /** Widths of the vectors used. */
  readonly widths: Set<number>;
  lanes: Lanes | undefined;
  readonly #lines: string[] = [];
  #depth = 1;
  #names = 0;

  constructor(kernel: Kernel, features: CpuFeatures, widths: Set<number>) {
    this.kernel = kernel;
    this.features = features;
    this.widths = widths;
  }

  get text(): string {
    return this.#lines.join("\n");
  }

  line(text: string): void {
    this.#lines.push("  ".repeat(this.#depth) + text);
  }

  /** Writes `head` with a block that `write` fills. */
  block(head: string, write: () => void): void {
    this.line(head === "" ? "{" : `${head} {`);
    this.#depth++;
    write();
    this.#depth--;
    this.line("}");
  }

  /** A name that nothing else has. */
  newName(prefix: string): string {
    return `${prefix}_${this.#names++}`;
  }

  /** Declares `text` under a name of its own. */
  name(type: string, text: string): string {
    const name = this.newName("t");
    this.line(`const ${type} ${name} = ${text};`);
    return name;
  }
}
