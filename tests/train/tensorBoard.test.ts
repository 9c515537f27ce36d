import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/support/errors.ts";
import { fit } from "../../src/train/fit.ts";
import { EventFile, tensorBoard } from "../../src/train/tensorBoard/eventFile.node.ts";
import {
  histogramEvent,
  histogramOf,
  scalarEvent,
  textEvent,
  versionEvent,
} from "../../src/train/tensorBoard/events.ts";
import { Message } from "../../src/train/tensorBoard/message.ts";
import { frameRecord, readRecords } from "../../src/train/tensorBoard/records.ts";
import { makeScene } from "./scene.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smilodon-events-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** A plain reader of the wire format: fields in order, as [number, value]. */
type Field = readonly [number: number, value: number | Uint8Array];
function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: Field[] = [];
  let position = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(position++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (position < bytes.length) {
    const key = varint();
    const [number, type] = [key >> 3, key & 7];
    if (type === 0) fields.push([number, varint()]);
    else {
      const length = type === 1 ? 8 : type === 5 ? 4 : varint();
      fields.push([
        number,
        type === 1
          ? view.getFloat64(position, true)
          : type === 5
            ? view.getFloat32(position, true)
            : bytes.subarray(position, position + length),
      ]);
      position += length;
    }
  }
  return fields;
}
const inner = (fields: readonly Field[], number: number): Field[] => {
  const value = fields.find(([each]) => each === number)?.[1];
  return value instanceof Uint8Array ? fieldsOf(value) : [];
};
const text = (fields: readonly Field[], number: number): string => {
  const value = fields.find(([each]) => each === number)?.[1];
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
};

describe("frameRecord()", () => {
  it("gives the bytes of TensorFlow's writer", () => {
    // The version event at time 0: length 24, its masked checksum, the event, its masked checksum
    const event = versionEvent(0);
    expect(hex(event)).toBe("0900000000000000001a0d627261696e2e4576656e743a32");
    expect(hex(frameRecord(event))).toBe(
      "1800000000000000a37f4b220900000000000000001a0d627261696e2e4576656e743a32eedf28a3",
    );
  });

  it("is read back; a record that was cut off is left out, a damaged one refused", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), fc.nat(), (contents, place) => {
        const bytes = Buffer.concat(contents.map(frameRecord));
        expect([...readRecords(bytes)].map(hex)).toEqual(contents.map(hex));
        const cut = place % (bytes.length + 1);
        const kept = [...readRecords(bytes.subarray(0, cut))];
        expect(kept.map(hex)).toEqual(contents.slice(0, kept.length).map(hex));
        if (bytes.length === 0) return;
        const position = place % bytes.length;
        bytes[position] = (bytes[position] ?? 0) ^ 16;
        expect(() => [...readRecords(bytes)]).toThrow(DataError);
      }),
    );
  });
});

describe("events", () => {
  const time = { wallTime: 1.5, step: 300 };

  it("have the fields of TensorBoard's messages", () => {
    const scalar = fieldsOf(scalarEvent(time, "loss", 0.25));
    expect(scalar.slice(0, 2)).toEqual([
      [1, 1.5],
      [2, 300],
    ]);
    const value = inner(inner(scalar, 5), 1);
    expect([text(value, 1), value[1]]).toEqual(["loss", [2, 0.25]]);
    const note = inner(inner(fieldsOf(textEvent(time, "note", "**é**")), 5), 1);
    expect(text(inner(inner(note, 9), 1), 1)).toBe("text");
    expect(inner(note, 8)[0]).toEqual([1, 7]);
    expect(text(inner(note, 8), 8)).toBe("**é**");
    const histogram = histogramOf([1, 2, 3, NaN]);
    if (histogram === undefined) throw new Error("no histogram");
    const bins = inner(inner(inner(fieldsOf(histogramEvent(time, "w", histogram)), 5), 1), 5);
    expect(bins.slice(0, 5)).toEqual([
      [1, 1],
      [2, 3],
      [3, 3],
      [4, 6],
      [5, 14],
    ]);
    expect(bins.slice(5).map(([number, bytes]) => [number, bytes instanceof Uint8Array && bytes.length])).toEqual([
      [6, 240],
      [7, 240],
    ]);
  });

  it("spell numbers below zero as protocol buffers do", () => {
    expect(hex(new Message().integer(1, -1).integer(2, 300).finish())).toBe("08ffffffffffffffffff0110ac02");
  });
});

describe("histogramOf()", () => {
  it("counts every finite value once", () => {
    fc.assert(
      fc.property(fc.array(fc.float()), (values) => {
        const finite = values.filter(Number.isFinite);
        const histogram = histogramOf(values);
        expect(histogram?.count ?? 0).toBe(finite.length);
        expect(histogram?.counts.reduce((sum, count) => sum + count, 0) ?? 0).toBe(finite.length);
      }),
    );
    expect(histogramOf([5, 5])?.counts[0]).toBe(2);
    expect(histogramOf([])).toBeUndefined();
  });
});

describe("tensorBoard()", () => {
  it("writes what fit reports, at once, into a file for each process", async () => {
    const path = join(folder, "run");
    const sizes: number[] = [];
    const watching = {
      epochEnd: async () => {
        const [name = ""] = await readdir(path);
        sizes.push((await readFile(join(path, name))).length);
      },
    };
    const board = tensorBoard(path, { everySteps: 5, histograms: 2, text: "settings" });
    const { history } = await fit({ ...makeScene().options, epochs: 3, callbacks: [board, watching] });
    expect(sizes[0]).toBeLessThan(sizes[1] ?? 0);
    const [name = ""] = await readdir(path);
    expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+$/);
    const [version, ...events] = [...readRecords(await readFile(join(path, name)))].map(fieldsOf);
    expect(text(version ?? [], 3)).toBe("brain.Event:2");
    const values = events.map((fields) => {
      const value = inner(inner(fields, 5), 1);
      return { tag: text(value, 1), step: Number(fields.find(([number]) => number === 2)?.[1]), value: value[1]?.[1] };
    });
    const losses = values.filter(({ tag }) => tag === "epoch/loss");
    expect(losses).toEqual(
      history.map(({ epoch, loss }) => ({ tag: "epoch/loss", step: 7 * epoch, value: Math.fround(loss) })),
    );
    expect(values.filter(({ tag }) => tag === "step/loss").map(({ step }) => step)).toEqual([5, 10, 15, 20]);
    expect(new Set(values.map(({ tag }) => tag))).toEqual(
      new Set([
        "run",
        "step/loss",
        "epoch/loss",
        "epoch/validationLoss",
        "epoch/learningRate",
        "weights/0.weight",
        "weights/0.bias",
        "weights/3.weight",
        "weights/3.bias",
      ]),
    );
  });

  it("says where it cannot write", async () => {
    await writeFile(join(folder, "file"), "");
    expect(() => new EventFile(join(folder, "file", "inside"))).toThrow(DataError);
    const events = new EventFile(join(folder, "closed"));
    events.close();
    expect(() => events.scalar("loss", 1, 1)).toThrow("cannot be written (it was closed)");
  });
});
