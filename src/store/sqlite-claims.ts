/** Writes what others announced: one row for each path and distinct version, and a claim for each device that holds it. */

import type { EncodedChange, EncodedClaim } from './encoded-change.ts';
import type { SqlitePaths } from './sqlite-paths.ts';
import { numberIn, type Statements, wordBytes } from './statements.ts';

type ClaimFields = Pick<
  EncodedChange,
  'forgetPeers' | 'beginIndex' | 'claims' | 'endIndex' | 'peer'
>;

interface Peer {
  /** Stands for the device in this folder. */
  readonly slot: number;
  readonly generation: number;
}

/** The claims of one folder, within one transaction. */
export class SqliteClaims {
  readonly #sql: Statements;
  readonly #folder: number;
  readonly #paths: SqlitePaths;

  constructor(sql: Statements, { folder, paths }: { folder: number; paths: SqlitePaths }) {
    this.#sql = sql;
    this.#folder = folder;
    this.#paths = paths;
  }

  /** The fields that concern other devices, in their order. */
  apply({ forgetPeers, beginIndex, claims, endIndex, peer }: ClaimFields): void {
    for (const device of forgetPeers) this.#forget(device);
    if (beginIndex !== undefined) this.#begin(beginIndex);
    if (claims !== undefined) {
      const holder = this.#peer(claims.device);
      for (const row of claims.rows) this.#claim(holder, row);
    }
    if (endIndex !== undefined) this.#dropBefore(this.#peer(endIndex));
    if (peer !== undefined) {
      this.#sql.run(
        'UPDATE peer SET index_id = ?, heard = ? WHERE slot = ?',
        wordBytes(peer.indexId),
        peer.heard,
        this.#peer(peer.device).slot,
      );
    }
  }

  #peer(device: string): Peer {
    const row = this.#sql.first(
      'SELECT slot, generation FROM peer WHERE folder = ? AND device = ?',
      this.#folder,
      device,
    );
    if (row !== undefined) {
      return { slot: numberIn(row, 'slot'), generation: numberIn(row, 'generation') };
    }
    const { id } = this.#sql.run(
      'INSERT INTO peer (folder, device) VALUES (?, ?)',
      this.#folder,
      device,
    );
    return { slot: id, generation: 0 };
  }

  #forget(device: string): void {
    const { slot } = this.#peer(device);
    this.#dropBefore({ slot, generation: Number.MAX_SAFE_INTEGER });
    this.#sql.run('DELETE FROM peer WHERE slot = ?', slot);
  }

  #begin(device: string): void {
    const { slot } = this.#peer(device);
    this.#sql.run('UPDATE peer SET generation = generation + 1 WHERE slot = ?', slot);
  }

  #claim({ slot, generation }: Peer, row: EncodedClaim): void {
    const path = this.#paths.idOf(row.path);
    const before = this.#sql.first(
      'SELECT version FROM claim WHERE slot = ? AND path = ?',
      slot,
      path,
    );
    const version = this.#versionOf(path, row);
    this.#sql.run(
      `INSERT INTO claim (slot, path, version, generation) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET version = excluded.version, generation = excluded.generation`,
      slot,
      path,
      version,
      generation,
    );
    if (before === undefined || numberIn(before, 'version') === version) return;
    this.#sql.run(
      `DELETE FROM version WHERE id = ?1
        AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.version = ?1)`,
      numberIn(before, 'version'),
    );
  }

  #versionOf(path: number, { digest, record, blocks }: EncodedClaim): number {
    const row = this.#sql.first(
      'SELECT id FROM version WHERE path = ? AND digest = ?',
      path,
      digest,
    );
    if (row !== undefined) return numberIn(row, 'id');
    return this.#sql.run(
      'INSERT INTO version (path, digest, record, blocks) VALUES (?, ?, ?, ?)',
      path,
      digest,
      record,
      blocks,
    ).id;
  }

  /** Drops the device's claims from before its generation, and versions that nobody else holds. */
  #dropBefore({ slot, generation }: Peer): void {
    const dropped = this.#sql.run(
      `DELETE FROM version WHERE id IN (
        SELECT old.version FROM claim AS old
        WHERE old.slot = ?1 AND old.generation < ?2 AND NOT EXISTS (
          SELECT 1 FROM claim AS other WHERE other.version = old.version AND other.slot <> ?1))`,
      slot,
      generation,
    );
    this.#sql.run('DELETE FROM claim WHERE slot = ? AND generation < ?', slot, generation);
    if (dropped.changes > 0) this.#paths.sweep();
  }
}
