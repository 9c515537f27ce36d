/**
 * `npm start [-- arguments]`: sets up and runs the command line from the sources. Without arguments the command line
 * itself decides what to show (src/cli/main.ts).
 */
import { launch } from "./launch.mjs";
import { root } from "./setup.mjs";

// npm changes to the package's folder; file names among the arguments are relative to where the user stands.
const isFromNpm = process.env.npm_lifecycle_event === "start" && process.cwd() === root;
const cwd = (isFromNpm && process.env.INIT_CWD) || process.cwd();

await launch([`${root}/src/cli/main.ts`, ...process.argv.slice(2)], { cwd });
