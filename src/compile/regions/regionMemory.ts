/** What the commands of a region need of the plan that they become part of. `memory.ts` offers it, `compileRegion.ts` uses it. */
import type { Node } from "../../graph/node.ts";
import type { Command, Plan } from "../../kernel/plan.ts";

/** Memory of the plan around a region. Numbers are slots. */
export interface RegionMemory {
  /** Where a tensor of the graph around lies. */
  slotOf(tensor: Node): number;
  /** Fresh scratch memory. */
  scratch(bytes: number): number;
  /** The commands of `plan` as part of the plan around, with its external buffers in slots `externals`. */
  inline(plan: Plan, externals: readonly number[]): readonly Command[];
}

/** Makes the commands of a region. */
export type RegionCommands = (memory: RegionMemory) => readonly Command[];
