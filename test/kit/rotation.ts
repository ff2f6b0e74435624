import type { PublisherDocument } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { PluginName, Publisher, Sha256 } from '../../src/model/names.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { testKey, type TestKey } from './keys.js';
import type { TestRegistry } from './test-registry.js';

/** Publishes version 2 of a publisher, with all roles passed to `next`, who signs its plugins' documents again. */
export async function rotatePublisher(
  registry: TestRegistry,
  name: string,
  plugins: readonly string[],
  next: TestKey,
): Promise<void> {
  const publisher = name as Publisher;
  const bytes = await registry.bytes(layout.publisher(publisher, 1));
  const role = { keys: [next.fingerprint], threshold: 1 };
  const second: PublisherDocument = {
    ...(JSON.parse(Buffer.from(bytes).toString()) as PublisherDocument),
    version: 2,
    previous: sha256Hex(bytes) as Sha256,
    keys: { [next.fingerprint]: next.encoded },
    owners: role,
    release: role,
  };
  const changes = registry.signed(layout.publisher(publisher, 2), second, [testKey(name), next]);
  for (const plugin of plugins as PluginName[]) {
    const document = await registry.document(plugin);
    if (document === undefined) throw new Error(`${registry.alias} has no ${plugin}`);
    for (const [file, text] of registry.signed(layout.document(plugin), document, [next]))
      changes.set(file, text);
  }
  await registry.forge(changes);
}
