/** The package's entry points as package.json lists them, each with the source that it is built from. */

/** One entry point: `smilodon/nn` is built from src/nn/index.ts to dist/nn/index.js. */
export interface EntryPoint {
  readonly specifier: string;
  /** Paths from the checkout's root. */
  readonly source: string;
  readonly built: string;
  readonly types: string;
}

/** What we read of package.json. */
export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

/** All entry points; "./package.json" and other plain files are none. */
export function entryPoints(manifest: Manifest): EntryPoint[] {
  return Object.entries(manifest.exports).flatMap(([key, target]) => {
    if (typeof target === "string") return [];
    const built = target.default.replace(/^\.\//, "");
    return [
      {
        specifier: manifest.name + key.slice(1),
        source: built.replace(/^dist\//, "src/").replace(/\.js$/, ".ts"),
        built,
        types: target.types.replace(/^\.\//, ""),
      },
    ];
  });
}
