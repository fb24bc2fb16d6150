/** The implementations of the state database that the contract is run on. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openNodeStore } from '../../src/host/node-store.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { StoreHarness } from './folder-store.contract.ts';

/** A store in memory, or on what another one left. */
export async function openMemoryHarness(store = new MemoryStore()): Promise<StoreHarness> {
  return {
    store,
    reopen: async () => {
      await store.close();
      return openMemoryHarness(new MemoryStore({ from: store.snapshot() }));
    },
    dispose: () => store.close(),
  };
}

/** SQLite in a directory of its own, or in one that is there. */
export async function openSqliteHarness(given?: string): Promise<StoreHarness> {
  const dir = given ?? fs.mkdtempSync(path.join(os.tmpdir(), 'kith-store-'));
  const store = await openNodeStore({
    file: path.join(dir, 'index.db'),
    onDamage: ({ reason }) => {
      throw new Error(`damaged: ${reason}`);
    },
  });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openSqliteHarness(dir);
    },
    dispose: async () => {
      await store.close();
      fs.rmSync(dir, { recursive: true });
    },
  };
}
