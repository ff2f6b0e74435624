import { randomBytes } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UdosError } from '../errors/index.js';
import { listFolder, readLockState, withLock, type Lock } from '../primitives/fs/index.js';

/** How long {@link withStoreAlone} waits for commands that use the store. */
const patienceMs = 12_000;
const pauseMs = 100;

/**
 * Runs `work` while nothing is taken out of the store: from before an artifact arrives until a receipt says that it is
 * needed. Any number of commands may do so at once.
 *
 * @param store `HomePaths.store`; the locks lie beside it.
 * @throws STATE_LOCKED, FILESYSTEM_FAILED, and what `work` throws
 */
export async function withStoreInUse<T>(store: string, work: (held: Lock) => Promise<T>): Promise<T> {
  const own = path.join(usersFolder(store), `${randomBytes(8).toString('hex')}.lock`);
  return new Promise<T>((resolve, reject) => {
    // The gate is let go as soon as the own lock stands: from then on that is what others wait for.
    withLock(gateOf(store), async () => {
      await removeDeadUsers(store);
      await new Promise<void>((enter) => {
        withLock(own, (held) => {
          enter();
          return work(held);
        })
          .then(resolve, reject)
          .finally(enter);
      });
    }).catch(reject);
  });
}

/**
 * Runs `work` while no other command uses the store; those that begin meanwhile wait.
 *
 * @throws STATE_LOCKED when others do not end within twelve seconds; FILESYSTEM_FAILED, and what `work` throws
 */
export async function withStoreAlone<T>(store: string, work: (held: Lock) => Promise<T>): Promise<T> {
  return withLock(gateOf(store), async (held) => {
    for (let waited = 0; ; waited += pauseMs) {
      const holder = await findUser(store);
      if (holder === undefined) return work(held);
      if (waited >= patienceMs) throw inUse(holder);
      await wait(pauseMs);
    }
  });
}

/** True while some command uses the store, or works on it alone. Takes nothing and changes nothing. */
export async function isStoreInUse(store: string): Promise<boolean> {
  const users = await listFolder(usersFolder(store));
  for (const lock of [gateOf(store), ...users.map((name) => path.join(usersFolder(store), name))]) {
    if ((await readLockState(lock)) === 'held') return true;
  }
  return false;
}

/** The lock of a command that uses the store now. */
async function findUser(store: string): Promise<string | undefined> {
  await removeDeadUsers(store);
  const [name] = await listFolder(usersFolder(store));
  return name === undefined ? undefined : path.join(usersFolder(store), name);
}

/** Nobody can come to hold such a lock again: their names are random, and used once. */
async function removeDeadUsers(store: string): Promise<void> {
  for (const name of await listFolder(usersFolder(store))) {
    const lock = path.join(usersFolder(store), name);
    if ((await readLockState(lock)) === 'stale') await rmdir(lock).catch(() => undefined);
  }
}

function gateOf(store: string): string {
  return `${store}.lock`;
}

function usersFolder(store: string): string {
  return `${store}.users`;
}

function inUse(holder: string): UdosError {
  return new UdosError('STATE_LOCKED', 'Another udos command uses the store.', {
    hint: 'Wait until it ends, then run the command again.',
    data: { lock: holder },
  });
}
