/** A Kith device and a real Syncthing keep a folder equal, whoever changes it: everything a person does to files. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Beside, type Side, storyOf } from '../support/daemon-beside-syncthing.ts';
import { eventually, hasSyncthing, NO_SYNCTHING } from '../support/syncthing.ts';
import { expectSame, readTree, type Tree, untilTree } from '../support/trees.ts';
import { overwrite, writeLarge } from '../support/trees-content.ts';

const skip = hasSyncthing() ? false : NO_SYNCTHING;

/** What a person does in a directory of the folder that is theirs alone. */
interface Step {
  readonly name: string;
  act(directory: string): Promise<void>;
}

const at = path.join;

const NAMES = [
  'Grüße aus Köln',
  '日本語のファイル',
  'Ελληνικά και русский',
  'family 👩‍👩‍👧 and flag 🇩🇪',
  'שלום عالم',
  ' leading and trailing ',
  'back\\slash "quote" \'tick\' $HOME *?|<>',
  'two\nlines',
  `long ${'ü'.repeat(125)}`,
];

const STEPS: readonly Step[] = [
  {
    name: 'new files of every small size, an empty one among them',
    act: async (dir) => {
      await writeFile(at(dir, 'empty'), '');
      for (const size of [1, 131_071, 131_072, 131_073, 3_000_000]) {
        await writeLarge(at(dir, `of-${size}`), size, size);
      }
      await writeFile(at(dir, 'zeros'), Buffer.alloc(1_000_000));
    },
  },
  {
    name: 'directories, empty and nested',
    act: async (dir) => {
      await mkdir(at(dir, 'nothing', 'in', 'here'), { recursive: true });
      await mkdir(at(dir, 'd1', 'd2', 'd3'), { recursive: true });
      await writeFile(at(dir, 'd1', 'd2', 'd3', 'leaf'), 'leaf');
      await writeFile(at(dir, 'd1', 'd2', 'other'), 'other');
    },
  },
  {
    name: 'symbolic links: to a file, a directory, outside, nowhere, and one that is changed',
    act: async (dir) => {
      await symlink('empty', at(dir, 'to-file'));
      await symlink('d1/d2', at(dir, 'to-directory'));
      await symlink('../../../etc/hostname', at(dir, 'to-outside'));
      await symlink('/nowhere/at/all/ü', at(dir, 'to-nowhere'));
    },
  },
  {
    name: 'links are pointed elsewhere and removed',
    act: async (dir) => {
      await rm(at(dir, 'to-file'));
      await symlink('of-1', at(dir, 'to-file'));
      await rm(at(dir, 'to-nowhere'));
    },
  },
  {
    name: 'edits: in place, longer, shorter, to nothing, from nothing',
    act: async (dir) => {
      await overwrite(at(dir, 'of-3000000'), 1_000_000, 20);
      await writeFile(at(dir, 'of-131072'), Buffer.alloc(400_000, 'x'));
      await truncate(at(dir, 'of-131073'), 1000);
      await writeFile(at(dir, 'of-1'), '');
      await writeFile(at(dir, 'empty'), 'not any more');
    },
  },
  {
    name: 'permissions of files and directories, and times alone',
    act: async (dir) => {
      await chmod(at(dir, 'of-131071'), 0o755);
      await chmod(at(dir, 'of-131072'), 0o400);
      await chmod(at(dir, 'd1', 'd2'), 0o700);
      await utimes(at(dir, 'zeros'), 1_000_000_000.123456, 1_000_000_000.123456);
      await utimes(at(dir, 'of-131073'), 4, 4);
    },
  },
  {
    name: 'names outside ASCII, names that shells hate, and one as long as can be',
    act: async (dir) => {
      for (const name of NAMES) await writeFile(at(dir, name), name);
      await mkdir(at(dir, 'Übergröße', 'ж'), { recursive: true });
      await writeFile(at(dir, 'Übergröße', 'ж', 'ñ'), 'ñ');
      // The same letters in decomposed form, as some systems write them.
      await writeFile(at(dir, 'cafe\u0301'), 'decomposed');
    },
  },
  {
    name: 'renames of a file, of a directory with contents, and two names exchanged',
    act: async (dir) => {
      await rename(at(dir, 'zeros'), at(dir, 'zeros renamed'));
      await rename(at(dir, 'd1'), at(dir, 'nothing', 'd1 moved'));
      await rename(at(dir, 'of-131072'), at(dir, 'swap'));
      await rename(at(dir, 'of-131071'), at(dir, 'of-131072'));
      await rename(at(dir, 'swap'), at(dir, 'of-131071'));
      await rename(at(dir, 'of-131073'), at(dir, 'OF-131073'));
    },
  },
  {
    name: 'a file becomes a directory, a directory a file, a link a file',
    act: async (dir) => {
      await rm(at(dir, 'empty'));
      await mkdir(at(dir, 'empty'));
      await writeFile(at(dir, 'empty', 'inside'), 'inside');
      await rm(at(dir, 'Übergröße'), { recursive: true });
      await writeFile(at(dir, 'Übergröße'), 'a file now');
      await rm(at(dir, 'to-directory'));
      await writeFile(at(dir, 'to-directory'), 'no link any more');
    },
  },
  {
    name: 'deletes of files, links and a whole tree',
    act: async (dir) => {
      await rm(at(dir, 'of-3000000'));
      await rm(at(dir, 'to-outside'));
      await rm(at(dir, 'nothing'), { recursive: true });
      for (const name of NAMES) await rm(at(dir, name));
    },
  },
  {
    name: 'many small files at once',
    act: async (dir) => {
      for (let part = 0; part < 10; part++) {
        await mkdir(at(dir, `part-${part}`));
        for (let i = 0; i < 100; i++)
          await writeFile(at(dir, `part-${part}`, `${i}`), `${part} ${i}`);
      }
    },
  },
  {
    name: 'the whole directory goes',
    act: (dir) => rm(dir, { recursive: true }),
  },
];

