/** A Kith device and a real Syncthing that both change the same thing: what each person wrote is on both in the end. */

import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Beside, type Side, storyOf } from '../support/daemon-beside-syncthing.ts';
import { hasSyncthing, NO_SYNCTHING } from '../support/syncthing.ts';
import { readTree } from '../support/trees.ts';

const skip = hasSyncthing() ? false : NO_SYNCTHING;
const at = path.join;

/** What stands before, and what each of two does to it while they cannot hear each other. */
interface Quarrel {
  readonly name: string;
  prepare(directory: string): Promise<void>;
  /** `one` and `two` are the directories of the two persons. */
  act(one: string, two: string): Promise<void>;
  /** Each of these texts stands in some file of both in the end, and so many files there are. */
  readonly texts: readonly string[];
  readonly files: number;
  /** Told with either of the two killed, whoever is the first. */
  readonly isTwofold?: true;
}

const QUARRELS: readonly Quarrel[] = [
  {
    name: 'edits of one file, the older by the first',
    prepare: (dir) => writeFile(at(dir, 'file.txt'), 'as it was'),
    act: async (one, two) => {
      await write(at(one, 'file.txt'), 'edited by one', 1_700_000_000);
      await write(at(two, 'file.txt'), 'edited by two', 1_700_000_100);
    },
    texts: ['edited by one', 'edited by two'],
    files: 2,
    isTwofold: true,
  },
  {
    name: 'two new files of one name',
    prepare: async () => undefined,
    act: async (one, two) => {
      await writeFile(at(one, 'new'), 'made by one');
      await writeFile(at(two, 'new'), 'made by two, longer');
    },
    texts: ['made by one', 'made by two, longer'],
    files: 2,
  },
  {
    name: 'the same edit at two times',
    prepare: (dir) => writeFile(at(dir, 'same'), 'as it was'),
    act: async (one, two) => {
      await write(at(one, 'same'), 'the same', 1_700_000_000);
      await write(at(two, 'same'), 'the same', 1_700_000_100);
    },
    texts: ['the same'],
    files: 1,
  },
  {
    name: 'a delete by the first against an edit',
    prepare: (dir) => writeFile(at(dir, 'wanted'), 'as it was'),
    act: async (one, two) => {
      await rm(at(one, 'wanted'));
      await writeFile(at(two, 'wanted'), 'still needed');
    },
    texts: ['still needed'],
    files: 1,
  },
  {
    name: 'a rename by the first against an edit',
    prepare: (dir) => writeFile(at(dir, 'name'), 'as it was'),
    act: async (one, two) => {
      await rename(at(one, 'name'), at(one, 'other name'));
      await writeFile(at(two, 'name'), 'edited under the old name');
    },
    texts: ['as it was', 'edited under the old name'],
    files: 2,
  },
  {
    name: 'a directory that the first removes against a new file in it',
    prepare: async (dir) => {
      await mkdir(at(dir, 'project', 'deep'), { recursive: true });
      await writeFile(at(dir, 'project', 'deep', 'old'), 'old');
    },
    act: async (one, two) => {
      await rm(at(one, 'project'), { recursive: true });
      await writeFile(at(two, 'project', 'deep', 'new'), 'new in it');
    },
    texts: ['new in it'],
    files: 1,
    isTwofold: true,
  },
];

test('a Kith device and a real Syncthing that change the same thing keep what both persons wrote', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const both = await Beside.start(t);
  const tell = storyOf(t, both);
  let count = 0;
  for (const quarrel of QUARRELS) {
    for (const one of both.sides) {
      const killed = quarrel.isTwofold ? both.sides : [one];
      for (const away of killed) {
        const place = `${++count}`;
        await tell(`${quarrel.name}, who is ${one.name}, while ${away.name} is killed`, () =>
          quarrelWhile(both, { quarrel, one, away, place }),
        );
      }
    }
  }
  await tell('the newer of two edits keeps the name, and both call the other one a conflict', () =>
    namesOf(both),
  );
  for (let round = 0; round < 2; round++) {
    await tell(`edits at one moment while both run, round ${round}`, () =>
      atOneMoment(both, `moment-${round}`),
    );
  }
});

async function quarrelWhile(
  both: Beside,
  {
    quarrel,
    one,
    away,
    place,
  }: {
    readonly quarrel: Quarrel;
    readonly one: Side;
    readonly away: Side;
    readonly place: string;
  },
): Promise<void> {
  const two = both.other(one);
  await mkdir(at(one.root, place));
  await quarrel.prepare(at(one.root, place));
  await both.settle();
  await both.kill(away);
  await quarrel.act(at(one.root, place), at(two.root, place));
  if (away.name === 'Kith') await both.syncthing.scan('docs');
  await both.revive(away);
  await both.settle();
  await expectTexts(both, { place, texts: quarrel.texts, files: quarrel.files });
}

async function namesOf(both: Beside): Promise<void> {
  // The first four places hold the edits of one file.
  for (const place of ['1', '2', '3', '4']) {
    for (const { root } of both.sides) {
      const names = Object.keys(readTree(at(root, place)));
      const copy = names.find((name) => name !== 'file.txt') ?? '';
      assert.match(copy, /^file\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}\.txt$/);
      assert.equal(await readFile(at(root, place, 'file.txt'), 'utf8'), 'edited by two');
      assert.equal(await readFile(at(root, place, copy), 'utf8'), 'edited by one');
    }
  }
}

async function atOneMoment(both: Beside, place: string): Promise<void> {
  await mkdir(at(both.sides[0].root, place));
  await writeFile(at(both.sides[0].root, place, 'file'), 'as it was');
  await both.settle();
  await Promise.all(
    both.sides.map(({ name, root }) => writeFile(at(root, place, 'file'), `last by ${name}`)),
  );
  await both.settle();
  await expectTexts(both, { place, texts: ['last by Kith', 'last by Syncthing'], files: 2 });
}

async function expectTexts(
  both: Beside,
  wanted: { readonly place: string; readonly texts: readonly string[]; readonly files: number },
): Promise<void> {
  for (const { name: side, root } of both.sides) {
    const tree = readTree(at(root, wanted.place));
    const files = Object.keys(tree).filter((name) => tree[name]?.startsWith('file'));
    const texts = await Promise.all(
      files.map((name) => readFile(at(root, wanted.place, name), 'utf8')),
    );
    for (const text of wanted.texts) {
      assert.ok(texts.includes(text), `${side} lost ${text}: ${JSON.stringify(tree, null, 1)}`);
    }
    assert.equal(files.length, wanted.files, `${side}: ${files.join('\n')}`);
  }
}

async function write(file: string, text: string, time: number): Promise<void> {
  await writeFile(file, text);
  await utimes(file, time, time);
}
