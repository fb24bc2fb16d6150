/** What every state database does, whatever it is made of: run on each implementation. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { KithError } from '../../src/base/error.ts';
import type { FolderStore, OurEntry, Seen, StateStore } from '../../src/ports/folder-store.ts';
import {
  at,
  DEVICE_A,
  DEVICE_B,
  fileAt,
  goneAt,
  IDENTITY,
  intentAt,
  MAX_U64,
  oursAt,
} from './folder-store-rows.ts';

/** One implementation: `open` gives a store with nothing in it. */
export interface StoreHarness {
  readonly store: StateStore;
  /** Closes the store and opens what it left. */
  reopen(): Promise<StoreHarness>;
  /** Closes it and removes all. */
  dispose(): Promise<void>;
}

export function folderStoreContract(name: string, open: () => Promise<StoreHarness>): void {
  describe(`${name} as a state database`, () => {
    let harness: StoreHarness;
    let folder: FolderStore;
    beforeEach(async () => {
      harness = await open();
      folder = harness.store.folder('photos');
    });
    afterEach(() => harness.dispose());
    const put = (...rows: OurEntry[]) => folder.commit({ ours: rows });
    const claim = (device: typeof DEVICE_A, ...entries: ReturnType<typeof fileAt>[]) =>
      folder.commit({ claims: { device, entries } });
    const holders = (path: string) => folder.announced(at(path)).map((version) => version.holders);

    it('starts empty', () => {
      assert.equal(folder.identity(), undefined);
      assert.equal(folder.lastSequence(), 0);
      assert.equal(folder.ours(at('a')), undefined);
      assert.deepEqual(folder.announced(at('a')), []);
      assert.deepEqual(folder.children(undefined), []);
      assert.deepEqual(folder.children(at('a')), []);
      assert.deepEqual(folder.oursAfter(0, 10), []);
      assert.deepEqual(folder.paths(undefined, 10), []);
      assert.deepEqual(folder.withContent(fileAt('a', 'x').contentHash, 10), []);
      assert.equal(folder.peer(DEVICE_A), undefined);
      assert.deepEqual(folder.announcedBy(DEVICE_A), { entries: 0, bytes: 0 });
      assert.deepEqual(folder.peers(), []);
      assert.deepEqual(folder.intents(), []);
      assert.equal(folder.superseded(at('a')), undefined);
      assert.deepEqual(folder.supersededPaths(undefined, 10), []);
    });

    it('gives one object per folder and lists what was asked for', () => {
      assert.equal(harness.store.folder('photos'), folder);
      harness.store.folder('Music');
      assert.deepEqual(harness.store.folders(), ['Music', 'photos']);
    });

    it('keeps folders apart', async () => {
      const other = harness.store.folder('Photos');
      await put(oursAt(5, fileAt('a', 'x')));
      await other.commit({ ours: [oursAt(1, fileAt('a', 'y'))], forgetPeers: [DEVICE_A] });
      await claim(DEVICE_A, fileAt('b', 'z'));
      await other.commit({ forgetPeers: [DEVICE_A], forgetOurs: true });
      assert.deepEqual(folder.ours(at('a')), oursAt(5, fileAt('a', 'x')));
      assert.equal(folder.announced(at('b')).length, 1);
      assert.deepEqual(other.paths(undefined, 9), []);
    });

    it('keeps the identity, the last one given', async () => {
      await folder.commit({ identity: IDENTITY });
      assert.deepEqual(folder.identity(), IDENTITY);
      const next = { ...IDENTITY, indexId: 1n, endedCleanly: false, token: 't', syncedSequence: 0 };
      await folder.commit({ identity: next });
      assert.deepEqual(folder.identity(), next);
    });

    it('gives rows back as they were, whatever stands in their fields', async () => {
      const rows = [
        oursAt(1, fileAt('a', 'x'), { diskPath: 'A\u0301' }),
        oursAt(2, fileAt('link', '', { kind: 'symlink', target: Uint8Array.of(0, 255, 47) })),
        oursAt(3, goneAt('gone', { version: [] })),
        oursAt(4, fileAt('not here', 'y', { invalid: true, noPermissions: true }), {
          seen: undefined,
        }),
        oursAt(
          Number.MAX_SAFE_INTEGER,
          fileAt('edge', 'z', {
            size: Number.MAX_SAFE_INTEGER,
            mode: 0o777,
            mtime: { s: -62_135_596_800, ns: 0 },
            modifiedBy: 0n,
            blockSize: 16_777_216,
            version: Array.from({ length: 300 }, (_, i) => ({
              id: MAX_U64 - 300n + BigInt(i),
              value: MAX_U64,
            })),
          }),
        ),
      ];
      await put(...rows);
      assert.deepEqual(
        rows.map(({ path }) => folder.ours(path)),
        rows,
      );
      assert.deepEqual(folder.oursAfter(0, 10), rows);
    });

    it('keeps block lists of any length', async () => {
      const entry = fileAt('big', 'x', { blocks: new Uint8Array(70_000 * 32).fill(7) });
      await folder.commit({
        ours: [oursAt(1, entry)],
        claims: { device: DEVICE_A, entries: [entry] },
      });
      assert.deepEqual(folder.ours(entry.path)?.blocks, entry.blocks);
      assert.deepEqual(folder.announced(entry.path)[0]?.entry, entry);
    });

    it('does not keep views on the bytes it was given', async () => {
      const buffer = new Uint8Array(64).fill(1);
      const entry = fileAt('a', 'x', { blocks: buffer.subarray(16, 48) });
      await folder.commit({
        ours: [oursAt(1, entry)],
        claims: { device: DEVICE_A, entries: [entry] },
      });
      buffer.fill(2);
      assert.deepEqual(folder.ours(entry.path)?.blocks, new Uint8Array(32).fill(1));
      assert.deepEqual(folder.announced(entry.path)[0]?.entry.blocks, new Uint8Array(32).fill(1));
    });

    it('replaces the row at a path and lists each once, by sequence', async () => {
      await put(
        oursAt(1, fileAt('a', '1')),
        oursAt(2, fileAt('b', '2')),
        oursAt(4, fileAt('c', '3')),
      );
      await put(oursAt(7, goneAt('a')), oursAt(8, fileAt('b', '4')), oursAt(9, fileAt('b', '5')));
      assert.deepEqual(
        folder.oursAfter(0, 10).map((row) => [row.path, row.sequence]),
        [
          ['c', 4],
          ['a', 7],
          ['b', 9],
        ],
      );
      assert.deepEqual(
        folder.oursAfter(4, 1).map(({ sequence }) => sequence),
        [7],
      );
      assert.deepEqual(folder.oursAfter(9, 10), []);
    });

    it('CRS-05: never lowers the last sequence within one base', async () => {
      await put(oursAt(10, fileAt('a', '1')));
      await put(oursAt(11, fileAt('a', '2')));
      await folder.commit({ forgetPeers: [DEVICE_A], identity: IDENTITY });
      assert.equal(folder.lastSequence(), 11);
      await assert.rejects(put(oursAt(11, fileAt('b', '3'))), isBug);
      assert.equal(folder.lastSequence(), 11);
      harness = await harness.reopen();
      assert.equal(harness.store.folder('photos').lastSequence(), 11);
    });

    it('begins sequences anew with an empty base', async () => {
      await put(oursAt(10, fileAt('a/b', '1')));
      await claim(DEVICE_A, fileAt('c', '2'));
      await folder.commit({ forgetOurs: true, ours: [oursAt(1, fileAt('d', '1'))] });
      assert.equal(folder.lastSequence(), 1);
      assert.deepEqual(folder.paths(undefined, 10), ['c', 'd']);
      assert.deepEqual(folder.children(at('a')), []);
      assert.deepEqual(
        folder.withContent(fileAt('a', '1').contentHash, 9).map(({ path }) => path),
        ['d'],
      );
      await folder.commit({ forgetOurs: true });
      assert.equal(folder.lastSequence(), 0);
      assert.deepEqual(folder.oursAfter(0, 10), []);
    });

    it('refuses sequences that do not ascend, and then keeps nothing of the change', async () => {
      await put(oursAt(3, fileAt('a', '1')));
      const change = {
        identity: IDENTITY,
        claims: { device: DEVICE_A, entries: [fileAt('c', '1')] },
        peer: { device: DEVICE_A, indexId: 1n, heard: 1 },
        ours: [oursAt(5, fileAt('a', '2')), oursAt(4, fileAt('b', '3'))],
        addIntents: [intentAt('a', 's')],
      };
      await assert.rejects(folder.commit(change), isBug);
      assert.equal(folder.identity(), undefined);
      assert.deepEqual(folder.paths(undefined, 10), ['a']);
      assert.deepEqual(folder.ours(at('a')), oursAt(3, fileAt('a', '1')));
      assert.deepEqual([folder.peers(), folder.intents(), folder.lastSequence()], [[], [], 3]);
    });

    it('refreshes what the disk says of a row in its place, and only of that very row', async () => {
      await put(oursAt(1, fileAt('a', '1')), oursAt(2, fileAt('b', '2')));
      const seen = { ...oursAt(1, fileAt('a', '1')).seen, racy: true } as Seen;
      const fresh = oursAt(1, fileAt('a', '1'), { seen });
      await folder.commit({ refresh: [fresh, oursAt(9, fileAt('b', '3'))] });
      assert.deepEqual(folder.ours(at('a')), fresh);
      assert.deepEqual(folder.ours(at('b')), oursAt(2, fileAt('b', '2')));
      assert.deepEqual(folder.oursAfter(0, 10), [fresh, oursAt(2, fileAt('b', '2'))]);
      assert.equal(folder.lastSequence(), 2);
    });

    it('gathers the holders of one version and keeps distinct versions apart', async () => {
      const older = fileAt('a', '1', { version: [{ id: 1n, value: 1n }] });
      const newer = fileAt('a', '2', { version: [{ id: 1n, value: 2n }] });
      await claim(DEVICE_B, newer);
      await claim(DEVICE_A, older);
      assert.deepEqual(folder.announced(at('a')), [
        { entry: older, holders: [DEVICE_A] },
        { entry: newer, holders: [DEVICE_B] },
      ]);
      await claim(DEVICE_A, older, newer);
      assert.deepEqual(folder.announced(at('a')), [
        { entry: newer, holders: [DEVICE_A, DEVICE_B] },
      ]);
    });

    it('takes an invalid claim for a version of its own', async () => {
      await claim(DEVICE_A, fileAt('a', '1', { invalid: true }));
      await claim(DEVICE_B, fileAt('a', '1'));
      assert.deepEqual(folder.announced(at('a')), [
        { entry: fileAt('a', '1'), holders: [DEVICE_B] },
        { entry: fileAt('a', '1', { invalid: true }), holders: [DEVICE_A] },
      ]);
    });

    it('names as holders only those who claimed just this content under a version', async () => {
      await claim(DEVICE_A, fileAt('a', '1'));
      await claim(DEVICE_B, fileAt('a', '2'));
      const contents = folder.announced(at('a')).map(({ entry, holders: by }) => [entry.size, by]);
      assert.equal(contents.length, 2);
      await folder.commit({ forgetPeers: [DEVICE_A] });
      assert.deepEqual(folder.announced(at('a')), [
        { entry: fileAt('a', '2'), holders: [DEVICE_B] },
      ]);
    });

    it('announces entries alone, without the sequence of whoever sent them', async () => {
      await claim(DEVICE_A, oursAt(9, fileAt('a', '1')));
      assert.deepEqual(folder.announced(at('a'))[0]?.entry, fileAt('a', '1'));
    });

    it('counts old claims until a full index is complete', async () => {
      await claim(DEVICE_A, fileAt('a', '1'), fileAt('b/c', '1'), fileAt('d', '1'));
      await claim(DEVICE_B, fileAt('d', '1'));
      assert.equal(folder.hasOutdated(DEVICE_A), false);
      await folder.commit({ beginIndex: DEVICE_A });
      await claim(DEVICE_A, fileAt('a', '1'));
      assert.deepEqual(
        [DEVICE_A, DEVICE_B].map((device) => folder.hasOutdated(device)),
        [true, false],
      );
      assert.deepEqual(holders('b/c'), [[DEVICE_A]]);
      assert.deepEqual(holders('d'), [[DEVICE_A, DEVICE_B]]);
      await folder.commit({ endIndex: DEVICE_A });
      assert.equal(folder.hasOutdated(DEVICE_A), false);
      assert.deepEqual(holders('a'), [[DEVICE_A]]);
      assert.deepEqual(holders('b/c'), []);
      assert.deepEqual(holders('d'), [[DEVICE_B]]);
      assert.deepEqual(folder.paths(undefined, 10), ['a', 'd']);
    });

    it('counts what each device announces, whoever announces the same', async () => {
      await claim(DEVICE_A, fileAt('é', '1'), fileAt('b', '1'));
      await claim(DEVICE_B, fileAt('é', '1'));
      await claim(DEVICE_A, fileAt('b', '2'));
      assert.deepEqual(folder.announcedBy(DEVICE_A), { entries: 2, bytes: 279 });
      assert.deepEqual(folder.announcedBy(DEVICE_B), { entries: 1, bytes: 140 });
    });

    it('begins, fills and completes a full index in one change', async () => {
      await claim(DEVICE_A, fileAt('a', '1'), fileAt('b', '1'));
      await folder.commit({
        beginIndex: DEVICE_A,
        claims: { device: DEVICE_A, entries: [fileAt('b', '2')] },
        endIndex: DEVICE_A,
        peer: { device: DEVICE_A, indexId: MAX_U64, heard: 12 },
      });
      assert.deepEqual(folder.paths(undefined, 10), ['b']);
      await claim(DEVICE_A, fileAt('c', '1'));
      await folder.commit({ endIndex: DEVICE_A });
      assert.deepEqual(folder.paths(undefined, 10), ['b', 'c'], 'nothing was old');
    });

    it('begins a full index over when one was broken off, also after a restart', async () => {
      await claim(DEVICE_A, fileAt('a', '1'));
      await folder.commit({ beginIndex: DEVICE_A });
      await claim(DEVICE_A, fileAt('b', '1'));
      harness = await harness.reopen();
      folder = harness.store.folder('photos');
      await folder.commit({ beginIndex: DEVICE_A });
      await claim(DEVICE_A, fileAt('c', '1'));
      await folder.commit({ endIndex: DEVICE_A });
      assert.deepEqual(folder.paths(undefined, 10), ['c']);
    });

    it('keeps and forgets what is known of devices', async () => {
      await folder.commit({ peer: { device: DEVICE_B, indexId: MAX_U64, heard: 9 } });
      await folder.commit({ peer: { device: DEVICE_A, indexId: 0n, heard: 0 } });
      await claim(DEVICE_B, fileAt('a', '1'));
      assert.deepEqual(folder.peers(), [
        { device: DEVICE_A, indexId: 0n, heard: 0 },
        { device: DEVICE_B, indexId: MAX_U64, heard: 9 },
      ]);
      await folder.commit({ forgetPeers: [DEVICE_B] });
      assert.equal(folder.peer(DEVICE_B), undefined);
      assert.deepEqual(folder.announced(at('a')), []);
      assert.deepEqual(folder.paths(undefined, 10), []);
    });

    it('applies the fields of a change in their order', async () => {
      await folder.commit({
        forgetPeers: [DEVICE_A],
        claims: { device: DEVICE_A, entries: [fileAt('a', '1')] },
        peer: { device: DEVICE_A, indexId: 3n, heard: 3 },
        addIntents: [intentAt('a', 's'), intentAt('b', 's')],
        removeIntents: [intentAt('a', 's')],
      });
      assert.deepEqual(holders('a'), [[DEVICE_A]]);
      assert.deepEqual(folder.peer(DEVICE_A), { device: DEVICE_A, indexId: 3n, heard: 3 });
      assert.deepEqual(folder.intents(), [intentAt('b', 's')]);
    });

    it('lists what stands directly in a directory, sorted', async () => {
      const names = ['b', 'a', 'a/z', 'a/\u{1f600}', 'a/\uffee', 'a/z/deep', 'ab', 'a!'];
      await put(...names.map((path, index) => oursAt(index + 1, fileAt(path, path))));
      await put(oursAt(20, goneAt('b')));
      await claim(DEVICE_A, fileAt('a/other', 'x'));
      const list = (dir: string | undefined) =>
        folder.children(dir === undefined ? undefined : at(dir)).map(({ path }) => path);
      assert.deepEqual(list(undefined), ['a', 'a!', 'ab', 'b']);
      assert.equal(folder.children(undefined)[3]?.deleted, true);
      assert.deepEqual(list('a'), ['a/z', 'a/\u{1f600}', 'a/\uffee']);
      assert.deepEqual(list('a/z'), ['a/z/deep']);
      assert.deepEqual(list('nowhere'), []);
    });

    it('walks all paths once, ancestors first, from any path on', async () => {
      await put(oursAt(1, fileAt('b/c', '1')), oursAt(2, goneAt('b')), oursAt(3, fileAt('z', '1')));
      await claim(DEVICE_A, fileAt('b/c/d', '1'), fileAt('\u{1f600}', '1'), fileAt('\uffee', '1'));
      await claim(DEVICE_A, fileAt('q/only/this', '1'), fileAt('z', '2'));
      const all = ['b', 'b/c', 'b/c/d', 'q/only/this', 'z', '\uffee', '\u{1f600}'];
      assert.deepEqual(folder.paths(undefined, 100), all);
      const steps: string[] = [];
      for (let next = folder.paths(undefined, 2); next.length > 0; ) {
        steps.push(...next);
        next = folder.paths(next.at(-1), 2);
      }
      assert.deepEqual(steps, all);
      assert.deepEqual(folder.paths(at('c'), 1), ['q/only/this'], 'after a path that has no row');
    });

    it('finds live files by content, by path, up to a limit', async () => {
      const content = fileAt('x', 'same').contentHash;
      await put(
        oursAt(1, fileAt('c', 'same')),
        oursAt(2, fileAt('a', 'same')),
        oursAt(3, fileAt('b', 'same')),
        oursAt(4, fileAt('ignored', 'same', { invalid: true })),
        oursAt(5, fileAt('other', 'other')),
        oursAt(6, fileAt('link', 'same', { kind: 'symlink' })),
      );
      const found = (limit: number) => folder.withContent(content, limit).map(({ path }) => path);
      assert.deepEqual(found(10), ['a', 'b', 'c']);
      assert.deepEqual(found(2), ['a', 'b']);
      await put(oursAt(7, goneAt('a')), oursAt(8, fileAt('b', 'other')));
      assert.deepEqual(found(10), ['c']);
      const sameStart = content.slice();
      sameStart[31] = (sameStart[31] ?? 0) ^ 1;
      assert.deepEqual(folder.withContent(sameStart, 10), []);
    });

    it('keeps intents once each', async () => {
      const intents = [intentAt('a', 's2'), intentAt('a', 's1'), intentAt('Z', 's3')];
      await folder.commit({ addIntents: intents });
      await folder.commit({ addIntents: intents.slice(0, 1) });
      assert.deepEqual(folder.intents(), [intents[2], intents[1], intents[0]]);
      await folder.commit({ removeIntents: intents.slice(1) });
      assert.deepEqual(folder.intents(), intents.slice(0, 1));
    });

    it('keeps one superseded version of a path, the first, until it is dropped or the base is lost', async () => {
      const keep = (...keepSuperseded: ReturnType<typeof fileAt>[]) =>
        folder.commit({ keepSuperseded });
      await keep(fileAt('b/c', '1'), fileAt('a', '1'));
      await keep(fileAt('b/c', '2'), fileAt('d', '1'));
      assert.deepEqual(folder.superseded(at('b/c')), fileAt('b/c', '1'));
      assert.deepEqual(folder.supersededPaths(undefined, 2), ['a', 'b/c']);
      assert.deepEqual(folder.supersededPaths(at('b/c'), 2), ['d']);
      assert.deepEqual([folder.paths(undefined, 9), folder.announced(at('a'))], [[], []]);
      const again = [fileAt('a', '3')];
      await folder.commit({ dropSuperseded: [at('a'), at('d')], keepSuperseded: again });
      assert.deepEqual(folder.supersededPaths(undefined, 9), ['a', 'b/c']);
      assert.deepEqual(folder.superseded(at('a')), fileAt('a', '3'));
      await folder.commit({ forgetOurs: true });
      assert.deepEqual(folder.supersededPaths(undefined, 9), []);
    });

    it('shows a commit when it has resolved and not before', async () => {
      const commit = put(oursAt(1, fileAt('a', '1')));
      assert.equal(folder.ours(at('a')), undefined);
      await commit;
      assert.equal(folder.ours(at('a'))?.sequence, 1);
    });

    it('takes commits in the order of their calls', async () => {
      const commits = Array.from({ length: 50 }, (_, i) =>
        put(oursAt(i + 1, fileAt('a', String(i)))),
      );
      await Promise.all(commits);
      assert.deepEqual(folder.ours(at('a')), oursAt(50, fileAt('a', '49')));
    });

    it('lets nothing follow a commit that failed before its caller could know', async () => {
      const first = put(oursAt(5, fileAt('a', '1')));
      const bad = put(oursAt(4, fileAt('a', '2')));
      const behind = put(oursAt(6, fileAt('b', '3')));
      const outcomes = await Promise.allSettled([first, bad, behind]);
      assert.deepEqual(
        outcomes.slice(1).map(({ status }) => status),
        ['rejected', 'rejected'],
      );
      assert.equal(folder.ours(at('b')), undefined);
      assert.equal(folder.ours(at('a')) !== undefined, outcomes[0]?.status === 'fulfilled');
      await put(oursAt(7, fileAt('b', '4')));
      assert.equal(folder.lastSequence(), 7);
    });

    it('has everything after it was closed and opened again', async () => {
      const entry = fileAt('a/\u{1f600}', '1');
      const intent = intentAt(entry.path, 's');
      await folder.commit({
        identity: IDENTITY,
        claims: { device: DEVICE_A, entries: [entry] },
        peer: { device: DEVICE_A, indexId: 2n, heard: 4 },
        ours: [oursAt(3, entry)],
        addIntents: [intent],
        keepSuperseded: [entry],
      });
      harness = await harness.reopen();
      folder = harness.store.folder('photos');
      assert.deepEqual(harness.store.folders(), ['photos']);
      assert.deepEqual(folder.identity(), IDENTITY);
      assert.deepEqual(folder.children(at('a')), [oursAt(3, entry)]);
      assert.deepEqual(folder.announced(entry.path), [{ entry, holders: [DEVICE_A] }]);
      assert.deepEqual(folder.peers(), [{ device: DEVICE_A, indexId: 2n, heard: 4 }]);
      assert.deepEqual(folder.intents(), [intent]);
      assert.deepEqual(folder.superseded(entry.path), entry);
      assert.equal(folder.lastSequence(), 3);
    });

    it('forgets a folder whole, and only that', async () => {
      const other = harness.store.folder('other');
      await other.commit({ ours: [oursAt(1, fileAt('a', '1'))] });
      await folder.commit({
        identity: IDENTITY,
        ours: [oursAt(1, fileAt('a', '1'))],
        claims: { device: DEVICE_A, entries: [fileAt('b', '1')] },
        addIntents: [intentAt('a', 's')],
        keepSuperseded: [fileAt('a', '2')],
      });
      await harness.store.forget('photos');
      assert.deepEqual(harness.store.folders(), ['other']);
      assert.equal(harness.store.folder('photos'), folder);
      assert.deepEqual([folder.identity(), folder.lastSequence()], [undefined, 0]);
      assert.deepEqual([folder.paths(undefined, 9), folder.intents()], [[], []]);
      assert.deepEqual(folder.supersededPaths(undefined, 9), []);
      assert.deepEqual(other.paths(undefined, 9), ['a']);
      await put(oursAt(1, fileAt('c', '1')));
      assert.deepEqual(folder.paths(undefined, 9), ['c']);
    });

    it('finishes what was called before it closes and refuses what comes after', async () => {
      const commit = put(oursAt(1, fileAt('a', '1')));
      const closed = harness.store.close();
      await assert.rejects(put(oursAt(2, fileAt('b', '1'))), { code: 'STORE_FAILED' });
      await Promise.all([commit, closed]);
      harness = await harness.reopen();
      assert.deepEqual(harness.store.folder('photos').paths(undefined, 9), ['a']);
    });
  });
}

function isBug(error: unknown): boolean {
  return error instanceof KithError && error.code === 'BUG';
}
