// Move the bar of an import while the worker is busy with it; when that ends, show the page anew.
(() => {
  const panel = document.querySelector("[data-run]");
  if (!panel) return;
  const bar = panel.querySelector("progress");
  const look = async () => {
    let found;
    try {
      const answer = await fetch(panel.dataset.run, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status)); // asked again, as when nobody answers
      found = await answer.json();
    } catch { setTimeout(look, 5000); return; }
    if (!found.is_open) { location.reload(); return; }
    bar.value = found.percent;
    panel.querySelector("[data-percent]").textContent = found.percent;
    const said = panel.querySelector("[data-said]");
    if (said.textContent !== found.said) said.textContent = found.said;
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
