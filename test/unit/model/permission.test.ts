import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isPermission, widenedPermissions, type Permission } from '../../../src/model/permission.js';

const known = [
  ...[
    'fs:read:notes/**',
    'fs:read:notes/today.md',
    'fs:write:notes/**',
    'fs:read:**',
    'net:*',
    'net:example.org',
  ],
  ...[
    'net:*.example.org',
    'net:api.example.org:443',
    'env:HOME',
    'env:*',
    'exec:git',
    'commands:new',
    'ui:sidebar',
  ],
  ...['events:on:save', 'events:emit:save', 'data:read:notes', 'data:write:notes'],
];
const some = fc.subarray(known) as fc.Arbitrary<Permission[]>;
const widened = (before: string[], after: string[]) =>
  widenedPermissions(before as Permission[], after as Permission[]);

describe('permissions', () => {
  it('are of the known kinds', () => {
    for (const good of known) assert.ok(isPermission(good), good);
    for (const bad of [
      ...['', 'fs', 'fs:read:', 'fs:read:/etc/passwd', 'fs:read:../x', 'fs:read:a/../b', 'fs:delete:x'],
      ...[
        'net:http://example.org',
        'net:EXAMPLE.org',
        'net:a.org:port',
        'env:1X',
        'exec:/bin/sh',
        'exec:git push',
      ],
      ...['root:*', 'commands:a:b', 'events:save', `ui:${'x'.repeat(256)}`],
    ])
      assert.ok(!isPermission(bad), bad);
  });

  it('do not widen when nothing, or less, is asked for', () => {
    fc.assert(
      fc.property(some, fc.func(fc.boolean()), (before, keep) => {
        assert.deepEqual(
          widenedPermissions(
            before,
            before.filter((one) => keep(one)),
          ),
          [],
        );
      }),
    );
  });

  it('widen by everything when nothing was granted', () => {
    fc.assert(fc.property(some, (after) => assert.deepEqual(widenedPermissions([], after), after)));
  });

  it('never widen by more when more was granted before', () => {
    fc.assert(
      fc.property(some, some, some, (before, more, after) => {
        const few = new Set(widenedPermissions([...before, ...more], after));
        assert.ok([...few].every((one) => widenedPermissions(before, after).includes(one)));
      }),
    );
  });

  const within: [string, string][] = [
    ['fs:read:notes/**', 'fs:read:notes/today.md'],
    ['fs:read:**', 'fs:read:anything/*.md'],
    ['net:*', 'net:example.org:443'],
    ['net:example.org', 'net:example.org:443'],
    ['net:*.example.org', 'net:api.example.org'],
    ['env:*', 'env:HOME'],
    ['exec:*', 'exec:git'],
  ];
  for (const [before, after] of within)
    it(`${before} holds ${after}`, () => assert.deepEqual(widened([before], [after]), []));

  const beyond: [string, string][] = [
    ['fs:read:notes/**', 'fs:write:notes/today.md'],
    ['fs:read:notes/**', 'fs:read:notes-of-others/x'],
    ['fs:read:notes/*', 'fs:read:notes/deep/x'],
    ['net:example.org:443', 'net:example.org'],
    ['net:example.org:443', 'net:example.org:80'],
    ['net:*.example.org', 'net:example.org'],
    ['net:*.example.org', 'net:evilexample.org'],
    ['events:on:save', 'events:emit:save'],
    ['data:read:notes', 'data:write:notes'],
    ['env:HOME', 'env:HOMEPATH'],
  ];
  for (const [before, after] of beyond)
    it(`${before} does not hold ${after}`, () => assert.deepEqual(widened([before], [after]), [after]));
});
