import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FindingKind } from '../../../src/operations/doctor/findings.js';
import type { DamagedMachine } from '../../kit/damage.js';

export const notesFolder = 'usr/share/udos/plugins/installed/ada--notes';

/** One thing that can be wrong with a machine, and what a doctor has to call it. */
export interface Damage {
  readonly kind: FindingKind;
  readonly why: string;
  readonly on?: 'machine';
  /** What comes with it, found as well and mended by the same. */
  readonly also?: readonly FindingKind[];
  readonly do: (sick: DamagedMachine) => unknown;
  /** What somebody else has to do before the fix helps. */
  readonly before?: (sick: DamagedMachine) => unknown;
}

export const garbage = 'no { json';

export const edit = (file: string, change: (text: string) => string) => {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};

export const receiptOf = ({ home, paths }: DamagedMachine, name = 'ada--notes') =>
  path.join(home.receipts(paths.root), `${name}.json`);

export const longAgo = (file: string, ms = 3_600_000) => {
  const past = new Date(Date.now() - ms);
  utimesSync(file, past, past);
};
