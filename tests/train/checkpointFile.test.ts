/** Checkpoints on disk that are damaged, half written, or not there. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/support/errors.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { decodeCheckpoint, encodeCheckpoint, isWholeCheckpoint } from "../../src/train/checkpoint.ts";
import { fileStore } from "../../src/train/checkpointFile.node.ts";
import { fit } from "../../src/train/fit.ts";
import { bytesOf, makeScene } from "./scene.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smilodon-checkpoints-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const checkpoint = (value: number) =>
  encodeCheckpoint({ parts: new Map([["model", new Map([["w", tensor([value, 2, 3])]])]]), facts: { value } });

describe("encodeCheckpoint()", () => {
  it("notices every byte that is changed, and every cut", async () => {
    const bytes = await checkpoint(1);
    expect(isWholeCheckpoint(bytes)).toBe(true);
    expect(decodeCheckpoint(bytes).facts).toEqual({ value: 1 });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const mutated = bytes.with(place, (bytes[place] ?? 0) ^ change);
        expect(isWholeCheckpoint(mutated)).toBe(false);
        expect(isWholeCheckpoint(bytes.subarray(0, place))).toBe(false);
        expect(() => decodeCheckpoint(mutated)).toThrow(DataError);
      }),
    );
  });
});

describe("fileStore()", () => {
  it("goes back to the checkpoint before the last where that is damaged, and says so", async () => {
    const path = join(folder, "damaged", "checkpoint.safetensors");
    const messages: string[] = [];
    const store = fileStore(path, { onDamaged: (message) => messages.push(message) });
    expect(await store.load()).toBeUndefined();
    for (const value of [1, 2]) await store.save(await checkpoint(value));
    const facts = async () => decodeCheckpoint((await store.load()) ?? new Uint8Array()).facts;
    expect(await facts()).toEqual({ value: 2 });
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 100));
    expect(await facts()).toEqual({ value: 1 });
    expect(messages).toEqual([`${path} is damaged; training goes on from the checkpoint before it.`]);
    await rm(path);
    expect(await facts()).toEqual({ value: 1 });
    await store.save(await checkpoint(3));
    expect(await facts()).toEqual({ value: 3 });
  });

  it("removes what a killed writer left, and nothing else", async () => {
    const inner = join(folder, "left");
    await mkdir(inner);
    const path = join(inner, "checkpoint.safetensors");
    for (const name of [".checkpoint.safetensors.next.1234.tmp", ".other.tmp", "data.csv"])
      await writeFile(join(inner, name), "");
    const store = fileStore(path);
    expect(await store.load()).toBeUndefined();
    await store.save(await checkpoint(1));
    expect((await readdir(inner)).sort()).toEqual([".other.tmp", "checkpoint.safetensors", "data.csv"]);
  });

  it("a run whose last checkpoint is torn goes on to the same bits", async () => {
    const whole = makeScene();
    const expected = await fit(whole.options);
    const path = join(folder, "torn.safetensors");
    const store = fileStore(path, { onDamaged: () => undefined });
    let saves = 0;
    const killing = {
      load: store.load,
      save: async (bytes: Uint8Array) => {
        await store.save(bytes);
        if (++saves === 5) throw new Error("killed");
      },
    };
    await expect(fit({ ...makeScene().options, checkpoint: killing, checkpointSteps: 3 })).rejects.toThrow("killed");
    await writeFile(path, (await readFile(path)).fill(0, 500));
    const second = makeScene();
    expect(await fit({ ...second.options, checkpoint: store, checkpointSteps: 3 })).toEqual(expected);
    expect(await bytesOf(second)).toBe(await bytesOf(whole));
  });
});
