/** The peers of the vocabulary. Their packages are installed for benchmarks only, so their files are loaded by address. */
import type { Entrant, Given, VocabularyPeer } from "./line.ts";

const names = ["tfjs", "jax", "ort"] as const;

/** All peers, started; those that cannot start here are named and left out. */
export async function startVocabularyPeers(threads: number): Promise<readonly VocabularyPeer[]> {
  const started: VocabularyPeer[] = [];
  for (const name of names) {
    try {
      const peer: VocabularyPeer = await loadPeer(name);
      await peer.start(threads);
      started.push(peer);
    } catch (error) {
      process.stderr.write(`  left out: ${name} does not start here: ${String(error)}\n`);
    }
  }
  return started;
}

async function loadPeer(name: string): Promise<VocabularyPeer> {
  const { peer }: { peer: VocabularyPeer } = await import(fileOf(name));
  return peer;
}

/** Those that only transform. */
export function loadFourierPeers(): Promise<{ enterFourier(planes: readonly Given[]): Entrant[] }> {
  return import(fileOf("fourier"));
}

function fileOf(name: string): string {
  return new URL(`../peers/vocabulary/${name}.ts`, import.meta.url).href;
}
