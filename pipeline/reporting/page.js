"use strict";

const COLOURS = ["--curve-1", "--curve-2", "--curve-3", "--curve-4", "--curve-5", "--curve-6"];
const CHART_HEIGHT = 190;
const ZOOMED = 480; // px: the canvas of a picture that is zoomed into
const PARTS = { whole: "whole picture", body: "body", face: "face", left_hand: "left hand", right_hand: "right hand" };
const scheme = matchMedia("(prefers-color-scheme: dark)");

const short = (_, ticks) => ticks.map((tick) => Number(tick.toPrecision(4)));
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function options(names, chosen) {
  return Object.entries(names).map(([value, text]) => element("option", { value, selected: value === chosen }, text));
}

/** One chart, drawn by uPlot. seek: what a click on a place along x does. */
class Chart {
  constructor(holder, data, seek = null) {
    this.data = data;
    this.seek = seek;
    this.area = element("div", { class: "plot" });
    const note = data.note ? element("span", { class: "soft" }, ` ${data.note}`) : "";
    holder.append(element("figure", { class: "chart" }, element("figcaption", {}, element("b", {}, data.title), note), this.area));
    if (!data.curves.some((curve) => curve.some((value) => value !== null))) {
      this.area.append(element("p", { class: "soft" }, "not measured"));
      return;
    }
    this.draw();
    scheme.addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.plot.setSize({ width: this.area.clientWidth, height: CHART_HEIGHT })).observe(this.area);
  }

  draw() {
    this.plot?.destroy();
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    const points = { show: this.data.x.length < 60, size: 5 };
    const series = this.data.names.map((label, index) => ({
      label, stroke: colour(COLOURS[index % COLOURS.length]), width: 1.6, points, value: (_, value) => value ?? "–",
    }));
    this.plot = new uPlot({
      width: Math.max(this.area.clientWidth, 200), height: CHART_HEIGHT, scales: { x: { time: false } },
      cursor: { drag: { x: !this.seek, y: false }, points: { size: 7 } }, legend: { live: true },
      axes: [{ ...axis, size: 34, values: short }, { ...axis, size: 62, values: short }],
      series: [{ label: this.data.xLabel, value: (_, value) => value ?? "–" }, ...series],
    }, [this.data.x, ...this.data.curves], this.area);
    this.marker = element("div", { class: "marker", hidden: true });
    this.plot.over.append(this.marker);
    if (this.seek) {
      this.plot.over.addEventListener("click", (event) => this.seek(Math.round(this.plot.posToVal(event.offsetX, "x"))));
    }
  }

  /** Show where along x the player is. */
  mark(x) {
    if (!this.plot) return;
    this.marker.hidden = x < this.plot.scales.x.min || x > this.plot.scales.x.max;
    this.marker.style.left = `${this.plot.valToPos(x, "x")}px`;
    this.plot.setLegend({ idx: this.plot.valToIdx(x) });
  }
}

/** A strip's pictures, all drawn from one video and so in step by themselves, with everything that moves along. */
class Player {
  constructor(root, data) {
    Object.assign(this, { root, data, frame: 0, from: 0, to: data.frames - 1, looping: false, split: 0.5 });
    this.zooms = Object.fromEntries(Object.entries(data.zooms).map(([panel, parts]) => [panel, filled(parts)]));
    this.video = element("video", { src: data.video, playsinline: true, preload: "auto", class: "hidden" });
    this.video.muted = true;
    this.build();
    this.charts = data.charts.map((chart) => new Chart(this.chartsHolder, chart, (frame) => this.seek(frame)));
    this.video.addEventListener("loadeddata", () => this.show(this.frame));
    this.video.addEventListener("seeked", () => this.show(this.nearest(this.video.currentTime - 0.5 / data.fps)));
    this.video.addEventListener("ended", () => this.again());
    for (const name of ["play", "pause"]) this.video.addEventListener(name, () => this.label());
    if (this.video.requestVideoFrameCallback) this.follow();
    else this.video.addEventListener("timeupdate", () => this.show(this.nearest(this.video.currentTime - 0.5 / data.fps)));
  }

