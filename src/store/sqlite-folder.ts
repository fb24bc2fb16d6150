/** Reads of one folder from the database. The contract is ports/folder-store. */

import { equalBytes, toHex } from '../base/bytes.ts';
import { KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Entry } from '../model/entry.ts';
import { FOLDER_KINDS, type FolderKind } from '../model/folder.ts';
import { comparePaths, parseRelPath, type RelPath } from '../model/path.ts';
import { versionKey } from '../model/version.ts';
import type {
  AnnouncedVersion,
  FolderIdentity,
  Intent,
  OurEntry,
  PeerIndex,
} from '../ports/folder-store.ts';
import type { FolderReads } from './folder-reads.ts';
import { compareAnnounced, compareIntents, compareText } from './order.ts';
import { decodeEntry, decodeOurs, hashPrefix } from './rows.ts';
import { withStoreErrors } from './sqlite-error.ts';
import { ROOT } from './sqlite-paths.ts';
import { bytesIn, numberIn, type SqlRow, type Statements, textIn, wordIn } from './statements.ts';

/** The folder's number; no row fits where there is no folder of that name. */
const FOLDER = '(SELECT id FROM folder WHERE name = ?1)';
const OURS =
  'SELECT path.text, sequence, record, blocks FROM path JOIN ours ON ours.path = path.id';

/** Reads what the connection's snapshot shows; throws STORE_CORRUPT and STORE_FAILED. */
export class SqliteFolder implements FolderReads {
  readonly #sql: Statements;
  readonly #name: string;

  constructor(sql: Statements, name: string) {
    this.#sql = sql;
    this.#name = name;
  }

  identity(): FolderIdentity | undefined {
    const row = this.#first(`SELECT * FROM identity WHERE folder = ${FOLDER}`);
    return (
      row && {
        indexId: wordIn(row, 'index_id'),
        token: textIn(row, 'token'),
        nextToken: textIn(row, 'next_token'),
        bootId: textIn(row, 'boot_id'),
        endedCleanly: numberIn(row, 'ended_cleanly') === 1,
        syncedSequence: numberIn(row, 'synced_sequence'),
        counterUsed: wordIn(row, 'counter_used'),
        kind: kindIn(row),
      }
    );
  }

  lastSequence(): number {
    const row = this.#first('SELECT last_sequence FROM folder WHERE name = ?1');
    return row === undefined ? 0 : numberIn(row, 'last_sequence');
  }

  ours(path: RelPath): OurEntry | undefined {
    const row = this.#first(`${OURS} WHERE path.folder = ${FOLDER} AND path.text = ?2`, path);
    // By the path that was asked for: a damaged index may lead to the row of another one, whose checksum tells.
    return row && oursIn(row, path);
  }

