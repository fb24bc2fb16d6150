import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileEntry } from '../../test/support/builders.ts';
import type { DeviceId } from '../model/device-id.ts';
import { defaultRules } from '../planner/rules.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';
import { Ledger } from './ledger.ts';
import { Totals } from './totals.ts';

const NAS = 'NAS' as DeviceId;

test('while a change is being written, the sums are those from before it, not those without its paths', async () => {
  const ours = { ...fileEntry('content'), sequence: 1 } as unknown as OurEntry;
  const writing = Promise.withResolvers<void>();
  const store = {
    ours: () => ours,
    announced: () => [],
    identity: () => undefined,
    lastSequence: () => 1,
    paths: (after: unknown) => (after === undefined ? [ours.path] : []),
    commit: () => writing.promise,
  } as unknown as FolderStore;
  const totals = new Totals(store, defaultRules, [NAS]);
  totals.recount([NAS], new AbortController().signal);
  const ledger = new Ledger(store, totals);
  const sums = () => structuredClone([totals.local, totals.global, totals.needOf(NAS)]);
  const before = sums();
  assert.deepEqual(before[2], { files: 1, bytes: ours.size, deletes: 0 });
  const changed = ledger.change(() => ({ ours: [ours] }));
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(sums(), before, 'a device that lacks something seemed to lack nothing');
  assert.equal(ledger.entries, 1);
  writing.resolve();
  await changed;
  assert.deepEqual(sums(), before);
});
