// A modeler that loses nothing of what it opens, and opens also what it could not write.
import { Keeping } from './keeping.js';
import { KNOWN, parse } from './pairs.js';

// Letters that XML cannot hold, which come along when names are pasted; halves of letters among them.
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const isStrange = ({ namespaceURI }) => !KNOWN.includes(namespaceURI);
// What the model is not given, from nothing to all that it does not know: it is put back when the file is written.
const LEFT_OUT = [null, (one) => isStrange(one) && one.hasAttribute('xmlns'), isStrange];

export const lossless = (Modeler) =>
  class extends Modeler {
    async importXML(xml, ...others) {
      let failed;
      for (const test of LEFT_OUT) {
        this.keeping = null;
        try {
          const imported = await super.importXML(test ? without(xml, test) : xml, ...others);
          this.keeping = new Keeping(xml, (await super.saveXML({ format: true })).xml);
          return imported;
        } catch (error) {
          failed ??= error;
        }
      }
      throw failed;
    }

    async saveXML(options) {
      const saved = await super.saveXML(options);
      const xml = saved.xml.replaceAll(UNWRITABLE, '');
      return { ...saved, xml: this.keeping ? this.keeping.putBack(xml) : xml };
    }
  };

export function without(xml, test) {
  const document = parse(xml);
  const found = [...document.querySelectorAll('*')].filter((one) => one !== document.documentElement && test(one));
  for (const one of found) one.remove();
  return new XMLSerializer().serializeToString(document);
}
