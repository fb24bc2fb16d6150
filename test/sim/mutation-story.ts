/**
 * People write on three devices, of which the middle one mutates what it says; in the end it is honest again. What may be
 * expected then depends on what it did: see `faults`.
 */

import type { SimDevice } from '../../lab/sim/device.ts';
import { FOLDER, KithWorld, type Links } from '../../lab/sim/kith-world.ts';
import type { MutationPlan } from '../../lab/sim/mutation/mutation-plan.ts';
import type { Mutator } from '../../lab/sim/mutation/mutator.ts';
import { FrontierOracle } from '../../lab/sim/oracle.ts';
import type { SimRandom } from '../../lab/sim/random.ts';
import { toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/sha256.ts';
import { compareVersions, mergeVersions, type Version } from '../../src/model/version.ts';
import { bulk } from './scene.ts';

export const SHAPES: Readonly<Record<'line' | 'mesh', Links>> = {
  line: [
    ['a', 'b'],
    ['b', 'c'],
  ],
  mesh: [
    ['a', 'b'],
    ['b', 'c'],
    ['a', 'c'],
  ],
};

export interface StoryOptions {
  readonly links: Links;
  readonly plan: MutationPlan;
  /** How the broken device comes back: as it is, or without its database, so that it tells everything anew. */
  readonly ends: 'honest' | 'without its database';
}

export interface StoryEnd {
  readonly trace: string;
  readonly faults: readonly string[];
  readonly mutations: number;
}

const PATHS = ['f', 'g', 'd/x', 'd/y', 'e'];
const STEPS = 25;
/** Versions are looked at this often, so that none that lived is missed. */
const LOOK_MS = 50;

export class MutationStory {
  readonly world: KithWorld;
  readonly oracle = new FrontierOracle();
  readonly mutator: Mutator;
  readonly #options: StoryOptions;
  readonly #random: SimRandom;
  /** Content hashes. */
  readonly #values = new Map<string, string>();
  /** By content hash and path, under which versions it stood there on any device. */
  readonly #versions = new Map<string, Version[]>();
  /** The same by path, of whatever content. */
  readonly #rows = new Map<string, Version[]>();

  constructor(seed: number, options: StoryOptions) {
    this.#options = options;
    this.world = new KithWorld(seed);
    this.#random = this.world.random.fork('people');
    for (const name of ['a', 'b', 'c']) this.world.device(name);
    this.world.link(options.links);
    this.mutator = this.world.mutate(this.world.named('b'), options.plan);
  }

  async tell(): Promise<StoryEnd> {
    for (const name of ['a', 'b', 'c']) this.#write(this.world.named(name), `of ${name}`);
    this.world.upAll();
    await this.#run(3000);
    for (let step = 0; step < STEPS; step++) {
      this.#step(this.#random.pick(this.world.devices()));
      await this.#run(this.#random.chance(0.3) ? 0 : this.#random.below(2000));
    }
    await this.#run(60_000);
    await this.#repent();
    await this.world.rest();
    const { trace, mutator } = { trace: this.world.traceHash(), mutator: this.mutator };
    return { trace, faults: this.#faults(), mutations: mutator.done.length };
  }

  #step(device: SimDevice): void {
    const path = this.#random.pick(PATHS);
    if (!isForFiles(device, path)) return;
    if (this.#random.chance(0.75)) this.#write(device, path);
    else this.oracle.delete(device.person, path);
    device.person.sync();
  }

  #write(device: SimDevice, path: string): void {
    const name = `${this.#values.size} by ${device.name}`;
    const value = this.#random.chance(0.2) ? bulk(name, 200_000) : name;
    this.#values.set(value, hashOf(value));
    this.oracle.write(device.person, path, value);
  }

  async #run(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      await this.world.run({ ms: Math.min(left, LOOK_MS) });
      this.#look();
    }
  }

  async #repent(): Promise<void> {
    const { world, mutator } = this;
    const b = world.named('b');
    mutator.follow({});
    for (const [one, other] of this.#options.links) world.network.reset(one, other);
    if (this.#options.ends === 'honest') return;
    world.crash(b, 'kill');
    b.replaceDatabase(undefined);
    world.up(b);
  }

  #look(): void {
    for (const device of this.world.devices()) {
      const store = device.life?.store.folder(FOLDER);
      for (const path of store?.paths(undefined, 1000) ?? []) {
        const row = store?.ours(path);
        if (row === undefined) continue;
        const hash = toHex(row.contentHash);
        noteVersion(this.#versions, `${hash} ${path}`, row.version);
        noteVersion(this.#rows, path, row.version);
      }
    }
  }

  /** Every violation of what may be expected, in words. */
  #faults(): readonly string[] {
    const devices = this.world.devices();
    const ending = new Map(devices.map((each) => [each.name, each.person.contents()] as const));
    const excused = this.oracle.frontier().filter((value) => this.#mayBeGone(value));
    const words = this.oracle.violations(ending).filter((violation) => {
      if (/which was replaced$|copies without a conflict|is empty although/.test(violation))
        return false;
      return !excused.some((value) => violation.includes(`${show(value)} of `));
    });
    return [...words, ...devices.flatMap(brokenBy)];
  }

  /**
   * A value is the liar's to take away by a version that knows it, and what it told of the path knew a version of it. If it
   * gave the value's own version to something else, it still takes somebody who knows that to replace it.
   */
  #mayBeGone(value: string): boolean {
    const hash = this.#values.get(value) ?? '';
    // A conflict copy stands elsewhere, and can be taken away there.
    const paths = [...this.#rows.keys()].filter((path) => this.#versions.has(`${hash} ${path}`));
    return paths.some((path) => this.#isTakenAt(path, this.#versions.get(`${hash} ${path}`) ?? []));
  }

  #isTakenAt(path: string, versions: readonly Version[]): boolean {
    const told = this.mutator.lies
      .filter((lie) => lie.path === path)
      .reduce<Version>((all, { version }) => mergeVersions(all, version), []);
    const rows = this.#rows.get(path) ?? [];
    return versions.some((version) => {
      const relation = compareVersions(told, version);
      if (relation !== 'equal') return relation === 'newer';
      return rows.some((row) => compareVersions(row, version) === 'newer');
    });
  }
}

/** The liar may have put directories and links in the way: nobody writes there. */
function isForFiles({ person }: SimDevice, path: string): boolean {
  const standing = person.tree();
  const above = path.includes('/') ? standing.get(path.slice(0, path.indexOf('/'))) : undefined;
  return (
    (above ?? { kind: 'directory' }).kind === 'directory' &&
    (standing.get(path) ?? { kind: 'file' }).kind === 'file'
  );
}

/** As the oracle shows it. */
function show(value: string): string {
  return value.length > 40 ? `"${value.slice(0, 40)}…" (${value.length})` : `"${value}"`;
}

function noteVersion(known: Map<string, Version[]>, key: string, version: Version): void {
  const versions = known.get(key) ?? [];
  if (versions.some((one) => compareVersions(one, version) === 'equal')) return;
  known.set(key, [...versions, version]);
}

function hashOf(value: string): string {
  const bytes = new TextEncoder().encode(value);
  const blocks: number[] = [];
  for (let at = 0; at < bytes.length; at += 131_072) {
    blocks.push(...sha256(bytes.subarray(at, at + 131_072)));
  }
  return toHex(sha256(Uint8Array.from(blocks)));
}

/** What no device may suffer, whoever lies. */
function brokenBy(device: SimDevice): readonly string[] {
  const around = [...device.tree.root.entries.keys()].sort().join();
  const errors = device.log.filter(({ level }) => level === 'error');
  return [
    ...(around === 'canary,home' ? [] : [`${device.name}: ${around} stand beside its root`]),
    ...device.canary.changes().map((what) => `${device.name}: ${what}`),
    ...errors.map(({ event, facts }) => `${device.name}: ${event} ${JSON.stringify(facts)}`),
  ];
}
