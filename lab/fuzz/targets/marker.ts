/** The marker in a folder's root: any text at all may stand there. */

import assert from 'node:assert/strict';
import { asKithError } from '../../../src/base/error.ts';
import { type Opening, openFolder } from '../../../src/engine/opening.ts';
import { parseFolderId } from '../../../src/model/folder.ts';
import type { FolderIdentity } from '../../../src/ports/folder-store.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import { SimRandom } from '../../sim/random.ts';
import { bytesOf, type FuzzTarget } from '../target.ts';

const ID = parseFolderId('photos "é%"');
const ESCAPED = 'photos %22;%e9;%25;%22;';
const TOKEN = '0123456789abcdef0123456789abcdef';
const GOOD = JSON.stringify({ folder: ESCAPED, token: TOKEN });

export const marker: FuzzTarget = {
  seeds: () =>
    [GOOD, GOOD.replace('0', 'f'), GOOD.replace('photos', 'other'), '', '{}', `${GOOD}\n`].map(
      bytesOf,
    ),
  tokens: [TOKEN, ESCAPED, '"', '{"folder":"', '","token":"', '"}', '\n', '\u2028'],
  maxBytes: 0x1000,
  run: async (input) => {
    // As it is read from the disk: one character for each byte.
    const text = Buffer.from(input).toString('latin1');
    const isOurs = /^\{"folder":"photos %22;%e9;%25;%22;","token":"[0-9a-f]{32}"\}$/.test(text);
    for (const isKnown of [false, true]) {
      const { opening, written } = await openingOf(text, { isKnown });
      const before = opening.store.identity();
      try {
        const { isBaseNew } = await openFolder(opening);
        assert.ok(isOurs, 'a foreign directory is trusted');
        assert.equal(isBaseNew, !isKnown || text !== GOOD, 'the base is kept or dropped wrongly');
        const next = { ...opening, ports: portsOf(written[0] ?? '', []) };
        assert.equal(
          (await openFolder(next)).isBaseNew,
          false,
          'its own marker is not known again',
        );
      } catch (error) {
        if (asKithError(error, 'MARKER_FOREIGN') === undefined) throw error;
        assert.ok(!isOurs, 'our own directory is refused');
        assert.deepEqual(
          [opening.store.identity(), written],
          [before, []],
          'a refusal left traces',
        );
      }
    }
  },
};

async function openingOf(text: string, { isKnown }: { readonly isKnown: boolean }) {
  const store = new MemoryStore().folder(ID);
  const identity: FolderIdentity = {
    indexId: 5n,
    token: TOKEN,
    nextToken: '',
    bootId: 'b',
    endedCleanly: true,
    syncedSequence: 0,
    counterUsed: 0n,
    kind: 'send-receive',
  };
  if (isKnown) await store.commit({ identity });
  const written: string[] = [];
  const opening: Opening = {
    ports: portsOf(text, written),
    store,
    id: ID,
    path: '/x',
    bootId: 'b',
    kind: 'send-receive',
  };
  return { opening, written };
}

/** Ports of which only those are there that opening needs. */
function portsOf(text: string, written: string[]): Opening['ports'] {
  const run = async (name: string, args: { readonly text?: string }) => {
    if (name === 'readMarker') return { exists: true, marker: text };
    written.push(args.text ?? '');
    return undefined;
  };
  return { disk: { run }, random: new SimRandom(1) } as unknown as Opening['ports'];
}
