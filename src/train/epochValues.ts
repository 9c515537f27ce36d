/** The numbers of an epoch, by name: for series, and to judge the epoch by. */
import { DataError } from "../support/errors.ts";
import type { EpochRecord } from "./fitResult.ts";

/** Every number of the epoch: `loss` is that of training, `validationLoss` that of validation. */
export function valuesOf(record: EpochRecord): Readonly<Record<string, number>> {
  const { loss, validationLoss, learningRate, metrics = {} } = record;
  const { loss: _, ...others } = metrics;
  return { loss, ...(validationLoss === undefined ? {} : { validationLoss }), learningRate, ...others };
}

/**
 * The value of an epoch by which it is judged: the metric named `monitor`; without a name the validation loss, or the
 * training loss where nothing was validated. @throws DataError naming the metrics there are.
 */
export function monitoredValue({ loss, validationLoss, metrics }: EpochRecord, monitor: string | undefined): number {
  if (monitor === undefined && metrics === undefined) return validationLoss ?? loss;
  const name = monitor ?? "loss";
  const all: Readonly<Record<string, number>> = metrics ?? { loss: validationLoss ?? loss };
  const value = all[name];
  if (value !== undefined) return value;
  throw new DataError(
    `fit: there is no metric ${JSON.stringify(name)} to monitor; validate gave ${Object.keys(all).join(", ") || "none"}. Name one with monitor.`,
    { monitor: name, metrics: Object.keys(all) },
  );
}
