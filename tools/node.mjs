/** `npm run node -- file.ts [arguments]`: sets up and runs any script under the right Node. */
import { launch } from "./launch.mjs";

await launch(process.argv.slice(2));
