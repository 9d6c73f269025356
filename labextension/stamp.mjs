// Hash of the panel's sources, written beside its bundle: a test compares them, because the bundle itself is not the
// same in every folder. `node stamp.mjs` writes it, `node stamp.mjs check` compares.
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
const stamp = `${hash.digest('hex')}\n`;
const place = new URL('../headroom_jupyter/labextension/sources.sha256', here);
if (process.argv[2] !== 'check') {
  writeFileSync(place, stamp);
} else if (readFileSync(place, 'utf8') !== stamp) {
  process.stderr.write('The bundle is older than its sources: run jlpm build:prod in labextension/ and commit what it makes.\n');
  process.exitCode = 1;
}
