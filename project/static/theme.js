// Reads the chosen theme before the page is drawn; the menu's buttons change it.
(() => {
  const root = document.documentElement;
  const key = "discless-theme";
  const read = () => {
    try { return localStorage.getItem(key) || "system"; } catch { return "system"; }
  };
  const apply = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.bsTheme = choice;
    else delete root.dataset.bsTheme;
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  };
  apply(read());
  document.addEventListener("DOMContentLoaded", () => apply(read()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try { localStorage.setItem(key, button.dataset.themeChoice); } catch { /* private window */ }
    apply(button.dataset.themeChoice);
  });
})();
