import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, fileAt } from '../../test/contract/folder-store-rows.ts';
import { KithError } from '../base/error.ts';
import { defaultRules } from '../planner/rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import { type KindParts, remakeAll } from './kind-change.ts';
import { Ledger } from './ledger.ts';
import type { Totals } from './totals.ts';

test('rows are not made anew any more once the run has ended whose rows they are', async () => {
  const paths = Array.from({ length: 1200 }, (_, each) => at(`a${10_000 + each}`));
  const made: string[] = [];
  let isOpen = true;
  const store = {
    identity: () => undefined,
    lastSequence: () => made.length,
    ours: () => undefined,
    paths: (after = '', limit: number) => paths.filter((path) => path > after).slice(0, limit),
    commit: async ({ ours = [] }) => {
      made.push(...ours.map(({ path }: { path: string }) => path));
      // All rows of ours are forgotten meanwhile.
      isOpen = made.length < 1000;
    },
  } as unknown as FolderStore;
  const none = (): void => undefined;
  const totals = { hold: none, release: none, count: none } as unknown as Totals;
  const parts: KindParts = {
    store,
    ledger: new Ledger(store, totals),
    ports: { clock: {} as Clock },
    rules: defaultRules,
    expectOpen: () => {
      if (!isOpen) throw new KithError('FOLDER_NOT_OPEN');
    },
  };
  const remade = remakeAll(parts, (_, path) => ({
    ...fileAt(path, 'x'),
    diskPath: undefined,
    seen: undefined,
  }));
  await assert.rejects(remade, new KithError('FOLDER_NOT_OPEN'));
  assert.equal(made.length, 1000);
});
