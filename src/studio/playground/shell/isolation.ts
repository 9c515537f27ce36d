/** Threads on a host that does not allow them: at the visitor's wish, by the script that is built from isolate.ts. */

/** Set by isolate.ts when it has loaded the page once more; where that changed nothing, it is of no use to ask again. */
const mark = "smilodon-isolate";

/** Could this browser allow threads here? Only where the page came by https or from this machine, and not in private windows. */
export function mayAllowThreads(): boolean {
  return isSecureContext && "serviceWorker" in navigator && sessionStorage.getItem(mark) === null;
}

/** Allows threads for this folder of the host, from now on; the page loads once more, with all that is in its address. */
export function allowThreads(): void {
  const script = document.createElement("script");
  script.src = new URL("isolate.js", document.baseURI).href;
  document.head.append(script);
}
