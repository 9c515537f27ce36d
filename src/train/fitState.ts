/** Where a training run stands, as numbers: what a checkpoint holds besides tensors. */
import { DataError } from "../support/errors.ts";
import type { EpochRecord } from "./fitResult.ts";

/** Changes as training goes on. */
export interface FitState {
  /** The epoch that is running or comes next, from 1. */
  epoch: number;
  /** Steps taken in that epoch, and in all. */
  step: number;
  totalSteps: number;
  readonly history: EpochRecord[];
  /** 0 and the worst value there is before the first epoch is over. */
  bestEpoch: number;
  bestLoss: number;
  /** Epochs since the best. */
  waited: number;
  /** Has patience run out? */
  isEarly: boolean;
}

/** What the facts of a checkpoint say. */
export interface FitFacts {
  readonly state: FitState;
  readonly startRate: number;
  readonly rate: number;
  readonly random: unknown;
  /** What callbacks remember, by name. */
  readonly callbacks: Readonly<Record<string, unknown>>;
}

/** @throws DataError where `facts` are not what a run wrote. */
export function readFitState(facts: unknown): FitFacts {
  const top = recordOf(facts);
  const state = recordOf(top["state"]);
  const rates = recordOf(top["rates"]);
  const history = state["history"];
  if (!Array.isArray(history) || typeof state["isEarly"] !== "boolean") throw damaged();
  return {
    state: {
      epoch: numberOf(state["epoch"]),
      step: numberOf(state["step"]),
      totalSteps: numberOf(state["totalSteps"]),
      history: history.map(readEpoch),
      bestEpoch: numberOf(state["bestEpoch"]),
      bestLoss: numberOf(state["bestLoss"]),
      waited: numberOf(state["waited"]),
      isEarly: state["isEarly"],
    },
    startRate: numberOf(rates["startRate"]),
    rate: numberOf(rates["rate"]),
    random: top["random"],
    callbacks: recordOf(top["callbacks"]),
  };
}

function readEpoch(entry: unknown): EpochRecord {
  const record = recordOf(entry);
  const metrics = "metrics" in record ? Object.entries(recordOf(record["metrics"])) : undefined;
  return {
    epoch: numberOf(record["epoch"]),
    loss: numberOf(record["loss"]),
    learningRate: numberOf(record["learningRate"]),
    ...("validationLoss" in record ? { validationLoss: numberOf(record["validationLoss"]) } : {}),
    ...(metrics ? { metrics: Object.fromEntries(metrics.map(([name, value]) => [name, numberOf(value)])) } : {}),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged();
  return Object.fromEntries(Object.entries(value));
}

/** A number; `checkpoint.ts` writes what is not finite as text. */
function numberOf(value: unknown): number {
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  if (typeof value !== "number") throw damaged();
  return value;
}

function damaged(): DataError {
  return new DataError("The checkpoint's facts are damaged.");
}