  build() {
    const { data } = this;
    const names = Object.fromEntries(data.panels.map(({ name }) => [name, name]));
    const last = data.panels.at(-1).name, before = data.panels.at(-2).name;
    this.canvases = data.panels.map((panel) => element("canvas", { role: "img", "aria-label": panel.name }));
    const figures = data.panels.map((panel, index) => element("figure", {}, this.canvases[index], element("figcaption", {}, panel.name)));
    this.playButton = element("button", { type: "button", class: "play", onclick: () => this.toggle() });
    this.slider = element("input", { type: "range", min: 0, max: data.frames - 1, value: 0, "aria-label": "frame", class: "seek",
      oninput: () => this.seek(Number(this.slider.value)) });
    this.place = element("output", { class: "place" });
    this.speed = element("select", { "aria-label": "speed", onchange: () => { this.video.playbackRate = Number(this.speed.value); } },
      ...options({ 0.1: "0.1×", 0.25: "¼×", 0.5: "½×", 1: "1×", 2: "2×" }, "1"));
    this.zoom = element("select", { "aria-label": "zoom", onchange: () => this.show(this.frame) }, ...options(PARTS, "whole"));
    this.loopButton = element("button", { type: "button", onclick: () => this.loopHere() });
    this.wipeButton = element("button", { type: "button", "aria-pressed": "false", onclick: () => this.toggleWipe() }, "wipe");
    this.sound = element("button", { type: "button", "aria-pressed": "false", onclick: () => this.toggleSound() }, "sound");
    this.left = element("select", { "aria-label": "left of the wipe", onchange: () => this.show(this.frame) }, ...options(names, before));
    this.right = element("select", { "aria-label": "right of the wipe", onchange: () => this.show(this.frame) }, ...options(names, last));
    this.wipeCanvas = element("canvas", { role: "img", "aria-label": "wipe between two pictures",
      onpointermove: (event) => this.wipeTo(event), onpointerdown: (event) => this.wipeTo(event) });
    this.wipeSlider = element("input", { type: "range", min: 0, max: 1, step: 0.002, value: 0.5, "aria-label": "where the wipe is",
      oninput: () => { this.split = Number(this.wipeSlider.value); this.show(this.frame); } });
    this.wipe = element("div", { class: "wipe", hidden: true }, this.wipeCanvas,
      element("div", { class: "controls" }, this.left, this.wipeSlider, this.right));
    const step = (by, text, label) => element("button", { type: "button", "aria-label": label, onclick: () => this.seek(this.frame + by) }, text);
    this.chartsHolder = element("div", { class: "charts" });
    const gallery = data.worst.map(({ frame, picture }) => element("button", { type: "button", onclick: () => this.seek(frame) },
      element("img", { src: picture, alt: "" }), `frame ${frame}`));
    this.root.tabIndex = 0;
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.append(
      element("div", { class: "panels" }, ...figures), this.video,
      element("div", { class: "controls" }, this.playButton, step(-1, "‹", "one frame back"), step(1, "›", "one frame on"),
        this.slider, this.place),
      element("div", { class: "controls" }, this.speed, this.zoom, this.loopButton, this.wipeButton, this.sound,
        element("span", { class: "soft keys" }, "space, ← →, shift: ten frames")),
      this.wipe,
      ...(gallery.length ? [element("p", { class: "soft" }, `The worst frames (${data.worstBy}), the worst first:`),
        element("div", { class: "gallery" }, ...gallery)] : []),
      this.chartsHolder,
    );
    this.label();
  }

