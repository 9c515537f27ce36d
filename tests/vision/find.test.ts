/** Pictures found wherever they are, divided as their makers did or drawn, and what is said where that cannot be. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../../src/data/byteSource.ts";
import { openImageFolder } from "../../src/data/images/imageFolder.node.ts";
import { openArchive } from "../../src/data/index.ts";
import { DataError } from "../../src/support/errors.ts";
import { dividePictures } from "../../src/systems/vision/division.ts";
import { findPicturesAt, picturesAt } from "../../src/systems/vision/find.node.ts";
import { type GivenPictures, readPaths } from "../../src/systems/vision/given.ts";
import { shareOfPictures, shareOfRows, shareOfSource } from "../../src/systems/vision/share.ts";
import { lookAtPictures } from "../../src/systems/vision/train.ts";
import { makeTar } from "../data/images/makeTar.ts";
import { colourFiles, picture, writeFiles } from "./files.ts";

const input = { channels: 3, height: 12, width: 12, fit: "cover" } as const;

async function readAt(place: string, options = {}): Promise<GivenPictures> {
  const found = await picturesAt(place, options);
  return found.read(found.fixed === undefined ? input : { ...found.fixed, fit: "cover" }, {
    cacheFolder: join(place, "..", "cache"),
  });
}

async function divided(given: GivenPictures) {
  return dividePictures(given, (await lookAtPictures(given)).checks, 0);
}

describe("paths", () => {
  test.each([
    [["a/1.png", "b/1.png"], ["a", "b"], undefined, 0],
    [["set/a/1.png", "set/b/2.png"], ["a", "b"], undefined, 0],
    [["train/a/1.png", "train/b/1.png", "test/a/2.png"], ["a", "b", "a"], ["train", "train", "test"], 0],
    [["x/train/a/1.png", "x/Val/b/1.png"], ["a", "b"], ["train", "validation"], 0],
    [["cats/in/1.png", "cats/out/1.png", "dogs/in/1.png"], ["cats", "cats", "dogs"], undefined, 1],
    [["mammals/cat/1.png", "birds/owl/1.png"], ["cat", "owl"], undefined, 1],
    [["test/1.png", "train/2.png", "vehicle/3.png"], ["test", "train", "vehicle"], undefined, 0],
    [["only/1.png", "only/2.png"], ["only", "only"], undefined, 0],
  ])("%j are of classes %j and parts %j", (paths, labels, parts, notes) => {
    const found = readPaths("set", paths);
    expect(found.labels).toEqual(labels);
    expect(found.parts).toEqual(parts);
    expect(found.notes).toHaveLength(notes);
  });

  test("without a folder of a class are named", () => {
    expect(() => readPaths("set", ["a/1.png", "2.png"])).toThrow(/2\.png lies in no folder/);
    expect(() => readPaths("set", ["train/a/1.png", "train/2.png", "test/a/2.png"])).toThrow(/train\/2\.png/);
  });
});

describe("a folder", () => {
  test("of pictures of all kinds is read: odd names, grey, transparent, 16 bits, other sizes", async () => {
    const grey = sharp({ create: { width: 9, height: 20, channels: 3, background: "#777" } });
    const files: Record<string, Uint8Array | string> = await colourFiles(6);
    files["red/ü (1) 🐈 100%.png"] = await picture("red", 77, { width: 40, height: 3 });
    files["red/grey.jpg"] = new Uint8Array(await grey.clone().greyscale().jpeg().toBuffer());
    files["green/clear.png"] = new Uint8Array(await grey.clone().ensureAlpha(0.5).png().toBuffer());
    files["green/deep.png"] = new Uint8Array(await grey.clone().toColourspace("rgb16").png().toBuffer());
    files["green/notes.txt"] = "no picture";
    files["green/empty.jpg"] = "";
    files["green/text.jpg"] = "this is text";
    const place = await writeFiles(files);
    const found = await picturesAt(place);
    expect(found.survey).toMatchObject({ looked: 16, isGrey: false, width: { least: 9, median: 12, most: 40 } });
    expect(found.survey.kinds.map(({ name }) => name)).toContain("png, colour, 16 bits");
    const { set, parts } = await readAt(place);
    expect(set.classes).toEqual(["green", "red"]);
    expect(set.pixels.count).toBe(16);
    expect(parts).toBeUndefined();
    expect(set.failures.map(({ name }) => name)).toEqual(["green/empty.jpg", "green/text.jpg"]);
    expect(set.names).toContain("red/ü (1) 🐈 100%.png");
  });

  test("is fatal where a file is damaged and that was asked for", async () => {
    const place = await writeFiles({ ...(await colourFiles(3)), "red/bad.png": "x" });
    const found = await picturesAt(place);
    await expect(found.read(input, { cacheFolder: place, onDamage: "throw" })).rejects.toThrow(/red\/bad\.png/);
  });

  test.each([
    ["nothing at all", {}, /there is no picture in it/],
    ["nothing that can be read", { "a/1.jpg": "", "b/2.jpg": "text" }, /none of its 2 pictures can be read; a\/1\.jpg/],
  ])("with %s is refused", async (_, files, message) => {
    await expect(picturesAt(await writeFiles(files))).rejects.toThrow(message);
  });

  test("of one class, or of too few pictures, is refused", async () => {
    const one = await writeFiles(await colourFiles(12, { names: ["red"] }));
    await expect(readAt(one).then(divided)).rejects.toThrow(/All 12 pictures are of one class, "red"/);
    const few = await writeFiles(await colourFiles(3));
    await expect(readAt(few).then(divided)).rejects.toThrow(/6 pictures that can be read; at least 10/);
  });

  test("with a part to be tested on is measured on that part, and copies across are found", async () => {
    const files = {
      ...(await colourFiles(20, { under: "train/" })),
      ...(await colourFiles(8, { under: "test/", first: 500 })),
    };
    files["test/red/000.png"] = files["train/red/004.png"] ?? new Uint8Array();
    const given = await readAt(await writeFiles(files));
    const { learn, calibrate, measure, crossing, how } = await divided(given);
    expect([learn.length, calibrate.length, measure.length]).toEqual([36, 4, 16]);
    expect(Array.from(measure, (row) => given.set.names[row]?.split("/")[0])).toEqual(new Array(16).fill("test"));
    expect(crossing.map((rows) => rows.map((row) => given.set.names[row]))).toEqual([
      ["test/red/000.png", "train/red/004.png"],
    ]);
    expect(how).toContain("called test");
  });

  test("whose classes are only to be tested on is refused", async () => {
    const files = {
      ...(await colourFiles(9, { under: "train/" })),
      ...(await colourFiles(2, { under: "test/", names: ["blue"] })),
    };
    await expect(readAt(await writeFiles(files)).then(divided)).rejects.toThrow(
      /No picture to learn from is of class blue/,
    );
  });

  test("keeps copies together, and a class of one picture among those to learn from", async () => {
    const files: Record<string, Uint8Array> = await colourFiles(15);
    for (let copy = 0; copy < 6; copy++) files[`red/copy${copy}.png`] = files["red/000.png"] ?? new Uint8Array();
    files["blue/alone.png"] = await picture("blue", 1);
    const given = await readAt(await writeFiles(files));
    const { learn, calibrate, measure, crossing } = await divided(given);
    expect(crossing).toEqual([]);
    expect(learn.length + calibrate.length + measure.length).toBe(37);
    expect(Math.min(calibrate.length, measure.length)).toBeGreaterThan(0);
    expect(Array.from(learn, (row) => given.set.names[row])).toContain("blue/alone.png");
  });
});

describe("other places", () => {
  test("archives are read as folders are", async () => {
    const files = await colourFiles(6);
    const tar = makeTar(Object.entries(files));
    const place = await writeFiles({ "set.tar": tar });
    const { set } = await readAt(join(place, "set.tar"));
    expect([set.pixels.count, ...set.classes]).toEqual([12, "green", "red"]);
  });

  test("tables name pictures, labels and groups; other tables are left to others", async () => {
    const files = await colourFiles(6);
    const place = await writeFiles(files);
    const lines = Object.keys(files).map(
      (path, index) => `${path},${path.split("/")[0]},${index % 2 === 0 ? "day" : "night"}`,
    );
    const table = join(place, "list.csv");
    await writeFile(table, `file,colour,time\n${lines.join("\n")}\nred/gone.png,red,day\n`);
    await expect(findPicturesAt(table)).rejects.toThrow(/Name the column of labels with --target/);
    await expect(findPicturesAt(table, { target: "color" })).rejects.toThrow(/Did you mean "colour"/);
    await expect(findPicturesAt(table, { target: "colour", groups: ["tine"] })).rejects.toThrow(DataError);
    const { set, groups, target } = await readAt(table, { target: "colour", groups: ["time"] });
    expect(target).toBe("colour");
    expect(set.pixels.count).toBe(12);
    expect(set.failures).toEqual([{ name: "red/gone.png", reason: "there is no such file." }]);
    expect(groups[0]?.values.slice(0, 3)).toEqual(["day", "night", "day"]);
    await writeFile(join(place, "plain.csv"), "a,b\n1,2\n");
    expect(await findPicturesAt(join(place, "plain.csv"))).toBeUndefined();
    expect(await findPicturesAt(join(place, "nowhere.csv"))).toBeUndefined();
  });

  test("idx pairs and CIFAR records keep their size and parts", async () => {
    const idx = (code: readonly number[], data: readonly number[]) => new Uint8Array([0, 0, 8, ...code, ...data]);
    const size = (value: number) => [0, 0, 0, value];
    const place = await writeFiles({
      "train-images-idx3-ubyte": idx(
        [3, ...size(4), ...size(2), ...size(3)],
        Array.from({ length: 24 }, (_, i) => i),
      ),
      "train-labels-idx1-ubyte": idx([1, ...size(4)], [0, 1, 0, 1]),
      "t10k-images-idx3-ubyte": idx([3, ...size(1), ...size(2), ...size(3)], [9, 9, 9, 9, 9, 9]),
      "t10k-labels-idx1-ubyte": idx([1, ...size(1)], [1]),
    });
    const { set, parts } = await readAt(place);
    expect([set.pixels.count, set.pixels.height, set.pixels.width, set.pixels.channels]).toEqual([5, 2, 3, 1]);
    expect(parts).toEqual(["test", "train", "train", "train", "train"]);
    expect([...(await set.pixels.read([0, 2]))]).toEqual([9, 9, 9, 9, 9, 9, 6, 7, 8, 9, 10, 11]);
    const cifar = await writeFiles({
      "data_batch_1.bin": new Uint8Array(3073).fill(3),
      "test_batch.bin": new Uint8Array(3073).fill(5),
    });
    await mkdir(join(cifar, "empty"));
    const records = await readAt(cifar);
    expect(records.set.classes).toEqual(["3", "5"]);
    expect(records.parts).toEqual(["train", "test"]);
  });

  test("names of public data sets and of sketches are known, and others named", async () => {
    await expect(picturesAt("mnits")).rejects.toThrow(
      /no such file or folder, and no data set of that name.*mnist.*sketches/,
    );
  });

  test("sketches are coloured and square", async () => {
    const found = await picturesAt("sketches");
    expect(found.survey).toMatchObject({ isGrey: false, width: { median: 64 } });
    const options = { cacheFolder: "." };
    await expect(found.read({ ...input, channels: 1 }, options)).rejects.toThrow(/grey pictures of 12×12/);
    await expect(found.read({ ...input, width: 20 }, options)).rejects.toThrow(/pictures of 20×12/);
  });
});

describe("a share", () => {
  test("has its part of every group, one at least, and is the same each time", () => {
    const groups = Array.from({ length: 1000 }, (_, row) => (row === 7 ? "rare" : row % 4 === 0 ? "a" : "b"));
    const rows = shareOfRows(groups, 100);
    const count = (group: string) => Array.from(rows).filter((row) => groups[row] === group).length;
    expect([count("rare"), count("a"), count("b")]).toEqual([1, 25, 75]);
    expect(shareOfRows(groups, 100)).toEqual(rows);
    expect(Array.from(rows)).toEqual(Array.from(new Set(rows)).sort((a, b) => a - b));
    expect(shareOfRows(groups, 5000)).toHaveLength(1000);
  });

  test("of files is chosen before they are decoded, and goes on from the middle", async () => {
    const files = {
      ...(await colourFiles(8, { under: "train/" })),
      ...(await colourFiles(4, { under: "test/", first: 500 })),
    };
    const folder = await openImageFolder(await writeFiles(files));
    const { source, outOf } = await shareOfSource(folder, 12);
    const names = async (skip?: number) =>
      (await Array.fromAsync(source.pictures(skip))).map(({ name }) => name.split("/").slice(0, 2).join("/"));
    expect([source.count, outOf]).toEqual([12, 24]);
    expect((await names()).filter((name) => name === "train/red")).toHaveLength(4);
    expect(await names(5)).toEqual((await names()).slice(5));
    expect(source.mark).not.toBe(folder.mark);
    expect(await shareOfSource(folder, 24)).toEqual({ source: folder, outOf: undefined });
    // An archive does not know how many it has
    const archive = openArchive(bytesSource(makeTar(Object.entries(files)), "set.tar"));
    expect((await shareOfSource(archive, 12)).outOf).toBe(24);
  });

  test("of pictures at hand takes along what is known of each", async () => {
    const files = {
      ...(await colourFiles(8, { under: "train/" })),
      ...(await colourFiles(4, { under: "test/", first: 500 })),
    };
    const whole = await readAt(await writeFiles(files));
    const groups = [{ name: "name", values: whole.set.names }];
    const { set, parts, groups: own, outOf } = shareOfPictures({ ...whole, groups }, 12);
    expect([set.pixels.count, outOf, own[0]?.values]).toEqual([12, 24, set.names]);
    expect(parts).toEqual(set.names.map((name) => name.split("/")[0]));
    expect(shareOfPictures(whole, 24)).toBe(whole);
  });
});
