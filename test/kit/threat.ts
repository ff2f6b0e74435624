/** A row of the table in `docs/security.md`: attacks known from TUF (T), from registries and federation (F), on clients (C). */
export type ThreatId = `${'T' | 'F' | 'C'}${number}`;

/**
 * The story of one threat: every `it` in it is one attack that is tried for real and refused. `npm run test:attacks` prints
 * a line a story, and a check holds the table in `docs/security.md` and the stories together by their ids.
 */
export function threat(id: ThreatId, title: string, story: () => void): void {
  describe(`${id} ${title}`, story);
}
