// Shows server-rendered frames: slider, arrows, wheel, touch, window presets, series.
"use strict";
const byId = (id) => document.getElementById(id);
const list = JSON.parse(byId("manifest").textContent);
const base = byId("main").dataset.frames;
const [image, slice, picker] = [byId("frame"), byId("slice"), byId("series")];
let chosen = 0;
let preset = list[0].modality === "CT" ? "soft" : "file";

const address = (index) => {
  const [instance, frame] = list[chosen].frames[index];
  return `${base}/${instance}/${frame}/${preset}.jpg`;
};

const draw = () => {
  const last = list[chosen].frames.length;
  const at = Math.min(Math.max(Number(slice.value), 1), last);
  slice.value = at;
  image.src = address(at - 1);
  const words = `Image ${at} of ${last}`;
  image.alt = `${words}, ${list[chosen].series}, ${byId("windows").querySelector('[aria-pressed="true"]')?.textContent ?? ""}`;
  byId("where").textContent = words;
  slice.setAttribute("aria-valuetext", words);
  for (const near of [at, at - 2]) {
    if (near >= 0 && near < last) new Image().src = address(near);
  }
};

const choosePreset = (name) => {
  preset = name;
  for (const button of byId("windows").querySelectorAll("[data-window]")) {
    const on = button.dataset.window === name;
    button.setAttribute("aria-pressed", String(on));
    if (on) byId("window-name").textContent = button.textContent;
  }
  draw();
};

const chooseSeries = (index) => {
  chosen = index;
  const one = list[index];
  byId("title").textContent = one.title;
  byId("series-name").textContent = one.series;
  slice.max = one.frames.length;
  slice.value = Math.ceil(one.frames.length / 2);
  draw();
};

const move = (by) => {
  slice.value = Number(slice.value) + by;
  draw();
};

list.forEach((one, index) => picker.add(new Option(`${one.title}: ${one.series}`, index)));
picker.addEventListener("change", () => chooseSeries(Number(picker.value)));
slice.addEventListener("input", draw);
byId("before").addEventListener("click", () => move(-1));
byId("after").addEventListener("click", () => move(1));
byId("windows").addEventListener("click", (event) => {
  if (event.target.dataset.window) choosePreset(event.target.dataset.window);
});
byId("canvas").addEventListener("wheel", (event) => {
  event.preventDefault();
  move(event.deltaY > 0 ? 1 : -1);
}, { passive: false });
let touched = null;
byId("canvas").addEventListener("touchstart", (event) => { touched = event.touches[0].clientY; }, { passive: true });
byId("canvas").addEventListener("touchmove", (event) => {
  const moved = event.touches[0].clientY - touched;
  if (Math.abs(moved) > 12) {
    touched = event.touches[0].clientY;
    move(moved > 0 ? 1 : -1);
  }
}, { passive: true });
document.addEventListener("keydown", (event) => {
  if (event.target.tagName === "SELECT" || event.target === slice) return;
  const steps = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
  if (event.key in steps) { event.preventDefault(); move(steps[event.key]); }
  if (event.key === "Home") { slice.value = 1; draw(); }
  if (event.key === "End") { slice.value = slice.max; draw(); }
});
image.addEventListener("error", () => { byId("where").textContent = "This image has no preview. Download the originals."; });
chooseSeries(0);
choosePreset(preset);
