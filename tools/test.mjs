/** `npm test`, `test:quick`, `test:all`: sets up and runs the gate (gate.ts). */
import { launch } from "./launch.mjs";
import { root } from "./setup.mjs";

await launch([`${root}/tools/gate.ts`, ...process.argv.slice(2)], { cwd: root });