  announced(path: RelPath): readonly AnnouncedVersion[] {
    const found = this.#each(
      `SELECT digest, record, blocks, (SELECT group_concat(device) FROM claim
          JOIN peer ON peer.slot = claim.slot WHERE claim.version = version.id) AS holders
        FROM path JOIN version ON version.path = path.id
        WHERE path.folder = ${FOLDER} AND path.text = ?2`,
      (row) => {
        const record = bytesIn(row, 'record');
        const entry = decodeEntry(path, { record, blocks: bytesIn(row, 'blocks') });
        return { entry, digest: bytesIn(row, 'digest'), holders: holdersIn(row) };
      },
      path,
    );
    if (found.length < 2) return found.map(({ entry, holders }) => ({ entry, holders }));
    return found
      .map((each) => ({ ...each, key: versionKey(each.entry.version), digest: toHex(each.digest) }))
      .sort(compareAnnounced)
      .map(({ entry, holders }) => ({ entry, holders }));
  }

  children(dir: RelPath | undefined): readonly OurEntry[] {
    const parent = dir === undefined ? ROOT : this.#pathId(dir);
    if (parent === undefined) return [];
    const rows = this.#each(
      `${OURS} WHERE path.folder = ${FOLDER} AND path.parent = ?2`,
      (row) => oursIn(row),
      parent,
    );
    return rows.sort((a, b) => comparePaths(a.path, b.path));
  }

  oursAfter(after: number, limit: number): readonly OurEntry[] {
    return this.#each(
      `SELECT path.text, sequence, record, blocks FROM ours JOIN path ON path.id = ours.path
        WHERE ours.folder = ${FOLDER} AND sequence > ?2 ORDER BY sequence LIMIT ?3`,
      (row) => oursIn(row),
      after,
      limit,
    );
  }

  paths(after: RelPath | undefined, limit: number): readonly RelPath[] {
    return this.#each(
      `SELECT text FROM path WHERE folder = ${FOLDER} AND text > ?2
        AND (EXISTS (SELECT 1 FROM ours WHERE ours.path = path.id)
          OR EXISTS (SELECT 1 FROM version WHERE version.path = path.id))
        ORDER BY text LIMIT ?3`,
      (row) => pathOf(textIn(row, 'text')),
      // Every path is above the empty text.
      after ?? '',
      limit,
    );
  }

  withContent(contentHash: Uint8Array, limit: number): readonly OurEntry[] {
    const prefix = hashPrefix(contentHash);
    if (prefix === undefined) return [];
    const found: OurEntry[] = [];
    withStoreErrors(() => {
      if (limit <= 0) return;
      const sql = `${OURS} WHERE ours.folder = ${FOLDER} AND content = ?2 ORDER BY path.text`;
      for (const row of this.#sql.each(sql, this.#name, prefix)) {
        const entry = oursIn(row);
        if (equalBytes(entry.contentHash, contentHash)) found.push(entry);
        if (found.length >= limit) break;
      }
    });
    return found;
  }

  peer(device: DeviceId): PeerIndex | undefined {
    const row = this.#first(
      `SELECT device, index_id, heard FROM peer
        WHERE folder = ${FOLDER} AND device = ?2 AND index_id IS NOT NULL`,
      device,
    );
    return row && peerIn(row);
  }

  peers(): readonly PeerIndex[] {
    return this.#each(
      `SELECT device, index_id, heard FROM peer
        WHERE folder = ${FOLDER} AND index_id IS NOT NULL ORDER BY device`,
      peerIn,
    );
  }

  hasOutdated(device: DeviceId): boolean {
    const row = this.#first(
      `SELECT 1 FROM peer JOIN claim ON claim.slot = peer.slot
        WHERE folder = ${FOLDER} AND device = ?2 AND peer.generation > 0
          AND claim.generation < peer.generation LIMIT 1`,
      device,
    );
    return row !== undefined;
  }

  announcedBy(device: DeviceId): { readonly entries: number; readonly bytes: number } {
    const row = this.#first(
      `SELECT count(*) AS entries, coalesce(sum(octet_length(path.text) + length(record)
          + length(blocks)), 0) AS bytes
        FROM peer JOIN claim ON claim.slot = peer.slot
          JOIN version ON version.id = claim.version JOIN path ON path.id = claim.path
        WHERE peer.folder = ${FOLDER} AND device = ?2`,
      device,
    );
    if (row === undefined) return { entries: 0, bytes: 0 };
    return { entries: numberIn(row, 'entries'), bytes: numberIn(row, 'bytes') };
  }

  intents(): readonly Intent[] {
    const sql = `SELECT * FROM intent WHERE folder = ${FOLDER}`;
    return this.#each(sql, intentIn).sort(compareIntents);
  }

  superseded(path: RelPath): Entry | undefined {
    const sql = `SELECT record, blocks FROM superseded WHERE folder = ${FOLDER} AND path = ?2`;
    const row = this.#first(sql, path);
    if (row === undefined) return undefined;
    return decodeEntry(path, { record: bytesIn(row, 'record'), blocks: bytesIn(row, 'blocks') });
  }

  supersededPaths(after: RelPath | undefined, limit: number): readonly RelPath[] {
    return this.#each(
      `SELECT path FROM superseded WHERE folder = ${FOLDER} AND path > ?2 ORDER BY path LIMIT ?3`,
      (row) => pathOf(textIn(row, 'path')),
      after ?? '',
      limit,
    );
  }

  #pathId(path: RelPath): number | undefined {
    const row = this.#first(`SELECT id FROM path WHERE folder = ${FOLDER} AND text = ?2`, path);
    return row && numberIn(row, 'id');
  }

  #first(sql: string, ...values: (string | number)[]): SqlRow | undefined {
    return withStoreErrors(() => this.#sql.first(sql, this.#name, ...values));
  }

  /** What `read` makes of each row, as a new array. */
  #each<Value>(sql: string, read: (row: SqlRow) => Value, ...values: (string | number)[]): Value[] {
    return withStoreErrors(() => this.#sql.all(sql, this.#name, ...values).map(read));
  }
}

function oursIn(row: SqlRow, path = textIn(row, 'text')): OurEntry {
  return decodeOurs(path, numberIn(row, 'sequence'), {
    record: bytesIn(row, 'record'),
    blocks: bytesIn(row, 'blocks'),
  });
}

/** Device ids hold no comma. */
function holdersIn(row: SqlRow): readonly DeviceId[] {
  return (textIn(row, 'holders').split(',') as DeviceId[]).sort(compareText);
}

/** Device ids were parsed before they were stored. */
function peerIn(row: SqlRow): PeerIndex {
  return {
    device: textIn(row, 'device') as DeviceId,
    indexId: wordIn(row, 'index_id'),
    heard: numberIn(row, 'heard'),
  };
}

function intentIn(row: SqlRow): Intent {
  const copy = row['conflict_copy'];
  return {
    path: pathOf(textIn(row, 'path')),
    stageName: textIn(row, 'stage_name'),
    displaced: {
      inode: inodeIn(row),
      size: numberIn(row, 'size'),
      mtime: { s: numberIn(row, 'mtime_s'), ns: numberIn(row, 'mtime_ns') },
    },
    conflictCopy: typeof copy === 'string' ? pathOf(copy) : undefined,
  };
}

function inodeIn(row: SqlRow): bigint {
  const text = textIn(row, 'inode');
  if (!/^\d+$/.test(text)) throw new KithError('STORE_CORRUPT', { inode: text });
  return BigInt(text);
}

/** No checksum covers it where it stands alone, and no damage may lead out of the folder. */
function pathOf(text: string): RelPath {
  try {
    return parseRelPath(text);
  } catch (cause) {
    throw new KithError('STORE_CORRUPT', { path: text }, cause);
  }
}

function kindIn(row: SqlRow): FolderKind {
  const text = textIn(row, 'kind');
  const kind = FOLDER_KINDS.find((each) => each === text);
  if (kind === undefined) throw new KithError('STORE_CORRUPT', { column: 'kind' });
  return kind;
}