  follow() {
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      this.show(this.nearest(mediaTime));
      this.follow();
    });
  }

  nearest(seconds) {
    return Math.min(Math.max(Math.round(seconds * this.data.fps), 0), this.data.frames - 1);
  }

  seek(frame) {
    const wanted = Math.min(Math.max(frame, 0), this.data.frames - 1);
    this.video.currentTime = (wanted + 0.5) / this.data.fps; // the middle of its time: no rounding hits its neighbour
  }

  /** Back to the beginning, or to that of the part that is repeated, and on. */
  again() {
    this.seek(this.from);
    if (this.video.paused) this.start();
  }

  start() {
    this.video.play().catch((error) => {
      if (error.name !== "AbortError") throw error; // paused again before it had begun
    });
  }

  toggle() {
    if (this.video.paused) this.start();
    else this.video.pause();
  }

  toggleSound() {
    this.video.muted = !this.video.muted;
    this.sound.setAttribute("aria-pressed", String(!this.video.muted));
  }

  toggleWipe() {
    this.wipe.hidden = !this.wipe.hidden;
    this.wipeButton.setAttribute("aria-pressed", String(!this.wipe.hidden));
    this.show(this.frame);
  }

  /** The first press begins the part that is repeated, the second ends it, the third plays everything again. */
  loopHere() {
    if (this.looping) Object.assign(this, { looping: false, from: 0, to: this.data.frames - 1, begun: undefined });
    else if (this.begun === undefined) this.begun = this.frame;
    else {
      const [from, to] = [this.begun, this.frame].sort((a, b) => a - b);
      Object.assign(this, { looping: true, from, to: Math.max(to, from + 1) });
    }
    this.label();
  }

  label() {
    const playing = !this.video.paused;
    this.playButton.textContent = playing ? "❚❚" : "▶";
    this.playButton.setAttribute("aria-label", playing ? "pause" : "play");
    this.loopButton.textContent = this.looping ? `loop ${this.from}–${this.to} ×`
      : this.begun === undefined ? "loop from here" : `loop ${this.begun} to here`;
  }

  key(event) {
    if (["INPUT", "SELECT", "BUTTON"].includes(event.target.tagName) && event.key === " ") return;
    if (event.target.tagName === "INPUT" || event.target.tagName === "SELECT") return;
    const by = event.shiftKey ? 10 : 1;
    const act = { " ": () => this.toggle(), ArrowLeft: () => this.seek(this.frame - by), ArrowRight: () => this.seek(this.frame + by),
      Home: () => this.seek(0), End: () => this.seek(this.data.frames - 1) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  wipeTo(event) {
    if (event.type === "pointermove" && event.pointerType !== "mouse" && !event.pressure) return;
    const { left, width } = this.wipeCanvas.getBoundingClientRect();
    this.split = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    this.wipeSlider.value = this.split;
    this.show(this.frame);
  }

  /** Draw the video's current picture, which is frame number ``frame``, everywhere. */
  show(frame) {
    this.frame = frame;
    if (this.looping && frame >= this.to && !this.video.paused) this.again();
    this.data.panels.forEach((panel, index) => this.draw(this.canvases[index], panel, 0, 1, true));
    if (!this.wipe.hidden) {
      const find = (select) => this.data.panels.find(({ name }) => name === select.value);
      this.draw(this.wipeCanvas, find(this.left), 0, this.split, true);
      this.draw(this.wipeCanvas, find(this.right), this.split, 1, false);
      const context = this.wipeCanvas.getContext("2d");
      context.fillStyle = "#fff";
      context.fillRect(this.split * this.wipeCanvas.width - 1, 0, 2, this.wipeCanvas.height);
    }
    this.slider.value = frame;
    this.place.textContent = `frame ${frame} of ${this.data.frames} · ${(frame / this.data.fps).toFixed(2)} s`;
    this.charts.forEach((chart) => chart.mark(frame));
    this.root.dataset.frame = frame;
  }

  /** Draw a panel's part between the shares ``begin`` and ``end`` of the canvas's width. first: size and clear it. */
  draw(canvas, panel, begin, end, first) {
    const { x, y, width, height } = this.view(panel);
    const whole = this.zoom.value === "whole";
    if (first) {
      canvas.width = whole ? panel.width : ZOOMED;
      canvas.height = whole ? this.data.height : ZOOMED;
    }
    const context = canvas.getContext("2d");
    context.save();
    context.beginPath();
    context.rect(begin * canvas.width, 0, (end - begin) * canvas.width, canvas.height);
    context.clip();
    const [scaleX, scaleY] = [canvas.width / width, canvas.height / height];
    const x0 = Math.max(x, panel.left), x1 = Math.min(x + width, panel.left + panel.width); // no neighbour's pixels
    const y0 = Math.max(y, 0), y1 = Math.min(y + height, this.data.height);
    context.drawImage(this.video, x0, y0, x1 - x0, y1 - y0,
      (x0 - x) * scaleX, (y0 - y) * scaleY, (x1 - x0) * scaleX, (y1 - y0) * scaleY);
    context.restore();
  }

  /** Which part of the strip shows a panel, in px: all of it, or the square that is zoomed to. */
  view(panel) {
    const whole = { x: panel.left, y: 0, width: panel.width, height: this.data.height };
    const squares = (this.zooms[panel.name] ?? this.zooms[""] ?? {})[this.zoom.value];
    const square = squares && squares[this.frame];
    if (!square) return whole;
    const [middleX, middleY, side] = square.map((share) => share * this.data.height);
    return { x: panel.left + middleX - side / 2, y: middleY - side / 2, width: side, height: side };
  }
}

/** Squares by part and frame, those of frames without one taken from the frame before, or after. */
function filled(parts) {
  return Object.fromEntries(Object.entries(parts).map(([part, squares]) => {
    let last = squares.find((square) => square) ?? null;
    return [part, squares.map((square) => (last = square ?? last))];
  }));
}

/** Samples of training, one at a time, the last one first. */
function showSamples(holder, samples) {
  const picture = element("img", { alt: "samples of training" });
  const text = element("output");
  const slider = element("input", { type: "range", min: 0, max: samples.length - 1, value: samples.length - 1,
    "aria-label": "which samples", oninput: () => show() });
  const show = () => {
    const { step, picture: source } = samples[Number(slider.value)];
    picture.src = source;
    text.textContent = `step ${step}`;
  };
  holder.prepend(picture, element("div", { class: "controls" }, ...(samples.length > 1 ? [slider] : []), text));
  show();
}

const content = (holder) => JSON.parse(holder.querySelector("script").textContent);
document.querySelectorAll(".player").forEach((root) => { root.player = new Player(root, content(root)); });
document.querySelectorAll(".standing-charts").forEach((holder) => {
  content(holder).forEach((chart) => new Chart(holder, chart));
});
document.querySelectorAll(".samples").forEach((holder) => showSamples(holder, content(holder)));
