import { UdosError } from '../errors/index.js';
import type { DocumentProvider, PluginRef, RoutedRequirement } from '../model/resolution.js';
import { KnownPlugin, refKey, type Circumstances } from './known-plugin.js';

/** Every plugin document of one resolution. No plugin is asked for twice. */
export class Documents {
  readonly #known = new Map<string, KnownPlugin>();
  readonly #lookedAhead = new Set<string>();
  #closed = false;

  constructor(
    private readonly provider: DocumentProvider,
    private readonly circumstances: Circumstances,
  ) {}

  /** From now on nothing is asked: what is not known yet counts as unavailable. */
  close(): void {
    this.#closed = true;
  }

  isKnown(ref: PluginRef): boolean {
    return this.#known.has(refKey(ref));
  }

  /** The document of a plugin that was asked for before. */
  get(ref: PluginRef): KnownPlugin {
    const plugin = this.#known.get(refKey(ref));
    if (plugin === undefined) throw new UdosError('BUG', `${ref.name} was used before it was asked for.`);
    return plugin;
  }

  /**
   * Asks for what `needs` names, then for what the releases that would be tried first need, and so on: one batch a
   * level. So a resolution without surprises costs as many batches as its graph is deep, and the solver waits for none.
   */
  async ask(needs: readonly RoutedRequirement[]): Promise<void> {
    let level = needs;
    while (level.length > 0) {
      await this.#askBatch(level);
      level = level.flatMap((need) => this.#firstNeedsOf(need));
    }
  }

  async #askBatch(refs: readonly PluginRef[]): Promise<void> {
    const unknown = new Map<string, PluginRef>();
    for (const { registry, name } of refs) {
      if (!this.isKnown({ registry, name })) unknown.set(refKey({ registry, name }), { registry, name });
    }
    if (unknown.size === 0) return;
    const wanted = [...unknown.keys()].sort().flatMap((key) => unknown.get(key) ?? []);
    const answers = this.#closed
      ? wanted.map(() => ({ kind: 'unavailable' as const, reason: 'not asked' }))
      : await this.provider.documents(wanted);
    wanted.forEach((ref, at) => {
      const answer = answers[at];
      if (answer === undefined) throw new UdosError('BUG', `No answer came for ${ref.name}.`);
      this.#known.set(refKey(ref), new KnownPlugin(ref, answer, this.circumstances));
    });
  }

  /** Optional dependencies too: they will be tried once the required ones are settled. */
  #firstNeedsOf(need: RoutedRequirement): RoutedRequirement[] {
    const plugin = this.get(need);
    const index = plugin.preferred(plugin.matching(need.range));
    const visit = `${plugin.key} ${index}`;
    if (index < 0 || this.#lookedAhead.has(visit)) return [];
    this.#lookedAhead.add(visit);
    const { dependencies, optionalDependencies } = plugin.candidate(index);
    return [...dependencies, ...optionalDependencies].map((dependency) => plugin.routed(dependency));
  }
}
