/**
 * A trained system behind HTTP on this machine: `GET /` says what it is, `GET /schema` what it takes, `POST /predict`
 * answers. What is wrong with a request is said in JSON with a status of its own; nothing that is sent is stored.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { complaintOf } from "../../io/checked.ts";
import { DataError } from "../../support/errors.ts";
import { answerAt, countOf } from "../../systems/answers.ts";
import type { Model, Row } from "../../systems/model.ts";
import { Batcher } from "./batcher.ts";
import { requestSchema, responseSchema } from "./schemas.ts";

/** How a model is served. */
export interface ServeOptions {
  readonly port: number;
  /** What requests have to carry as `Authorization: Bearer …`; anyone on this machine may ask where undefined. */
  readonly token?: string | undefined;
  /** Bytes of a request at most. */
  readonly mostBytes: number;
}

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  /** Takes no more requests, answers those that have come within `patience` milliseconds (3000), and ends. */
  stop(patience?: number): Promise<void>;
}

/** A refusal with its HTTP status. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly place: string | undefined;

  constructor(status: number, code: string, message: string, place?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.place = place;
  }
}

/** Serves `model` on 127.0.0.1. */
export async function serveModel(model: Model, options: ServeOptions): Promise<RunningServer> {
  const handler = new Handler(model, options);
  const server = createServer((request, response) => void handler.handle(request, response));
  // Slow clients must not hold connections for ever
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  await listen(server, options.port);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    port,
    stop: (patience = 3000) =>
      new Promise((resolve) => {
        // A client that never ends its request must not hold the server
        const timer = setTimeout(() => server.closeAllConnections(), patience);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new DataError(`Port ${port} is taken by another program. Choose another with --port, or --port 0 for any.`)
          : error,
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

class Handler {
  readonly #model: Model;
  readonly #options: ServeOptions;
  readonly #batcher: Batcher;
  readonly #request: ReturnType<typeof requestSchema>;

  constructor(model: Model, options: ServeOptions) {
    this.#model = model;
    this.#options = options;
    this.#batcher = new Batcher((rows) => model.answer(rows));
    this.#request = requestSchema(model.inputs);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#checkCaller(request);
      send(response, 200, await this.#answer(request));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.status === 401) response.setHeader("WWW-Authenticate", "Bearer");
      // What is left of a body that is too large is not read: the connection ends
      if (refusal.status === 413) response.setHeader("Connection", "close");
      const { status, code, message, place } = refusal;
      send(response, status, { error: { code, message, ...(place === undefined ? {} : { place }) } });
    }
  }

  /** Pages of other sites may send requests to this machine, under names that they made point here: such are refused. */
  #checkCaller({ headers }: IncomingMessage): void {
    const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    if (!["localhost", "127.0.0.1", "[::1]"].includes(host))
      throw new Refusal(403, "wrong-host", `This server answers to localhost and 127.0.0.1, not to "${host}".`);
    const { token } = this.#options;
    if (token !== undefined && !isSame(headers.authorization ?? "", `Bearer ${token}`))
      throw new Refusal(401, "no-token", "Send the token as header: Authorization: Bearer TOKEN.");
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const allowed = path === "/predict" ? "POST" : path === "/" || path === "/schema" ? "GET" : undefined;
    if (allowed === undefined)
      throw new Refusal(404, "not-found", `There is no ${path}. Ask for GET /, GET /schema or POST /predict.`);
    if (request.method !== allowed)
      throw new Refusal(405, "wrong-method", `${path} takes ${allowed}, not ${request.method ?? "nothing"}.`);
    if (path === "/") return this.#describe();
    if (path === "/schema") return this.#schemas();
    return this.#predict(request);
  }

  #describe() {
    const { system, inputs, output, name } = this.#model;
    return {
      is: "a trained system of Smilodon",
      system,
      run: name,
      inputs: inputs.map(({ name: column, kind }) => ({ name: column, kind })),
      output,
      paths: {
        "GET /schema": "what requests and answers look like (JSON Schema)",
        "POST /predict": '{ "rows": [{ "column": value, … }] } → { "answers": […] }',
      },
    };
  }

  #schemas() {
    return { request: z.toJSONSchema(this.#request), response: z.toJSONSchema(responseSchema) };
  }

  async #predict(request: IncomingMessage): Promise<unknown> {
    const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
    if (type !== "application/json")
      throw new Refusal(415, "not-json", "Send JSON with the header: Content-Type: application/json.");
    const { rows, explain = false } = this.#read(await readBody(request, this.#options.mostBytes));
    this.#checkColumns(rows);
    const encoded = this.#model.encode(rows);
    const answers = await this.#batcher.answer(encoded);
    const list = Array.from({ length: countOf(answers) }, (_, row) => answerAt(answers, row));
    return explain ? { answers: list, explanations: await this.#model.explain(rows) } : { answers: list };
  }

  #read(body: string): { rows: Row[]; explain?: boolean | undefined } {
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch (error) {
      throw new Refusal(400, "not-json", `The body is not JSON: ${error instanceof Error ? error.message : ""}.`);
    }
    const result = this.#request.safeParse(value);
    if (!result.success) {
      const { place, problem } = complaintOf(result.error, value);
      throw new Refusal(422, "wrong-form", `${place === "" ? "The body" : place} ${problem}. See GET /schema.`, place);
    }
    // The schema has looked at the columns that the model takes; of others nothing is kept
    const names = this.#model.inputs.map(({ name }) => name);
    const rows = result.data.rows.map((row) =>
      Object.fromEntries(names.flatMap((name) => (Object.hasOwn(row, name) ? [[name, cellOf(row[name])]] : []))),
    );
    return { rows, explain: result.data.explain };
  }

  /** A column that no row has is a mistake; one that some rows lack is a missing cell. */
  #checkColumns(rows: readonly Row[]): void {
    for (const { name } of this.#model.inputs) {
      if (!rows.some((row) => Object.hasOwn(row, name)))
        throw new Refusal(422, "missing-column", `No row has "${name}". Send it, or null where it is not known.`, name);
    }
  }
}

function cellOf(value: unknown): string | number | boolean | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** The body as text. @throws Refusal where it has more than `mostBytes`, or is not UTF-8. */
async function readBody(request: IncomingMessage, mostBytes: number): Promise<string> {
  const tooLarge = new Refusal(
    413,
    "too-large",
    `The request has more than ${mostBytes.toLocaleString("en-US")} bytes. Send fewer rows at a time, or start the server with a larger --limit.`,
  );
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal(400, "not-text", "The body is not UTF-8 text.");
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof DataError) return new Refusal(422, "wrong-data", error.message);
  if (error instanceof RangeError && error.message.includes("call stack"))
    return new Refusal(400, "too-deep", "The body is nested too deeply. See GET /schema.");
  return new Refusal(500, "failed", `The server failed: ${error instanceof Error ? error.message : String(error)}`);
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return;
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  });
  response.end(body);
}

/** Equality in a time that does not tell how much of it was right. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
