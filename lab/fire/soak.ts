/** Three devices, persons at all of them, kills and restarts, for minutes or hours; then rest, and everything must be right. */

import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDaemon } from '../../test/support/daemon.ts';
import { FOLDER } from '../../test/support/daemon-cluster.ts';
import { readTree, untilAllEqual } from '../../test/support/trees.ts';
import { SimRandom } from '../sim/random.ts';
import { compareTrees } from '../verify/equal-trees.ts';
import { Ground } from './ground.ts';
import { INSPECTED } from './heap.ts';
import { HeapBook } from './heap-book.ts';
import { OwnArea } from './own-area.ts';
import { faultsOfDaemons } from './proof.ts';
import { type Run, reasonOf } from './run.ts';
import { SharedArea } from './shared-area.ts';
import { pause, type Until } from './until.ts';

const NAMES = ['a', 'b', 'c'];
/** Its memory is watched, so it is never ended. */
const WATCHED = 'a';
const STEP_MS = 120;
const REST_MS = 300_000;
/** Between two ends of a device. */
const END_MS = { least: 8000, most: 40_000 };

/** Runs for so many minutes. Fewer than thirty say nothing of memory. */
export async function soak(run: Run, minutes: number): Promise<void> {
  const { tally, seed, scope, directory, kept } = run;
  const repeat = `soak --minutes ${minutes} --seed ${seed}`;
  tally.begin(repeat);
  const ground = await Ground.make(scope, path.join(directory, 'soak'), {
    names: NAMES,
    isMesh: true,
  });
  const random = new SimRandom(seed);
  const persons = new Persons(ground, { random, outside: path.join(directory, 'soak', 'outside') });
  const heap = new HeapBook(ground.named(WATCHED));
  const faults: string[] = [];
  const stop = new AbortController();
  try {
    await Promise.all(ground.daemons.map((daemon) => daemon.up({ env: INSPECTED })));
    const until = { endMs: performance.now() + minutes * 60_000, signal: stop.signal };
    const works = [
      persons.live(until),
      disturb(ground, { until, random }),
      heap.keep(until, (line) => tally.say(line)),
    ];
    const [changes, ends] = await Promise.all(works);
    tally.note(`soak: ${changes} changes, ${ends} ends of a device; now they come to rest`);
    await rest(ground);
    faults.push(...(await persons.faults()), ...(await faultsOfDaemons(ground.daemons)));
    const { text, fault } = heap.verdict(minutes);
    tally.note(`soak: ${text}`);
    if (fault !== undefined) faults.push(fault);
    for (const daemon of ground.daemons) await daemon.down();
  } catch (error) {
    faults.push(reasonOf(error));
  } finally {
    stop.abort();
    await ground.kill();
  }
  if (faults.length === 0) return tally.pass('soak', repeat);
  const place = await ground.putAside(path.join(kept, 'soak'));
  tally.fail(repeat, [...faults, `its files: ${place}`]);
}

/** Ends devices at once or cleanly, and starts them again; how often. */
async function disturb(
  ground: Ground,
  { until, random }: { readonly until: Until; readonly random: SimRandom },
): Promise<number> {
  const own = random.fork('ends');
  const victims = ground.daemons.filter(({ name }) => name !== WATCHED);
  let count = 0;
  for (;;) {
    const pauseMs = own.between(END_MS.least, END_MS.most);
    if (!(await pause(pauseMs, until))) return count;
    const victim = victims[own.below(victims.length)] as TestDaemon;
    if (own.below(4) === 0) await victim.down();
    else await victim.kill();
    await sleep(own.below(3000));
    await victim.up({ env: INSPECTED });
    count += 1;
  }
}

async function rest(ground: Ground): Promise<void> {
  await untilAllEqual(ground.roots, REST_MS);
  for (const daemon of ground.daemons) await daemon.untilEqual(FOLDER, REST_MS);
  await untilAllEqual(ground.roots, REST_MS);
}

/** One at each device. */
class Persons {
  readonly #ground: Ground;
  readonly #random: SimRandom;
  readonly #outside: string;
  readonly #shared = new SharedArea();
  readonly #own: ReadonlyMap<string, OwnArea>;

  constructor(
    ground: Ground,
    { random, outside }: { readonly random: SimRandom; readonly outside: string },
  ) {
    this.#ground = ground;
    this.#random = random;
    this.#outside = outside;
    const areas = ground.daemons.map((daemon) => {
      const { name } = daemon;
      mkdirSync(path.join(daemon.folder(FOLDER), 'shared'), { recursive: true });
      mkdirSync(path.join(outside, name), { recursive: true });
      const roots = [this.#realOf(daemon, name), this.#shadowOf(name)] as const;
      return [name, new OwnArea(roots, random.fork(`own ${name}`))] as const;
    });
    this.#own = new Map(areas);
  }

  /** Until then they change things; how many times. */
  async live(until: Until): Promise<number> {
    const counts = await Promise.all(
      this.#ground.daemons.map(async (daemon) => {
        const random = this.#random.fork(`person ${daemon.name}`);
        let count = 0;
        do {
          this.#step(daemon, random);
          count += 1;
        } while (await pause(random.below(2 * STEP_MS), until));
        return count;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  #step(daemon: TestDaemon, random: SimRandom): void {
    if (random.below(4) > 0) {
      this.#own.get(daemon.name)?.step();
      return;
    }
    const root = path.join(daemon.folder(FOLDER), 'shared');
    this.#shared.step({ root, outside: path.join(this.#outside, daemon.name) }, random);
  }

  /** At rest. */
  async faults(): Promise<readonly string[]> {
    const { roots, daemons } = this.#ground;
    const faults: string[] = [];
    const { differences } = await compareTrees(roots);
    for (const { path: at, there, what } of differences) faults.push(`${there}: ${at} ${what}`);
    for (const daemon of daemons) {
      for (const { name } of daemons) {
        faults.push(...contentFaults(this.#realOf(daemon, name), this.#shadowOf(name)));
      }
      faults.push(...this.#shared.faults(path.join(daemon.folder(FOLDER), 'shared')));
      const known = ['.kith', 'shared', ...daemons.map(({ name }) => `own-${name}`)];
      const strange = readdirSync(daemon.folder(FOLDER)).filter((name) => !known.includes(name));
      faults.push(...strange.map((name) => `${daemon.name}: ${name} should not be there`));
    }
    return faults;
  }

  #realOf(daemon: TestDaemon, name: string): string {
    return path.join(daemon.folder(FOLDER), `own-${name}`);
  }

  #shadowOf(name: string): string {
    return path.join(this.#outside, `shadow-${name}`);
  }
}

/** Kinds, modes, targets and contents; times of the two places differ. */
function contentFaults(real: string, shadow: string): readonly string[] {
  const timeless = (root: string): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(readTree(root)).map(([name, line]) => [
        name,
        line.replace(/^(file \d+ \d+) \d+/, '$1'),
      ]),
    );
  const [found, wanted] = [timeless(real), timeless(shadow)];
  return [...new Set([...found.keys(), ...wanted.keys()])]
    .filter((name) => found.get(name) !== wanted.get(name))
    .map((name) => `${real}/${name} is ${found.get(name)}, and was left as ${wanted.get(name)}`);
}
