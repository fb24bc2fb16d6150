/** Files that change while they are looked at, fetched or given: what arrives is what stood there at one moment, whole. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { CallHook } from '../../lab/sim/disk.ts';
import type { Inode } from '../../lab/sim/inode.ts';
import { toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/sha256.ts';
import {
  assertTrees,
  bulk,
  calm,
  cast,
  copiesOn,
  line,
  loseEvents,
  onJob,
  rowOf,
  statusOf,
  told,
  treeOf,
} from './scene.ts';

const BLOCK = 131_072;

/** Notes every content that a path ever has on the device, for as long as it looks. */
class Witness {
  readonly seen = new Map<string, Set<string>>();
  readonly stop: () => void;

  constructor({ person, tree }: SimDevice) {
    const look = (dir: Inode, name: string): void => {
      const path = pathOf(dir, name);
      const content = path.startsWith('.kith/') ? undefined : person.read(path);
      if (content === undefined) return;
      const known = this.seen.get(path) ?? new Set();
      known.add(content);
      this.seen.set(path, known);
    };
    tree.listeners.add(look);
    this.stop = () => tree.listeners.delete(look);
  }

  /** Contents at the path, each once, in the order in which they appeared. */
  at(path: string): readonly string[] {
    return [...(this.seen.get(path) ?? [])];
  }
}

/** Below /home/shared. */
function pathOf(dir: Inode, name: string): string {
  let path = name;
  for (let at: Inode | undefined = dir; at?.parent !== undefined; at = at.parent) {
    path = `${at.name}/${path}`;
  }
  return path.replace(/^home\/shared\//, '');
}

/** Acts once, when the device has read for the nth time in the file while it studies it. */
function onceReading(device: SimDevice, nth: number, act: () => void): () => boolean {
  let reads = 0;
  const hook: CallHook = (call, { job }) => {
    if (!job.startsWith('study') || call.call !== 'read') return;
    reads++;
    if (reads !== nth) return;
    act();
  };
  device.hooks.add(hook);
  return () => {
    device.hooks.delete(hook);
    return reads >= nth;
  };
}

const CHANGES: Readonly<Record<string, (device: SimDevice) => void>> = {
  'is written over': ({ person }) => {
    const held = person.hold('f');
    held.overwrite('CHANGED', 3 * BLOCK);
    held.overwrite('CHANGED', 5);
    held.close();
  },
  grows: ({ person }) => {
    const held = person.hold('f');
    held.append(bulk('more', BLOCK));
    held.close();
  },
  'is cut short': ({ person }) => person.write('f', bulk('short', 2 * BLOCK)),
  'is replaced': ({ person }) => person.save('f', bulk('other', 4 * BLOCK)),
};

for (const [what, change] of Object.entries(CHANGES)) {
  for (const nth of [1, 3, 4]) {
    test(`a file that ${what} at read ${nth} while it is hashed is announced only as it is in the end (PAR-01)`, () =>
      told(cast('laptop', 'desk'), async (world, laptop, desk) => {
        world.upAll();
        await calm(world);
        const struck = onceReading(laptop, nth, () => change(laptop));
        const witness = new Witness(desk);
        laptop.person.write('f', bulk('first', 4 * BLOCK));
        await calm(world);
        assert.ok(struck(), 'it was read that often');
        witness.stop();
        const content = laptop.person.read('f') ?? '';
        assert.notEqual(content, bulk('first', 4 * BLOCK));
        assertTrees([laptop, desk], [line('f', 'file', content)]);
        assert.equal(rowOf(laptop, 'f').size, content.length);
        for (const seen of witness.at('f')) {
          assert.ok([content, bulk('first', 4 * BLOCK)].includes(seen), 'a mixture was to be seen');
        }
      }));
  }
}

test('a file that grows for minutes shows elsewhere only as it stood at some moment (PAR-02)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.upAll();
    await calm(world);
    const witness = new Witness(desk);
    const states = new Set<string>();
    const held = laptop.person.hold('download');
    states.add('');
    for (let i = 0; i < 60; i++) {
      held.append(bulk(`part ${i}`, 20_000));
      states.add(laptop.person.read('download') ?? '');
      await world.run({ ms: 3000 });
    }
    held.close();
    await calm(world);
    witness.stop();
    const shown = witness.at('download');
    assert.ok(
      shown.every((content) => states.has(content)),
      'a state that never was is to be seen',
    );
    assert.equal(shown.at(-1), laptop.person.read('download'));
    assert.deepEqual(copiesOn(desk), []);
  }));

/** What git does to make an object: a temporary file, a second name or a rename, and a read-only mode. */
function putObject({ person }: SimDevice, content: string): string {
  const hash = toHex(sha256(content));
  const path = `.git/objects/${hash.slice(0, 2)}/${hash.slice(2, 40)}`;
  const temporary = `.git/objects/${hash.slice(0, 2)}/tmp_obj_${hash.slice(0, 6)}`;
  person.write(temporary, content);
  person.setMode(temporary, 0o444);
  person.rename(temporary, path);
  return path;
}

