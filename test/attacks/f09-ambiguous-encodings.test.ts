import { layout } from '../../src/model/index-layout.js';
import { threat } from '../kit/threat.js';
import { notes } from './forgeries.js';
import type { Because } from './because.js';
import { aHead, Stage } from './stage.js';

const path = layout.document(notes);

/** Of what would sign values, two spellings never come that far: the reader has one for each. */
const onlyReader: Readonly<Record<string, Because>> = {
  'a number in another form': { problem: /the number 2e0 at \d+, not a plain safe integer/ },
  'a byte order mark': { problem: 'it begins with a byte order mark' },
};
const otherBytes = { role: 'the release role of ada, version 1', problems: /did not sign these bytes/ };

/** The same JSON value in other bytes. Whoever signs values, and not bytes, takes all of these for the signed document. */
const sameValue: Readonly<Record<string, (text: string) => string>> = {
  'a space more': (text) => text.replace('": ', '":  '),
  'without any space': (text) => JSON.stringify(JSON.parse(text)),
  'its fields in another order': (text) =>
    `${JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse()), null, 2)}\n`,
  'a letter as an escape': (text) => text.replace('"type"', '"\\u0074ype"'),
  'a number in another form': (text) => text.replace(/"serial": (\d+)/, '"serial": $1e0'),
  'without its last line end': (text) => text.trimEnd(),
  'line ends of Windows': (text) => text.replaceAll('\n', '\r\n'),
  'a byte order mark': (text) => `\ufeff${text}`,
};

threat('F9', 'Ambiguous encodings', () => {
  const stage = new Stage();

  for (const [what, change] of Object.entries(sameValue)) {
    const because = onlyReader[what] ?? otherBytes;
    it(`a signed document with ${what}`, async () => {
      const { registry } = stage;
      const text = Buffer.from(await registry.bytes(path, registry.published)).toString();
      await registry.forge(new Map([[path, Buffer.from(change(text))]]));
      await stage.refuses('DOCUMENT_INVALID', because, ['update'], {
        moves: aHead,
        recover: async () => registry.forge(await registry.withSidecars(path, registry.main)),
      });
    });
  }
});
