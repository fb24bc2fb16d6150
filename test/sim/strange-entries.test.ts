/** What a device announces or asks for that an honest one would not; and links, which are followed by nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import { sha256 } from '../../src/base/sha256.ts';
import type { PieceRequest } from '../../src/bep/messages/request.ts';
import type { Entry } from '../../src/model/entry.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { directoryEntry, fileEntry, linkEntry } from '../support/builders.ts';
import { assertOutside, makeOutside } from './outside.ts';
import { RawPeer } from './raw-peer.ts';
import { assertTrees, calm, cast, rowOf, told, treeOf } from './scene.ts';

const encoder = new TextEncoder();
const EVIL = (): Uint8Array => encoder.encode('evil');

/** Entries whose paths pass an entry that the same device announced as no directory, or another kind at once. */
const THROUGH: Readonly<Record<string, readonly Entry[]>> = {
  'a path through a file': [fileEntry('evil', { path: 'f' }), fileEntry('evil', { path: 'f/x' })],
  'a path through a link to a directory outside': [
    linkEntry('/outside', { path: 'd' }),
    fileEntry('evil', { path: 'd/x' }),
    directoryEntry({ path: 'd/e' }),
  ],
  'a path through a link to a directory inside': [
    linkEntry('keep', { path: 'd' }),
    fileEntry('evil', { path: 'd/x' }),
  ],
  'a path through a directory that is a link here': [
    directoryEntry({ path: 'link' }),
    fileEntry('evil', { path: 'link/x' }),
    fileEntry('evil', { path: 'link/new' }),
  ],
};

for (const [what, entries] of Object.entries(THROUGH)) {
  test(`a device that announces ${what} writes nowhere but at the places of the folder (LNK-04)`, () =>
    told(cast('desk', 'mallory'), async (world, desk, mallory) => {
      makeOutside(desk);
      desk.person.write('keep/in', 'in');
      desk.person.makeLink('link', '/outside');
      world.up(desk);
      const raw = new RawPeer(mallory, desk, {
        open: (talk) => talk.introduce([...entries, fileEntry('evil', { path: 'plain' })]),
        answer: EVIL,
      });
      raw.dial();
      await world.run({ ms: 120_000 });
      assertOutside(desk);
      assert.equal(desk.person.read('plain'), 'evil', 'what was harmless arrived');
      assert.equal(desk.person.read('keep/in'), 'in');
      assert.equal(desk.person.tree().has('keep/x'), false);
    }));
}

test('blocks of names, places and contents that were never announced are refused, all in the same words (LNK-06)', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    makeOutside(desk);
    desk.person.write('shown', 'shown to all');
    desk.person.write('.#lock', 'excluded');
    desk.person.makeLink('link', '/outside');
    world.up(desk);
    await calm(world, [desk]);
    const shown = encoder.encode('shown to all');
    const none = new Uint8Array(0);
    const piece = (path: string, more: Partial<PieceRequest> = {}): PieceRequest => ({
      path: parseRelPath(path),
      offset: 0,
      size: 5,
      hash: none,
      ...more,
    });
    const probes: readonly PieceRequest[] = [
      piece('shown', { hash: sha256('guess') }),
      piece('shown', { offset: 3, size: 9, hash: sha256(shown.subarray(3)) }),
      piece('shown', { size: shown.length + 1 }),
      piece('shown', { offset: 1_000_000 }),
      piece('nothing'),
      piece('.#lock'),
      piece('.kith/marker'),
      piece('link'),
      piece('link/x', { size: 7, hash: sha256('outside') }),
    ];
    const raw = new RawPeer(mallory, desk, { open: (talk) => talk.introduce([]) });
    raw.dial();
    await world.run({ ms: 20 });
    for (const probe of probes) raw.last.request(probe);
    await world.run({ ms: 200 });
    const refused = raw.last.heard('refused');
    assert.equal(raw.last.heard('response').length, 0);
    assert.equal(refused.length, probes.length);
    assert.equal(new Set(refused.map(({ reason }) => reason)).size, 1, 'all refusals look alike');
    raw.last.request(piece('shown', { size: shown.length, hash: sha256(shown) }));
    await world.run({ ms: 200 });
    assert.equal(raw.last.heard('response').length, 1);
  }));

test('links of every kind travel as they are, and nothing follows them (LNK-12)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    makeOutside(laptop);
    makeOutside(desk);
    const targets = {
      absolute: '/outside',
      outside: '../../outside/x',
      long: 'x/'.repeat(1500),
      dangling: 'nowhere',
      loop: 'loop',
      dots: './a/../b//c/.',
      odd: 'a\nb\u202e',
    };
    for (const [name, target] of Object.entries(targets)) laptop.person.makeLink(name, target);
    laptop.person.write('d/f', 'f');
    laptop.person.makeLink('d/up', '..');
    world.upAll();
    await calm(world);
    assertTrees([desk], treeOf(laptop));
    assert.equal(treeOf(desk).length, 10);
    desk.person.delete('absolute');
    desk.person.write('absolute/x', 'a directory now');
    laptop.person.delete('outside');
    await calm(world);
    assertTrees([desk], treeOf(laptop));
    for (const device of [laptop, desk]) assertOutside(device);
  }));

test('the target of a link that is no UTF-8 travels byte by byte (LNK-12)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const target = Uint8Array.of(0x66, 0xff, 0xfe, 0x2f, 0x80);
    const root = resolvePath(laptop.tree, laptop.root);
    if (root === undefined) throw new Error('no root');
    laptop.tree.make({ dir: root, name: 'odd' }, 'symlink', { mode: 0o777, target });
    world.upAll();
    await calm(world);
    assert.deepEqual(rowOf(desk, 'odd').target, target);
    const arrived = resolvePath(desk.tree, desk.root)?.entries.get('odd')?.inode;
    assert.deepEqual(arrived?.target, target);
  }));

test('rights to run as somebody else are neither taken nor given (PRM-04)', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    desk.person.write('mine', 'mine');
    desk.person.setMode('mine', 0o6755);
    world.up(desk);
    const raw = new RawPeer(mallory, desk, {
      open: (talk) =>
        talk.introduce([
          fileEntry('evil', { path: 'tool', mode: 0o7777 }),
          directoryEntry({ path: 'dir', mode: 0o7777 }),
        ]),
      answer: EVIL,
    });
    raw.dial();
    await world.run({ ms: 60_000 });
    const tree = desk.person.tree();
    assert.deepEqual(
      ['tool', 'dir'].map((path) => (tree.get(path)?.mode ?? 0).toString(8)),
      ['777', '777'],
    );
    const [told] = raw.last.heard('index');
    const mine = told?.entries.find(({ path }) => path === 'mine');
    assert.equal(mine?.mode.toString(8), '755');
    assert.equal(tree.get('mine')?.mode.toString(8), '6755', 'a person may have what they like');
  }));
