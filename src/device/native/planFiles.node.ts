/** Compiled plans in the cache folder, beside the kernels that they run: what a later process need not compile again. */
import { readFileSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { Plan } from "../../kernel/plan.ts";
import { knowStructure, structureOf } from "../../kernel/structure.ts";
import type { Target } from "../../kernel/target.ts";
import { at } from "../../support/invariant.ts";
import type { PlanStore } from "../device.ts";
import { type CacheFolder, hashOf } from "./cacheFolder.node.ts";
import { ownCode } from "./ownCode.node.ts";

/** Plans of fewer commands are compiled sooner than written. */
const fewestCommands = 16;

/** What a file holds: a plan, and the structures of its kernels, by which their code is found. */
interface Kept {
  readonly plan: Plan;
  readonly structures: readonly string[];
}

/** The plans in `folder` for `target`; none where it cannot be told which code made them. */
export function planFiles(folder: CacheFolder, target: Target): PlanStore | undefined {
  const { plans: code } = ownCode();
  if (code === undefined) return undefined;
  const facts = JSON.stringify(target, (_, value: unknown) => (value instanceof Set ? [...value] : value));
  const keyOf = (program: string) => hashOf("plan and structures", program, facts, code, process.versions.v8);
  return {
    find(program) {
      const key = keyOf(program);
      const path = folder.find(key);
      if (path === undefined) return undefined;
      try {
        // its content was compared with its name, and its key with the program: nobody else has written it
        const { plan, structures } = deserialize(readFileSync(path)) as Kept;
        plan.kernels.forEach((kernel, position) => knowStructure(kernel, at(structures, position)));
        return plan;
      } catch {
        folder.forget(key);
        return undefined;
      }
    },
    keep(program, plan) {
      if (plan.commands.length < fewestCommands) return;
      const path = folder.temporary(".plan");
      const kept: Kept = { plan, structures: plan.kernels.map(structureOf) };
      writeFileSync(path, serialize(kept), { mode: 0o600 });
      folder.keep(path, [keyOf(program)], ".plan");
    },
  };
}
