// Offer to copy what a page shows; without a clipboard it stays to be picked and copied by hand.
(() => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const words = button.querySelector("[data-words]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        words.textContent = "Copied";
      } catch { words.textContent = "Not copied: pick it and copy it by hand"; }
    });
  }
})();
