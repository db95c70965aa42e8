// USWDS comes compiled, with its own palette, faces and every utility at every width. This takes what Siteward uses
// and puts the city's colours in, which saves Sass and two thirds of the bytes.
import { readFile } from 'node:fs/promises';

const COLOURS = {
  '#005ea2': '#155e75', // primary
  '#1a4480': '#0f4a5d', // primary, hovered
  '#162e51': '#0d3443', // primary, pressed
  '#0050d8': '#0b6a86', // primary, vivid
  '#2491ff': '#b45309', // focus: stands out from the primary colour and reaches 3:1 on every ground used
  '#54278f': '#5b3a86', // visited
  '#1b1b1b': '#1a2529', // ink
  '#d9e8f6': '#dcecf1',
  '#73b3e7': '#7fb6c6',
};

const FACES = [
  [/"?Merriweather Web"?,[^;}]*?serif/g, '"Public Sans",system-ui,sans-serif'],
  [/"?Source Sans Pro Web"?,[^;}]*?sans-serif/g, '"Public Sans",system-ui,sans-serif'],
  [/"?Roboto Mono Web"?,[^;}]*?monospace/g, 'ui-monospace,"Cascadia Mono",Consolas,monospace'],
  // Public Sans runs larger than Source Sans at the same size.
  [/font-size:1\.06rem/g, 'font-size:1rem'],
  [/font-size:\.93rem/g, 'font-size:.9rem'],
  [/font-size:\.87rem/g, 'font-size:.85rem'],
];

const COMPONENTS_NOT_USED =
  /\.usa-(banner|hero|graphic-list|media-block|footer|header|nav(?!igation)|nav-|megamenu|date-picker|date-range-picker|time-picker|file-input|in-page-nav|language|modal|social|sign-up|identifier|range|layout-docs|overlay|menu-btn|dark-background|site-alert|sidenav|tooltip|accordion|validation)/;
const WIDTHS_NOT_USED = /\.(mobile|mobile-lg|tablet-lg|desktop-lg|widescreen|card|card-lg)\\:/;
const STATES_NOT_USED = /\.(hover|focus|active|visited)\\:/;
// What stays: grid, display, margin, padding, text-*, font-weight, flex, width, measure.
const UTILITIES_NOT_USED =
  /^\.(bg|border|outline|underline|text-decoration|text-indent|line-height|letter-spacing|font-(?:mono|serif|alt|heading|ui|code|lang|family|body)|order|square|circle|z|opacity|shadow|radius|top|bottom|left|right|pin|minh|maxh|minw|maxw|height|add-aspect|utility|text-(?!bold|normal|italic|left|right|center|base|ink|no-wrap|wrap|top|middle|bottom))-?/;

const dropped = (selector) =>
  COMPONENTS_NOT_USED.test(selector) ||
  WIDTHS_NOT_USED.test(selector) ||
  STATES_NOT_USED.test(selector) ||
  UTILITIES_NOT_USED.test(selector.replace(/^\.(tablet|desktop)\\:/, '.'));

export const cityTheme = () => ({
  name: 'city-theme',
  setup({ onLoad }) {
    onLoad({ filter: /uswds\.min\.css$/ }, async ({ path }) => {
      let css = await readFile(path, 'utf8');
      for (const [from, to] of Object.entries(COLOURS)) css = css.replaceAll(from, to);
      for (const [pattern, to] of FACES) css = css.replace(pattern, to);
      return { contents: kept(css.replace(/^@charset[^;]*;/, '').replace(/\/\*[^]*?\*\//g, '')), loader: 'css' };
    });
  },
});

// Walks minified CSS rule by rule; a rule stays with those of its selectors that are used.
function kept(css) {
  let result = '';
  for (const [prelude, body] of rules(css)) {
    if (prelude.startsWith('@font-face')) continue;
    if (/^@(media|supports|layer)/.test(prelude)) {
      const inner = kept(body);
      if (inner) result += `${prelude}{${inner}}`;
    } else if (prelude.startsWith('@')) {
      result += `${prelude}{${body}}`;
    } else {
      const selectors = splitSelectors(prelude).filter((selector) => !dropped(selector));
      if (selectors.length) result += `${selectors.join(',')}{${body}}`;
    }
  }
  return result;
}

function* rules(css) {
  let start = 0;
  while (start < css.length) {
    const open = css.indexOf('{', start);
    if (open < 0) return;
    let depth = 1;
    let end = open + 1;
    while (depth && end < css.length) {
      if (css[end] === '{') depth += 1;
      if (css[end] === '}') depth -= 1;
      end += 1;
    }
    yield [css.slice(start, open).trim(), css.slice(open + 1, end - 1)];
    start = end;
  }
}

// Commas inside :not(a,b) do not part selectors.
const splitSelectors = (prelude) => prelude.split(/,(?![^(]*\))/);
