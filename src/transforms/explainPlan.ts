/**
 * What a compiled function becomes, for people: `explainPlan` says what a step will do without running it, `profile`
 * measures where its time goes.
 */
import { type PlanProfile, type PlanReport, profilePlan, reportPlan } from "../runtime/planProfile.ts";
import { ArgumentError } from "../support/errors.ts";
import type { CompiledFunction } from "./compile.ts";
import { readArguments } from "./signature.ts";

export type {
  ArenaReport,
  LaunchReport,
  PlanProfile,
  PlanReport,
  ProfiledCommand,
} from "../runtime/planProfile.ts";

/** How `profile` measures. */
export interface ProfileOptions {
  /** How often every kernel runs; times are medians. Default 20. */
  readonly rounds?: number;
}

/**
 * What `step` does when it is called with such arguments: its kernels in order, each with the operations that were fused
 * into it, its work, its layer and the line it comes from; and which intermediate results lie in scratch memory when.
 * Compiles if these shapes are new; runs nothing.
 * @throws ArgumentError where `step` was not made by `compile`.
 *
 * @example
 * ```ts
 * import { compile, explainPlan, matmul, type Tensor, tensor } from "smilodon";
 * const layer = compile((x: Tensor, w: Tensor) => matmul(x, w).relu());
 * const report = explainPlan(layer, tensor([[1, 2]]), tensor([[3], [4]]));
 * console.log(report.launches.length, report.operations); // one launch: the nonlinearity is part of the product
 * console.log(String(report));
 * ```
 */
export function explainPlan<Arguments extends readonly unknown[]>(
  step: CompiledFunction<Arguments, unknown>,
  ...given: Arguments
): PlanReport {
  requireCompiled("explainPlan", step);
  return reportPlan(step.prepare(...given).plan);
}

/**
 * Where the time of `step` goes: every kernel runs by itself, on the arguments and the parameters as they are now. Nothing
 * changes: results go to memory of their own, and no random numbers are used up.
 * @throws ArgumentError where `step` was not made by `compile` or its arguments are no list; UnsupportedError on devices other than the CPU's.
 *
 * @example
 * ```ts
 * import { compile, profile, type Tensor, zeros } from "smilodon";
 * const step = compile((x: Tensor) => x.matmul(x.matrixTranspose()).softmax());
 * const { commands, milliseconds } = profile(step, [zeros([64, 64])], { rounds: 5 });
 * console.log(milliseconds > 0, commands.map(({ name, share }) => `${name} ${share.toFixed(2)}`));
 * ```
 */
export function profile<Arguments extends readonly unknown[]>(
  step: CompiledFunction<Arguments, unknown>,
  given: Readonly<Arguments>,
  { rounds = 20 }: ProfileOptions = {},
): PlanProfile {
  requireCompiled("profile", step);
  const isList: boolean = Array.isArray(given);
  if (!isList)
    throw new ArgumentError("profile: the arguments of the step come in a list: profile(step, [x, y], { rounds: 5 }).");
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new ArgumentError(`profile: ${rounds} rounds; give a whole number of at least 1.`, { rounds });
  return step
    .prepare(...given)
    .runAside(readArguments(given), (device, plan, externals) => profilePlan(device, plan, externals, rounds));
}

function requireCompiled(operation: string, step: unknown): void {
  if (typeof step === "function" && "prepare" in step) return;
  throw new ArgumentError(
    `${operation} takes a function made by compile and was given ${String(step)}. Call compile on it first.`,
  );
}
