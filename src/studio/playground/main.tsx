/** Where the page begins: colours, keyboard, address, then the frame; the worker loads the engine meanwhile. */
import { render } from "preact";
import { App } from "./shell/App.tsx";
import { followAddress, page } from "./shell/address.ts";
import { followKeyboard } from "./shell/commands.ts";
import { lessonNamed } from "./shell/lessons.ts";
import { followTheme } from "./shell/palette.ts";
import { followPresenting } from "./shell/presenting.ts";
import { warmWorker } from "./training/client.ts";

warmWorker();
followTheme();
followPresenting();
followAddress();
// Long before it is shown; App.tsx says what goes wrong
lessonNamed(page.peek())
  .lesson.load()
  .catch(() => undefined);
followKeyboard();
const root = document.getElementById("root");
root?.replaceChildren();
if (root !== null) render(<App />, root);
