/**
 * Makes a script that fails small: decisions are taken out in halves, quarters and one by one, then what is left is made
 * ordinary. Every candidate is performed; it counts if the same invariant is violated. Source: delta debugging (Zeller and
 * Hildebrandt, 2002).
 */

import { Performance } from './performance.ts';
import type { Actor, Decision, Script } from './script.ts';
import type { Violation } from './violation.ts';

export interface ShrinkOptions {
  /** True once enough time was spent: the best so far is the result. */
  readonly isOver: () => boolean;
  readonly onProgress?: (best: Script, tried: number) => void;
}

/** The smallest script found that violates the invariant, and its violation. Throws if the script itself does not fail. */
export async function shrink(
  script: Script,
  options: ShrinkOptions,
): Promise<{ readonly script: Script; readonly violation: Violation }> {
  const shrinker = await Shrinker.of(script, options);
  await shrinker.run();
  return { script: shrinker.best, violation: shrinker.violation };
}

/** The first violation of a performance. */
async function firstViolation(script: Script): Promise<Violation | undefined> {
  const { violations } = await new Performance(script).perform();
  return violations[0];
}

class Shrinker {
  best: Script;
  violation: Violation;
  readonly #options: ShrinkOptions;
  #tried = 0;

  static async of(script: Script, options: ShrinkOptions): Promise<Shrinker> {
    const violation = await firstViolation(script);
    if (violation === undefined) throw new Error('this script violates nothing');
    return new Shrinker(script, violation, options);
  }

  constructor(script: Script, violation: Violation, options: ShrinkOptions) {
    this.best = script;
    this.violation = violation;
    this.#options = options;
  }

  async run(): Promise<void> {
    for (;;) {
      const before = this.best;
      await this.#fewerDecisions();
      await this.#fewerActors();
      await this.#plainerActors();
      await this.#plainerDecisions();
      if (this.best === before || this.#options.isOver()) return;
    }
  }

  async #try(candidate: Script): Promise<boolean> {
    if (this.#options.isOver()) return false;
    this.#tried += 1;
    const violation = await firstViolation(candidate);
    if (violation?.invariant !== this.violation.invariant) return false;
    this.best = candidate;
    this.violation = violation;
    this.#options.onProgress?.(candidate, this.#tried);
    return true;
  }

  async #fewerDecisions(): Promise<void> {
    let size = Math.ceil(this.best.decisions.length / 2);
    for (; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      // From the end: what came last often did not matter any more.
      for (let end = this.best.decisions.length; end > 0; end -= size) {
        const start = Math.max(0, end - size);
        const [kept, hasty] = [without(this.best, start, end), dropped(this.best, start, end)];
        if (!(await this.#try(hasty))) await this.#try(kept);
      }
    }
  }

  async #fewerActors(): Promise<void> {
    for (const { name } of [...this.best.cast].reverse()) {
      if (this.best.cast.length <= 2) return;
      await this.#try(withoutActor(this.best, name));
    }
  }

  async #plainerActors(): Promise<void> {
    if (this.best.schedule !== 'plain') await this.#try({ ...this.best, schedule: 'plain' });
    for (const { name } of this.best.cast) {
      if (await this.#try(withActor(this.best, { name }))) continue;
      const actor = this.best.cast.find((each) => each.name === name);
      for (const trait of ['clockOffsetMs', 'driftPpm', 'disk', 'watch'] as const) {
        if (actor?.[trait] === undefined) continue;
        const { [trait]: _, ...plainer } =
          this.best.cast.find((each) => each.name === name) ?? actor;
        await this.#try(withActor(this.best, plainer));
      }
    }
  }

  async #plainerDecisions(): Promise<void> {
    for (const { id } of this.best.decisions) {
      const decision = this.best.decisions.find((each) => each.id === id);
      if (decision === undefined) continue;
      for (const plainer of plainerThan(decision)) {
        const decisions = this.best.decisions.map((each) => (each.id === id ? plainer : each));
        if (await this.#try({ ...this.best, decisions })) break;
      }
    }
  }
}

/** Takes decisions out; what stays happens when it happened. */
function without(script: Script, start: number, end: number): Script {
  const { decisions } = script;
  const saved = decisions
    .slice(start, end)
    .reduce((sum, { when }) => sum + ('afterMs' in when ? when.afterMs : 0), 0);
  const at = decisions.findIndex(({ when }, index) => index >= end && 'afterMs' in when);
  const later = decisions.map((each, index) =>
    index === at && 'afterMs' in each.when
      ? { ...each, when: { afterMs: each.when.afterMs + saved } }
      : each,
  );
  return { ...script, decisions: [...later.slice(0, start), ...later.slice(end)] };
}

/** Takes decisions out with their time. */
function dropped(script: Script, start: number, end: number): Script {
  const { decisions } = script;
  return { ...script, decisions: [...decisions.slice(0, start), ...decisions.slice(end)] };
}

function withoutActor(script: Script, name: string): Script {
  const isAbout = ({ act, when }: Decision): boolean =>
    ('on' in act && act.on === name) ||
    ('a' in act && (act.a === name || act.b === name)) ||
    ('before' in when && when.before.on === name);
  const neighbours = script.links.flatMap(([a, b]) => (a === name ? [b] : b === name ? [a] : []));
  const links = script.links.filter(([a, b]) => a !== name && b !== name);
  // Those who knew each other through it alone know each other now.
  const bridges = neighbours.slice(1).map((each, at) => [neighbours[at] ?? each, each] as const);
  const isNew = ([a, b]: readonly [string, string]): boolean =>
    !links.some(([c, d]) => (a === c && b === d) || (a === d && b === c));
  return {
    ...script,
    cast: script.cast.filter((actor) => actor.name !== name),
    links: [...links, ...bridges.filter(isNew)],
    decisions: script.decisions.filter((decision) => !isAbout(decision)),
  };
}

function withActor(script: Script, actor: Actor): Script {
  return { ...script, cast: script.cast.map((each) => (each.name === actor.name ? actor : each)) };
}

/** Simpler forms of a decision, the simplest first. */
function* plainerThan(decision: Decision): Generator<Decision, void, undefined> {
  const { when, act } = decision;
  if ('path' in act && 'bytes' in act) {
    const { bytes: _, ...plainer } = act;
    yield { ...decision, act: plainer };
  }
  if (act.do === 'each') {
    for (const count of [1, 2, Math.ceil(act.count / 2), act.count - 1]) {
      if (count > 0 && count < act.count) yield { ...decision, act: { ...act, count } };
    }
  }
  if ('before' in when) {
    for (const afterMs of [0, 1, 10, 100]) yield { ...decision, when: { afterMs } };
  } else if (when.afterMs > 0) {
    for (const afterMs of [0, 1, 100, 1000]) {
      if (afterMs < when.afterMs) yield { ...decision, when: { afterMs } };
    }
  }
}
