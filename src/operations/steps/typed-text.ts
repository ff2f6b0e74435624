import type { z } from 'zod';
import { UdosError } from '../../errors/index.js';

/**
 * Refuses what a user typed after `flag` when the format that it goes into would: too long, with control characters, no
 * address. So nothing is signed or written that every client refuses.
 *
 * @param format the field's own schema.
 * @throws USAGE
 */
export function requireTyped(flag: string, text: string, format: z.ZodType): void {
  if (text.trim() === '') throw refusal(flag, text, 'it is empty');
  const parsed = format.safeParse(text);
  if (parsed.success) return;
  throw refusal(flag, text, parsed.error.issues[0]?.message ?? 'it is not of the right form');
}

/**
 * A branch to propose on.
 *
 * @throws USAGE for a name that git would not take, and for the branches that an index is made of
 */
export function requireBranch(text: string): void {
  if (text === 'main' || text === 'published') throw refusal('--branch', text, 'an index itself is there');
  const isPlain = /^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/.test(text);
  const isWellKept = text.split('/').every((part) => !/^\.|\.\.|\.lock$|\.$|^$/.test(part));
  if (!isPlain || !isWellKept) throw refusal('--branch', text, 'git has no branches of such a name');
}

function refusal(flag: string, text: string, problem: string): UdosError {
  return new UdosError('USAGE', `${flag} cannot be ${JSON.stringify(text.slice(0, 80))}: ${problem}.`, {
    hint: `Give another ${flag}.`,
    data: { flag, problem },
  });
}
