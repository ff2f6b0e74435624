import type { Check, Mutation, Proof } from './mutation.js';

/** What stands for a check unless a row says otherwise. */
export const proofs: Readonly<Record<Check, Proof>> = {
  0: { unit: ['registry/first-contact'], stories: ['t06', 'f07'] },
  1: { unit: ['registry/checkpoint', 'registry/roots'], stories: ['t05'] },
  2: { unit: ['http/*'], stories: ['t02', 'c12'] },
  3: { unit: ['registry/roots'], stories: ['t10', 't01'] },
  4: { unit: ['registry/roots'], stories: ['t04', 't05'] },
  5: { unit: ['registry/checkpoint'], stories: ['t01', 'f07'] },
  6: { unit: ['registry/order'], stories: ['t08', 'f06'] },
  7: { unit: ['registry/log'], stories: ['f05', 'f06'] },
  8: { unit: ['registry/checkpoint'], stories: ['t05'] },
  9: { unit: ['registry/sums'], stories: ['t07', 'c09'] },
  10: { unit: ['registry/revocations'], stories: ['t08', 'f04', 't10'] },
  11: { unit: ['registry/publishers', 'operations/consent'], stories: ['f03', 't10'] },
  12: { unit: ['registry/documents', 'registry/revocations'], stories: ['t01', 't08', 't11', 'f04', 'f07'] },
  13: { unit: ['registry/revocations', 'registry/artifact'], stories: ['f04'] },
  14: { unit: ['registry/routing'], stories: ['f01'] },
  15: { unit: ['registry/artifact', 'store/artifact-store'], stories: ['t01', 't11', 'c09'] },
  16: { unit: ['archive/*', 'registry/artifact'], stories: ['c01', 'c02', 'c03', 'c05', 't03', 't11'] },
  lockfile: { unit: ['operations/locked-claims'], stories: ['c10'] },
  consent: { unit: ['operations/consent', 'operations/plan'], stories: ['f03'] },
  output: { unit: ['cli/redact', 'cli/plain-text'], stories: ['c13', 'f12'] },
};

export function proofOf({ check, proof }: Mutation): Proof {
  const usual = proofs[check];
  if (usual === undefined) throw new Error(`Nothing stands for check ${check}.`);
  return { ...usual, ...proof };
}
