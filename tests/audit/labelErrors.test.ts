/**
 * The exact values of reference/care.md 2.4: cross-validated probabilities of MNIST and CIFAR-10 (cleanlab/label-errors),
 * float64, rows renormalised, even rows to fit and odd rows to test. Skipped where SMILODON_DATA is not set.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
  accuracyOf,
  applyTemperature,
  brierScore,
  equalMassCalibrationError,
  expectedCalibrationError,
  fitConformal,
  fitTemperature,
  logitsOf,
  maximumCalibrationError,
  measureSets,
  negativeLogLikelihood,
  type Predictions,
} from "../../src/audit/index.ts";

const folder = process.env["SMILODON_DATA"] === undefined ? "" : join(process.env["SMILODON_DATA"], "label-errors");
const expected = {
  mnist: {
    accuracy: 0.9913,
    errors: [0.002976, 0.00263, 0.001214, 0.312834],
    loss: [0.030282, 0.014481],
    temperature: 1.104621,
    after: [0.003357, 0.003003, 0.032968, 0.032111],
    sets: {
      0.1: [0.00149631, 0.8994, 0.8996, 0.1004],
      0.05: [0.01982458, 0.9546, 0.9564, 0.0436],
      0.01: [0.43220851, 0.99, 0.9976, 0.0024],
    },
  },
  cifar10: {
    accuracy: 0.9294,
    errors: [0.032588, 0.03216, 0.032099, 0.170262],
    loss: [0.249171, 0.109952],
    temperature: 1.481113,
    after: [0.030678, 0.006948, 0.241237, 0.214308],
    sets: {
      0.1: [0.273507, 0.9018, 0.9412, 0.0588],
      0.05: [0.79793671, 0.9532, 1.068, 0],
      0.01: [0.99705501, 0.99, 1.5188, 0],
    },
  },
};

describe.each(["mnist", "cifar10"] as const)("%s", (name) => {
  beforeEach(({ skip }) => skip(!existsSync(folder), "SMILODON_DATA names no folder with label-errors/."));
  const all = existsSync(folder) ? load(name) : { probabilities: [], labels: [], classes: 10 };
  const values = expected[name];

  test("calibration of all rows", () => {
    expect(accuracyOf(all)).toBeCloseTo(values.accuracy, 10);
    const errors = [
      expectedCalibrationError(all, 15),
      expectedCalibrationError(all, 10),
      equalMassCalibrationError(all, 15),
      maximumCalibrationError(all, 15),
    ];
    errors.forEach((error, index) => expect(error).toBeCloseTo(values.errors[index] ?? 0, 6));
    expect(negativeLogLikelihood(all)).toBeCloseTo(values.loss[0] ?? 0, 6);
    expect(brierScore(all)).toBeCloseTo(values.loss[1] ?? 0, 6);
  });

  test("temperature from even rows, measured on odd rows", () => {
    const even = half(all, 0);
    const odd = half(all, 1);
    const temperature = fitTemperature({ logits: logitsOf(even.probabilities), labels: even.labels, classes: 10 });
    expect(temperature).toBeCloseTo(values.temperature, 4);
    const scaled = { ...odd, probabilities: applyTemperature(logitsOf(odd.probabilities), 10, temperature) };
    const found = [
      expectedCalibrationError(odd),
      expectedCalibrationError(scaled),
      negativeLogLikelihood(odd),
      negativeLogLikelihood(scaled),
    ];
    found.forEach((value, index) => expect(value).toBeCloseTo(values.after[index] ?? 0, 5));
  });

  test.each([0.1, 0.05, 0.01] as const)("LAC sets at α = %d", (alpha) => {
    const rule = fitConformal(half(all, 0), alpha);
    const [threshold = 0, coverage = 0, size = 0, empty = 0] = values.sets[alpha];
    expect(rule.threshold).toBeCloseTo(threshold, 7);
    const quality = measureSets(rule, half(all, 1));
    expect(quality.coverage).toBeCloseTo(coverage, 10);
    expect(quality.meanSize).toBeCloseTo(size, 10);
    expect(quality.empty).toBeCloseTo(empty, 10);
  });
});

function load(name: string): Predictions {
  const raw = readArray(`${name}_test_set_pyx.npy`);
  const labels = readArray(`${name}_test_set_original_labels.npy`);
  const classes = raw.length / labels.length;
  const probabilities = Float64Array.from(raw);
  for (let start = 0; start < probabilities.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, index) => (row[index] = value / total));
  }
  return { probabilities, labels, classes };
}

/** Just enough of the npy format: version 1, the dtypes that these files have. */
function readArray(file: string): ArrayLike<number> {
  const bytes = readFileSync(join(folder, file));
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(10, start).toString("latin1");
  const body = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.byteLength);
  const dtype = /'descr': '([^']+)'/.exec(header)?.[1];
  if (dtype === "<f8") return new Float64Array(body);
  if (dtype === "<f4") return new Float32Array(body);
  if (dtype === "<i8") return Array.from(new BigInt64Array(body), Number);
  if (dtype === "<u2") return new Uint16Array(body);
  if (dtype === "|u1") return new Uint8Array(body);
  throw new Error(`${file} holds ${dtype}`);
}

function half({ probabilities, labels, classes }: Predictions, parity: number): Predictions {
  const rows = Array.from(labels, (_, row) => row).filter((row) => row % 2 === parity);
  const values = rows.flatMap((row) =>
    Array.from({ length: classes }, (_, c) => probabilities[row * classes + c] ?? 0),
  );
  return { probabilities: values, labels: rows.map((row) => labels[row] ?? 0), classes };
}
