// Hash of the panel's sources, written beside its bundle: a test compares them, because the bundle itself is not the
// same in every folder. `node stamp.mjs` writes it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const here = new URL('./', import.meta.url);
const folders = ['src/panel', 'style', 'schema'];
const files = ['package.json', 'yarn.lock', 'tsconfig.json', 'tsconfig.panel.json'];

function under(folder) {
  return readdirSync(new URL(`${folder}/`, here), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? under(path) : [path];
  });
}

const hash = createHash('sha256');
for (const path of [...folders.flatMap(under), ...files].sort()) {
  hash.update(`${path}\0`).update(readFileSync(new URL(path, here))).update('\0');
}
writeFileSync(new URL('../headroom_jupyter/labextension/sources.sha256', here), `${hash.digest('hex')}\n`);
