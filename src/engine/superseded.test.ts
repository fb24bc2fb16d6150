import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, DEVICE_A, DEVICE_B, fileAt, oursAt } from '../../test/contract/folder-store-rows.ts';
import type { Entry } from '../model/entry.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';
import { Superseded } from './superseded.ts';

const version = (value: bigint) => ({ version: [{ id: 1n, value }] });
const [OLD, NEW, NEWER] = [1n, 2n, 3n].map((value) => fileAt('a', `${value}`, version(value))) as [
  Entry,
  Entry,
  Entry,
];

function storeOf(ours: OurEntry | undefined, ...entries: readonly Entry[]) {
  const devices = [DEVICE_A, DEVICE_B];
  const announced = entries.map((entry, i) => ({ entry, devices: devices.slice(i, i + 1) }));
  return { ours: () => ours, announced: () => announced } as unknown as FolderStore;
}

test('after a run that broke off, what is announced and newer than our row is kept while news takes its place', () => {
  const superseded = new Superseded({ isAfterBreak: true });
  superseded.note(storeOf(oursAt(1, OLD), OLD, NEW), at('a'));
  superseded.note(storeOf(oursAt(1, OLD), NEWER), at('a'));
  assert.deepEqual(superseded.at(at('a')), [NEW, NEWER]);
  assert.equal(superseded.has(at('b')), false);
});

test('deletes are not kept, and nothing is after a clean end', () => {
  const broken = new Superseded({ isAfterBreak: true });
  broken.note(storeOf(undefined, { ...NEW, deleted: true }), at('a'));
  assert.equal(broken.has(at('a')), false);
  const clean = new Superseded({ isAfterBreak: false });
  clean.note(storeOf(undefined, NEW), at('a'));
  assert.equal(clean.has(at('a')), false);
});

test('what was looked at is let go, what has to be looked at yet is not, and nothing more is kept', () => {
  const superseded = new Superseded({ isAfterBreak: true });
  for (const name of ['a', 'b']) superseded.note(storeOf(undefined, NEW), at(name));
  assert.equal(
    superseded.release((path) => path === at('b')),
    true,
  );
  superseded.note(storeOf(undefined, NEW), at('c'));
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => superseded.has(at(name))),
    [false, true, false],
  );
  assert.equal(
    superseded.release(() => true),
    false,
  );
});
