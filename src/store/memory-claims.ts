/** What others announced of one folder, in memory: distinct versions by path, who holds them, what is known of whose index. */

import { equalBytes, toHex } from '../base/bytes.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Entry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import { versionKey } from '../model/version.ts';
import type { AnnouncedVersion, PeerIndex } from '../ports/folder-store.ts';
import { type AnnouncedRank, compareAnnounced, compareText } from './order.ts';
import { decodeEntry, encodeRow, type Row, rowDigest } from './rows.ts';

const encoder = new TextEncoder();

/** One distinct version and who holds it: never changed, only replaced. */
class Held implements AnnouncedRank {
  readonly told: AnnouncedVersion;
  /** By which the version is known: there is one object for all who announced it. */
  readonly row: Row;
  #key: string | undefined;
  #digest: string | undefined;

  constructor(told: AnnouncedVersion, row: Row) {
    this.told = told;
    this.row = row;
  }

  get entry(): Entry {
    return this.told.entry;
  }

  get holders(): readonly DeviceId[] {
    return this.told.holders;
  }

  /** Both are asked for only to order one version against another. */
  get key(): string {
    this.#key ??= versionKey(this.entry.version);
    return this.#key;
  }

  get digest(): string {
    this.#digest ??= toHex(rowDigest(this.row));
    return this.#digest;
  }
}

/** The distinct versions of one path, in the order of `announced`. */
interface Versions {
  readonly held: readonly Held[];
  readonly told: readonly AnnouncedVersion[];
}

const NONE: Versions = { held: [], told: [] };

interface Claim {
  readonly row: Row;
  readonly generation: number;
  /** Of path and row. */
  readonly bytes: number;
}

interface Device {
  readonly generation: number;
  readonly claims: Map<RelPath, Claim>;
}

/** `clone` is an equal, independent copy. */
export class MemoryClaims {
  #versions = new Map<RelPath, Versions>();
  #devices = new Map<DeviceId, Device>();
  #peers = new Map<DeviceId, PeerIndex>();

  announced(path: RelPath): readonly AnnouncedVersion[] {
    return (this.#versions.get(path) ?? NONE).told;
  }

  paths(): Iterable<RelPath> {
    return this.#versions.keys();
  }

  peer(device: DeviceId): PeerIndex | undefined {
    return this.#peers.get(device);
  }

  peers(): readonly PeerIndex[] {
    return [...this.#peers.values()].sort((a, b) => compareText(a.device, b.device));
  }

  setPeer({ device, indexId, heard }: PeerIndex): void {
    this.#peers.set(device, { device, indexId, heard });
  }

  forget(device: DeviceId): void {
    for (const [path, { row }] of this.#device(device).claims) this.#release(path, device, row);
    this.#devices.delete(device);
    this.#peers.delete(device);
  }

  begin(device: DeviceId): void {
    const { generation, claims } = this.#device(device);
    this.#devices.set(device, { generation: generation + 1, claims });
  }

  claim(device: DeviceId, given: Entry): void {
    const { record, blocks } = encodeRow(given);
    const same = this.#of(given.path).find(({ row }) => isSame(row, { record, blocks }))?.row;
    const row = same ?? { record, blocks: new Uint8Array(blocks) };
    const { generation, claims } = this.#device(device);
    const before = claims.get(given.path);
    const bytes = encoder.encode(given.path).length + row.record.length + row.blocks.length;
    claims.set(given.path, { row, generation, bytes });
    if (before?.row === row) return;
    if (before !== undefined) this.#release(given.path, device, before.row);
    this.#hold(given.path, device, row);
  }

  end(device: DeviceId): void {
    const { generation, claims } = this.#device(device);
    for (const [path, claim] of claims) {
      if (claim.generation === generation) continue;
      claims.delete(path);
      this.#release(path, device, claim.row);
    }
  }

  hasOutdated(device: DeviceId): boolean {
    const known = this.#devices.get(device);
    const claims = [...(known?.claims.values() ?? [])];
    return claims.some(({ generation }) => generation !== known?.generation);
  }

  announcedBy(device: DeviceId): { readonly entries: number; readonly bytes: number } {
    const claims = [...(this.#devices.get(device)?.claims.values() ?? [])];
    return { entries: claims.length, bytes: claims.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  clone(): MemoryClaims {
    const copy = new MemoryClaims();
    copy.#versions = new Map(this.#versions);
    copy.#peers = new Map(this.#peers);
    for (const [device, { generation, claims }] of this.#devices) {
      copy.#devices.set(device, { generation, claims: new Map(claims) });
    }
    return copy;
  }

  #device(device: DeviceId): Device {
    const known = this.#devices.get(device);
    if (known !== undefined) return known;
    const fresh = { generation: 0, claims: new Map<RelPath, Claim>() };
    this.#devices.set(device, fresh);
    return fresh;
  }

  #of(path: RelPath): readonly Held[] {
    return (this.#versions.get(path) ?? NONE).held;
  }

  #hold(path: RelPath, device: DeviceId, row: Row): void {
    const all = this.#of(path);
    const same = all.find((held) => held.row === row);
    const entry = same?.entry ?? decodeEntry(path, row);
    const holders = [...(same?.holders ?? []), device].sort(compareText);
    const rest = all.filter((held) => held !== same);
    this.#set(path, [...rest, new Held({ entry, holders }, row)].sort(compareAnnounced));
  }

  #release(path: RelPath, device: DeviceId, row: Row): void {
    const left: Held[] = [];
    for (const held of this.#of(path)) {
      if (held.row !== row) left.push(held);
      else {
        const holders = held.holders.filter((holder) => holder !== device);
        if (holders.length > 0) left.push(new Held({ entry: held.entry, holders }, row));
      }
    }
    this.#set(path, left);
  }

  #set(path: RelPath, held: readonly Held[]): void {
    if (held.length === 0) this.#versions.delete(path);
    else this.#versions.set(path, { held, told: held.map(({ told }) => told) });
  }
}

/** Equal in all that is kept. */
function isSame(a: Row, b: Row): boolean {
  return equalBytes(a.record, b.record) && equalBytes(a.blocks, b.blocks);
}