test('a Kith device and a real Syncthing keep a folder equal, whoever changes it', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const both = await Beside.start(t);
  for (const side of both.sides) await mkdir(at(both.sides[0].root, `by-${side.name}`));
  await both.settle();
  const tell = storyOf(t, both);
  for (const step of STEPS) {
    for (const side of both.sides) {
      await tell(`${step.name}, by ${side.name}`, () => takeStep(both, { step, side }));
    }
  }
  await tell('what Syncthing compresses arrives', () => compressed(both));
  await tell('no name is a conflict copy after all this', async () => {
    const names = Object.keys(readTree(both.sides[0].root));
    assert.deepEqual(
      names.filter((name) => name.includes('conflict')),
      [],
    );
  });
  for (const receiver of both.sides) {
    await tell(
      `thousands of files to ${receiver.name}, both killed on the way, there and away`,
      () => manyFiles(both, receiver),
    );
  }
  for (const receiver of both.sides) {
    await tell(`a file over 1 GiB to ${receiver.name}, both killed on the way`, () =>
      overOneGiB(both, receiver),
    );
  }
});

async function takeStep(
  both: Beside,
  { step, side }: { readonly step: Step; readonly side: Side },
): Promise<void> {
  await step.act(at(side.root, `by-${side.name}`));
  const wanted = readTree(side.root);
  if (side.name === 'Syncthing') await both.syncthing.scan('docs');
  await untilTree(both.other(side).root, wanted);
  expectSame(await both.settle(), wanted);
}

async function compressed(both: Beside): Promise<void> {
  const [kith, syncthing] = both.sides;
  const text = 'a line that comes again and again, as lines do\n'.repeat(200_000);
  const before = await both.sentBySyncthing();
  await writeFile(at(syncthing.root, 'text'), text);
  await both.settle();
  assert.equal(await readFile(at(kith.root, 'text'), 'utf8'), text);
  const sent = (await both.sentBySyncthing()) - before;
  assert.ok(sent < text.length / 4, `${sent} bytes were sent for ${text.length}`);
}

