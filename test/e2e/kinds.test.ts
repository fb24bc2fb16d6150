/** A Kith device and a real Syncthing that share a folder which one of them only sends, or only receives. */

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Beside, storyOf } from '../support/daemon-beside-syncthing.ts';
import { FOLDER } from '../support/daemon-cluster.ts';
import { eventually, hasSyncthing, NO_SYNCTHING } from '../support/syncthing.ts';
import { readTree, type Tree } from '../support/trees.ts';

const skip = hasSyncthing() ? false : NO_SYNCTHING;

/** What stands in the folders, and means to wait for what will. */
class Pair {
  readonly both: Beside;
  readonly ours: string;
  readonly theirs: string;

  constructor(both: Beside) {
    this.both = both;
    [this.ours, this.theirs] = [both.sides[0].root, both.sides[1].root];
  }

  /** Syncthing looks at its files. */
  async look(): Promise<void> {
    await this.both.syncthing.scan(FOLDER);
  }

  async write(side: 'ours' | 'theirs', name: string, text: string): Promise<void> {
    const file = path.join(this[side], name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    if (side === 'theirs') await this.look();
  }

  async remove(side: 'ours' | 'theirs', name: string): Promise<void> {
    await rm(path.join(this[side], name), { recursive: true });
    if (side === 'theirs') await this.look();
  }

  text(side: 'ours' | 'theirs', name: string): Promise<string | undefined> {
    return readFile(path.join(this[side], name), 'utf8').catch(() => undefined);
  }

  async until(side: 'ours' | 'theirs', name: string, text: string | undefined): Promise<void> {
    await eventually(`${name} of ${side} is ${text}`, async () => {
      return (await this.text(side, name)) === text;
    });
  }

  /** The state of our folder, once it has come to that. */
  async ourState(state: string): Promise<void> {
    await this.both.kith.until(`the folder is ${state}`, ({ folders }) => {
      return folders[0]?.state === state;
    });
  }

  /** Syncthing has nothing to do and nothing from us to hear. */
  async theirNumbers(): Promise<{
    readonly receiveOnlyTotalItems: number;
    readonly needTotalItems: number;
  }> {
    const route = `/rest/db/status?folder=${FOLDER}`;
    return (await this.both.syncthing.get(route)) as never;
  }

  async theirKind(type: string): Promise<void> {
    await this.both.syncthing.patch(`/rest/config/folders/${FOLDER}`, { type });
    await eventually('its folder runs again', async () => {
      const { state } = (await this.both.syncthing.get(`/rest/db/status?folder=${FOLDER}`)) as {
        state: string;
      };
      return state === 'idle';
    });
  }
}

function names(tree: Tree): readonly string[] {
  return Object.keys(tree)
    .filter((name) => !name.startsWith('.st'))
    .sort();
}

test('Kith and Syncthing, of which one only sends or only receives', {
  skip,
  timeout: 900_000,
}, async (t) => {
  const both = await Beside.start(t);
  const pair = new Pair(both);
  const part = storyOf(t, both);
  const { kith, syncthing } = both;

  await part(
    'receive-only: what is changed here is not told to Syncthing, and its news is taken',
    async () => {
      for (const name of ['edited', 'deleted', 'other', 'd/x'])
        await pair.write('theirs', name, 'one');
      await both.settle();
      await kith.kith('folder', 'kind', FOLDER, 'receive-only');
      await pair.ourState('idle');
      await pair.write('ours', 'edited', 'two, of Kith');
      await pair.write('ours', 'new', 'of Kith');
      await pair.remove('ours', 'deleted');
      await pair.ourState('held');
      const waited = await kith.tryKith('wait', FOLDER, '--timeout', '20');
      assert.equal(waited.code, 3, waited.notes);
      assert.match(waited.notes, /stay here/);
      await pair.write('theirs', 'other', 'two, of Syncthing');
      await pair.until('ours', 'other', 'two, of Syncthing');
      await pair.look();
      assert.deepEqual(names(readTree(pair.theirs)), ['d', 'd/x', 'deleted', 'edited', 'other']);
      assert.equal(await pair.text('theirs', 'edited'), 'one');
      assert.equal((await pair.theirNumbers()).needTotalItems, 0, 'it wants none of it');
      const route = `/rest/db/completion?folder=${FOLDER}&device=${kith.id}`;
      await eventually('it knows that we do not have what it has', async () => {
        return ((await syncthing.get(route)) as { needItems: number }).needItems === 2;
      });
    },
  );

  await part(
    'receive-only: an edit of Syncthing makes a copy here of what was changed here, and only here',
    async () => {
      await pair.write('theirs', 'edited', 'three, of Syncthing');
      await pair.until('ours', 'edited', 'three, of Syncthing');
      await eventually('there is a copy', () =>
        names(readTree(pair.ours)).some((name) => name.includes('sync-conflict')),
      );
      await pair.look();
      assert.ok(!names(readTree(pair.theirs)).some((name) => name.includes('sync-conflict')));
    },
  );

  await part('receive-only: given up, the folder is as Syncthing has it', async () => {
    const unsure = await kith.tryKith('folder', 'revert', FOLDER);
    assert.equal(unsure.code, 2, unsure.notes);
    await pair.ourState('held');
    await kith.kith('folder', 'revert', FOLDER, '--yes');
    await both.settle();
    assert.deepEqual(names(readTree(pair.ours)), ['d', 'd/x', 'deleted', 'edited', 'other']);
  });

  await part(
    'send-only: what Syncthing changes is not taken here, and what is changed here goes there',
    async () => {
      await kith.kith('folder', 'kind', FOLDER, 'send-only');
      await pair.ourState('idle');
      await pair.write('theirs', 'edited', 'four, of Syncthing');
      await pair.write('theirs', 'new', 'of Syncthing');
      await pair.remove('theirs', 'deleted');
      await pair.ourState('held');
      await pair.write('ours', 'd/x', 'two, of Kith');
      await pair.until('theirs', 'd/x', 'two, of Kith');
      assert.deepEqual(names(readTree(pair.ours)), ['d', 'd/x', 'deleted', 'edited', 'other']);
      assert.equal(await pair.text('ours', 'edited'), 'three, of Syncthing');
      const waited = await kith.tryKith('wait', FOLDER, '--timeout', '20');
      assert.equal(waited.code, 3, waited.notes);
      assert.match(waited.notes, /3 changes of others not taken/);
    },
  );

  await part('send-only: what is here overrules Syncthing when a person says so', async () => {
    await kith.kith('folder', 'override', FOLDER, '--yes');
    await both.settle();
    assert.equal(await pair.text('theirs', 'edited'), 'three, of Syncthing');
    assert.deepEqual(names(readTree(pair.theirs)), ['d', 'd/x', 'deleted', 'edited', 'other']);
    await kith.kith('folder', 'kind', FOLDER, 'send-receive');
    await both.settle();
  });

  await part(
    'Syncthing that only receives changes nothing here, and takes what is here',
    async () => {
      await pair.theirKind('receiveonly');
      await pair.write('theirs', 'edited', 'five, of Syncthing');
      await pair.write('theirs', 'new', 'of Syncthing');
      await pair.remove('theirs', 'deleted');
      await eventually(
        'it keeps three changes',
        async () => (await pair.theirNumbers()).receiveOnlyTotalItems === 3,
      );
      await pair.write('ours', 'other', 'three, of Kith');
      await pair.until('theirs', 'other', 'three, of Kith');
      assert.equal(await pair.text('ours', 'edited'), 'three, of Syncthing');
      assert.equal(await pair.text('ours', 'deleted'), 'one');
      assert.equal(await pair.text('ours', 'new'), undefined);
      // It may keep a copy of what it gives up, as one more change of its own.
      await eventually('it keeps nothing', async () => {
        if ((await pair.theirNumbers()).receiveOnlyTotalItems === 0) return true;
        await syncthing.post(`/rest/db/revert?folder=${FOLDER}`);
        await pair.look();
        return false;
      });
      await both.settle();
      assert.equal(await pair.text('theirs', 'edited'), 'three, of Syncthing');
    },
  );

  await part(
    'Syncthing that only sends keeps what it has, and overrules what is here',
    async () => {
      await pair.theirKind('sendonly');
      await pair.write('ours', 'edited', 'six, of Kith');
      await pair.write('ours', 'fresh', 'of Kith');
      await eventually(
        'it hears of them',
        async () => (await pair.theirNumbers()).needTotalItems === 2,
      );
      assert.equal(await pair.text('theirs', 'edited'), 'three, of Syncthing');
      await pair.write('theirs', 'other', 'four, of Syncthing');
      await pair.until('ours', 'other', 'four, of Syncthing');
      await syncthing.post(`/rest/db/override?folder=${FOLDER}`);
      await pair.until('ours', 'edited', 'three, of Syncthing');
      await pair.until('ours', 'fresh', undefined);
      await both.settle();
    },
  );
});
