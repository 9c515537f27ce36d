/** The comparison of pictures notices what it is there for, and nothing else. */
import { expect, test } from "vitest";
import { Darkroom, isSame } from "./darkroom.ts";
import { sizes } from "./visitor.ts";
import { chromium, World } from "./world.ts";

const world = World.create();

/** Two figures: areas with points, and a few thin lines. */
const page = `<main id="main"><style>body { margin: 20px; font: 16px sans-serif }</style>
  <figure><canvas id="areas" role="img" width="600" height="400"></canvas><figcaption>Areas and points</figcaption></figure>
  <figure><canvas id="lines" role="img" width="600" height="200"></canvas><figcaption>Some lines</figcaption></figure></main>`;

const draw = `
  const areas = document.getElementById("areas").getContext("2d");
  areas.fillStyle = "#bfd0de"; areas.fillRect(0, 0, 600, 400);
  areas.fillStyle = "#eaccb5"; areas.fillRect(0, 0, 250, 400);
  areas.fillStyle = "#225c85";
  for (let n = 0; n < 60; n++) areas.fillRect((n * 97) % 590, (n * 53) % 390, 8, 8);
  const lines = document.getElementById("lines").getContext("2d");
  for (let n = 0; n < 5; n++) { lines.beginPath(); lines.moveTo(0, 40 * n); lines.lineTo(600, 30 * n + 20); lines.stroke(); }
`;

const faults: Readonly<Record<string, string>> = {
  "an empty figure of areas": "document.getElementById('areas').width = 600",
  "an empty figure of lines": "document.getElementById('lines').width = 600",
  "a figure that is gone": "document.querySelector('figure').remove()",
  "other colours": "document.body.style.filter = 'invert(1)'",
  "points that are gone": "areas.fillStyle = '#bfd0de'; areas.fillRect(250, 0, 350, 400)",
};

test.runIf(chromium !== undefined)("a picture is the same in a slightly other type, and not with a fault", async () => {
  await world.with(sizes.laptop, async ({ page: visited }) => {
    const darkroom = await Darkroom.open(world.browser);
    const picture = async (then: string): Promise<Buffer> => {
      await visited.setContent(page);
      await visited.evaluate(`{${draw}; ${then}}`);
      return darkroom.develop(visited);
    };
    const kept = await picture("");
    expect(isSame(await darkroom.compare(await picture("document.body.style.font = '15px serif'"), kept))).toBe(true);
    for (const [name, fault] of Object.entries(faults))
      expect.soft(isSame(await darkroom.compare(await picture(fault), kept)), name).toBe(false);
  });
});
