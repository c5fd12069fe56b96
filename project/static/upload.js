// Drop files or a folder on the field, send them as one upload, and show how far it is.
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const bar = form.querySelector("progress");
  const said = form.querySelector("[data-said]");
  const readAll = async (reader) => {
    const found = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return found;
      found.push(...some);
    }
  };
  const filesOf = async (entry) => {
    if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
    const inside = await readAll(entry.createReader());
    return (await Promise.all(inside.map(filesOf))).flat();
  };
  const send = (files) => {
    if (!files.length) { said.textContent = "No file was chosen. Choose images, a folder or a zip."; return; }
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form.dataset.limit)) {
      said.textContent = "This is more than one upload may hold. Send it in parts.";
      return;
    }
    const body = new FormData();
    for (const file of files) body.append("files", file, file.name);
    const call = new XMLHttpRequest();
    call.open("POST", form.dataset.upload);
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    bar.hidden = false;
    call.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      bar.value = (100 * event.loaded) / event.total;
      said.textContent = event.loaded < event.total
        ? `${Math.round(bar.value)}% of ${files.length} files sent` : "Sent. Checking every file…";
    };
    call.onerror = () => { said.textContent = "The connection broke. Nothing was lost; send it again."; };
    call.onload = () => {
      let answer = {};
      try { answer = JSON.parse(call.responseText); } catch { /* not ours */ }
      if (answer.next) location.assign(answer.next);
      else said.textContent = answer.error ? answer.error.sentence : "That did not work. Send it again.";
    };
    call.send(body);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]));
  });
  for (const kind of ["dragover", "dragleave", "drop"])
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      form.classList.toggle("is-over", kind === "dragover");
    });
  form.addEventListener("drop", async (event) => {
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    send((await Promise.all(entries.map(filesOf))).flat());
  });
})();
