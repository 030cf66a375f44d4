"use strict";
// The page of a study: hourly charts, the map of strain, sorting, downloads, language. No network, no storage.
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const HEAT = ["#c3ccd4", "#9dbdd6", "#4f97c8", "#f0b04c", "#d44a00", "#5c1010"];
  const CLASSES = [50, 70, 80, 90, 99.5];
  const byId = (id) => document.getElementById(id);
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const about = JSON.parse(byId("about").textContent);
  const marks = (window.hashwatt = { ready: false, step: 0, drawn: 0 });
  let language = document.documentElement.lang === "ru" ? "ru" : "en";
  const say = (pair) => pair[language];

  // Numbers as the language writes them.
  const number = (value, decimals) =>
    Number.isFinite(value)
      ? value.toLocaleString(language === "ru" ? "ru-RU" : "en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "−")
      : "–";

  // ---- Data: base64, raw deflate; series as zigzag varints of differences ----
  const bytesOf = async (id) => {
    const text = byId(id).textContent;
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  let packed = null;
  const unpacked = new Map(), stepped = new Map();
  // Whole steps: differences of neighbors summed, then the day before added, then the first run.
  const levels = (run, key) => {
    const name = run + "/" + key;
    if (stepped.has(name)) return stepped.get(name);
    const spec = about.runs[run] && about.runs[run].series[key];
    if (!spec || !packed) return null;
    const out = new Float64Array(about.steps);
    let at = spec.at, level = 0;
    for (let i = 0; i < about.steps; i++) {
      let shift = 1, byte = packed[at++], word = byte & 127;
      while (byte > 127) {
        byte = packed[at++];
        shift *= 128;
        word += (byte & 127) * shift;
      }
      level += word % 2 ? -(word + 1) / 2 : word / 2;
      out[i] = level;
    }
    if (spec.lag) for (let i = spec.lag; i < out.length; i++) out[i] += out[i - spec.lag];
    if (spec.on) {
      const first = levels(0, key);
      for (let i = 0; i < out.length; i++) out[i] += first[i];
    }
    stepped.set(name, out);
    return out;
  };
  const values = (run, key) => {
    const name = run + "/" + key;
    if (unpacked.has(name)) return unpacked.get(name);
    const steps = levels(run, key);
    if (!steps) return null;
    const quantum = about.runs[run].series[key].quantum;
    const out = steps.map((step) => step * quantum);
    unpacked.set(name, out);
    return out;
  };
  let pictures = null;

  // ---- Time: generated weather is no calendar night, so days are counted, not dated ----
  const DAY = 86400;
  const start = Date.parse(about.from + "T00:00:00Z") / 1000;
  const timeOf = (step) => start + step * about.step_minutes * 60;
  const MONTHS = {
    en: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    ru: ["январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"],
  };
  const two = (n) => String(n).padStart(2, "0");
  const clock = (d) => two(d.getUTCHours()) + ":" + two(d.getUTCMinutes());
  const when = (step) => {
    const d = new Date(timeOf(step) * 1000);
    const month = MONTHS[language][d.getUTCMonth()] + " " + d.getUTCFullYear();
    if (about.dated) return d.getUTCDate() + " " + month + ", " + clock(d);
    return month + (language === "ru" ? ", модельный день " : ", simulated day ") + d.getUTCDate() + ", " + clock(d);
  };
  const ticks = (self, splits, axis, space, step) =>
    splits.map((s) => {
      const d = new Date(s * 1000);
      const month = MONTHS[language][d.getUTCMonth()].slice(0, 3);
      if (step >= 28 * DAY) return month + (d.getUTCMonth() === 0 || s === splits[0] ? "\n" + d.getUTCFullYear() : "");
      if (step >= DAY) return month + " " + d.getUTCDate();
      return clock(d) === "00:00" ? month + " " + d.getUTCDate() : clock(d);
    });

  // ---- Charts ----
  const charts = [];
  const x = new Float64Array(about.steps);
  for (let i = 0; i < about.steps; i++) x[i] = timeOf(i) + about.step_minutes * 30;
  const band = (low, high) => ({
    hooks: {
      drawAxes: (u) => {
        const { left, width } = u.bbox;
        const top = u.valToPos(high, "y", true), bottom = u.valToPos(low, "y", true);
        u.ctx.save();
        u.ctx.beginPath();
        u.ctx.rect(u.bbox.left, u.bbox.top, width, u.bbox.height);
        u.ctx.clip();
        u.ctx.fillStyle = "rgba(213, 74, 0, 0.13)";
        u.ctx.fillRect(left, top, width, bottom - top);
        u.ctx.restore();
      },
    },
  });
  class Chart {
    constructor(host, spec) {
      this.host = host;
      this.spec = spec;
      this.plot = null;
      this.shown = new Map();
      this.range = null;
      this.build();
    }
    lines() {
      const out = [];
      this.same = [];
      about.runs.forEach((run, r) => {
        for (const s of this.spec.series) {
          const data = values(r, s.key);
          const first = r && values(0, s.key);
          // A line that is the first run's all the time would only hide it.
          if (data && first && data.every((v, i) => v === first[i])) this.same.push(say(s.label));
          else if (data) out.push({ ...s, run: r, id: r + "/" + s.key, data, label: r ? say(s.label) + " · " + say(about.against) : say(s.label) });
        }
      });
      return out;
    }
    build() {
      const range = this.plot ? [this.plot.scales.x.min, this.plot.scales.x.max] : this.range;
      if (this.plot) this.plot.destroy();
      const lines = (this.drawn = this.lines());
      const area = this.host.querySelector(".area");
      const legend = this.host.querySelector(".legend");
      legend.replaceChildren();
      lines.forEach((line, i) => {
        const button = document.createElement("button");
        button.type = "button";
        const on = this.shown.get(line.id) !== false;
        button.setAttribute("aria-pressed", String(on));
        const swatch = document.createElementNS(NS, "svg");
        swatch.setAttribute("width", "26");
        swatch.setAttribute("height", "10");
        swatch.setAttribute("aria-hidden", "true");
        const stroke = document.createElementNS(NS, "path");
        stroke.setAttribute("d", "M1 5H25");
        stroke.setAttribute("stroke", line.color);
        stroke.setAttribute("stroke-width", "3");
        stroke.setAttribute("stroke-dasharray", this.dash(line).join(" "));
        swatch.append(stroke);
        const value = document.createElement("b");
        button.append(swatch, " " + line.label + " ", value);
        line.value = value;
        button.addEventListener("click", () => {
          const now = this.shown.get(line.id) === false;
          this.shown.set(line.id, now);
          button.setAttribute("aria-pressed", String(now));
          this.plot.setSeries(i + 1, { show: now });
        });
        legend.append(button);
      });
      if (this.same.length) {
        const note = document.createElement("span");
        note.className = "same";
        note.textContent = say(about.words.same) + ": " + this.same.join(", ");
        legend.append(note);
      }
      const css = getComputedStyle(document.documentElement);
      const ink = css.getPropertyValue("--soft").trim(), grid = css.getPropertyValue("--line").trim();
      const font = '13px "Hashwatt Sans", Arial, sans-serif';
      const width = Math.max(260, area.clientWidth);
      const digits = this.spec.decimals;
      const options = {
        width,
        height: width < 500 ? 230 : 280,
        padding: [10, 14, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: "hour", setSeries: false }, drag: { x: true, y: false }, points: { size: 7 } },
        scales: { x: { time: false }, y: { range: (u, low, high) => this.bounds(low, high) } },
        axes: [
          { stroke: ink, font, values: ticks, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid }, size: 46, space: 60, incrs: [3600, 6 * 3600, 12 * 3600, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30.4375 * DAY, 61 * DAY, 91.3125 * DAY, 182.625 * DAY, 365.25 * DAY], splits: monthly },
          { stroke: ink, font, size: 70, grid: { stroke: grid, width: 1 }, ticks: { show: false }, values: (u, splits) => splits.map((v) => number(v, splits.length > 1 && Math.abs(splits[1] - splits[0]) < 1 ? 2 : 0)) },
        ],
        series: [{}, ...lines.map((line) => ({ stroke: line.color, width: line.run ? 1.2 : 1.6, dash: this.dash(line), show: this.shown.get(line.id) !== false, points: { show: false } }))],
        plugins: this.spec.band ? [band(this.spec.band[0], this.spec.band[1])] : [],
        hooks: {
          setCursor: [(u) => { if (u.cursor.event && u.cursor.idx != null) hover(u.cursor.idx); }],
        },
      };
      this.digits = digits;
      this.plot = new uPlot(options, [x, ...lines.map((l) => l.data)], area);
      if (range && range[0] != null) this.plot.setScale("x", { min: range[0], max: range[1] });
      this.tell(marks.step);
    }
    dash(line) {
      if (line.run) return [2, 4];
      return line.dash === "dashed" ? [8, 5] : line.dash === "dotted" ? [2, 3] : [];
    }
    bounds(low, high) {
      let [a, b] = [low, high];
      if (this.spec.band) [a, b] = [Math.min(a, this.spec.band[0]), Math.max(b, this.spec.band[1])];
      if (this.spec.zero) a = Math.min(0, a);
      const room = (b - a || 1) * 0.05;
      return [this.spec.zero && a === 0 ? 0 : a - room, b + room];
    }
    tell(step) {
      for (const line of this.drawn) line.value.textContent = number(line.data[step], this.digits) + " " + say(this.spec.unit);
    }
  }
  // Ticks at the first of months where months are asked for.
  function monthly(u, axis, low, high, step) {
    const out = [];
    if (step < 28 * DAY) {
      for (let t = Math.ceil((low - start) / step) * step + start; t <= high; t += step) out.push(t);
      return out;
    }
    const every = Math.round(step / (30.4375 * DAY));
    const d = new Date(low * 1000);
    for (let m = d.getUTCFullYear() * 12 + d.getUTCMonth(); ; m++) {
      const t = Date.UTC(Math.floor(m / 12), m % 12, 1) / 1000;
      if (t > high) return out;
      if (t >= low && m % every === 0) out.push(t);
    }
  }
  function hover(step) {
    marks.step = step;
    for (const chart of charts) chart.tell(step);
    const slider = byId("hour");
    if (slider) slider.value = String(step);
    paintMaps();
    for (const out of all(".now")) out.textContent = when(step);
  }
  const go = (step) => {
    hover(Math.max(0, Math.min(about.steps - 1, step)));
    for (const chart of charts) {
      const left = chart.plot.valToPos(x[marks.step], "x");
      chart.plot.setCursor({ left, top: chart.plot.cursor.top < 0 ? 10 : chart.plot.cursor.top }, false);
    }
  };
  const zoom = (days) => {
    const half = (days * DAY) / 2, center = x[marks.step];
    const ends = days ? [Math.max(x[0], center - half), Math.min(x[x.length - 1], center + half)] : [x[0], x[x.length - 1]];
    for (const chart of charts) chart.plot.setScale("x", { min: ends[0], max: ends[1] });
  };

  // ---- The map of strain ----
  const maps = [];
  const element = (name, attributes, parent) => {
    const e = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    if (parent) parent.append(e);
    return e;
  };
  const path = (points, closed) => "M" + points.map((p) => p.join(" ")).join("L") + (closed ? "Z" : "");
  class StrainMap {
    constructor(host, run) {
      this.run = run;
      this.host = host;
      const m = about.map;
      // Two maps beside one another have half the room, a telephone has less: larger letters, more lines under them.
      this.large = window.innerWidth <= 720 ? 1.7 : about.runs.length > 1 ? 1.45 : 1;
      const under = this.large > 1.5 ? 190 : this.large > 1 ? 126 : 66;
      const svg = (this.svg = element("svg", { xmlns: NS, viewBox: `0 0 ${m.extent[0]} ${m.extent[1] + under}`, role: "group", "font-family": "'Hashwatt Sans', Arial, sans-serif" }));
      element("rect", { width: "100%", height: "100%", fill: "#fff" }, svg);
      element("path", { d: path(m.border, true), fill: "#f5f7f9", stroke: "#a9b8c6", "stroke-dasharray": "5 4" }, svg);
      element("path", { d: path(m.lake, true), fill: "#cfe8f8" }, svg);
      for (const river of m.rivers) element("path", { d: path(river), fill: "none", stroke: "#9fd2f0", "stroke-width": 3, "stroke-linejoin": "round" }, svg);
      const at = (i) => m.buses[i].at;
      this.lines = m.lines.map((line) => {
        const [a, b] = [at(line.from), at(line.to)];
        const d = path([a, b]);
        const group = element("g", { tabindex: "0", role: "img" }, svg);
        const casing = element("path", { d, stroke: "#57606a", fill: "none" }, group);
        const ink = element("path", { d, fill: "none" }, group);
        element("path", { d, stroke: "transparent", "stroke-width": 16, fill: "none" }, group);
        this.listen(group, () => this.lineText(line));
        return { line, casing, ink, group };
      });
      this.plants = m.plants.map((plant) => {
        const [cx, cy] = at(plant.bus);
        const ink = element("rect", { fill: plant.hydro ? "#0072b2" : "#57606a", opacity: 0.88, stroke: "#fff", tabindex: "0", role: "img" }, svg);
        this.listen(ink, () => `${say(plant.name)}: ${number(this.value(plant.key), 0)} ${say(about.mw)}`);
        return { plant, ink, cx, cy };
      });
      this.mining = m.mining.map((mine) => {
        const [cx, cy] = at(mine.bus);
        const ink = element("circle", { cx, cy, fill: "#e68a00", stroke: "#fff", "stroke-width": 1.5, tabindex: "0", role: "img" }, svg);
        this.listen(ink, () => `${say(about.words.mining)}, ${say(m.buses[mine.bus].name)}: ${number(this.value(mine.key), 1)} ${say(about.mw)}`);
        return { mine, ink };
      });
      this.dark = m.dark.map((homes) => {
        const [cx, cy] = at(homes.bus);
        const ink = element("path", { d: `M${cx - 9} ${cy - 9}l18 18m0 -18l-18 18`, stroke: "#1b1f24", "stroke-width": 4, tabindex: "0", role: "img" }, svg);
        this.listen(ink, () => `${say(about.words.dark)}, ${say(m.buses[homes.bus].name)}: ${number(this.value(homes.key), 0)}`);
        return { homes, ink };
      });
      this.names = m.buses.map((bus) => {
        element("circle", { cx: bus.at[0], cy: bus.at[1], r: 2.6, fill: "#1b1f24" }, svg);
        return [bus, element("text", { x: bus.at[0] + 9, y: bus.at[1] - 9, "font-size": 17 * Math.sqrt(this.large), fill: "#1b1f24", stroke: "#fff", "stroke-width": 4, "paint-order": "stroke" }, svg)];
      });
      if (m.corridor) {
        this.badge = element("text", { x: 20, y: 606, "font-size": 18 * this.large, "font-weight": 600, fill: "#1b1f24" }, svg);
        this.bandBox = element("g", {}, svg);
        element("rect", { x: 20, y: 622, width: 300, height: 16, fill: "#e9edf1" }, this.bandBox);
        this.bar = element("rect", { x: 20, y: 622, height: 16 }, this.bandBox);
        this.limits = element("rect", { y: 616, height: 28, fill: "#d54a00", opacity: 0.25 }, this.bandBox);
        this.limit = element("path", { stroke: "#d54a00", "stroke-width": 3 }, this.bandBox);
        this.limitText = element("text", { x: 20, y: 660 + 8 * (this.large - 1), "font-size": 16 * this.large, fill: "#57606a" }, svg);
      }
      this.title = element("text", { x: 16, y: 26, "font-size": 22 * Math.sqrt(this.large), "font-weight": 700, fill: "#1b1f24" }, svg);
      const rows = this.large > 1.5 ? 6 : this.large > 1 ? 4 : 2;
      this.source = Array.from({ length: rows }, (_, i) => element("text", { x: 16, y: m.extent[1] + 34 + i * 20 * this.large, "font-size": 14.5 * this.large, fill: "#57606a" }, svg));
      host.append(svg);
      this.words();
      this.paint();
    }
    value(key) {
      const v = values(this.run, key);
      return v ? v[marks.step] : NaN;
    }
    listen(target, text) {
      const show = () => {
        const told = text();
        byId("map-told").textContent = told + " · " + when(marks.step);
        target.setAttribute("aria-label", told);
      };
      target.addEventListener("pointerenter", show);
      target.addEventListener("focus", show);
    }
    lineText(line) {
      const flow = this.value(line.key), m = about.map;
      const [a, b] = flow < 0 ? [line.to, line.from] : [line.from, line.to];
      const share = (100 * Math.abs(flow)) / line.limit;
      const circuits = line.circuits > 1 ? (language === "ru" ? `, цепей: ${line.circuits}` : `, ${line.circuits} circuits`) : "";
      return `${say(m.buses[a].name)} → ${say(m.buses[b].name)}${circuits}: ${number(Math.abs(flow), 0)} ${say(about.mw)}, ${number(share, 0)} % ${say(about.words.ofRating)} ${number(line.limit, 0)} ${say(about.mw)}`;
    }
    words() {
      const few = ["irk", "bra", "uil", "tai", "bod", "gus", "kra", "tul", "uku", "sev", "bog", "nzi", "kir", "slu", "irs", "tak"];
      for (const [bus, text] of this.names) text.textContent = few.includes(bus.id) ? say(bus.name) : "";
      const room = 940 / (14.5 * this.large * 0.49);
      const rows = [say(about.words.schematic), say(about.runs[this.run].source)].flatMap((text) => {
        const out = [""];
        for (const word of text.split(" ")) {
          if (out[out.length - 1].length + word.length + 1 > room) out.push("");
          out[out.length - 1] = (out[out.length - 1] + " " + word).trim();
        }
        return out;
      });
      this.source.forEach((line, i) => (line.textContent = rows[i] || ""));
      for (const entry of this.lines) entry.group.setAttribute("aria-label", this.lineText(entry.line));
      for (const { plant, ink } of this.plants) ink.setAttribute("aria-label", say(plant.name));
      for (const { mine, ink } of this.mining) ink.setAttribute("aria-label", say(about.words.mining) + ", " + say(about.map.buses[mine.bus].name));
      for (const { homes, ink } of this.dark) ink.setAttribute("aria-label", say(about.words.dark) + ", " + say(about.map.buses[homes.bus].name));
      this.svg.setAttribute("aria-label", say(about.words.map) + ", " + about.runs[this.run].name);
      this.paint();
    }
    paint() {
      for (const { line, casing, ink } of this.lines) {
        const flow = Math.abs(this.value(line.key)) || 0;
        const share = (100 * flow) / line.limit;
        const width = (flow / 3000) * 24 + 1.6;
        casing.setAttribute("stroke-width", width + 2);
        ink.setAttribute("stroke-width", width);
        ink.setAttribute("stroke", HEAT[CLASSES.filter((c) => share >= c).length]);
      }
      for (const { plant, ink, cx, cy } of this.plants) {
        const half = Math.sqrt(Math.max(0, this.value(plant.key)) / 4500) * 22;
        ink.setAttribute("x", cx - half);
        ink.setAttribute("y", cy - half);
        ink.setAttribute("width", 2 * half);
        ink.setAttribute("height", 2 * half);
      }
      for (const { mine, ink } of this.mining) ink.setAttribute("r", Math.sqrt(Math.max(0, this.value(mine.key)) / 400) * 26);
      for (const { homes, ink } of this.dark) ink.setAttribute("visibility", this.value(homes.key) > 0.5 ? "visible" : "hidden");
      if (this.badge) {
        const c = about.map.corridor;
        const flow = this.value(c.flow), limit = this.value(c.limit), full = Math.max(c.high, limit) * 1.1;
        const wide = (v) => (300 * Math.max(0, v)) / full;
        this.badge.textContent = `${say(c.name)}: ${number(flow, 0)} ${say(about.mw)}`;
        this.bar.setAttribute("width", wide(Math.abs(flow)));
        this.bar.setAttribute("fill", HEAT[CLASSES.filter((k) => (100 * Math.abs(flow)) / limit >= k).length]);
        this.limits.setAttribute("x", 20 + wide(c.low));
        this.limits.setAttribute("width", Math.max(0, wide(c.high) - wide(c.low)));
        this.limit.setAttribute("d", `M${20 + wide(limit)} 614V646`);
        const range = c.assumed ? `, ${say(about.words.assumed)} ${number(c.low, 0)}–${number(c.high, 0)}` : "";
        this.limitText.textContent = `${say(about.words.limit)} ${number(limit, 0)} ${say(about.mw)}${range}`;
      }
      this.title.textContent = (about.runs.length > 1 ? about.runs[this.run].name + " · " : "") + when(marks.step);
    }
  }
  function paintMaps() {
    const began = performance.now();
    for (const map of maps) map.paint();
    marks.painted = performance.now() - began;
  }

  // ---- Downloads ----
  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 5000);
  };
  const fonts = () => byId("fonts").textContent;
  const withFonts = (svg) => svg.replace("</desc>", "</desc>\n<style>" + fonts() + "</style>");
  const download = (what, id) => {
    const stem = about.stem + "-" + id;
    if (what === "csv") save(stem + ".csv", "text/csv", pictures[id].csv);
    if (what === "svg") save(stem + ".svg", "image/svg+xml", withFonts(pictures[id][language].wide));
    if (what === "map") {
      maps.forEach((map, i) => save(stem + (i ? "-" + i : "") + ".svg", "image/svg+xml", new XMLSerializer().serializeToString(map.svg).replace("<rect", "<style>" + fonts() + "</style><rect")));
    }
    if (what === "chart") {
      const chart = charts.find((c) => c.spec.id === id);
      const rows = [["time_local", ...chart.drawn.map((l) => (l.run ? "against_" : "") + l.key)].join(",")];
      for (let i = 0; i < about.steps; i++) {
        const t = new Date(timeOf(i) * 1000).toISOString().replace("T", " ").slice(0, 16);
        rows.push(t + "," + chart.drawn.map((l) => +l.data[i].toFixed(4)).join(","));
      }
      save(stem + ".csv", "text/csv", rows.join("\n") + "\n");
    }
  };

  // ---- Pictures in the language and size of the moment ----
  const place = () => {
    if (!pictures) return;
    const size = window.innerWidth < 600 ? "phone" : "wide";
    for (const figure of all("figure[data-id]")) {
      const of = pictures[figure.dataset.id];
      const box = figure.querySelector(".picture");
      const svg = of && of[language] && (of[language][size] || of[language].wide);
      if (svg && box.dataset.now !== language + size) {
        box.innerHTML = svg;
        box.dataset.now = language + size;
      }
    }
  };

  // ---- Sortable tables ----
  const sortable = (table) => {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const falling = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((h) => h.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const cellOf = (row) => {
          const cell = row.cells[column];
          if (!cell) return "";
          const raw = cell.dataset.value;
          return raw === undefined ? cell.textContent.trim() : raw === "" ? NaN : Number(raw);
        };
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row, i) => [cellOf(row), i, row]);
        rows.sort(([a, i], [b, j]) => {
          const numbers = typeof a === "number" && typeof b === "number";
          if (numbers && Number.isNaN(a) !== Number.isNaN(b)) return Number.isNaN(a) ? 1 : -1;
          const order = numbers ? a - b : String(a).localeCompare(String(b), language);
          return (falling ? -order : order) || i - j;
        });
        body.append(...rows.map((r) => r[2]));
      });
    });
  };

  // ---- Language ----
  const speak = (to) => {
    language = to;
    document.documentElement.lang = to;
    document.title = (byId("page-title").querySelector("." + to) || byId("page-title")).textContent + " · hashwatt";
    for (const button of all("[data-speak]")) button.setAttribute("aria-pressed", String(button.dataset.speak === to));
    for (const chart of charts) chart.build();
    for (const map of maps) map.words();
    for (const option of all("option[data-en]")) option.textContent = option.dataset[to];
    place();
    if (about.steps) for (const out of all(".now")) out.textContent = when(marks.step);
  };

  // ---- Begin: what is seen first is there already; the rest follows ----
  document.documentElement.classList.add("alive");
  all("table.sortable").forEach(sortable);
  for (const button of all("[data-speak]")) button.addEventListener("click", () => speak(button.dataset.speak));
  for (const button of all("[data-save]")) button.addEventListener("click", () => download(button.dataset.save, button.dataset.id));
  const begin = async () => {
    pictures = JSON.parse(new TextDecoder().decode(await bytesOf("pictures")));
    place();
    if (about.steps) {
      packed = await bytesOf("series");
      marks.step = about.peak;
      if (about.map) all("[data-map]").forEach((host) => maps.push(new StrainMap(host, Number(host.dataset.map))));
      const slider = byId("hour");
      if (slider) {
        slider.addEventListener("input", () => go(Number(slider.value)));
        let playing = 0;
        const play = byId("play");
        play.addEventListener("click", () => {
          if (playing) cancelAnimationFrame(playing);
          const stop = playing !== 0;
          playing = 0;
          play.setAttribute("aria-pressed", String(!stop));
          if (stop) return;
          let last = 0;
          const beat = (t) => {
            if (t - last > 60) {
              last = t;
              if (marks.step + 1 >= about.steps) {
                playing = 0;
                play.setAttribute("aria-pressed", "false");
                return;
              }
              go(marks.step + 1);
            }
            playing = requestAnimationFrame(beat);
          };
          playing = requestAnimationFrame(beat);
        });
        for (const button of all("[data-jump]")) button.addEventListener("click", () => go(marks.step + Number(button.dataset.jump)));
        for (const button of all("[data-at]")) button.addEventListener("click", () => go(Number(button.dataset.at)));
      }
      for (const button of all("[data-zoom]")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
      for (const host of all("[data-chart]")) {
        const spec = about.charts.find((c) => c.id === host.dataset.chart);
        await new Promise((next) => setTimeout(next));
        const chart = new Chart(host, spec);
        charts.push(chart);
        const choose = host.querySelector("select");
        if (choose)
          choose.addEventListener("change", () => {
            const other = about.charts.find((c) => c.id === choose.value);
            chart.spec = { ...other, id: spec.id };
            chart.build();
          });
      }
      go(about.peak);
    }
    marks.ready = true;
    marks.readyAt = performance.now();
  };
  let resized = 0;
  window.addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => {
      place();
      for (const chart of charts) chart.build();
    }, 150);
  });
  requestAnimationFrame(() => setTimeout(() => begin().catch((error) => console.error(error))));
})();
