import { BlockList, isIP } from 'node:net';

/** What an address is, where only `public` may be reached by default. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'unique-local'
  | 'link-local'
  | 'carrier-grade NAT'
  | 'unspecified'
  | 'multicast'
  | 'IPv4-mapped'
  | 'reserved';

type Ranges = readonly (readonly [AddressKind, readonly (readonly [network: string, prefix: number])[]])[];

/** IANA's special-purpose IPv4 addresses: RFC 6890 and its registry. */
const ipv4Ranges: Ranges = [
  ['loopback', [['127.0.0.0', 8]]],
  [
    'private',
    [
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
    ],
  ],
  ['link-local', [['169.254.0.0', 16]]],
  ['carrier-grade NAT', [['100.64.0.0', 10]]],
  ['unspecified', [['0.0.0.0', 8]]],
  ['multicast', [['224.0.0.0', 4]]],
  [
    'reserved',
    [
      ['192.0.0.0', 24],
      ['192.0.2.0', 24],
      ['192.88.99.0', 24],
      ['198.18.0.0', 15],
      ['198.51.100.0', 24],
      ['203.0.113.0', 24],
      ['240.0.0.0', 4],
    ],
  ],
];

/** The same for IPv6, inside and outside of 2000::/3, the only block that public addresses come from. */
const ipv6Ranges: Ranges = [
  ['loopback', [['::1', 128]]],
  ['unspecified', [['::', 128]]],
  ['IPv4-mapped', [['::ffff:0:0', 96]]],
  ['unique-local', [['fc00::', 7]]],
  [
    'link-local',
    [
      ['fe80::', 10],
      ['fec0::', 10],
    ],
  ],
  ['multicast', [['ff00::', 8]]],
  [
    'reserved',
    [
      ['2001::', 23],
      ['2001:db8::', 32],
      ['2002::', 16],
      ['3fff::', 20],
    ],
  ],
];

const ipv4Lists = listsOf(ipv4Ranges, 'ipv4');
const ipv6Lists = listsOf(ipv6Ranges, 'ipv6');
const globalUnicast = listOf([['2000::', 3]], 'ipv6');

/**
 * NAT64 (RFC 6052): a network without IPv4 reaches every public IPv4 address through this prefix, so the address inside
 * is what counts.
 */
const translated = listOf([['64:ff9b::', 96]], 'ipv6');
const translatedLists = listsOf(
  ipv4Ranges.map(([kind, ranges]) => [
    kind,
    ranges.map(([network, prefix]) => [`64:ff9b::${network}`, prefix + 96] as const),
  ]),
  'ipv6',
);

/**
 * What the IP address `address` is. A zone (`%eth0`) is ignored; text that is no address is `reserved`, so that nobody
 * reaches it by mistake.
 */
export function addressKind(address: string): AddressKind {
  const [bare = ''] = address.split('%');
  const family = isIP(bare);
  if (family === 4) return kindIn(ipv4Lists, bare, 'ipv4') ?? 'public';
  if (family !== 6) return 'reserved';
  if (translated.check(bare, 'ipv6')) return kindIn(translatedLists, bare, 'ipv6') ?? 'public';
  return kindIn(ipv6Lists, bare, 'ipv6') ?? (globalUnicast.check(bare, 'ipv6') ? 'public' : 'reserved');
}

/** The IP address that a URL's `hostname` is, without brackets; undefined when it is a name. */
export function addressOfHost(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

/** True for the hosts that mean this machine whatever a name server says: `localhost`, 127.0.0.0/8 and `[::1]`. */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost') return true;
  const address = addressOfHost(hostname);
  return address !== undefined && addressKind(address) === 'loopback';
}

function listsOf(table: Ranges, family: 'ipv4' | 'ipv6'): ReadonlyMap<AddressKind, BlockList> {
  return new Map(table.map(([kind, ranges]) => [kind, listOf(ranges, family)]));
}

/** One list holds one family: a list that mixes them matches IPv4 addresses against IPv4-mapped networks. */
function listOf(ranges: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}

function kindIn(
  lists: ReadonlyMap<AddressKind, BlockList>,
  address: string,
  family: 'ipv4' | 'ipv6',
): AddressKind | undefined {
  for (const [kind, list] of lists) if (list.check(address, family)) return kind;
  return undefined;
}
