// Puts what the Dash callbacks answer on the page and draws each [data-chart].
// Figures name colours by role, so one figure serves light, dark and print.
(() => {
  const themeAddress = document.currentScript.dataset.theme;
  const theme = fetch(themeAddress).then((answer) => answer.json());
  const system = matchMedia("(prefers-color-scheme: dark)");
  const config = { displayModeBar: false, displaylogo: false, responsive: true, scrollZoom: false, doubleClick: false };
  let figures = {};
  let onPaper = false;

  const themeInUse = (element) => {
    if (onPaper) return "light";
    const chosen = element.closest("[data-bs-theme]")?.dataset.bsTheme;
    return chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
  };

  const withAlpha = (hex, alpha) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    return `rgba(${r},${g},${b},${alpha})`;
  };

  const coloured = (figure, roles) => {
    const copy = structuredClone(figure);
    for (const trace of copy.data) {
      const { line, marker, fill, bars, edge } = trace.meta ?? {};
      if (line) trace.line = { ...trace.line, color: roles[line] };
      if (marker) trace.marker = { ...trace.marker, color: roles[marker], line: { ...trace.marker?.line, color: roles[marker] } };
      if (bars) trace.marker = { ...trace.marker, color: bars.map((role) => roles[role]) };
      if (edge) trace.marker.line = { ...trace.marker.line, color: roles[edge] };
      if (fill) trace.fillcolor = withAlpha(roles[fill.split(":")[0]], fill.split(":")[1]);
    }
    for (const label of copy.layout.annotations ?? []) {
      if (label.name) { label.font = { ...label.font, color: roles[label.name] }; delete label.name; }
    }
    return copy;
  };

  const PAPER = { width: 620, height: 220 }; // px inside a panel on letter and A4 alike
  let loaded;
  const paint = ({ roles, ...templates }) => Promise.all([...document.querySelectorAll("[data-chart]")].map((element) => {
    const name = themeInUse(element);
    const narrow = !onPaper && element.clientWidth < 420 && figures[`${element.dataset.chart}_narrow`];
    const figure = narrow || figures[element.dataset.chart];
    if (!figure) return null;
    const shown = coloured(figure, roles[name]);
    shown.layout.template = templates[name];
    if (onPaper) Object.assign(shown.layout, PAPER, { autosize: false });
    if (!element.classList.contains("js-plotly-plot")) performance.mark("first-chart");
    document.documentElement.dataset.charts = "ready";
    return Plotly.react(element, shown.data, shown.layout, { ...config, responsive: !onPaper });
  }));

  const draw = async () => {
    loaded = await theme;
    await document.fonts.ready;
    await paint(loaded);
  };

  // One answer of a callback: the words of a part, and the figures that it draws.
  const show = (part, id) => {
    if (!part) return window.dash_clientside.no_update;
    const place = document.getElementById(id);
    if (place) place.innerHTML = part.html;
    if (part.figures) { figures = part.figures; draw(); }
    return String(part.html.length);
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.overview = { show };

  let drawing;
  const drawSoon = () => { clearTimeout(drawing); drawing = setTimeout(() => onPaper || draw(), 80); };
  system.addEventListener("change", drawSoon);
  addEventListener("resize", drawSoon);
  new MutationObserver(drawSoon).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

  // The browser lays the paper out as soon as this returns, so nothing here may wait.
  const turn = (paper) => {
    if (paper === onPaper || !loaded) return;
    onPaper = paper;
    const address = document.querySelector(".on-paper");
    if (address) address.textContent = location.href;
    paint(loaded);
  };
  addEventListener("beforeprint", () => turn(true));
  addEventListener("afterprint", () => turn(false));
  matchMedia("print").addEventListener("change", (event) => turn(event.matches));
})();
