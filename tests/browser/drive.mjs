// What all browser tests share: a Chromium that counts errors and requests, checks that are told one by one, axe.
import { chromium } from "playwright-core";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const scratch = process.env.SCRATCH;
const rules = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let failed = 0;

export const check = (name, holds, more = "") => {
  if (!holds) failed++;
  console.log(`${holds ? "ok  " : "FAIL"} ${name}${holds || more === "" ? "" : ": " + more}`);
};

export const small = (path) => {
  const megabytes = statSync(path).size / 1e6;
  check("the page is at most 3 MB", megabytes <= 3, `${megabytes.toFixed(2)} MB`);
  console.log(`     size ${megabytes.toFixed(2)} MB`);
};

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });

/// Opens a page from disk in a window of some width. `quiet()` checks that it said and asked for nothing.
export const open = async (browser, path, width) => {
  const address = pathToFileURL(resolve(path)).href;
  const context = await browser.newContext({ viewport: { width, height: 900 }, acceptDownloads: true, bypassCSP: false });
  const tab = await context.newPage();
  const errors = [], requests = [];
  tab.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") errors.push(m.text()); });
  tab.on("pageerror", (e) => errors.push(String(e)));
  tab.on("dialog", (d) => { errors.push("dialog: " + d.message()); d.dismiss(); });
  context.on("request", (r) => { if (!r.url().startsWith("data:") && !r.url().startsWith("blob:") && r.url() !== address) requests.push(r.url()); });
  await tab.goto(address, { waitUntil: "load" });
  await tab.waitForFunction(() => window.hashwatt && window.hashwatt.ready, null, { timeout: 60000 });
  const quiet = () => {
    check(`${width} px: no error on the console`, errors.length === 0, errors.slice(0, 3).join(" | "));
    check(`${width} px: no request leaves the page`, requests.length === 0, requests.slice(0, 3).join(" "));
  };
  return { context, tab, quiet };
};

export const fits = async (tab, width) => {
  const wide = await tab.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  check(`${width} px: nothing is wider than the window`, wide[0] <= wide[1], wide.join(" > "));
};

/// Accessibility in both languages: no violation of any weight.
export const accessible = async (tab, width) => {
  for (const lang of ["ru", "en"]) {
    await tab.locator(`[data-speak=${lang}]`).click();
    await tab.evaluate(rules);
    const found = await tab.evaluate(async () => {
      const r = await window.axe.run(document, { resultTypes: ["violations"] });
      return r.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)), n: v.nodes.length }));
    });
    check(`${width} px ${lang}: axe finds nothing`, found.length === 0, JSON.stringify(found));
  }
};

/// Pictures of the page for people, where LOOK names a folder.
export const look = async (tab, name) => {
  if (process.env.LOOK) await tab.screenshot({ path: `${process.env.LOOK}/${name}.png`, fullPage: true });
};

export const end = () => {
  console.log(failed ? `${failed} checks failed` : "all checks hold");
  process.exit(failed ? 1 : 0);
};
