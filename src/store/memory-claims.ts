/** What others announced of one folder, in memory: distinct versions by path, who holds them, what is known of whose index. */

import { toHex } from '../base/bytes.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Entry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import { versionKey } from '../model/version.ts';
import type { AnnouncedVersion, PeerIndex } from '../ports/folder-store.ts';
import { compareAnnounced, compareText } from './order.ts';
import { decodeEntry, encodeRow, type Row, rowDigest } from './rows.ts';

const encoder = new TextEncoder();

/** One distinct version in the order of `announced`: never changed, only replaced. */
interface Held extends AnnouncedVersion {
  readonly key: string;
  readonly digest: string;
}

interface Claim {
  readonly digest: string;
  readonly generation: number;
  /** Of path and row. */
  readonly bytes: number;
}

interface Claimed {
  readonly device: DeviceId;
  readonly digest: string;
  readonly row: Row;
}

interface Device {
  readonly generation: number;
  readonly claims: Map<RelPath, Claim>;
}

/** `clone` is an equal, independent copy. */
export class MemoryClaims {
  #versions = new Map<RelPath, readonly Held[]>();
  #devices = new Map<DeviceId, Device>();
  #peers = new Map<DeviceId, PeerIndex>();

  announced(path: RelPath): readonly AnnouncedVersion[] {
    const held = this.#versions.get(path) ?? [];
    return held.map(({ entry, holders }) => ({ entry, holders }));
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
    for (const [path, { digest }] of this.#device(device).claims)
      this.#release(path, device, digest);
    this.#devices.delete(device);
    this.#peers.delete(device);
  }

  begin(device: DeviceId): void {
    const { generation, claims } = this.#device(device);
    this.#devices.set(device, { generation: generation + 1, claims });
  }

  claim(device: DeviceId, given: Entry): void {
    const { record, blocks } = encodeRow(given);
    const row = { record, blocks: new Uint8Array(blocks) };
    const { generation, claims } = this.#device(device);
    const digest = toHex(rowDigest(row));
    const before = claims.get(given.path);
    const bytes = encoder.encode(given.path).length + row.record.length + row.blocks.length;
    claims.set(given.path, { digest, generation, bytes });
    if (before?.digest === digest) return;
    if (before !== undefined) this.#release(given.path, device, before.digest);
    this.#hold(given.path, { device, digest, row });
  }

  end(device: DeviceId): void {
    const { generation, claims } = this.#device(device);
    for (const [path, claim] of claims) {
      if (claim.generation === generation) continue;
      claims.delete(path);
      this.#release(path, device, claim.digest);
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

  #hold(path: RelPath, { device, digest, row }: Claimed): void {
    const all = this.#versions.get(path) ?? [];
    const same = all.find((held) => held.digest === digest);
    const rest = all.filter((held) => held !== same);
    const held: Held =
      same === undefined
        ? heldAnew(decodeEntry(path, row), device, digest)
        : { ...same, holders: [...same.holders, device].sort(compareText) };
    this.#versions.set(path, [...rest, held].sort(compareAnnounced));
  }

  #release(path: RelPath, device: DeviceId, digest: string): void {
    const left: Held[] = [];
    for (const held of this.#versions.get(path) ?? []) {
      const holders =
        held.digest === digest ? held.holders.filter((holder) => holder !== device) : held.holders;
      if (holders.length > 0) left.push({ ...held, holders });
    }
    if (left.length > 0) this.#versions.set(path, left);
    else this.#versions.delete(path);
  }
}

function heldAnew(entry: Entry, device: DeviceId, digest: string): Held {
  return { entry, holders: [device], key: versionKey(entry.version), digest };
}
