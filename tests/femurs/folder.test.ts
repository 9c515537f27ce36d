/** Saved systems: what is read back answers the same to the last bit; what was edited, cut short or made up is refused. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderOf, readFolder, sealFolder } from "../../src/io/index.ts";
import { DataError } from "../../src/support/errors.ts";
import { loadFemurs, saveFemurs } from "../../src/systems/femurs/folder.node.ts";
import { femurFolder, readFemurs } from "../../src/systems/femurs/folder.ts";
import { answerBones } from "../../src/systems/femurs/use.ts";
import { untrainedSystem } from "./untrained.ts";

const system = untrainedSystem();
const bones = [
  { length: 105, weight: 11.5 },
  { length: 130.4, weight: 21.77 },
  { length: 380, weight: 900 },
];
let base = "";
let saved = "";

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "femurs-"));
  saved = join(base, "saved");
  await saveFemurs(saved, system, new Map([["care/data.json", "{}\n"]]));
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** A copy of the saved folder in which `path` holds what `change` makes of it. */
async function tampered(name: string, path: string, change: (text: string) => string): Promise<string> {
  const folder = join(base, name);
  await cp(saved, folder, { recursive: true });
  await writeFile(join(folder, path), change(await readFile(join(folder, path), "latin1")), "latin1");
  return folder;
}

describe("a saved system", () => {
  test("answers the same to the last bit, alone and among others", async () => {
    const again = await loadFemurs(saved);
    const before = await answerBones(system, bones);
    expect(await answerBones(again, bones)).toEqual(before);
    for (const [index, bone] of bones.entries()) expect(await answerBones(again, [bone])).toEqual([before[index]]);
    const many = Array.from({ length: 300 }, (_, index) => bones[index % bones.length] ?? { length: 1, weight: 1 });
    const answers = await answerBones(again, many);
    answers.forEach((answer, index) => expect(answer).toEqual(before[index % bones.length]));
  });

  test("is written whole: no temporary file stays, and saving again gives the same bytes", async () => {
    const files = (await readdir(saved, { recursive: true })).sort();
    expect(files).toEqual([
      "care",
      "care/calibration.json",
      "care/data.json",
      "care/scope.json",
      "config.json",
      "model.safetensors",
    ]);
    const before = await readFile(join(saved, "config.json"), "utf8");
    await saveFemurs(saved, await loadFemurs(saved), new Map([["care/data.json", "{}\n"]]));
    expect(await readFile(join(saved, "config.json"), "utf8")).toBe(before);
  });
});

describe("a folder that is not as it was saved", () => {
  test.each([
    ["model.safetensors", /model\.safetensors is not the file that was saved/],
    ["care/calibration.json", /calibration\.json is not the file/],
    ["care/scope.json", /scope\.json is not the file/],
    ["care/data.json", /data\.json is not the file/],
  ])("%s changed by one byte is refused", async (path, message) => {
    const flip = (text: string) => `${text.slice(0, -2)}${text.at(-2) === "0" ? "1" : "0"}${text.slice(-1)}`;
    const folder = await tampered(`flipped-${path.replace("/", "-")}`, path, flip);
    await expect(loadFemurs(folder)).rejects.toThrow(DataError);
    await expect(loadFemurs(folder)).rejects.toThrow(message);
  });

  test.each(["config.json", "model.safetensors", "care/scope.json"])("%s missing is named", async (path) => {
    const folder = await tampered(`without-${path.replace("/", "-")}`, path, (text) => text);
    await rm(join(folder, path));
    await expect(loadFemurs(folder)).rejects.toThrow(`${path}: there is no such file`);
  });

  test("a changed setting breaks the seal", async () => {
    const folder = await tampered("seal", "config.json", (text) => text.replace('"bones": 60', '"bones": 600'));
    await expect(loadFemurs(folder)).rejects.toThrow(/its seal is broken/);
  });

  test("a folder that does not exist, and a file instead of a folder", async () => {
    await expect(loadFemurs(join(base, "nowhere"))).rejects.toThrow(/no such file\. Is this the folder/);
    await expect(loadFemurs(join(saved, "config.json"))).rejects.toThrow(DataError);
  });
});

