// The page of a study of many runs in a real browser: a comparison shows two runs on one clock, every study its figures and
// tables.   node study.mjs KIND PAGE, KIND one of compare, ensemble, sweep, sensitivity, hostile
import { accessible, check, end, fits, launch, look, open, scratch, small } from "./drive.mjs";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [kind, page] = process.argv.slice(2);
const figures = {
  compare: ["effect", "leakage"],
  ensemble: ["outcomes", "fans"],
  sweep: ["sweep"],
  sensitivity: ["tornado"],
  hostile: [],
}[kind];
console.log(`     ${kind}`);
small(page);
const browser = await launch();
try {
  for (const width of [1440, 390]) {
    const { context, tab, quiet } = await open(browser, page, width);
    await fits(tab, width);
    for (const id of figures) check(`${width} px: the figure ${id} is there`, (await tab.locator(`figure[data-id=${id}] svg`).count()) === 1);
    if (kind === "compare") {
      check(`${width} px: what differs is listed`, (await tab.locator("#changes tbody tr").count()) > 0);
      check(`${width} px: two maps stand side by side`, (await tab.locator(".map svg").count()) === 2);
      const hours = () => tab.evaluate(() => [...document.querySelectorAll(".map svg")].map((map) => [...map.querySelectorAll("text")].find((t) => t.getAttribute("font-weight") === "700").textContent.split(" · ")[1]));
      await tab.evaluate(() => {
        const slider = document.getElementById("hour");
        slider.value = "9000";
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      });
      const [a, b] = await hours();
      const clock = await tab.locator(".now").first().textContent();
      check(`${width} px: both maps show the hour of the clock`, a === b && a === clock, [a, b, clock].join(" | "));
      check(`${width} px: an event of one run alone says whose it is`, (await tab.locator("#events .arm").count()) > 0);
      const labels = await tab.locator("[data-chart=load] .legend button").allTextContents();
      check(`${width} px: charts hold the measure against the baseline`, labels.some((l) => l.includes("baseline")), labels.join(" | "));
    }
    const head = tab.locator("table.sortable thead button").first();
    if (await head.count()) {
      await head.click();
      check(`${width} px: a table sorts`, (await tab.locator("table.sortable thead th").first().getAttribute("aria-sort")) === "ascending");
    }
    for (const details of await tab.locator("#tables details > summary").all()) await details.click();
    await accessible(tab, width);
    if (figures.length) {
      const [download] = await Promise.all([tab.waitForEvent("download"), tab.locator("[data-save=svg]").first().click()]);
      const path = join(scratch, `${kind}-${width}-${download.suggestedFilename()}`);
      await download.saveAs(path);
      check(`${width} px: ${download.suggestedFilename()} downloads`, existsSync(path) && readFileSync(path, "utf8").includes("@font-face"));
    }
    if (kind === "hostile") {
      check(`${width} px: what a scenario says stays text`, (await tab.locator("img").count()) === 0 && (await tab.locator("h1").textContent()).includes("<script>"));
    }
    quiet();
    await look(tab, `${kind}-${width}`);
    await context.close();
  }
} finally {
  await browser.close();
}
end();
