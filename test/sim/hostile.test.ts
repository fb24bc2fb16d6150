/** Devices that are known and mean harm: nothing leaves the folder, nothing wrong gets in, nothing is given away. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOLDER } from '../../lab/sim/kith-world.ts';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import { sha256 } from '../../src/base/sha256.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { encodeRequest } from '../../src/bep/messages/request.ts';
import type { Entry } from '../../src/model/entry.ts';
import { parseRelPath, type RelPath } from '../../src/model/path.ts';
import { fileEntry, linkEntry, tombstone } from '../support/builders.ts';
import { assertOutside, makeOutside } from './outside.ts';
import { RawPeer } from './raw-peer.ts';
import {
  assertTrees,
  bulk,
  calm,
  cast,
  loseEvents,
  rowOf,
  startAlone,
  storeOf,
  told,
  treeOf,
} from './scene.ts';

const encoder = new TextEncoder();

const LINKED: Readonly<Record<string, readonly (readonly Entry[])[]>> = {
  'a link and a file below it at once': [
    [linkEntry('/outside', { path: 'd' }), fileEntry('evil', { path: 'd/x' })],
  ],
  'a file below it and the link at once': [
    [fileEntry('evil', { path: 'd/x' }), linkEntry('/outside', { path: 'd' })],
  ],
  'a link, and later files below it': [
    [linkEntry('/outside', { path: 'd' })],
    [
      linkEntry('/outside', { path: 'd' }),
      fileEntry('evil', { path: 'd/x' }),
      fileEntry('evil', { path: 'd/deep/y' }),
      linkEntry('/outside', { path: 'd/z' }),
    ],
  ],
  'a link, and later that what is below it was deleted': [
    [linkEntry('/outside', { path: 'd' })],
    [linkEntry('/outside', { path: 'd' }), tombstone({ path: 'd/x' })],
  ],
};

for (const [what, indexes] of Object.entries(LINKED)) {
  test(`LNK-01: a device that announces ${what} changes nothing outside`, () =>
    told(cast('desk', 'mallory'), async (world, desk, mallory) => {
      makeOutside(desk);
      desk.person.write('keep', 'keep');
      world.up(desk);
      for (const entries of indexes) {
        const raw = new RawPeer(mallory, desk, {
          open: (talk) => talk.introduce(entries),
          answer: () => encoder.encode('evil'),
        });
        raw.dial();
        await world.run({ ms: 120_000 });
        assert.ok(raw.last.heard('cluster-config').length > 0);
        mallory.crash('kill');
      }
      assertOutside(desk);
      assert.ok(treeOf(desk).includes('keep = keep'));
      assert.ok(treeOf(desk).length > 1, 'what was harmless arrived');
    }));
}

test('LNK-02: a delete below a directory that became a link stays inside', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    makeOutside(desk);
    laptop.person.write('d/x', 'outside');
    laptop.person.write('keep', 'keep');
    world.upAll();
    await calm(world);
    loseEvents(desk);
    desk.person.delete('d');
    desk.person.makeLink('d', '/outside');
    laptop.person.delete('d/x');
    await calm(world);
    assertOutside(desk);
    world.kith(desk).rescan(undefined, { mayEmpty: false });
    await calm(world);
    assertOutside(desk);
    assertTrees([laptop, desk], ['d -> /outside', 'keep = keep']);
  }));

const BAD_NAMES: readonly string[] = [
  '..',
  '.',
  '',
  '/etc/x',
  '/',
  'a/../b',
  '../b',
  'a/..',
  'a//b',
  './a',
  'a/./b',
  'a/',
  'a\0b',
  'e\u0301',
  'x'.repeat(70_000),
];

/** Names that Kith keeps for itself: passed over, and what stands there stays. */
const RESERVED_NAMES: readonly string[] = [
  '.kith',
  '.kith/marker',
  '.KITH/stage/x',
  `d/.kith-${'0'.repeat(32)}`,
];

