import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { UdosError, type ErrorCode } from '../../../src/errors/index.js';
import { createTransfer } from '../../../src/primitives/http/create-transfer.js';
import type { Resolve } from '../../../src/primitives/http/checked-lookup.js';
import {
  defaultTransferLimits,
  type Transfer,
  type TransferLimits,
  type TransferPolicy,
} from '../../../src/primitives/http/index.js';
import { loopbackCertificate } from '../../kit/loopback-certificate.js';
import { startStaticServer, type StaticServer, type StaticServerOptions } from '../../kit/static-server.js';

interface TransferSettings extends Partial<Omit<TransferPolicy, 'limits'>> {
  readonly limits?: Partial<TransferLimits>;
  /** The addresses that each name has; every other name is unknown. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly resolve?: Resolve;
  /** Told how long a transfer would wait before it sends again; nothing waits. */
  readonly onWait?: (milliseconds: number) => void;
}

/** Servers and transfers of one test, ended with it. The servers offer `a.txt`, which holds a hundred letters. */
export interface HttpWorld {
  serve(options?: StaticServerOptions): Promise<StaticServer>;
  /** By default a transfer of a registry on this machine, which knows no names but `localhost`. */
  transfer(settings?: TransferSettings): Transfer;
  dispose(): Promise<void>;
}

export async function makeHttpWorld(): Promise<HttpWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'udos-http-'));
  await writeFile(path.join(folder, 'a.txt'), 'a'.repeat(100));
  const open: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
    open.unshift(thing);
    return thing;
  };
  return {
    serve: async (options) => keep(await startStaticServer(folder, options)),
    transfer: ({ limits, names, resolve, onWait, ...policy } = {}) =>
      keep(
        createTransfer(
          {
            allowLoopback: true,
            allowPrivate: false,
            ...policy,
            // A limit that is lost shows as this one, and not as a test that never ends.
            limits: { ...defaultTransferLimits, totalMs: 5000, ...limits },
          },
          {
            resolve: resolve ?? resolveFrom({ localhost: ['127.0.0.1'], ...names }),
            certificateAuthority: loopbackCertificate.cert,
            delay: (milliseconds, signal) => {
              onWait?.(milliseconds);
              return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
            },
          },
        ),
      ),
    dispose: async () => {
      for (const thing of open) await thing.close();
      await rm(folder, { recursive: true });
    },
  };
}

function resolveFrom(names: Readonly<Record<string, readonly string[]>>): Resolve {
  return (hostname) => {
    const addresses = names[hostname];
    if (addresses === undefined) {
      return Promise.reject(Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }));
    }
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
}

/** The udos error that `promise` rejects with; its code must be `code`. */
export async function failureOf(promise: Promise<unknown>, code: ErrorCode): Promise<UdosError> {
  const error: unknown = await promise.then(
    () => assert.fail(`Expected ${code}, and nothing failed.`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UdosError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

/** Everything that people or logs could get to see of an error, causes included. */
export function everythingOf(error: UdosError): string {
  return inspect(error, { depth: 10, showHidden: true });
}