const MANY = 2000;

/** They come, and go again; whoever takes and whoever gives is killed while they do. */
async function manyFiles(both: Beside, receiver: Side): Promise<void> {
  const sender = both.other(receiver);
  const [from, to] = [at(sender.root, 'many'), at(receiver.root, 'many')];
  const before = readTree(sender.root);
  for (let part = 0; part < 20; part++) {
    await mkdir(at(from, `${part}`), { recursive: true });
    for (let i = part; i < MANY; i += 20) await writeFile(at(from, `${part}`, `${i}`), `file ${i}`);
  }
  const after = readTree(sender.root);
  for (const { wanted, isSo } of [
    { wanted: after, isSo: (share: number) => countOf(to) > share * MANY },
    { wanted: before, isSo: (share: number) => countOf(to) < (1 - share) * MANY },
  ]) {
    if (wanted === before) await rm(from, { recursive: true });
    if (sender.name === 'Syncthing') await both.syncthing.scan('docs');
    for (const [victim, share] of [
      [receiver, 0.1],
      [sender, 0.4],
    ] as const) {
      await eventually(`a part of it is done by ${receiver.name}`, () => isSo(share));
      await both.restart(victim);
    }
    if (receiver.name !== 'Syncthing') await untilTree(receiver.root, wanted);
    const held = await both.settle();
    // Syncthing gives a file its time after its name: killed in between, it takes the time of writing for a person's change.
    if (receiver.name === 'Syncthing') expectSame(withoutTimes(held), withoutTimes(wanted));
    else expectSame(held, wanted);
  }
}

function withoutTimes(tree: Tree): Tree {
  const lines = Object.entries(tree).map(([name, line]) => {
    return [name, line.replace(/^(file \d+ \d+) -?\d+/, '$1')];
  });
  return Object.fromEntries(lines);
}

function countOf(directory: string): number {
  for (;;) {
    if (!existsSync(directory)) return 0;
    try {
      const names = readdirSync(directory, { recursive: true, withFileTypes: true });
      return names.filter((each) => each.isFile() && !each.name.includes('.tmp')).length;
    } catch (error) {
      // A directory went between its listing and a look into it: what is there now is counted.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

const GIB = 1024 * 1024 * 1024;

/** Receiver and sender are killed in turn while the file travels; it arrives whole. */
async function overOneGiB(both: Beside, receiver: Side): Promise<void> {
  const sender = both.other(receiver);
  const name = `big-from-${sender.name}`;
  await writeLarge(at(sender.root, name), GIB + 123_456_789, receiver.name.length);
  const wanted = readTree(sender.root);
  if (sender.name === 'Syncthing') await both.syncthing.scan('docs');
  for (const [victim, share] of [
    [receiver, 0.15],
    [sender, 0.5],
  ] as const) {
    await untilArrived(receiver, { name, bytes: share * GIB });
    await both.restart(victim);
  }
  await untilTree(receiver.root, wanted);
  expectSame(await both.settle(), wanted);
  // Its room is needed for the next one.
  for (const { root } of both.sides) await rm(at(root, name), { force: true });
  await both.settle();
}

/** Waits until so much of the file is on the receiver's disk, under the name it has until it is whole. */
async function untilArrived(
  receiver: Side,
  wanted: { readonly name: string; readonly bytes: number },
): Promise<void> {
  await eventually(`${wanted.bytes} bytes have come to ${receiver.name}`, async () => {
    const stage = at(receiver.root, '.kith', 'stage');
    const isKith = receiver.name === 'Kith';
    const files = isKith
      ? (await readdir(stage)).map((name) => at(stage, name))
      : [at(receiver.root, `.syncthing.${wanted.name}.tmp`)];
    const sizes = files.map((file) => statSync(file, { throwIfNoEntry: false })?.blocks ?? 0);
    return Math.max(0, ...sizes) * 512 >= wanted.bytes;
  });
}
