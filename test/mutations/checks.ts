import { clientRows } from './client-rows.js';
import { indexRows } from './index-rows.js';
import type { Mutation } from './mutation.js';
import { releaseRows } from './release-rows.js';
import { transferRows } from './transfer-rows.js';

/**
 * Every check, switched off one at a time by `npm run test:mutations`: the suite must notice each. A check that does several
 * things stands here several times.
 */
export const mutations: readonly Mutation[] = [...indexRows, ...transferRows, ...releaseRows, ...clientRows];
