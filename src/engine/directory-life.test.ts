import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceId } from '../model/device-id.ts';
import type { Entry } from '../model/entry.ts';
import { parentPath, parseRelPath, type RelPath } from '../model/path.ts';
import { defaultRules } from '../planner/rules.ts';
import type { AnnouncedVersion, FolderStore, OurEntry } from '../ports/folder-store.ts';
import { isFilled, isHalfTold, sidesAt } from './directory-life.ts';

const [PEER, OTHER] = ['PEER' as DeviceId, 'OTHER' as DeviceId];

interface Row {
  readonly path: string;
  readonly kind?: Entry['kind'];
  readonly ours?: bigint;
  /** What each device announced: its counter, and whether it is a delete. */
  readonly heard?: readonly (readonly [DeviceId, bigint, 'live' | 'deleted'])[];
}

/** A store of these rows; a version is one counter of the device that wrote first. */
function placeOf(rows: readonly Row[]) {
  const ours = new Map<RelPath, OurEntry>();
  const announced = new Map<RelPath, AnnouncedVersion[]>();
  for (const row of rows) {
    const path = parseRelPath(row.path);
    const at = { path, kind: row.kind ?? 'file' };
    if (row.ours !== undefined) {
      const entry = entryOf({ ...at, value: row.ours, deleted: false });
      ours.set(path, { ...entry, sequence: 1, diskPath: undefined, seen: undefined });
    }
    const versions = (row.heard ?? []).map(([device, value, how]) => ({
      entry: entryOf({ ...at, value, deleted: how === 'deleted' }),
      holders: [device],
    }));
    announced.set(path, versions);
  }
  const store = {
    ours: (path: RelPath) => ours.get(path),
    announced: (path: RelPath) => announced.get(path) ?? [],
    children: (dir: RelPath | undefined) =>
      [...ours.values()].filter((row) => parentPath(row.path) === dir),
  };
  return { store: store as unknown as FolderStore, rules: defaultRules };
}

function entryOf(facts: {
  readonly path: RelPath;
  readonly kind: Entry['kind'];
  readonly value: bigint;
  readonly deleted: boolean;
}): Entry {
  const { path, kind, value, deleted } = facts;
  const nothing = new Uint8Array(0);
  return {
    path,
    kind,
    deleted,
    invalid: false,
    size: 0,
    mode: 0o755,
    noPermissions: false,
    mtime: { s: Number(value), ns: 0 },
    modifiedBy: 1n,
    version: [{ id: 1n, value }],
    blockSize: 131_072,
    blocks: nothing,
    contentHash: deleted ? nothing : new Uint8Array([Number(value)]),
    previousHash: nothing,
    target: nothing,
  };
}

const GONE = { path: 'd', kind: 'directory', ours: 1n, heard: [[PEER, 2n, 'deleted']] } as const;

test('a directory that was taken away waits while the taker still has what is in it', () => {
  const place = placeOf([GONE, { path: 'd/f', ours: 1n, heard: [[PEER, 1n, 'live']] }]);
  const ours = place.store.ours(parseRelPath('d'));
  assert.ok(ours !== undefined && sidesAt(place, ours.path, ours).holdsLive);
  assert.ok(isHalfTold(place, ours));
  assert.ok(isFilled(place, ours.path));
});

test('a directory that was taken away keeps what the taker does not know of', () => {
  for (const heard of [[], [[OTHER, 1n, 'live']]] as const) {
    const place = placeOf([GONE, { path: 'd/f', ours: 1n, heard }]);
    const ours = place.store.ours(parseRelPath('d'));
    assert.ok(ours !== undefined && !isHalfTold(place, ours));
  }
});

test('what the taker took away too does not live', () => {
  const place = placeOf([GONE, { path: 'd/f', ours: 1n, heard: [[PEER, 2n, 'deleted']] }]);
  const ours = place.store.ours(parseRelPath('d'));
  assert.ok(ours !== undefined && !sidesAt(place, ours.path, ours).holdsLive);
});

test('an inner directory counts by what is in it', () => {
  const inner = { ...GONE, path: 'd/e' } as const;
  const told = { path: 'd/e/f', ours: 1n, heard: [[PEER, 1n, 'live']] } as const;
  for (const [file, expected] of [
    [told, true],
    [{ path: 'd/e/f', ours: 1n }, false],
  ] as const) {
    const place = placeOf([GONE, inner, file]);
    const ours = place.store.ours(parseRelPath('d'));
    assert.ok(ours !== undefined);
    assert.equal(isHalfTold(place, ours), expected);
  }
});
