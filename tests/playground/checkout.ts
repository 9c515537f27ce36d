/** A folder in which `smilodon` is this checkout, as if it were installed: where programs that visitors take along are run. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { entryPoints, type Manifest } from "../../tools/entryPoints.ts";

/** The folder. Call `remove` in the end. */
export class Checkout {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-programs-")));

  constructor() {
    const root = join(import.meta.dirname, "../..");
    const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const exports = Object.fromEntries(
      entryPoints(manifest).map(({ specifier, source }) => [specifier.replace("smilodon", "."), `./${source}`]),
    );
    this.write("node_modules/smilodon/package.json", JSON.stringify({ name: "smilodon", type: "module", exports }));
    symlinkSync(join(root, "src"), join(this.folder, "node_modules", "smilodon", "src"));
    this.write("package.json", JSON.stringify({ type: "module" }));
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(join(this.folder, path, ".."), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  read(path: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.folder, path)));
  }

  /** Runs programs in one process of Node, one after the other; what each of them printed. */
  async run(...programs: readonly string[]): Promise<string[]> {
    const imports = programs.map((path) => `await import(${JSON.stringify(`./${path}`)});`);
    this.write("runAll.ts", imports.join(' console.log("then");\n'));
    const { stdout } = await promisify(execFile)(process.execPath, ["runAll.ts"], { cwd: this.folder });
    return stdout.split("then\n");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