/** As git changes its small files: a lock beside it, renamed over it. */
function putRef({ person }: SimDevice, path: string, content: string): void {
  person.write(`${path}.lock`, content);
  person.rename(`${path}.lock`, path);
}

test('a repository that is worked in arrives whole, and none of its objects is ever seen empty or in part (PAR-04)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.network.shape('laptop', 'desk', { bytesPerMs: 2000 });
    world.upAll();
    await calm(world);
    const witness = new Witness(desk);
    const objects = new Map<string, string>();
    for (let commit = 0; commit < 12; commit++) {
      for (let i = 0; i < 6; i++) {
        const content = bulk(`object ${commit} ${i}`, 100 + 9000 * i);
        objects.set(putObject(laptop, content), content);
        await world.run({ ms: i % 3 });
      }
      putRef(laptop, '.git/index', bulk(`index ${commit}`, 5000 + commit * 100));
      putRef(laptop, '.git/refs/heads/main', `commit ${commit}\n`);
      laptop.person.write('.git/COMMIT_EDITMSG', `message ${commit}\n`);
      await world.run({ ms: commit % 4 === 0 ? 3000 : 50 });
    }
    await calm(world);
    witness.stop();
    assertTrees([desk], treeOf(laptop));
    for (const [path, content] of objects) assert.deepEqual(witness.at(path), [content], path);
    const refs = witness.at('.git/refs/heads/main');
    assert.ok(refs.length > 0 && refs.every((text) => /^commit \d+\n$/.test(text)), refs.join());
    assert.equal(copiesOn(desk).length, 0);
  }));

for (const what of ['shrinks', 'vanishes'] as const) {
  test(`a file that ${what} after it was announced is never filled up, and what is there in the end arrives (PAR-08)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      const content = bulk('long', 30 * BLOCK);
      laptop.person.write('keep', 'keep');
      laptop.person.write('f', content);
      const witness = new Witness(desk);
      let isChanged = false;
      onJob(laptop, 'serve', (call) => {
        if (isChanged || call.call !== 'openFile' || call.name !== 'f') return;
        isChanged = true;
        loseEvents(laptop);
        if (what === 'shrinks') laptop.person.write('f', content.slice(0, BLOCK + 5));
        else laptop.person.delete('f');
      });
      world.upAll();
      await world.runUntil(() => isChanged, { ms: 60_000 });
      // Nothing but the requests tells that it is another file by now.
      await world.run({ ms: 60_000 });
      await calm(world);
      witness.stop();
      assertTrees([desk], treeOf(laptop));
      assert.equal(statusOf(world, desk).problems.length, 0);
      const shown = witness.at('f');
      assert.ok(shown.every((each) => each === content || each === content.slice(0, BLOCK + 5)));
    }));
}

test('a transfer that goes on after its file has changed at the source mixes nothing (PAR-09)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.network.shape('laptop', 'desk', { bytesPerMs: 500 });
    const first = bulk('first', 30 * BLOCK);
    const second = `${first.slice(0, 4 * BLOCK)}${bulk('second', 30 * BLOCK)}`;
    laptop.person.write('f', first);
    world.upAll();
    const witness = new Witness(desk);
    const sent = (): number => world.network.bytes('laptop', 'desk');
    await world.runUntil(() => sent() > 15 * BLOCK, { ms: 60_000 });
    world.crash(desk, 'kill');
    laptop.person.write('f', second);
    await world.run({ ms: 10_000 });
    world.up(desk);
    await world.runUntil(() => sent() > 25 * BLOCK, { ms: 60_000 });
    world.crash(laptop, 'kill');
    laptop.person.write('f', first);
    world.up(laptop);
    await calm(world);
    witness.stop();
    assertTrees([laptop, desk], [line('f', 'file', first)]);
    for (const seen of witness.at('f')) assert.ok(seen === first || seen === second);
  }));

test('blocks of zeros are content like any other: holes arrive, and a block that is lacking is not taken for one (PAR-10)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const zeros = '\0'.repeat(BLOCK);
    const text = bulk('text', BLOCK);
    const files = {
      zeros: zeros.repeat(5),
      'zeros, odd': `${zeros}${zeros}\0\0\0`,
      'text between': `${zeros}${text}${zeros}${text}\0`,
      'text first': `${text}${zeros}${zeros}`,
    };
    for (const [name, content] of Object.entries(files)) laptop.person.write(name, content);
    world.upAll();
    await calm(world);
    const lines = (): readonly string[] =>
      Object.entries(files)
        .map(([name, content]) => line(name, 'file', content))
        .sort();
    assertTrees([laptop, desk], lines());
    world.cut(laptop, desk);
    // What was text becomes zeros, and the other way round; the transfer breaks off between.
    files['text between'] = `${text}${zeros}${bulk('new', BLOCK)}${zeros}\0`;
    laptop.person.write('text between', files['text between']);
    world.heal(laptop, desk);
    await world.run({ ms: 300 });
    world.crash(desk, 'kill');
    world.up(desk);
    await calm(world);
    assertTrees([laptop, desk], lines());
    assert.deepEqual(copiesOn(desk), []);
  }));
