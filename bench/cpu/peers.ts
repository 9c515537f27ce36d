/** Finds the peers. Their packages are installed for benchmarks only, so their files are loaded by address. */
import type { Library } from "../harness/library.ts";

/** Files of `bench/peers/`, each one peer. */
export const peerNames = ["tfjs", "tfjsCpu", "jax", "ort"] as const;

/** The peer of that file, not yet started. */
export async function loadPeer(name: string): Promise<Library> {
  const { peer }: { peer: Library } = await import(new URL(`../peers/${name}.ts`, import.meta.url).href);
  return peer;
}

/** All peers, started; those that cannot start here are named and left out. */
export async function startPeers(threads: number): Promise<readonly Library[]> {
  const started: Library[] = [];
  for (const name of peerNames) {
    try {
      const peer = await loadPeer(name);
      await peer.start(threads);
      started.push(peer);
    } catch (error) {
      process.stderr.write(`  left out: ${name} does not start here: ${String(error)}\n`);
    }
  }
  return started;
}
