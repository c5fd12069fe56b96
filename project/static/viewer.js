// Shows server-rendered frames: slider, arrows, wheel, touch, window presets, series.
"use strict";
const byId = (id) => document.getElementById(id);
const list = JSON.parse(byId("manifest").textContent);
const base = byId("main").dataset.frames;
const [image, slice, picker] = [byId("frame"), byId("slice"), byId("series")];
const SLICED = ["CT", "MR", "PT"];
let chosen = 0;
let preset = list[0].modality === "CT" ? "soft" : "file";

// The presets are numbers of CT: other images are shown as they were recorded.
const usual = (modality) => {
  for (const button of byId("windows").querySelectorAll("[data-window]"))
    button.hidden = modality !== "CT" && button.dataset.window !== "file";
  return modality === "CT" ? preset : "file";
};

const dayOf = (iso) => iso && new Date(`${iso}T00:00:00Z`).toLocaleDateString("en-US", {
  timeZone: "UTC", year: "numeric", month: "long", day: "numeric",
});

const address = (index) => {
  const [instance, frame] = list[chosen].frames[index];
  return `${base}/${instance}/${frame}/${preset}.jpg`;
};

const draw = () => {
  const last = list[chosen].frames.length;
  const at = Math.min(Math.max(Number(slice.value), 1), last);
  slice.value = at;
  image.src = address(at - 1);
  const words = `${SLICED.includes(list[chosen].modality) ? "Slice" : "Image"} ${at} of ${last}`;
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
    if (on) byId("window-name").textContent = button.dataset.numbers || button.textContent;
  }
  draw();
};

const chooseSeries = (index) => {
  chosen = index;
  const one = list[index];
  byId("title").textContent = one.title;
  byId("about").textContent = dayOf(one.date) || "no date";
  byId("series-name").textContent = one.series;
  slice.max = one.frames.length;
  slice.value = Math.ceil(one.frames.length / 2);
  choosePreset(usual(one.modality));
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
  if (document.documentElement.scrollHeight > innerHeight + 1) return; // a low window scrolls first
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
