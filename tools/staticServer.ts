/**
 * A server of plain files on this machine, as any file host is one: for `npm run playground`, and for tests and benchmarks
 * that open pages in a browser. With `isIsolated` it sends the headers that let a page share memory among threads.
 */
import { createReadStream, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, sep } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".csv": "text/csv; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** With these headers a page may share memory among threads. */
export const isolationHeaders: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** How files are served. */
export interface ServeOptions {
  readonly isIsolated: boolean;
  /** What addresses begin with, "/" at both ends: a file host may put the files anywhere. Default "/". */
  readonly prefix?: string;
  /** 0, the default, takes any that is free. */
  readonly port?: number;
  /** Default 127.0.0.1, which only this machine reaches. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that runs. */
export interface StaticServer {
  /** Where index.html is, with a slash at its end. */
  readonly address: string;
  /** Paths that were asked for and are not there. */
  readonly missing: readonly string[];
  stop(): Promise<void>;
}

/** Serves the files of `folder`. Rejects where the port is taken. */
export async function serveFolder(folder: string, options: ServeOptions): Promise<StaticServer> {
  const { isIsolated, prefix = "/", port = 0, host = "127.0.0.1" } = options;
  const headers = { "Cache-Control": "no-cache", ...(isIsolated ? isolationHeaders : {}), ...options.headers };
  const missing: string[] = [];
  const server = createServer((request, response) => {
    const path = pathOf(request.url);
    const file = path === undefined ? undefined : findFile(folder, path, prefix);
    if (path === undefined || file === undefined) {
      missing.push(path ?? String(request.url));
      response.writeHead(404, { "Content-Type": "text/plain" }).end("There is no such file.\n");
      return;
    }
    response.writeHead(200, { "Content-Type": contentTypes[extname(file)] ?? "application/octet-stream", ...headers });
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  });
  await listen(server, port, host);
  return {
    address: `http://${host}:${portOf(server)}${prefix}`,
    missing,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Undefined where it is no address at all. */
function pathOf(url: string | undefined): string | undefined {
  try {
    return decodeURIComponent(new URL(url ?? "/", "http://localhost").pathname);
  } catch {
    return undefined;
  }
}

/** The file that a path names, if it is one and lies in `folder`. */
function findFile(folder: string, path: string, prefix: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined;
  const inside = path.slice(prefix.length);
  const file = join(folder, inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside);
  if (!file.startsWith(folder + sep)) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
