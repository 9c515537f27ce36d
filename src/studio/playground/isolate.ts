/**
 * Threads on a plain file host. Pages may share memory among threads only where the host sends two headers, and most file
 * hosts cannot be told to; this script adds them in the visitor's own browser. One line in a page allows threads:
 *
 *     <script src="isolate.js"></script>
 *
 * It is built as one file for two places: in a page it registers itself as the service worker of its folder and loads the
 * page once more; as that service worker it hands on what the host sends, with the headers. Where a browser does not allow
 * it (private windows, no https) nothing happens, and the page trains with one thread.
 */

/** What this file uses of a service worker's surroundings, which are not among the types for pages. */
interface ServiceWorkerScope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install", listener: () => void): void;
  addEventListener(type: "activate" | "fetch", listener: (event: ServiceWorkerEvent) => void): void;
}

interface ServiceWorkerEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

const headers: readonly (readonly [string, string])[] = [
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Embedder-Policy", "require-corp"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
];

/** Set before the page is loaded once more, so that it is never more than once. */
const mark = "smilodon-isolate";

function serve(scope: ServiceWorkerScope): void {
  scope.addEventListener("install", () => void scope.skipWaiting());
  scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
  scope.addEventListener("fetch", (event) => {
    const { cache, mode } = event.request;
    // A request of the browser's own tools, which fetch() may not repeat
    if (cache === "only-if-cached" && mode !== "same-origin") return;
    event.respondWith(fetch(event.request).then(withHeaders));
  });
}

function withHeaders(response: Response): Response {
  // What comes from elsewhere without permission to read cannot be made anew
  if (response.status === 0) return response;
  const all = new Headers(response.headers);
  for (const [name, value] of headers) all.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers: all });
}

async function register(script: string): Promise<void> {
  if (crossOriginIsolated) {
    sessionStorage.removeItem(mark);
    return;
  }
  if (!isSecureContext || !("serviceWorker" in navigator) || sessionStorage.getItem(mark) !== null) return;
  sessionStorage.setItem(mark, "tried");
  await navigator.serviceWorker.register(script);
  await navigator.serviceWorker.ready;
  location.reload();
}

if (typeof document === "undefined") {
  serve(globalThis as unknown as ServiceWorkerScope);
} else if (document.currentScript instanceof HTMLScriptElement) {
  register(document.currentScript.src).catch(() => {
    // Not allowed here: the page works with one thread and says so
  });
}

export {};
