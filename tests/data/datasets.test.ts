/** Data sets of the network: fetched whole or not at all, gone on with, checked; opened where they are here. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { data } from "../../src/cli/commands/data.ts";
import { bytesSource } from "../../src/data/byteSource.ts";
import { datasets } from "../../src/data/datasets/catalog.ts";
import { fetchFile } from "../../src/data/datasets/fetchFile.node.ts";
import { openDataset } from "../../src/data/datasets/openDataset.node.ts";
import { datasetNamed, findFiles } from "../../src/data/datasets/store.node.ts";
import { openZipMember } from "../../src/data/datasets/zipMember.ts";
import { DataError } from "../../src/support/errors.ts";
import { namedSketches } from "../../src/systems/vision/sketches/named.ts";
import { runWords } from "../cli/world.ts";

const content = new Uint8Array(100_000).map((_, index) => (index * 31) ^ (index >> 7));
const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
const checksums = [md5(content)];

let folder = "";
let server: Server;
let base = "";
/** What the server does with the next requests, in turn. */
const answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
const ranges: (string | undefined)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasets-"));
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    (answers.shift() ?? whole)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function whole(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= content.length) response.writeHead(416).end();
  else
    response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from }).end(content.subarray(from));
}

/** A connection that breaks when `breakOff` is called. */
let breakOff: () => void = () => undefined;
function cut(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, 40_000));
  breakOff = () => response.destroy();
}
const broken = { onProgress: () => breakOff() };

function ignoringRanges(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200).end(content);
}

const file = (given: { checksums?: readonly string[]; addresses?: readonly string[] } = {}) => ({
  name: "set.bin",
  addresses: given.addresses ?? [`${base}/set.bin`],
  checksums: given.checksums ?? checksums,
  megabytes: 0.1,
});

