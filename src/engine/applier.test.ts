import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, DEVICE_A, fileAt } from '../../test/contract/folder-store-rows.ts';
import type { Entry } from '../model/entry.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import { applyGroup, type Ready } from './applier.ts';
import { basisAt } from './basis.ts';
import { Busy } from './busy.ts';
import type { FolderContext } from './context.ts';
import { Ledger } from './ledger.ts';
import type { Totals } from './totals.ts';

const make = (name: string, value: bigint): Entry =>
  fileAt(name, `${value}`, { version: [{ id: 1n, value }] });

/** A folder in which each path is announced once; what its disk was asked to apply. */
function folderOf(...entries: readonly Entry[]) {
  const announced = new Map(entries.map((entry) => [entry.path, entry]));
  const store = {
    identity: () => undefined,
    lastSequence: () => 0,
    ours: () => undefined,
    announced: (path) => {
      const entry = announced.get(path);
      return entry === undefined ? [] : [{ entry, holders: [DEVICE_A] }];
    },
    commit: () => Promise.resolve(),
  } as Partial<FolderStore> as FolderStore;
  const none = (): void => undefined;
  const totals = { hold: none, release: none, count: none } as unknown as Totals;
  const asked: string[] = [];
  const run = (_: string, { items }: { readonly items: readonly { readonly path: string }[] }) => {
    asked.push(...items.map(({ path }) => path));
    const applied = items.map(() => ({ outcome: 'failed', code: 'FILE_DENIED' }));
    return Promise.resolve({ applied, givenBack: [] });
  };
  const context = {
    store,
    ledger: new Ledger(store, totals),
    busy: new Busy(),
    ports: { disk: { run }, clock: { now: () => 0 } },
    witness: { hold: () => Promise.resolve(undefined) },
    self: { shortId: 1n },
  } as unknown as FolderContext;
  return { context, announced, asked };
}

function readyAt(context: FolderContext, target: Entry): Ready {
  const { path } = target;
  const operation = { kind: 'fetch', path, target, conflictCopy: undefined } as const;
  const basedOn = basisAt(context, path);
  return { operation: { ...operation, reason: 'new there' }, basedOn, isFinished: true };
}

test('nothing is put in place of which there is news, whether it was taken or waits for that', async () => {
  const entries = ['a', 'b', 'c'].map((name) => make(name, 1n));
  const { context, announced, asked } = folderOf(...entries);
  const group = entries.map((entry) => readyAt(context, entry));
  announced.set(at('a'), make('a', 2n));
  let end = (): void => undefined;
  const hearing = context.busy.whileFree(
    [at('b')],
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  const { failed, changed, done } = await applyGroup(context, group);
  assert.deepEqual(asked, ['c']);
  assert.deepEqual([failed.map(({ path }) => path), changed, done], [['c'], [], []]);
  assert.deepEqual(
    entries.map(({ path }) => context.busy.has(path)),
    [false, false, true],
  );
  end();
  await hearing;
});

test('a group begins only when the change before it is durable, and with what that left', async () => {
  const { context, announced, asked } = folderOf(make('a', 1n));
  const group = [readyAt(context, make('a', 1n))];
  const news = context.ledger.change(() => {
    announced.set(at('a'), make('a', 2n));
    return {};
  });
  await Promise.all([news, applyGroup(context, group)]);
  assert.deepEqual(asked, []);
});
