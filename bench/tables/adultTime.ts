/**
 * The row `adult-time`: a whole `train --fast` run on Adult against scikit-learn's MLPClassifier with early stopping, both from
 * the CSV files, a process each, in turns, two threads each.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bootstrap, median } from "../harness/paired.ts";
import type { Row } from "../harness/row.ts";
import { metricOf, tableFile, train } from "./command.ts";

const rounds = 5;

/** How many times faster; met only where every run of ours is at least as accurate as the peer's. */
export function adultTime(): Row {
  const [file, test] = [tableFile("adult-train.csv"), tableFile("adult-test.csv")];
  const pairs = Array.from({ length: rounds }, (_, round) => {
    const ours = train(file, "--target", "income", "--test", test, "--fast");
    const peer = trainPeer(file, test, round);
    return { ours: ours.wall, peer: peer.seconds, isAsGood: metricOf(ours, "accuracy") >= peer.accuracy };
  });
  const ratios = pairs.map(({ ours, peer }) => peer / ours);
  const ratio = median(ratios);
  return {
    bench: "tables",
    id: "adult-time",
    value: median(pairs.map(({ ours }) => ours)),
    unit: "s",
    better: "lower",
    peers: [{ name: "scikit-learn MLPClassifier", value: median(pairs.map(({ peer }) => peer)) }],
    ratio,
    interval: bootstrap(ratios),
    bar: 2,
    met: ratio >= 2 && pairs.every(({ isAsGood }) => isAsGood),
  };
}

/** Debian's python3-sklearn, run by Debian's own Python. */
function trainPeer(file: string, test: string, seed: number): { seconds: number; accuracy: number } {
  const script = fileURLToPath(new URL("sklearnMlp.py", import.meta.url));
  const threads = { OMP_NUM_THREADS: "2", OPENBLAS_NUM_THREADS: "2" };
  const begun = performance.now();
  const { stdout, stderr, status } = spawnSync(
    "/usr/bin/python3",
    ["-W", "ignore", script, file, test, "income", String(seed)],
    {
      encoding: "utf8",
      env: { ...process.env, ...threads },
    },
  );
  const seconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`The peer ended with ${status}; it needs python3-sklearn. ${stderr.slice(-1000)}`);
  return { seconds, accuracy: Number(JSON.parse(stdout).accuracy) };
}
