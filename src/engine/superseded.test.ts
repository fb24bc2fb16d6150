import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, DEVICE_A, fileAt, oursAt } from '../../test/contract/folder-store-rows.ts';
import type { Entry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { FolderChange, FolderStore, OurEntry } from '../ports/folder-store.ts';
import { Ledger } from './ledger.ts';
import { Superseded } from './superseded.ts';
import type { Totals } from './totals.ts';

const version = (value: bigint) => ({ version: [{ id: 1n, value }] });
const make = (value: bigint, name = 'a'): Entry => fileAt(name, `${value}`, version(value));
const [OLD, NEW, NEWER, NEWEST] = [make(1n), make(2n), make(3n), make(4n)];

/** As much of a database as is asked for; one device announces. */
function newStore(): FolderStore {
  const [announced, ours, kept] = [
    new Map<RelPath, Entry>(),
    new Map<RelPath, OurEntry>(),
    new Map<RelPath, Entry>(),
  ];
  const commit = (change: FolderChange): Promise<void> => {
    for (const entry of change.claims?.entries ?? []) announced.set(entry.path, entry);
    for (const row of change.ours ?? []) ours.set(row.path, row);
    for (const path of change.dropSuperseded ?? []) kept.delete(path);
    for (const entry of change.keepSuperseded ?? []) {
      if (!kept.has(entry.path)) kept.set(entry.path, entry);
    }
    return Promise.resolve();
  };
  const reads: Partial<FolderStore> = {
    identity: () => undefined,
    lastSequence: () => ours.size,
    ours: (path) => ours.get(path),
    announced: (path) => {
      const entry = announced.get(path);
      return entry === undefined ? [] : [{ entry, holders: [DEVICE_A] }];
    },
    superseded: (path) => kept.get(path),
    supersededPaths: (after = '' as RelPath, limit) =>
      [...kept.keys()].filter((path) => path > after).slice(0, limit),
  };
  return { ...reads, commit } as FolderStore;
}

/** One after a run that broke off, unless said, of this database. */
function begun(store: FolderStore, isAfterBreak = true): Superseded {
  const none = (): void => undefined;
  const totals = { hold: none, release: none, count: none } as unknown as Totals;
  return new Superseded({ store, ledger: new Ledger(store, totals) }, { isAfterBreak });
}

/** Takes news as a hearing does. */
async function hear(store: FolderStore, superseded: Superseded, entry: Entry): Promise<void> {
  const keepSuperseded = superseded.outrun([entry.path]);
  await store.commit({ claims: { device: DEVICE_A, entries: [entry] }, keepSuperseded });
}

async function storeWith(...entries: readonly Entry[]): Promise<FolderStore> {
  const store = newStore();
  await store.commit({ claims: { device: DEVICE_A, entries } });
  return store;
}

const pending =
  (...paths: readonly string[]) =>
  (): ReadonlySet<string> =>
    new Set(paths);

test('after a run that broke off, what was wanted then and is newer than our row is kept, whatever news comes', async () => {
  const store = await storeWith(NEW);
  await store.commit({ ours: [oursAt(1, OLD)] });
  const superseded = begun(store);
  await hear(store, superseded, NEWER);
  await hear(store, superseded, NEWEST);
  assert.deepEqual(superseded.at(at('a')), [NEW]);
  assert.equal(superseded.has(at('b')), false);
});

test('what was kept outlasts another break, and a clean end as well', async () => {
  const store = await storeWith(NEW);
  await hear(store, begun(store), NEWER);
  for (const isAfterBreak of [true, false]) {
    const next = begun(store, isAfterBreak);
    await hear(store, next, NEWEST);
    assert.deepEqual(next.at(at('a')), [NEW]);
  }
});

const released = (...names: readonly string[]) => ({ isOver: false, freed: names.map(at) });

test('deletes and what our row knows are not kept, and nothing is after a clean end', async () => {
  const gone = await storeWith({ ...NEW, deleted: true });
  assert.deepEqual(begun(gone).outrun([at('a')]), []);
  const known = await storeWith(OLD);
  await known.commit({ ours: [oursAt(1, NEW)] });
  assert.deepEqual(begun(known).outrun([at('a')]), []);
  const store = await storeWith(NEW);
  const clean = begun(store, false);
  assert.deepEqual(clean.outrun([at('a')]), []);
  clean.reopen();
  assert.deepEqual(clean.outrun([at('a')]), [NEW]);
});

test('what was looked at is let go; as long as some of it was not, more is kept', async () => {
  const names = ['a', 'b', 'c'];
  const store = await storeWith(...names.map((name) => make(2n, name)));
  const superseded = begun(store);
  for (const name of ['a', 'b']) await hear(store, superseded, make(3n, name));
  assert.deepEqual(await superseded.release(pending('b', 'd')), released('a'));
  assert.equal(superseded.isOpen, true);
  await hear(store, superseded, make(3n, 'c'));
  assert.deepEqual(
    names.map((name) => superseded.has(at(name))),
    [false, true, true],
  );
  assert.deepEqual(await superseded.release(pending('d')), { ...released('b', 'c'), isOver: true });
  assert.deepEqual(
    names.map((name) => superseded.has(at(name))),
    [false, false, false],
  );
  assert.equal(superseded.isOpen, false);
  assert.deepEqual(await superseded.release(pending()), released());
});

test('below a directory that could not be looked at everything may have been put in place', async () => {
  const store = await storeWith(make(2n, 'dir/a'));
  await store.commit({ ours: [oursAt(1, fileAt('dir', '', { kind: 'directory' }))] });
  const superseded = begun(store);
  await hear(store, superseded, make(3n, 'dir/a'));
  assert.deepEqual(await superseded.release(pending('dir')), released());
  assert.deepEqual([superseded.isOpen, superseded.has(at('dir/a'))], [true, true]);
  assert.deepEqual(await superseded.release(pending()), { ...released('dir/a'), isOver: true });
  assert.deepEqual([superseded.isOpen, superseded.has(at('dir/a'))], [false, false]);
});
