/**
 * A trained system behind HTTP on this machine: `GET /` says what it is, `GET /schema` what it takes, `POST /predict`
 * answers. tableService.ts answers rows, pictureService.ts pictures. What is wrong with a request is said in JSON with a status of its own; nothing that is sent is stored.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { DataError } from "../../support/errors.ts";
import type { Model } from "../../systems/model.ts";
import { Refusal, type Service } from "./service.ts";
import { TableService } from "./tableService.ts";

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

/** Serves a model of rows on 127.0.0.1. */
export function serveModel(model: Model, options: ServeOptions): Promise<RunningServer> {
  return serveService(new TableService(model), options);
}

/** Serves whatever answers on 127.0.0.1. */
export async function serveService(service: Service, options: ServeOptions): Promise<RunningServer> {
  const handler = new Handler(service, options);
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
  readonly #service: Service;
  readonly #options: ServeOptions;

  constructor(service: Service, options: ServeOptions) {
    this.#service = service;
    this.#options = options;
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
    if (path === "/") return this.#service.describe();
    if (path === "/schema") return this.#service.schemas();
    return this.#service.predict(request, this.#options.mostBytes);
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
