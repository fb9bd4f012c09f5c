// Compiles the modules of a page while it is built: node runs the Python of the page, which runs a program.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [site, program] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${site}/python/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${site}/python/` });
python.FS.mkdir("/site");
python.FS.mount(python.FS.filesystems.NODEFS, { root: site }, "/site");
python.runPython(readFileSync(program, "utf8"));
