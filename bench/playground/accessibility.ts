/** What axe-core finds on all pages, in both themes and at two sizes. */
import { lessons } from "../../src/studio/playground/shell/lessons.ts";
import { sizes, Visitor } from "../../tests/playground/visitor.ts";
import type { Stage } from "./stage.ts";

/** Number of violations; each is named on stderr. */
export async function countBarriers(stage: Stage): Promise<number> {
  return stage.inBrowser(async (browser) => {
    let count = 0;
    for (const theme of ["light", "dark"] as const) {
      for (const size of Object.values(sizes)) {
        const visitor = await Visitor.invite(browser, { ...size, theme });
        for (const { id } of lessons) {
          await visitor.open(stage.address, `#/${id}`);
          const barriers = await visitor.findBarriers();
          for (const barrier of barriers) process.stderr.write(`  ${id}, ${theme}, ${size.width}: ${barrier}\n`);
          count += barriers.length;
        }
        await visitor.leave();
      }
    }
    return count;
  });
}