test('LNK-08: one name that leaves its place refuses the whole message', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    makeOutside(desk);
    desk.person.write('keep', 'keep');
    world.up(desk);
    const raw = new RawPeer(mallory, desk, {
      open: () => undefined,
      answer: () => encoder.encode('evil'),
    });
    for (const name of BAD_NAMES) {
      const bad = { ...fileEntry('evil'), path: name as RelPath };
      raw.dial({
        open: (talk) => talk.introduce([fileEntry('evil', { path: 'good' }), bad]),
        answer: () => encoder.encode('evil'),
      });
      await world.run({ ms: 10_000 });
      assert.ok(raw.last.hasEnded, JSON.stringify(name.slice(0, 20)));
      assert.equal(raw.last.heard('request').length, 0);
    }
    assert.equal(raw.talks.length, BAD_NAMES.length);
    assertTrees([desk], ['keep = keep']);
    assert.deepEqual(storeOf(desk).paths(undefined, 10), ['keep']);
    assertOutside(desk);
    raw.dial({
      open: (talk) => talk.introduce([fileEntry('evil', { path: 'a\\..\\b' })]),
      answer: () => encoder.encode('evil'),
    });
    await world.run({ ms: 10_000 });
    assertTrees([desk], ['a\\..\\b = evil', 'keep = keep']);
  }));

test('LNK-08: names that Kith keeps for itself are neither asked for nor touched (LNK-10)', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    await startAlone(world, desk, 'keep');
    const marker = desk.person.read('.kith/marker');
    const entries = RESERVED_NAMES.flatMap((path) => [fileEntry('evil', { path })]);
    const raw = new RawPeer(mallory, desk, {
      open: (talk) => talk.introduce([...entries, linkEntry('/outside', { path: '.kith/link' })]),
      answer: () => encoder.encode('evil'),
    });
    raw.dial();
    await world.run({ ms: 120_000 });
    assert.equal(raw.last.hasEnded, false);
    assert.equal(raw.last.heard('request').length, 0);
    assertTrees([desk], ['keep = keep']);
    assert.equal(desk.person.read('.kith/marker'), marker);
    const control = resolvePath(desk.tree, `${desk.root}/.kith`);
    assert.deepEqual([...(control?.entries.keys() ?? [])].sort(), ['marker']);
  }));

test('MAL-01: wrong content is dropped, fetched elsewhere, and who sends it again and again is cut off', () =>
  told(cast('laptop', 'desk', 'mallory'), async (world, laptop, desk, mallory) => {
    world.link([
      ['laptop', 'desk'],
      ['desk', 'mallory'],
    ]);
    assert.ok(mallory.id < laptop.id, 'mallory is asked first');
    const paths = Array.from({ length: 100 }, (_, i) => `f${i}`);
    for (const path of paths) laptop.person.write(path, bulk(path, 1000));
    world.up(laptop);
    await calm(world, [laptop]);
    const raw = new RawPeer(mallory, desk, {
      open: (talk) => talk.introduce(paths.map((path) => rowOf(laptop, path))),
      answer: ({ size }) => new Uint8Array(size).fill(0x58),
    });
    // It is there first, and asked for everything before anybody else can be.
    world.cut(laptop, desk);
    world.up(desk);
    await world.run({ ms: 1000 });
    raw.dial();
    await world.run({ ms: 15_000 });
    world.heal(laptop, desk);
    await calm(world, [laptop, desk]);
    assertTrees([laptop, desk], treeOf(laptop));
    assert.equal(treeOf(desk).length, 100);
    assert.ok(raw.last.heard('request').length > 64 && raw.last.hasEnded);
    const lost = desk.log.filter(({ event }) => event === 'connection-lost');
    assert.ok(lost.some(({ facts }) => facts['code'] === 'PEER_SENDS_WRONG_BYTES'));
  }));

