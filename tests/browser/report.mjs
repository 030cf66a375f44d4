// The page of a run in a real browser, opened from disk: errors, network, slider, hover, language, downloads, print, axe.
import { accessible, check, end, fits, launch, look, open, scratch, small } from "./drive.mjs";
import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";

const page = resolve(process.argv[2]);
small(page);
const browser = await launch();
try {
  for (const width of [1440, 768, 390]) {
    const { context, tab, quiet } = await open(browser, page, width);
    const paint = await tab.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    const ready = await tab.evaluate(() => window.hashwatt.readyAt);
    console.log(`     ${width} px: first paint ${paint?.toFixed(0)} ms (goal 300), all there ${ready.toFixed(0)} ms`);
    await fits(tab, width);

    // The keyboard alone: the first stop is the link past the contents, and Play answers to Enter.
    await tab.keyboard.press("Tab");
    check(`${width} px: the first stop of the Tab key leads to the story`, (await tab.evaluate(() => document.activeElement.getAttribute("href"))) === "#story");
    await tab.focus("#play");
    const still = await tab.locator("#hour").inputValue();
    await tab.keyboard.press("Enter");
    await tab.waitForTimeout(400);
    await tab.keyboard.press("Enter");
    check(`${width} px: Play runs the hours and stops`, (await tab.locator("#hour").inputValue()) !== still && (await tab.getAttribute("#play", "aria-pressed")) === "false");

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

    await accessible(tab, width);

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
    quiet();
    if (process.env.LOOK) {
      await tab.locator("[data-zoom='0']").click();
      await look(tab, `page-${width}`);
      await tab.locator("[data-speak=ru]").click();
      await tab.waitForTimeout(300);
      await look(tab, `page-${width}-ru`);
    }
    await context.close();
  }
} finally {
  await browser.close();
}
end();
