import { systemResolve } from '../../src/primitives/http/checked-lookup.js';
import { createTransfer, defaultTransferLimits, type Transfer } from '../../src/primitives/http/index.js';

/** The real transfer, allowed to reach servers that a test started on this machine. It does not wait to send again. */
export function loopbackTransfer(credential?: {
  readonly origin: string;
  readonly user: string;
  readonly password: string;
}): Transfer {
  return createTransfer(
    {
      allowPrivate: false,
      allowLoopback: true,
      limits: defaultTransferLimits,
      credential: credential && {
        origin: credential.origin,
        authorization: `Basic ${Buffer.from(`${credential.user}:${credential.password}`).toString('base64')}`,
      },
    },
    { resolve: systemResolve, delay: () => Promise.resolve() },
  );
}
