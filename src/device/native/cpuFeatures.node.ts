/** What the CPU of this machine can do, asked of the system. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import type { CpuFeatures, InstructionSet } from "../../render/c/features.ts";
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";

/** Instructions that have to be there for each set, as Linux names them. */
const needed = {
  avx512: ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "f16c", "fma", "bmi2"],
  avx2: ["avx2", "f16c", "bmi2"],
} as const;

/** Instructions for tiles of bf16 and of bytes. Systems give leave to use them, or not: the driver asks for it. */
const neededForTiles = [...needed.avx512, "amx_tile", "amx_bf16", "amx_int8"];

/** Bytes of caches where the system does not say. */
const usualCaches: CpuFeatures["caches"] = { l1: 32 << 10, l2: 512 << 10, l3: 8 << 20 };

/** Instruction sets by what they take away: a CPU with one can do all that follow on the same kind of machine. */
const weaker: { readonly [I in InstructionSet]: readonly InstructionSet[] } = {
  avx512: ["avx512", "avx2", "scalar"],
  avx2: ["avx2", "scalar"],
  neon: ["neon", "scalar"],
  scalar: ["scalar"],
};

/** A CPU: what kernels are rendered for, and a text that differs between CPUs for which code may differ. */
export interface Cpu {
  readonly features: CpuFeatures;
  readonly identity: string;
}

/** What may be asked for: `amx` is AVX-512 with tiles. */
export type AskedSet = InstructionSet | "amx";

/**
 * The CPU of this machine, or less of it where `most`, or else the variable SMILODON_ISA, says so.
 * @throws ArgumentError where that names instructions that the CPU does not have.
 */
export function findCpu(most: string | undefined = process.env["SMILODON_ISA"]): Cpu {
  const flags = instructionsOf();
  const has = (names: readonly string[]) => names.every((name) => flags.has(name));
  const widest = widestSet(has);
  const known = [...(widest === "avx512" && has(neededForTiles) ? ["amx" as const] : []), ...weaker[widest]];
  const found = most === undefined || most === "" ? at(known, 0) : known.find((each) => each === most);
  if (found === undefined) {
    throw new ArgumentError(`This CPU runs no instructions "${most}" (SMILODON_ISA). It has: ${known.join(", ")}.`, {
      asked: most,
      has: known,
    });
  }
  const isa = found === "amx" ? "avx512" : found;
  const features: CpuFeatures = {
    isa,
    fma: isa === "neon" || ((isa === "avx512" || isa === "avx2") && has(["fma"])),
    bf16: isa === "avx512" && has(["avx512_bf16"]),
    vnni: isa === "avx512" && has(["avx512_vnni"]),
    tiles: found === "amx",
    caches: cachesOf(),
  };
  return { features, identity: `${arch()} ${cpus()[0]?.model ?? ""} ${[...flags].sort().join(" ")}` };
}

function widestSet(has: (names: readonly string[]) => boolean): InstructionSet {
  if (arch() === "arm64") return "neon";
  if (arch() !== "x64") return "scalar";
  return has(needed.avx512) ? "avx512" : has(needed.avx2) ? "avx2" : "scalar";
}

/** Names of the instructions that the CPU has. */
function instructionsOf(): ReadonlySet<string> {
  if (platform() === "darwin") return new Set(ofMac().map((name) => namesOfMac[name] ?? name));
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
    return new Set(line.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}

/** What macOS calls instructions, where Linux calls them something else. */
const namesOfMac: { readonly [name: string]: string } = { avx512_bf16: "avx512_bf16", avx512vnni: "avx512_vnni" };

function ofMac(): readonly string[] {
  const names = ["machdep.cpu.features", "machdep.cpu.leaf7_features"];
  const { stdout } = spawnSync("/usr/sbin/sysctl", ["-n", ...names], { encoding: "utf8" });
  return (stdout ?? "").toLowerCase().split(/\s+/);
}

function cachesOf(): CpuFeatures["caches"] {
  const found: { -readonly [L in keyof CpuFeatures["caches"]]: number } = { ...usualCaches };
  if (platform() === "darwin") {
    const names = ["hw.l1dcachesize", "hw.l2cachesize", "hw.l3cachesize"];
    const lines = names.map((name) => spawnSync("/usr/sbin/sysctl", ["-n", name], { encoding: "utf8" }).stdout ?? "");
    const [l1 = 0, l2 = 0, l3 = 0] = lines.map((line) => Number.parseInt(line, 10) || 0);
    return { l1: l1 || found.l1, l2: l2 || found.l2, l3: l3 || found.l3 };
  }
  const folder = "/sys/devices/system/cpu/cpu0/cache";
  try {
    for (const index of readdirSync(folder).filter((name) => name.startsWith("index"))) {
      const [level, type, size] = ["level", "type", "size"].map((name) =>
        readFileSync(`${folder}/${index}/${name}`, "utf8").trim(),
      );
      const bytes = bytesIn(size);
      if (type === "Instruction" || bytes === 0) continue;
      if (level === "1" || level === "2" || level === "3") found[`l${level}`] = bytes;
    }
  } catch {
    // the system does not say: what is usual will do
  }
  return found;
}

/** `48K` in bytes. */
function bytesIn(size = ""): number {
  const [, digits = "0", unit = ""] = /^(\d+)([KM]?)$/.exec(size) ?? [];
  return Number(digits) * { "": 1, K: 1 << 10, M: 1 << 20 }[unit as "" | "K" | "M"];
}