describe("fetchFile", () => {
  it("goes on where the connection broke, and says how far it is", async () => {
    const path = join(folder, "a/set.bin");
    answers.push(cut);
    await expect(fetchFile(file(), path, broken)).rejects.toThrow(
      /set\.bin cannot be fetched\. .*set\.bin: .*offline, fetch it elsewhere/,
    );
    expect(existsSync(path)).toBe(false);
    const steps: number[] = [];
    await fetchFile(file(), path, { onProgress: (done, total) => steps.push(done / (total ?? NaN)) });
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
    expect(new Uint8Array(await readFile(path))).toEqual(content);
    expect(steps.at(-1)).toBe(1);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it("begins anew where the server knows no ranges, and takes a part that is whole", async () => {
    for (const size of [10_000, content.length]) {
      const path = join(folder, `b${size}/set.bin`);
      answers.push(cut);
      await fetchFile(file(), path, broken).catch(() => undefined);
      await writeFile(`${path}.part`, content.subarray(0, size));
      if (size < content.length) answers.push(ignoringRanges);
      await fetchFile(file(), path);
      expect(new Uint8Array(await readFile(path))).toEqual(content);
    }
  });

  it("tries each address, and keeps nothing that is another file", async () => {
    const path = join(folder, "c/set.bin");
    const missing = `${base}/missing`;
    answers.push((_, response) => response.writeHead(404).end());
    await fetchFile(file({ addresses: [missing, `${base}/set.bin`] }), path);
    expect(existsSync(path)).toBe(true);
    const other = join(folder, "d/set.bin");
    await expect(fetchFile(file({ checksums: ["0"] }), other)).rejects.toThrow(/its checksum differs/);
    expect(existsSync(other) || existsSync(`${other}.part`)).toBe(false);
    const nobody = "http://127.0.0.1:9/set.bin";
    await expect(fetchFile(file({ addresses: [nobody] }), other)).rejects.toThrow(DataError);
  });
});

describe("zip files", () => {
  /** A zip file with one member. */
  function zip(path: string, bytes: Uint8Array, method: number): Uint8Array {
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const name = new TextEncoder().encode(path);
    const local = new Uint8Array(30 + name.length + packed.length);
    const directory = new Uint8Array(46 + name.length);
    const end = new Uint8Array(22 + 5);
    const views = [local, directory, end].map((part) => new DataView(part.buffer));
    views[0]?.setUint32(0, 0x04034b50, true);
    views[0]?.setUint16(26, name.length, true);
    local.set(name, 30);
    local.set(packed, 30 + name.length);
    views[1]?.setUint32(0, 0x02014b50, true);
    views[1]?.setUint16(10, method, true);
    views[1]?.setUint32(20, packed.length, true);
    views[1]?.setUint16(28, name.length, true);
    directory.set(name, 46);
    views[2]?.setUint32(0, 0x06054b50, true);
    views[2]?.setUint16(10, 1, true);
    views[2]?.setUint32(12, directory.length, true);
    views[2]?.setUint32(16, local.length, true);
    return new Uint8Array([...local, ...directory, ...end]);
  }

  it("gives a member, stored or deflated, and names what is wrong", async () => {
    const text = new TextEncoder().encode("a picture or two");
    for (const method of [0, 8]) {
      const member = await openZipMember(bytesSource(zip("x/y.txt", text, method), "z.zip"), (path) =>
        path.endsWith("y.txt"),
      );
      expect(await member.read(0, member.size)).toEqual(text);
    }
    const source = (bytes: Uint8Array) => openZipMember(bytesSource(bytes, "z.zip"), (path) => path === "x");
    await expect(source(zip("x", text, 12))).rejects.toThrow(/packed by method 12/);
    await expect(source(zip("y", text, 0))).rejects.toThrow(/not in it; it has y/);
    await expect(source(text)).rejects.toThrow(/z\.zip: its directory is missing/);
    await expect(source(zip("x", text, 0).subarray(9))).rejects.toThrow(DataError);
  });
});

describe("the catalog", () => {
  it("names each set and file once, with an address and a checksum", () => {
    expect(new Set(datasets.map(({ name }) => name)).size).toBe(datasets.length);
    for (const { files } of datasets)
      for (const { addresses, checksums } of files) {
        expect(addresses.length).toBeGreaterThan(0);
        for (const address of addresses) expect(() => new URL(address)).not.toThrow();
        for (const sum of checksums) expect(sum).toMatch(/^[0-9a-f]{32}$/);
      }
    expect(() => datasetNamed("mnits")).toThrow(/no data set "mnits"\. Did you mean "mnist"\? There are: mnist/);
  });

  it("is told by the command line", async () => {
    const listed = await runWords(["data"], [data]);
    expect(listed.code).toBe(0);
    const lines = listed.output.split("\n").filter((line) => line !== "");
    expect(lines.map((line) => line.trim().split(/\s/)[0])).toEqual(
      [...datasets, ...namedSketches].map(({ name }) => name),
    );
    const told = await runWords(["data", "info", "mnist", "--json"], [data]);
    expect(JSON.parse(told.output)[0].title).toBe("MNIST");
    const wrong = await runWords(["data", "fetch"], [data]);
    expect([wrong.code, wrong.messages]).toEqual([2, expect.stringMatching(/does not know "fetch"/)]);
    expect((await runWords(["data", "get"], [data])).messages).toMatch(/data get needs a data set/);
  });

  const isHere = findFiles(datasetNamed("mnist")).every(({ isThere }) => isThere);
  it.skipIf(!isHere)("opens MNIST (skipped where SMILODON_DATA has no mnist)", async () => {
    const set = await openDataset("mnist", { part: "test" });
    expect([set.pixels.count, set.pixels.height, set.pixels.channels]).toEqual([10_000, 28, 1]);
    expect([...set.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    expect(md5(await set.pixels.read([0]))).toBe(
      md5(await (await openDataset("mnist", { part: "test" })).pixels.read([0])),
    );
  });

  it("refuses a file that is another one than it should be", async () => {
    const { SMILODON_CACHE, SMILODON_DATA } = process.env;
    const cache = await mkdtemp(join(folder, "cache-"));
    process.env["SMILODON_CACHE"] = cache;
    delete process.env["SMILODON_DATA"];
    try {
      const [first] = findFiles(datasetNamed("mnist"));
      await fetchFile({ ...file(), addresses: [`${base}/x`] }, first?.path ?? "");
      await writeFile(first?.path ?? "", gzipSync("something else"));
      await expect(openDataset("mnist")).rejects.toThrow(
        /is not the file of MNIST that is known; its checksum differs\. Remove it/,
      );
    } finally {
      for (const [name, value] of Object.entries({ SMILODON_CACHE, SMILODON_DATA }))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  });
});
