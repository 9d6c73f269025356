// Makes dist/client a package that can be published as it lies: `npm publish dist/client`.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

const out = new URL('dist/client/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('src/client/package.json', import.meta.url), 'utf8'));
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
writeFileSync(new URL('package.json', out), JSON.stringify({ ...manifest, version }, null, 2) + '\n');
writeFileSync(new URL('cjs/package.json', out), '{ "type": "commonjs" }\n');
copyFileSync(new URL('src/client/README.md', import.meta.url), new URL('README.md', out));
copyFileSync(new URL('../LICENSE', import.meta.url), new URL('LICENSE', out));
