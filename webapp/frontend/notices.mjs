// What stands in THIRD_PARTY_NOTICES.txt: each package whose code, styles or fonts are in the bundle, with its licence.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function notices(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (match) packages.add(match[0]);
  }
  const parts = await Promise.all([...packages].sort().map(describe));
  return `Siteward's pages contain the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

async function describe(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  if (!texts.length && !license) throw new Error(`${name} names no licence`);
  return `${name} ${version} (${license ?? 'see below'})\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`;
}
