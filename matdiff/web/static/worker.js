// Python in the browser: answers what the page asks, one question after the other.

import { loadPyodide } from "./python/pyodide.mjs";

const ready = (async () => {
  const [python, packages] = await Promise.all([
    loadPyodide({ indexURL: new URL("python/", import.meta.url).href }),
    fetch("packages.zip").then((response) => response.arrayBuffer()),
  ]);
  python.unpackArchive(packages, "zip", { extractDir: "/packages" });
  python.runPython("import sys; sys.path.insert(0, '/packages')");
  python.runPython("from matdiff.arrays import stand_in; stand_in()"); // NumPy is not among the packages
  return python.runPython("from matdiff.web.answers import in_json; in_json");
})();

self.addEventListener("message", async ({ data: { id, method, content } }) => {
  try {
    self.postMessage({ id, found: (await ready)(method, JSON.stringify(content)) });
  } catch (fault) {
    self.postMessage({ id, found: JSON.stringify({ error: { message: `Python failed: ${fault.message}` } }) });
  }
});
