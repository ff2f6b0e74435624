import assert from 'node:assert/strict';
import { checkpoint, publisherDocument, revocations, root } from '../../../src/model/formats/index.js';
import { assertRefused, changed, fpA, fpB, fpC, hash, id, read, valid, type Plain } from './examples.js';

describe('the format of roots', () => {
  it('accepts a first root, a later one, and the optional roles', () => {
    assert.deepEqual(read(root, valid.root), valid.root);
    read(root, changed(valid.root, { version: 2, previous: hash }));
    const one = { keys: [fpB], threshold: 1 };
    read(root, changed(valid.root, { roles: { ...valid.root.roles, grant: one, witness: one } }));
    const upstreams = { [id]: { maxStale: 'P30D', names: ['ada/*'] } };
    read(root, changed(valid.root, { upstreams }));
  });

  const rootRole = (role: Plain) => ({ roles: { ...valid.root.roles, root: role } });
  const refused: [string, Plain, RegExp][] = [
    ['a threshold above its keys', rootRole({ keys: [fpA], threshold: 2 }), /more signatures than/],
    ['a threshold of zero', rootRole({ keys: [fpA], threshold: 0 }), /roles\.root\.threshold/],
    ['a role without keys', rootRole({ keys: [], threshold: 1 }), /names no key/],
    ['a key twice in a role', rootRole({ keys: [fpA, fpA], threshold: 2 }), /lists something twice/],
    ['a role with an unlisted key', rootRole({ keys: [fpA, fpC], threshold: 1 }), /does not list/],
    ['no checkpoint role', { roles: { root: valid.root.roles.root } }, /roles/],
    ['an unknown role', { roles: { ...valid.root.roles, admin: valid.root.roles.root } }, /"admin"/],
    ['a first version that follows something', { previous: hash }, /previous/],
    ['a second version that follows nothing', { version: 2 }, /previous/],
    ['version 0', { version: 0 }, /version/],
    ['a key that is not one', { keys: { ...valid.root.keys, [fpC]: 'RWshort' } }, /keys/],
    ['a fingerprint that is not one', { keys: { ...valid.root.keys, ABC: 'x' } }, /keys/],
    ['another type', { type: 'udos/root@2' }, /type/],
    ['a duration that is not in days', { upstreams: { [id]: { maxStale: 'P1M', names: [] } } }, /maxStale/],
  ];
  for (const [what, changes, problem] of refused)
    it(`refuses ${what}`, () => assertRefused(root, changed(valid.root, changes), problem));
});

describe('the format of checkpoints', () => {
  it('accepts a first one, a later one, and one with revocations', () => {
    assert.deepEqual(read(checkpoint, valid.checkpoint), valid.checkpoint);
    read(checkpoint, changed(valid.checkpoint, { sequence: 2, previous: hash }));
    read(checkpoint, changed(valid.checkpoint, { revocations: { serial: 3, sha256: hash } }));
  });

  const refused: [string, Plain, RegExp][] = [
    ['a first one that follows something', { previous: hash }, /previous/],
    ['a second one that follows nothing', { sequence: 2 }, /previous/],
    ['revocations with a serial and no hash', { revocations: { serial: 1, sha256: null } }, /revocations/],
    ['revocations with a hash and no serial', { revocations: { serial: 0, sha256: hash } }, /revocations/],
    ['sequence 0', { sequence: 0, previous: hash }, /sequence/],
    ['a hash in upper case', { sums: 'A'.repeat(64) }, /sums/],
    ['no expiry', { expires: undefined }, /expires/],
  ];
  for (const [what, changes, problem] of refused)
    it(`refuses ${what}`, () => assertRefused(checkpoint, changed(valid.checkpoint, changes), problem));
});

describe('the format of publishers', () => {
  const example = valid.publisherDocument;

  it('accepts a first version and a recovery', () => {
    assert.deepEqual(read(publisherDocument, example), example);
    read(publisherDocument, changed(example, { version: 2, previous: hash, recovery: true }));
  });

  const refused: [string, Plain, RegExp][] = [
    ['an owner whose key is not listed', { owners: { keys: [fpB], threshold: 1 } }, /does not list/],
    ['a releaser whose key is not listed', { release: { keys: [fpB], threshold: 1 } }, /does not list/],
    ['a threshold above its keys', { owners: { keys: [fpA], threshold: 2 } }, /more signatures than/],
    ['a first version that follows something', { previous: hash }, /previous/],
    ['a second version that follows nothing', { version: 2 }, /previous/],
    ['a first version that recovers', { recovery: true }, /recovery/],
    ['a recovery that is none', { version: 2, previous: hash, recovery: false }, /recovery/],
    ['a name with a double hyphen', { publisher: 'ada--corp' }, /publisher/],
    ['the name of a device', { publisher: 'con' }, /publisher/],
    ['an address that runs code', { url: 'javascript:alert(1)' }, /url/],
    ['an e-mail address with a name around it', { email: 'Ada <ada@example.org>' }, /email/],
  ];
  for (const [what, changes, problem] of refused)
    it(`refuses ${what}`, () => assertRefused(publisherDocument, changed(example, changes), problem));
});

describe('the format of revocations', () => {
  it('accepts keys, versions, and whole plugins', () => {
    assert.deepEqual(read(revocations, valid.revocations), valid.revocations);
  });

  const release = valid.revocations.releases[0];
  const refused: [string, Plain, RegExp][] = [
    ['serial 0', { serial: 0 }, /serial/],
    ['a range of versions', { releases: [{ ...release, version: '1.x' }] }, /version/],
    ['no reason', { releases: [changed(release, { reason: undefined })] }, /reason/],
    [
      'a sha256 as integrity',
      { releases: [{ ...release, integrity: `sha256-${'A'.repeat(43)}=` }] },
      /integ/,
    ],
    ['half a fingerprint', { keys: [{ fp: fpA.slice(0, 16), reason: 'lost' }] }, /keys\.0\.fp/],
  ];
  for (const [what, changes, problem] of refused)
    it(`refuses ${what}`, () => assertRefused(revocations, changed(valid.revocations, changes), problem));
});
