// Builds the browser bundle into the folder given: node build.mjs [outdir]. Run by `python -m webapp.assets`.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { notices } from './notices.mjs';
import { strictIcons } from './strict-icons.mjs';
import { cityTheme } from './theme.mjs';

const out = resolve(process.argv[2] ?? '../static/dist');
const ENTRIES = ['site.js', 'site.css', 'viewer.js', 'viewer.css', 'studio.js', 'studio.css'];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const result = await build({
  entryPoints: ENTRIES.map((name) => `src/${name}`),
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  entryNames: '[name]-[hash]',
  assetNames: 'files/[name]-[hash]',
  legalComments: 'none', // THIRD_PARTY_NOTICES.txt names every package with its whole licence
  metafile: true,
  logLevel: 'warning',
  // bpmn.css refers to a 136 kB font as .svg: a file is only fetched when used, a data URL always.
  loader: { '.woff2': 'file', '.woff': 'empty', '.ttf': 'empty', '.eot': 'empty', '.svg': 'file', '.png': 'file', '.jpg': 'empty' },
  plugins: [cityTheme(), strictIcons()],
});

const manifest = {};
for (const [path, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  if (entryPoint) manifest[entryPoint.replace(/^src\//, '')] = path.split('/').pop();
}
for (const name of (await readdir('src')).filter((file) => file.endsWith('.svg'))) {
  const bytes = await readFile(join('src', name));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase();
  manifest[name] = name.replace('.svg', `-${hash}.svg`);
  await writeFile(join(out, manifest[name]), bytes);
}
await writeFile(join(out, 'THIRD_PARTY_NOTICES.txt'), await notices(result.metafile));
await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

const compress = promisify(gzip);
for (const name of await readdir(out, { recursive: true })) {
  if (!['.js', '.css', '.svg', '.txt'].includes(extname(name))) continue;
  await writeFile(join(out, `${name}.gz`), await compress(await readFile(join(out, name)), { level: 9 }));
}
