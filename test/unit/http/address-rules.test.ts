import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addressKind,
  addressOfHost,
  isLoopbackHost,
  type AddressKind,
} from '../../../src/primitives/http/address-rules.js';

const examples: readonly (readonly [AddressKind, readonly string[]])[] = [
  ['public', ['1.1.1.1', '8.8.8.8', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1']],
  ['public', ['192.169.0.1', '223.255.255.255', '2606:4700:4700::1111', '2a00:1450::1', '2600::']],
  ['loopback', ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1']],
  ['private', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1']],
  ['unique-local', ['fc00::1', 'fd12:3456:789a::1']],
  ['link-local', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
  ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
  ['IPv4-mapped', ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a00:1']],
  ['reserved', ['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '240.0.0.1']],
  ['reserved', ['255.255.255.255', '2001:db8::1', '2001::1', '2002:7f00:1::', '3fff::1', '64:ff9b:1::1']],
  ['reserved', ['100::1', '4000::1', '::7f00:1', '5f00::1', '', 'localhost', '1.2.3', '0x7f.1']],
];

describe('the kind of an address', () => {
  for (const [kind, addresses] of examples) {
    it(`is ${kind} for ${addresses.map((address) => address || 'nothing').join(', ')}`, () => {
      for (const address of addresses) assert.equal(addressKind(address), kind, address);
    });
  }

  it('is that of the IPv4 address which a NAT64 address leads to', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        assert.equal(addressKind(`64:ff9b::${address}`), addressKind(address));
      }),
    );
  });

  it('is never public for an IPv4-mapped address', () => {
    fc.assert(fc.property(fc.ipV4(), (address) => addressKind(`::ffff:${address}`) === 'IPv4-mapped'));
  });
});

describe('the host of a URL', () => {
  it('is a loopback host by its literal names only', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
      assert.ok(isLoopbackHost(host), host);
    }
    for (const host of ['localhost.', 'a.localhost', 'loopback.test', '[::ffff:7f00:1]', '0.0.0.0', '[::]']) {
      assert.ok(!isLoopbackHost(host), host);
    }
  });

  it('is an address with or without brackets', () => {
    assert.equal(addressOfHost('[fe80::1]'), 'fe80::1');
    assert.equal(addressOfHost('10.0.0.1'), '10.0.0.1');
    assert.equal(addressOfHost('example.org'), undefined);
  });
});
