/**
 * `npm run bench -- vocabulary [--json] [--family=name] [ids…]`: every operation that a JavaScript peer also has, at a
 * thousand elements, a million, and an odd number. Every row of the issue "The whole vocabulary". Takes more than half an
 * hour, since peers need minutes for some (`convolve`, `fft2`, `eigvalsh`); nothing else should run meanwhile.
 *
 * A row is a line of a table under `vocabulary/lines/`; rows with bars of their own are in `vocabulary/named.ts`.
 */
import { setDevice } from "../src/indexForNode.node.ts";
import { emitRows, printRows, type Row } from "./harness/row.ts";
import { families } from "./vocabulary/families.ts";
import type { Line, VocabularyPeer } from "./vocabulary/line.ts";
import { measureLine, threads } from "./vocabulary/measurement.ts";
import { type NamedRow, namedRows } from "./vocabulary/named.ts";
import { startVocabularyPeers } from "./vocabulary/peers.ts";

const given = process.argv.slice(2);
const json = given.includes("--json");
/** For trying the benchmark out: rows are printed and not remembered. */
const isTrial = given.includes("--trial");
const family = given.find((argument) => argument.startsWith("--family="))?.split("=")[1];
const only = given.filter((argument) => !argument.startsWith("-"));

interface Measurement {
  readonly id: string;
  readonly family: string;
  measure(peers: () => Promise<readonly VocabularyPeer[]>): Promise<Row>;
}

const all: readonly Measurement[] = [
  ...families.flatMap(({ name, lines }) => lines.flatMap((line) => ordinaryRows(name, line))),
  ...namedRows.map(onBestDevice),
];
const known = [...new Set(all.map((measurement) => measurement.family))];
const unknown = only.filter((id) => !all.some((measurement) => measurement.id === id));
if (unknown.length > 0 || (family !== undefined && !known.includes(family))) {
  process.stderr.write(`Families: ${known.join(", ")}. Rows: ${all.map(({ id }) => id).join(", ")}\n`);
  process.stderr.write(`No row ${unknown.join(", ")}${family === undefined ? "" : `, or no family ${family}`}.\n`);
  process.exit(2);
}

/** Ordinary rows that are run once without being measured. */
const rehearsed = 2;

let peers: Promise<readonly VocabularyPeer[]> | undefined;
process.env.SMILODON_THREADS = String(threads);
const started = () => (peers ??= startVocabularyPeers(threads));
const chosen = all.filter(
  (measurement) =>
    (only.length === 0 || only.includes(measurement.id)) && (family === undefined || measurement.family === family),
);
// What everybody does once in a process (compiling its own code, starting threads) is no row's affair
const ordinary = chosen.filter((measurement) => measurement.family !== "named");
for (const measurement of ordinary.slice(0, rehearsed)) await measurement.measure(started).catch(() => undefined);
for (const measurement of chosen) {
  process.stderr.write(`measuring ${measurement.id} …\n`);
  try {
    const row = await measurement.measure(started);
    if (isTrial) printRows([row], json);
    else emitRows([row], json);
  } catch (error) {
    process.stderr.write(`  failed: ${measurement.id}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
// Peers leave threads behind that nobody ends
process.exit();

function onBestDevice({ id, measure }: NamedRow): Measurement {
  return {
    id,
    family: "named",
    measure: (started) => {
      setDevice("auto");
      return measure(started);
    },
  };
}

/** On the device that runs everywhere, as the peers do. */
function ordinaryRows(name: string, line: Line): Measurement[] {
  return line.sizes.map(({ size, make }) => {
    const id = `op-${line.name}-${size}`;
    return {
      id,
      family: name,
      measure: async (started) => {
        setDevice("wasm");
        return measureLine(id, line, make(), await started());
      },
    };
  });
}