describe("made-up files", () => {
  /** What comes of a folder in which `change` replaces parts of a JSON file, with hashes and seal that fit. */
  async function readChanged(file: string, change: object): Promise<unknown> {
    const content = await femurFolder(system);
    const files = new Map(content.files);
    const settings = file === "config.json" ? { ...content.settings, ...change } : content.settings;
    if (file !== "config.json") {
      const text = files.get(file);
      files.set(file, JSON.stringify({ ...JSON.parse(typeof text === "string" ? text : "{}"), ...change }));
    }
    return readFemurs(await readFolder(folderOf(await sealFolder({ ...content, settings, files }))));
  }

  test.each([
    [{ system: "digits" }, /system has to be "femurs", and is "digits"/],
    [{ version: 2 }, /version has to be 1, which is what this Smilodon reads, and is 2/],
    [{ origin: { seed: "0", bones: 60 } }, /origin\.seed has to be a number, and is "0"/],
    [{ standardization: { means: [1], deviations: [1, 1] } }, /means has to be a list of 2 numbers/],
    [{ standardization: { means: [1, 2], deviations: [1, 0] } }, /deviations\[1\] has to be a number above 0/],
    [{ standardization: undefined }, /standardization has to be an object, and is missing/],
  ])("config with %j is refused", async (change, message) => {
    await expect(readChanged("config.json", change)).rejects.toThrow(message);
  });

  test.each([
    [{ files: { "../../etc/passwd": "00" } }, /etc\/passwd is not a path within the folder/],
    [{ files: { "/etc/passwd": "00" } }, /is not a path within the folder/],
    [{ files: [] }, /files has to be an object/],
    [{ seal: undefined }, /seal has to be text, and is missing/],
  ])("a frame with %j is refused", async (change, message) => {
    const text = JSON.stringify({ system: "femurs", version: 1, files: {}, seal: "", ...change });
    await expect(readFolder(folderOf(new Map([["config.json", text]])))).rejects.toThrow(message);
  });

  test("scope rules that cannot work are refused", async () => {
    const { rows } = system.scope;
    const readScopeOf = (change: object) => readChanged("care/scope.json", change);
    expect(await readScopeOf({})).toHaveProperty("scope", system.scope);
    await expect(readScopeOf({ rows: [1, 2, 3] })).rejects.toThrow(/not made of enough whole rows/);
    await expect(readScopeOf({ rows: [...rows.slice(1), -1] })).rejects.toThrow(
      /rows\[119\] has to be a number above 0/,
    );
    await expect(readScopeOf({ scale: "raw" })).rejects.toThrow(/scale has to be "logarithm"/);
    await expect(readScopeOf({ threshold: null })).rejects.toThrow(/threshold has to be a number above 0, and is null/);
  });

  test("whatever the JSON says, the answer is a value or a DataError", async () => {
    const files = ["config.json", "care/calibration.json", "care/scope.json"];
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), fc.nat(2), async (text, which) => {
        const content = await femurFolder(system);
        const path = files[which] ?? "";
        const sealed = await sealFolder({ ...content, files: new Map([...content.files, ["x.json", text]]) });
        const broken = new Map([...sealed, [path, text]]);
        await readFolder(folderOf(broken))
          .then(readFemurs)
          .catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
        if (path === "config.json") return;
        await sealFolder({ ...content, files: new Map([...content.files, [path, text]]) })
          .then((all) => readFolder(folderOf(all)))
          .then(readFemurs)
          .catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
      }),
    );
  });

  test("whatever happens to the bytes of the weights, the answer is the model or a DataError", async () => {
    const { loadModelBytes, modelToBytes } = await import("../../src/io/index.ts");
    const bytes = await modelToBytes(system.models);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (position, value, length) => {
        const changed = bytes.slice(0, length);
        if (position < length) changed[position] = value;
        try {
          loadModelBytes(untrainedSystem().models, changed);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 60 },
    );
  });
});
