// The page of a run in a real browser, opened from disk: errors, network, slider, hover, language, downloads, print, axe.
import { chromium } from "playwright-core";
import { readFileSync, writeFileSync, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve, join } from "node:path";
import { pathToFileURL } from "node:url";

const page = resolve(process.argv[2]);
const scratch = process.env.SCRATCH;
const address = pathToFileURL(page).href;
const rules = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let failed = 0;
const check = (name, holds, more = "") => {
  if (!holds) failed++;
  console.log(`${holds ? "ok  " : "FAIL"} ${name}${holds || more === "" ? "" : ": " + more}`);
};
const megabytes = statSync(page).size / 1e6;
check("the page is at most 3 MB", megabytes <= 3, `${megabytes.toFixed(2)} MB`);
console.log(`     size ${megabytes.toFixed(2)} MB`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  for (const width of [1440, 768, 390]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, acceptDownloads: true, bypassCSP: false });
    const tab = await context.newPage();
    const errors = [], requests = [];
    tab.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") errors.push(m.text()); });
    tab.on("pageerror", (e) => errors.push(String(e)));
    tab.on("dialog", (d) => { errors.push("dialog: " + d.message()); d.dismiss(); });
    context.on("request", (r) => { if (!r.url().startsWith("data:") && !r.url().startsWith("blob:") && r.url() !== address) requests.push(r.url()); });
    await tab.goto(address, { waitUntil: "load" });
    await tab.waitForFunction(() => window.hashwatt && window.hashwatt.ready, null, { timeout: 60000 });
    const paint = await tab.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    const ready = await tab.evaluate(() => window.hashwatt.readyAt);
    console.log(`     ${width} px: first paint ${paint?.toFixed(0)} ms (goal 300), all there ${ready.toFixed(0)} ms`);
    const wide = await tab.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    check(`${width} px: nothing is wider than the window`, wide[0] <= wide[1], wide.join(" > "));

    // The slider moves the map, the charts and the clock.
    const before = await tab.locator(".now").first().textContent();
    const times = await tab.evaluate(() => {
      const slider = document.getElementById("hour"), times = [];
      for (let i = 0; i < 60; i++) {
        const began = performance.now();
        slider.value = String((i * 291 + 17) % (Number(slider.max) + 1));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b);
    });
    console.log(`     ${width} px: slider step median ${times[30].toFixed(1)} ms, worst ${times[59].toFixed(1)} ms (goal 16)`);
    check(`${width} px: the slider changes the hour`, (await tab.locator(".now").first().textContent()) !== before);
    const widths = () => tab.evaluate(() => [...document.querySelectorAll(".map path")].map((p) => p.getAttribute("stroke-width")).join());
    const drawn = await widths();
    await tab.focus("#hour");
    await tab.keyboard.press("PageUp");
    check(`${width} px: the keyboard moves the slider and the map follows`, (await widths()) !== drawn);

    // Hovering tells all values of the hour, and every number of a line.
    const over = tab.locator("[data-chart=load] .u-over");
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    const value = () => tab.locator("[data-chart=load] .legend b").first().textContent();
    await tab.mouse.move(box.x + box.width * 0.2, box.y + 40);
    await tab.waitForTimeout(80);
    const first = await value();
    await tab.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 3 });
    await tab.waitForTimeout(80);
    check(`${width} px: hovering a chart tells the values`, /\d/.test(first) && first !== (await value()), first);
    await tab.locator(".map g[tabindex]").first().focus();
    check(`${width} px: a line of the map tells its flow`, /MW/.test(await tab.locator("#map-told").textContent()));
    const toggle = tab.locator("[data-chart=load] .legend button").nth(1);
    await toggle.click();
    check(`${width} px: a series can be switched off`, (await toggle.getAttribute("aria-pressed")) === "false");
    await toggle.click();
    await tab.locator("[data-zoom='7']").click();

    // Tables sort.
    const head = tab.locator("#headlines thead button").nth(1);
    await head.click();
    const sorted = await tab.evaluate(() => [...document.querySelectorAll("#headlines tbody tr")].map((r) => r.cells[1].dataset.value).filter((v) => v !== undefined && v !== "").map(Number));
    check(`${width} px: a table sorts`, sorted.every((v, i) => i === 0 || sorted[i - 1] <= v), sorted.slice(0, 8).join());

    // Language.
    await tab.locator("[data-speak=ru]").click();
    check(`${width} px: Russian`, (await tab.locator("#story-h").innerText()) === "Что произошло");
    check(`${width} px: pictures are Russian`, await tab.evaluate(() => document.querySelector("figure .picture svg").getAttribute("lang") === "ru"));

    for (const lang of ["ru", "en"]) {
      await tab.locator(`[data-speak=${lang}]`).click();
      await tab.evaluate(rules);
      const result = await tab.evaluate(async () => {
        const r = await window.axe.run(document, { resultTypes: ["violations"] });
        return r.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)), n: v.nodes.length }));
      });
      const serious = result.filter((v) => v.impact === "serious" || v.impact === "critical");
      check(`${width} px ${lang}: axe finds nothing serious`, serious.length === 0, JSON.stringify(serious));
      const mild = result.filter((v) => !serious.includes(v)).map((v) => `${v.id} (${v.impact}, ${v.n})`);
      if (mild.length) console.log(`     ${width} px ${lang}: mild: ${mild.join(", ")}`);
    }

    // Downloads: a picture with its fonts, its data, a chart's hours, the map.
    for (const [what, contains] of [["svg", "@font-face"], ["csv", ","], ["chart", "time_local"], ["map", "not to scale"]]) {
      const [download] = await Promise.all([tab.waitForEvent("download"), tab.locator(`[data-save=${what}]`).first().click()]);
      const path = join(scratch, `${width}-${download.suggestedFilename()}`);
      await download.saveAs(path);
      check(`${width} px: ${download.suggestedFilename()} downloads`, existsSync(path) && readFileSync(path, "utf8").includes(contains));
    }
    if (width === 1440) {
      const pdf = await tab.pdf({ format: "A4" });
      writeFileSync(join(scratch, "report.pdf"), pdf);
      check("the page prints", pdf.length > 50000, `${pdf.length} bytes`);
    }
    check(`${width} px: no error on the console`, errors.length === 0, errors.slice(0, 3).join(" | "));
    check(`${width} px: no request leaves the page`, requests.length === 0, requests.slice(0, 3).join(" "));
    if (process.env.LOOK) {
      await tab.locator("[data-zoom='0']").click();
      await tab.evaluate(() => window.scrollTo(0, 0));
      await tab.screenshot({ path: `${process.env.LOOK}/page-${width}.png`, fullPage: true });
      await tab.locator("[data-speak=ru]").click();
      await tab.waitForTimeout(300);
      await tab.screenshot({ path: `${process.env.LOOK}/page-${width}-ru.png`, fullPage: true });
    }
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(failed ? `${failed} checks failed` : "all checks hold");
process.exit(failed ? 1 : 0);
