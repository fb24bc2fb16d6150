/** Devices in two network namespaces, over a cable that is slow, loses, is pulled out, or leads to another address by then. */

import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FOLDER } from '../../test/support/daemon-cluster.ts';
import { readTree, untilAllEqual } from '../../test/support/trees.ts';
import { writeLarge } from '../../test/support/trees-content.ts';
import { bulk, writeFileAt } from './flows.ts';
import { Ground, KITH } from './ground.ts';
import { type End, LinkLab } from './link-lab.ts';
import { faultsAtRest } from './proof.ts';
import { hasTime, needing, type Run, reasonOf } from './run.ts';

const MIB = 1024 * 1024;
const POLL_MS = 200;

interface Trial {
  /** Bytes of the one large file, and how many small ones. */
  readonly large: number;
  readonly small: number;
  /** All must be equal by then. */
  readonly mostMs: number;
  /** Takes minutes: not for a short run. */
  readonly isLong?: boolean;
  /** What the cable is like from the beginning. */
  readonly before?: (lab: LinkLab) => Promise<void>;
  /** What happens to it once a good part of the large file has arrived. */
  readonly halfway?: (lab: LinkLab) => Promise<void>;
}

const TRIALS: Readonly<Record<string, Trial>> = {
  slow: {
    large: 4 * MIB,
    small: 200,
    mostMs: 400_000,
    before: (lab) => lab.limitRate('8mbit'),
  },
  'losing-a-third': {
    large: MIB,
    small: 60,
    mostMs: 400_000,
    before: (lab) => lab.lose('a', 30),
  },
  'small-packets': {
    large: 24 * MIB,
    small: 200,
    mostMs: 400_000,
    before: (lab) => lab.setMtu(1280),
  },
  'down-and-up': {
    large: 12 * MIB,
    small: 100,
    mostMs: 400_000,
    before: (lab) => lab.limitRate('8mbit'),
    halfway: async (lab) => {
      await lab.set('b', 'down');
      await sleep(6000);
      await lab.set('b', 'up');
    },
  },
  'silent-for-a-while': {
    large: 12 * MIB,
    small: 100,
    mostMs: 400_000,
    before: (lab) => lab.limitRate('8mbit'),
    halfway: async (lab) => {
      await lab.cut();
      await sleep(6000);
      await lab.heal();
    },
  },
  'another-address': {
    large: 12 * MIB,
    small: 100,
    // Silence ends a connection after five minutes; until then nobody tells that nobody is there.
    mostMs: 480_000,
    isLong: true,
    before: (lab) => lab.limitRate('8mbit'),
    halfway: async (lab) => lab.move('b', lab.addressOf('b').replace(/\d+$/, '77')),
  },
};

/** Every trial, or the one that is named; `isShort`: those alone that take less than some minutes. */
export async function links(
  run: Run,
  choice: { readonly trial?: string | undefined; readonly isShort?: boolean },
): Promise<void> {
  const lab = await needing('a network of namespaces', () => LinkLab.make(run));
  const ground = await Ground.make(run.scope, path.join(run.directory, 'links'), {
    names: ['a', 'b'],
    options: (name) => ({
      program: [...lab.at(name as End), KITH],
      host: lab.addressOf(name as End),
      isElsewhere: true,
    }),
  });
  for (const [name, trial] of Object.entries(TRIALS)) {
    if ((choice.trial ?? name) !== name || (choice.isShort && trial.isLong)) continue;
    if (hasTime(run)) await play(run, { name, trial, lab, ground });
  }
}

async function play(
  { tally, kept }: Run,
  parts: {
    readonly name: string;
    readonly trial: Trial;
    readonly lab: LinkLab;
    readonly ground: Ground;
  },
): Promise<void> {
  const { name, trial, lab, ground } = parts;
  const startMs = performance.now();
  const repeat = `links --trial ${name}`;
  tally.begin(repeat);
  const faults: string[] = [];
  try {
    await lab.reset();
    await ground.restore('fresh');
    await trial.before?.(lab);
    faults.push(...(await transfer(parts)));
  } catch (error) {
    faults.push(reasonOf(error));
  } finally {
    await ground.kill();
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (faults.length === 0) {
    tally.note(`links ${name}: equal after ${seconds} s`);
    return tally.pass('links', repeat);
  }
  const place = await ground.putAside(path.join(kept, `links-${name}`));
  tally.fail(repeat, [...faults, `its files: ${place}`]);
}

async function transfer({
  trial,
  lab,
  ground,
}: Parameters<typeof play>[1]): Promise<readonly string[]> {
  const { large, small, mostMs, halfway } = trial;
  const [mine = '', theirs = ''] = ground.roots;
  await writeLarge(path.join(mine, 'large'), large, 1);
  for (let i = 0; i < small; i++) {
    writeFileAt(mine, `${i % 7}/${i}`, bulk(`${i}`, i * 90));
  }
  const tree = readTree(mine);
  const endMs = performance.now() + mostMs;
  for (const daemon of ground.daemons) await daemon.launch();
  if (halfway !== undefined) {
    while (stagedBytes(theirs) < large / 4) {
      if (performance.now() > endMs) return ['no part of the large file arrived in time'];
      await sleep(POLL_MS);
    }
    if (readTree(theirs)['large'] !== undefined) return ['it was too fast to be disturbed'];
    await halfway(lab);
  }
  const leftMs = (): number => Math.max(1, endMs - performance.now());
  await untilAllEqual(ground.roots, leftMs());
  for (const daemon of ground.daemons) await daemon.untilEqual(FOLDER, leftMs());
  return await faultsAtRest(ground.daemons, { tree, copies: [], logIsQuiet: true });
}

/** Of the largest file on its way. */
function stagedBytes(root: string): number {
  const stage = path.join(root, '.kith', 'stage');
  const sizes = namesIn(stage).map(
    (name) => statSync(path.join(stage, name), { throwIfNoEntry: false })?.blocks ?? 0,
  );
  return Math.max(0, ...sizes) * 512;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    // Not made yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
