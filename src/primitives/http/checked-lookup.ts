import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { UdosError } from '../../errors/index.js';
import { addressKind, isLoopbackHost } from './address-rules.js';
import type { TransferPolicy } from './transfer.js';
import { refuseAddress } from './url-rules.js';

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** As the operating system resolves names, hosts file included. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * A `lookup` for sockets that hands out checked addresses only. The socket connects to what it is given here and asks no
 * second time, so a name that changes its answer in between (DNS rebinding) gains nothing. One refused address refuses
 * the name: an honest public host has none.
 */
export function createCheckedLookup(policy: TransferPolicy, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolveChecked(hostname, policy, resolve).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, []),
    );
  };
}

async function resolveChecked(
  hostname: string,
  policy: TransferPolicy,
  resolve: Resolve,
): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
  const [first, ...others] = await resolve(hostname);
  if (first === undefined) {
    throw new UdosError('NETWORK_FAILED', `Cannot reach ${hostname}: the name has no address.`);
  }
  for (const { address } of [first, ...others]) {
    if (isLoopbackHost(hostname)) refuseElsewhere(hostname, address);
    else refuseAddress(hostname, address, policy);
  }
  return [first, ...others];
}

/** `localhost` is what lets `http:` pass: a hosts file that moves it would send plain text into the network. */
function refuseElsewhere(hostname: string, address: string): void {
  if (addressKind(address) === 'loopback') return;
  throw new UdosError(
    'TRANSFER_REFUSED',
    `Cannot reach ${hostname}: it resolves to ${address}, which is another machine.`,
    { hint: 'Use 127.0.0.1, or mend the hosts file.', data: { host: hostname, address } },
  );
}
