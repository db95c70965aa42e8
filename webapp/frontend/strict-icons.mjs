// The icons for aligning and distributing come as SVG with style="" attributes, which a policy of style-src 'self'
// refuses, so that they would be black blobs. Said as presentation attributes, the same looks the same.
import { readFile } from 'node:fs/promises';

export const strictIcons = () => ({
  name: 'strict-icons',
  setup({ onLoad }) {
    onLoad({ filter: /(Align|Distribute)ElementsIcons\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replace(/ style="([^"]*)"/g, (_all, rules) => attributes(rules)), loader: 'js' };
    });
  },
});

const attributes = (rules) =>
  rules
    .split(';')
    .filter(Boolean)
    .map((rule) => {
      const [name, value] = rule.split(':');
      return ` ${name}="${value}"`;
    })
    .join('');