test('MAL-01: one wrong block is asked for elsewhere at once', () =>
  told(cast('laptop', 'desk', 'mallory'), async (world, laptop, desk, mallory) => {
    world.link([
      ['laptop', 'desk'],
      ['desk', 'mallory'],
    ]);
    laptop.person.write('f', bulk('f', 400_000));
    world.up(laptop);
    await calm(world, [laptop]);
    const raw = new RawPeer(mallory, desk, {
      open: (talk) => talk.introduce([rowOf(laptop, 'f')]),
      answer: ({ size }) => new Uint8Array(size),
    });
    world.up(desk);
    await world.run({ ms: 20 });
    raw.dial();
    await calm(world, [laptop, desk]);
    assertTrees([laptop, desk], treeOf(laptop));
    // Once when nobody else had announced it yet, once more when both had: then the other one gave it at once.
    assert.equal(raw.last.heard('request').length, 2 * 4);
    assert.equal(raw.last.hasEnded, false, 'a few wrong blocks are forgiven');
  }));

test('MAL-11: who speaks of a folder out of turn, or of one that is not theirs, gets nothing', () =>
  told(cast('laptop', 'desk', 'mallory'), async (world, laptop, desk, mallory) => {
    desk.person.write('secret', 'secret');
    const plain = world.configOf(desk);
    const folders = plain.folders.map((folder) => ({ ...folder, devices: [laptop.id] }));
    world.start(desk, { ...plain, folders });
    await calm(world, [desk]);
    const piece = {
      path: parseRelPath('secret'),
      offset: 0,
      size: 6,
      hash: sha256('secret'),
    };
    const evil = fileEntry('evil', { path: 'evil' });
    const ask = encodeFrame(MessageType.request, [
      encodeRequest({ id: 1, folder: FOLDER, request: piece }),
    ]);
    const raw = new RawPeer(mallory, desk, { open: () => undefined });
    const tries: readonly ((talk: typeof raw.last) => void)[] = [
      (talk) => [talk.hello(), talk.index([evil])],
      (talk) => [talk.hello(), talk.say(ask)],
      (talk) => [talk.hello(), talk.config(1), talk.index([evil])],
      (talk) => [talk.hello(), talk.config(1), talk.say(ask)],
    ];
    for (const open of tries) {
      raw.dial({ open });
      await world.run({ ms: 60_000 });
      assert.equal(raw.last.heard('response').length, 0);
      assert.equal(raw.last.heard('index').length, 0);
      const [config] = raw.last.heard('cluster-config');
      assert.deepEqual(config?.config.folders ?? [], []);
    }
    assert.deepEqual(storeOf(desk).paths(undefined, 10), ['secret']);
    assert.ok(raw.talks.slice(0, 3).every((talk) => talk.hasEnded));
  }));

test('MAL-11: what a device asked for is not given once the folder is not shared with it any more', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    await startAlone(world, desk, 'secret');
    const piece = { path: parseRelPath('secret'), offset: 0, size: 6, hash: sha256('secret') };
    const raw = new RawPeer(mallory, desk, { open: (talk) => talk.introduce([]) });
    raw.dial();
    await world.run({ ms: 5000 });
    raw.last.request(piece);
    await world.run({ ms: 5000 });
    assert.equal(raw.last.heard('response').length, 1, 'while it is shared it is given');
    let unshared: Promise<void> | undefined;
    desk.hooks.add((call, { job }) => {
      if (job !== 'serve' || call.call !== 'read' || unshared !== undefined) return;
      const plain = world.configOf(desk);
      const folders = plain.folders.map((folder) => ({ ...folder, devices: [] }));
      unshared = world.kith(desk).update({ ...plain, folders });
    });
    for (let i = 0; i < 20; i++) raw.last.request(piece);
    await world.run({ ms: 30_000 });
    assert.ok(unshared !== undefined);
    await unshared;
    assert.equal(raw.last.heard('response').length, 1);
  }));
