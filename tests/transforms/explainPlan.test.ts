/** What a compiled step will do and where its time goes: counted against what is known of the step. */
import { describe, expect, it } from "vitest";
import {
  ArgumentError,
  compile,
  currentDevice,
  explainPlan,
  matmul,
  nn,
  optim,
  profile,
  random,
  setDevice,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

const [rows, inner, columns] = [63, 65, 70];
const layer = compile((x: Tensor, w: Tensor, b: Tensor) => matmul(x, w).add(b).relu());
const given = [zeros([rows, inner]), zeros([inner, columns]), zeros([columns])] as const;

function trainingStep() {
  const model = new nn.Sequential(new nn.Linear(20, 30), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(30, 4));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-2 });
  const step = compile((x: Tensor, classes: Tensor) =>
    optimizer.minimize(() => nn.crossEntropy(model.forward(x), classes)),
  );
  return { model, step };
}

const batch = () => [random.normal([8, 20]), tensor(new Int32Array(8))] as const;

describe("explainPlan", () => {
  it("counts operations and bytes, also at the edges of tiles, and names what is fused", () => {
    const report = explainPlan(layer, ...given);
    expect(report.launches.length).toBe(1);
    const products = 2 * rows * inner * columns;
    expect(report.operations).toBeGreaterThanOrEqual(products + rows * columns);
    // Tiles at the edge may do again what their neighbours do
    expect(report.operations).toBeLessThanOrEqual(1.3 * products + 4 * rows * columns);
    expect(report.bytes).toBe(4 * (rows * inner + inner * columns + columns + rows * columns));
    expect(report.launches[0]?.computes).toEqual(expect.arrayContaining(["contract", "add", "where"]));
    expect(report.launches[0]?.origins.every((place) => place.includes("explainPlan.test.ts"))).toBe(true);
    expect([report.arenaBytes, report.peakBytes, report.arena]).toEqual([0, 0, []]);
  });

  it("says which layers launches come from, derivatives included", () => {
    const { step } = trainingStep();
    const report = explainPlan(step, ...batch());
    const layers = report.launches.map((launch) => launch.layers);
    expect(new Set(layers.flat())).toEqual(new Set(["model.0", "model.1", "model.2", "model.3"]));
    for (const { computes, layers: own } of report.launches)
      if (computes.includes("contract")) expect(own.length).toBeGreaterThan(0);
  });

  it("says what lies in scratch memory when: nothing lives where something else does", () => {
    const { step } = trainingStep();
    const { arena, arenaBytes, peakBytes, commands } = explainPlan(step, ...batch());
    expect(arena.length).toBeGreaterThan(3);
    expect(peakBytes).toBeGreaterThan(0);
    expect(peakBytes).toBeLessThanOrEqual(arenaBytes);
    for (const a of arena) {
      expect(a.from).toBeLessThanOrEqual(a.until);
      expect(a.until).toBeLessThan(commands);
      expect(a.offset + a.bytes).toBeLessThanOrEqual(arenaBytes);
      const rivals = arena.filter((b) => b !== a && a.from <= b.until && b.from <= a.until);
      for (const b of rivals) expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true);
    }
  });

  it("prints a table with a line a launch", () => {
    const text = String(explainPlan(layer, ...given));
    expect(text).toMatch(/^1 launches of 1 kernels: \d+ k operations, [\d.]+ kB moved\n/);
    expect(text).toMatch(/\n0 {2}contract\S* +\d+ k +[\d.]+ kB .*explainPlan\.test\.ts:\d+/);
    expect(text).toContain("scratch memory 0 B");
  });

  it("refuses functions that are not compiled", () => {
    // @ts-expect-error: JavaScript may do this
    expect(() => explainPlan((x: Tensor) => x, zeros([1]))).toThrow(ArgumentError);
    // @ts-expect-error: JavaScript may do this
    expect(() => profile((x: Tensor) => x, [zeros([1])])).toThrow(/Call compile on it/);
    expect(() => profile(layer, given, { rounds: 0 })).toThrow(/0 rounds/);
    expect(() => Reflect.apply(profile, undefined, [layer, zeros([1])])).toThrow(/come in a list/);
  });
});

describe("profile", () => {
  it("measures every command, and the parts make the whole", () => {
    const { step } = trainingStep();
    const data = batch();
    const report = explainPlan(step, ...data);
    const measured = profile(step, data, { rounds: 5 });
    expect(measured.commands.length).toBe(report.commands);
    expect(measured.commands.flatMap(({ launches }) => launches)).toEqual([...report.launches]);
    expect(measured.milliseconds).toBeGreaterThan(0);
    expect(measured.commands.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    for (const { milliseconds, operations, gigaOperations } of measured.commands)
      if (milliseconds > 0) expect(gigaOperations).toBeCloseTo(operations / milliseconds / 1e6, 9);
    expect(String(measured).split("\n").length).toBe(2 + measured.commands.length);
  });

  it("changes nothing: no parameter, no random number, no memory that stays", async () => {
    const [a, b] = [trainingStep(), trainingStep()];
    b.model.loadStateDictionary(a.model.stateDictionary());
    const data = batch();
    const numbers = (step: typeof a.step, between: () => void) => {
      step(...data);
      between();
      return step(...data).item();
    };
    const { seed } = await import("../../src/index.ts");
    seed(3);
    const undisturbed = await numbers(a.step, () => undefined);
    seed(3);
    const disturbed = await numbers(b.step, () => {
      const before = currentDevice().bytesInUse;
      profile(b.step, data, { rounds: 2 });
      explainPlan(b.step, ...data);
      expect(currentDevice().bytesInUse).toBe(before);
    });
    expect(disturbed).toBe(undisturbed);
  });

  it("says where it cannot measure", async () => {
    const { registerDevice } = await import("../../src/index.ts");
    const { InterpreterDevice } = await import("../../src/device/interpreter/interpreterDevice.ts");
    class Late extends InterpreterDevice {
      override readonly readSync = undefined as never;
    }
    registerDevice("interpreter", () => new Late());
    const before = setDevice("interpreter");
    const x = tensor([1]);
    try {
      const double = compile((x: Tensor) => x.add(x));
      expect(() => profile(double, [x])).toThrow(/devices of the CPU/);
    } finally {
      setDevice(before);
    }
  });
});
