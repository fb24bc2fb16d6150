/** Disks without room, for bytes or for names, under a folder or under the home: said, outlived, and taken up again by itself. */

import path from 'node:path';
import type { StatusReport } from '../../src/api/status.ts';
import type { TestDaemon } from '../../test/support/daemon.ts';
import { FOLDER } from '../../test/support/daemon-cluster.ts';
import { readTree, untilAllEqual } from '../../test/support/trees.ts';
import { writeLarge } from '../../test/support/trees-content.ts';
import { bulk, writeFileAt } from './flows.ts';
import { Ground } from './ground.ts';
import { faultsAtRest } from './proof.ts';
import { hasTime, needing, type Run, reasonOf } from './run.ts';
import { type DiskSize, SmallDisk } from './small-disk.ts';

const MIB = 1024 * 1024;
const SAID_MS = 300_000;
/** The next try comes later the longer something stood in the way. */
const TAKEN_UP_MS = 400_000;

interface Trial {
  /** Whose directory is on the small disk, and which. */
  readonly who: 'a' | 'b';
  readonly what: 'folder' | 'home';
  readonly size: DiskSize;
  readonly room: { readonly bytes: number; readonly files?: number };
  readonly plant: (root: string) => Promise<void>;
  /** What that device says as long as there is no room. */
  readonly says: RegExp;
  readonly isLong?: boolean;
}

const TRIALS: Readonly<Record<string, Trial>> = {
  'folder-bytes': {
    who: 'b',
    what: 'folder',
    size: { bytes: 64 * MIB },
    room: { bytes: 6 * MIB },
    plant: async (root) => {
      await writeLarge(path.join(root, 'large'), 16 * MIB, 1);
      plantMany(root, 40);
    },
    says: /FILE_DISK_FULL/,
  },
  'folder-names': {
    who: 'b',
    what: 'folder',
    size: { bytes: 64 * MIB, inodes: 800 },
    room: { bytes: 40 * MIB, files: 60 },
    plant: async (root) => plantMany(root, 300),
    says: /FILE_NO_INODES/,
  },
  'home-of-the-receiver': {
    who: 'b',
    what: 'home',
    size: { bytes: 64 * MIB },
    room: { bytes: 700 * 1024 },
    plant: async (root) => plantMany(root, 4000),
    says: /the disk that holds the database is full|the database could not be/,
  },
  'home-of-the-sender': {
    isLong: true,
    who: 'a',
    what: 'home',
    size: { bytes: 64 * MIB },
    room: { bytes: 700 * 1024 },
    plant: async (root) => plantMany(root, 4000),
    says: /the disk that holds the database is full|the database could not be/,
  },
};

/** Every trial, or the one that is named; `isShort`: those alone that take less than a minute. */
export async function full(
  run: Run,
  choice: { readonly trial?: string | undefined; readonly isShort?: boolean },
): Promise<void> {
  const ground = await Ground.make(run.scope, path.join(run.directory, 'full'), {
    names: ['a', 'b'],
  });
  for (const [name, trial] of Object.entries(TRIALS)) {
    if ((choice.trial ?? name) !== name || (choice.isShort && trial.isLong)) continue;
    if (hasTime(run)) await play(run, { name, trial, ground });
  }
}

async function play(
  run: Run,
  {
    name,
    trial,
    ground,
  }: { readonly name: string; readonly trial: Trial; readonly ground: Ground },
): Promise<void> {
  const startMs = performance.now();
  const repeat = `full --trial ${name}`;
  run.tally.begin(repeat);
  const faults: string[] = [];
  const device = ground.named(trial.who);
  const directory = trial.what === 'home' ? device.home : device.folder(FOLDER);
  let made: SmallDisk | undefined;
  try {
    await ground.restore('fresh');
    const disk = await needing('a small disk', () => SmallDisk.under(directory, trial.size));
    made = disk;
    await disk.fill(trial.room);
    faults.push(...(await fillUp({ trial, ground, device, disk })));
  } catch (error) {
    faults.push(reasonOf(error));
  } finally {
    await ground.kill();
    await made?.end();
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (faults.length === 0) {
    run.tally.note(`full ${name}: equal after ${seconds} s`);
    return run.tally.pass('full', repeat);
  }
  const place = await ground.putAside(path.join(run.kept, `full-${name}`));
  run.tally.fail(repeat, [...faults, `its files: ${place}`]);
}

async function fillUp(parts: {
  readonly trial: Trial;
  readonly ground: Ground;
  readonly device: TestDaemon;
  readonly disk: SmallDisk;
}): Promise<readonly string[]> {
  const { trial, ground, device, disk } = parts;
  const mine = ground.named('a').folder(FOLDER);
  await trial.plant(mine);
  const tree = readTree(mine);
  for (const daemon of ground.daemons) await daemon.launch();
  await device.until(`it says ${trial.says}`, (report) => saysSo(report, trial.says), SAID_MS);
  const other = ground.daemons.find((daemon) => daemon !== device);
  const { code } = await (other ?? device).tryKith('wait', FOLDER, '--timeout', '2');
  if (code === 0) return ['all is said to be everywhere while a disk is full'];
  await disk.throwOff();
  await untilAllEqual(ground.roots, TAKEN_UP_MS);
  for (const daemon of ground.daemons) await daemon.untilEqual(FOLDER, TAKEN_UP_MS);
  return await faultsAtRest(ground.daemons, { tree, copies: [], logIsQuiet: false });
}

function saysSo({ folders }: StatusReport, what: RegExp): boolean {
  return folders.some(({ state, stateReason, problems }) => {
    if (state === 'idle') return false;
    return what.test(stateReason ?? '') || problems.some(({ code }) => what.test(code));
  });
}

function plantMany(root: string, count: number): void {
  for (let i = 0; i < count; i++) writeFileAt(root, `${i % 9}/${i}`, bulk(`${i}`, 40 + (i % 700)));
}
