import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileEntry } from '../../test/support/builders.ts';
import { settled } from '../../test/support/manual-clock.ts';
import { concatBytes } from '../base/bytes.ts';
import { sha256 } from '../base/sha256.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { BlockSource } from '../ports/exchange.ts';
import type { FolderContext } from './context.ts';
import { Fetcher } from './fetcher.ts';
import { Sources } from './sources.ts';
import { Tally } from './tally.ts';

const BLOCK = 131_072;
const STAYS = new AbortController().signal;
const PEER = 'PEER' as DeviceId;
const BLOCKS = ['a', 'b', 'c'].map((letter) => new Uint8Array(BLOCK).fill(letter.charCodeAt(0)));
const TARGET = {
  ...fileEntry('abc'),
  size: 3 * BLOCK,
  blockSize: BLOCK,
  blocks: concatBytes(BLOCKS.map((block) => sha256(block))),
};

/** A fetch of three blocks from one device; the disk writes only when it is told to. */
async function begin(signal: AbortSignal, fetch: BlockSource['fetch']) {
  const announced = [{ entry: TARGET, holders: [PEER] }];
  const store = { announced: () => announced, withContent: () => [] };
  const sources = new Sources();
  sources.add(PEER, { fetch, blame: () => assert.fail('nothing was wrong') });
  const writes: (() => void)[] = [];
  const run = (_name: string, args: { pieces: readonly unknown[] }) =>
    new Promise((resolve) => writes.push(() => resolve(args.pieces.map(() => 'ok'))));
  const root = { path: '/f', token: '' };
  const tally = new Tally();
  const context = { ports: { disk: { run } }, root, store, tally } as unknown as FolderContext;
  const wanted = {
    target: TARGET,
    stageName: 's',
    ours: undefined,
    mayBeStaged: false,
    stagedPart: undefined,
  };
  const end = { outcome: 'none' as unknown };
  const fetched = new Fetcher(context, sources).fetch(wanted, signal).then(
    (outcome) => {
      end.outcome = outcome;
    },
    (error: unknown) => {
      end.outcome = error;
    },
  );
  await settled();
  return { writes, end, fetched, tally };
}

const given = (offset: number): Uint8Array => {
  const block = BLOCKS[offset / BLOCK];
  if (block === undefined) throw new Error(`no block at ${offset}`);
  return block.slice();
};

test('a fetch that was aborted is not over as long as something of it is still being written', async () => {
  const abort = new AbortController();
  const { writes, end, fetched } = await begin(abort.signal, async ({ offset }, signal) => {
    if (offset === 0) return given(offset);
    return await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });
  assert.equal(writes.length, 1);
  const reason = new Error('superseded');
  abort.abort(reason);
  await settled();
  assert.equal(end.outcome, 'none', 'it ended while a piece was being written');
  writes[0]?.();
  await fetched;
  assert.equal(end.outcome, reason);
});

test('a fetch that fails by a fault of ours asks for nothing more, and ends when all is written', async () => {
  let asked = 0;
  const fault = new Error('fault');
  const { writes, end, fetched, tally } = await begin(STAYS, async ({ offset }) => {
    asked++;
    if (offset > 0) throw fault;
    return given(offset);
  });
  assert.equal(end.outcome, 'none', 'it ended while a piece was being written');
  writes[0]?.();
  await fetched;
  assert.deepEqual([end.outcome, asked], [fault, 3]);
  assert.deepEqual(tally.progress().fetch, { files: 0, bytes: 0 });
});

test('what has arrived of a file is counted piece by piece, until the file is in place', async () => {
  const rest = Promise.withResolvers<void>();
  const { writes, fetched, tally } = await begin(STAYS, async ({ offset }) => {
    if (offset > 0) await rest.promise;
    return given(offset);
  });
  assert.deepEqual(tally.progress().fetch, { files: 0, bytes: 0 });
  writes.shift()?.();
  await settled();
  assert.deepEqual(tally.progress().fetch, { files: 1, bytes: BLOCK });
  rest.resolve();
  await settled();
  while (writes.length > 0) {
    writes.shift()?.();
    await settled();
  }
  await fetched;
  assert.deepEqual(tally.progress().fetch, { files: 1, bytes: 3 * BLOCK });
  tally.over(TARGET.path);
  assert.deepEqual(tally.progress().fetch, { files: 0, bytes: 0 });
});
