/** The server: what it answers, what it refuses and how, batches, and its end. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Batcher } from "../../src/cli/serve/batcher.ts";
import { errorSchema, responseSchema } from "../../src/cli/serve/schemas.ts";
import { type RunningServer, serveModel } from "../../src/cli/serve/server.ts";
import { answerAt, type EncodedRows } from "../../src/systems/answers.ts";
import { femurModel } from "../../src/systems/femurs/model.ts";
import { Model } from "../../src/systems/model.ts";
import { untrainedSystem } from "../femurs/untrained.ts";

const model = new Model("femurs", femurModel(untrainedSystem()));
const bone = { length_mm: 105, weight_g: 11.5 };
let server: RunningServer;

beforeAll(async () => {
  server = await serveModel(model, { port: 0, mostBytes: 10_000 });
});
afterAll(() => server.stop());

/** Sends a request to the open server, or to the one at `port`. */
function ask(path: string, { port = server.port, ...init }: RequestInit & { port?: number } = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, init);
}

function post(body: unknown, headers: Record<string, string> = {}, port = server.port): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return ask("/predict", {
    port,
    method: "POST",
    body: text,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

describe("answers", () => {
  test("GET / says what it is, GET /schema what it takes", async () => {
    expect(await (await ask("/")).json()).toMatchObject({ system: "femurs", output: { classes: ["cat", "dog"] } });
    const schema: unknown = await (await ask("/schema")).json();
    expect(schema).toHaveProperty("request.properties.rows.items.properties.length_mm");
  });

  test("POST /predict gives what predict gives, with explanations on request", async () => {
    const rows = [bone, { length_mm: 380, weight_g: 900 }];
    const response = responseSchema.parse(await (await post({ rows, explain: true })).json());
    expect(response.answers).toEqual(await model.predict(rows));
    expect(response.explanations).toHaveLength(2);
  });

  test("many at once come back each with its own answer", async () => {
    const lengths = Array.from({ length: 40 }, (_, index) => 90 + index);
    const expected = await model.predict(lengths.map((length_mm) => ({ length_mm, weight_g: 12 })));
    const found = await Promise.all(
      lengths.map(async (length_mm) => (await post({ rows: [{ length_mm, weight_g: 12 }] })).json()),
    );
    expect(found.map((each) => responseSchema.parse(each).answers[0])).toEqual(expected);
  });
});

describe("refusals say what is wrong in JSON", () => {
  test.each([
    ["not JSON", "{", 400, "not-json", /not JSON/],
    ["a list", [], 422, "wrong-form", /has to be an object/],
    ["no rows", { rows: [] }, 422, "wrong-form", /rows has to be a list of at least 1/],
    ["text for a number", { rows: [{ ...bone, length_mm: "x" }] }, 422, "wrong-form", /rows\[0\]\.length_mm has to be/],
    ["another key", { rows: [bone], raws: 1 }, 422, "wrong-form", /raws/],
    ["a missing column", { rows: [{ length_mm: 5 }] }, 422, "missing-column", /weight_g/],
    ["an impossible value", { rows: [{ ...bone, weight_g: -1 }] }, 422, "wrong-data", /weight is -1/],
    ["a missing value", { rows: [{ ...bone, weight_g: null }] }, 422, "wrong-data", /weight is missing/],
    ["too much", "x".repeat(20_000), 413, "too-large", /more than 10,000 bytes/],
  ])("%s", async (_, body, status, code, message) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    const { error } = errorSchema.parse(await response.json());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("    at ");
  });

  test("paths, methods, types and hosts", async () => {
    expect((await ask("/nowhere")).status).toBe(404);
    expect((await ask("/predict")).status).toBe(405);
    expect((await post({ rows: [bone] }, { "Content-Type": "text/plain" })).status).toBe(415);
    // fetch sets Host itself: a plain request says another name
    const { request } = await import("node:http");
    const status = await new Promise((resolve) => {
      const headers = { Host: "evil.example" };
      request({ port: server.port, host: "127.0.0.1", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  test("without the token, where one is asked for", async () => {
    const guarded = await serveModel(model, { port: 0, mostBytes: 10_000, token: "secret" });
    try {
      expect((await post({ rows: [bone] }, {}, guarded.port)).status).toBe(401);
      expect((await post({ rows: [bone] }, { Authorization: "Bearer secrets" }, guarded.port)).status).toBe(401);
      expect((await post({ rows: [bone] }, { Authorization: "Bearer secret" }, guarded.port)).status).toBe(200);
    } finally {
      await guarded.stop();
    }
  });

  test("a port that is taken", async () => {
    await expect(serveModel(model, { port: server.port, mostBytes: 1 })).rejects.toThrow(/is taken.*--port/);
  });
});

describe("batches", () => {
  const rowsOf = (lengths: readonly number[]): EncodedRows =>
    model.encode(lengths.map((length_mm) => ({ length_mm, weight_g: 12 })));

  test("requests that wait go together, and bits do not depend on the company", async () => {
    const batcher = new Batcher((rows) => model.answer(rows));
    const lengths = Array.from({ length: 30 }, (_, index) => 80 + 2 * index);
    const together = await Promise.all(lengths.map((length) => batcher.answer(rowsOf([length, length + 1]))));
    expect(batcher.batches).toBeLessThan(3);
    for (const [index, length] of lengths.entries()) {
      const alone = await model.answer(rowsOf([length, length + 1]));
      const own = together[index];
      if (own === undefined) throw new Error("there is no answer");
      expect([0, 1].map((row) => answerAt(own, row))).toEqual([0, 1].map((row) => answerAt(alone, row)));
    }
  });

  test("a batch that fails tells all of its requests, and the next one runs", async () => {
    let isBroken = true;
    const batcher = new Batcher((rows) => (isBroken ? Promise.reject(new Error("no")) : model.answer(rows)));
    await expect(Promise.all([batcher.answer(rowsOf([90])), batcher.answer(rowsOf([91]))])).rejects.toThrow("no");
    isBroken = false;
    expect((await batcher.answer(rowsOf([90]))).inScope).toHaveLength(1);
  });
});

test("stopping answers what has come and takes no more", async () => {
  const short = await serveModel(model, { port: 0, mostBytes: 10_000 });
  const pending = post({ rows: [bone] }, {}, short.port);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await Promise.all([short.stop(), pending.then((response) => expect(response.status).toBe(200))]);
  await expect(post({ rows: [bone] }, {}, short.port)).rejects.toThrow();
});

test("a client that never ends its request does not hold the server", async () => {
  const short = await serveModel(model, { port: 0, mostBytes: 10_000 });
  const client = connect(short.port, "127.0.0.1");
  client.on("error", () => undefined);
  await new Promise<void>((resolve) => client.write("GET / HT", () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 30));
  await short.stop(50);
  client.destroy();
});

test("lists in lists in lists are refused as what they are", async () => {
  const deep = await serveModel(model, { port: 0, mostBytes: 1_000_000 });
  const response = await post(`${"[".repeat(200_000)}${"]".repeat(200_000)}`, {}, deep.port);
  expect(response.status).toBe(400);
  expect(errorSchema.parse(await response.json()).error.message).not.toContain("call stack");
  await deep.stop();
});
