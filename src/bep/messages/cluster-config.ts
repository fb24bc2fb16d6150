/**
 * ClusterConfig: which folders a device shares with us, with whom else, and how far it knows whose index. Source: BEP v1,
 * ClusterConfig. Told apart from IndexClaim of the exchange only by its name: `indexId` and `sequence` mean the same.
 */

import { KithError } from '../../base/error.ts';
import { HASH_BYTES } from '../../base/sha256.ts';
import { type DeviceId, deviceIdBytes, deviceIdFromHash } from '../../model/device-id.ts';
import { type FolderId, parseFolderId } from '../../model/folder.ts';
import {
  bytesTag,
  decodeMessage,
  encodeMessage,
  type Reader,
  readEnd,
  readFields,
  varintTag,
  type Writer,
} from '../protobuf.ts';
import { readName, readSafeInt, readText, readUint64 } from '../protobuf-values.ts';

/** A device that shares a folder, as the sender knows it. */
export interface ClusterDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly addresses: readonly string[];
  /** What the sender has stored of this device's index, or of its own; 0 = nothing. */
  readonly indexId: bigint;
  readonly sequence: number;
  /** The folder is encrypted for this device, or by it: nothing of it may be taken for plain content. Never sent as true. */
  readonly isEncrypted: boolean;
}

/** A folder that the sender shares with us; among `devices` are the sender and we. */
export interface ClusterFolder {
  readonly id: FolderId;
  /** For people. */
  readonly label: string;
  /** The sender neither takes nor gives anything of it for now. */
  readonly isPaused: boolean;
  /** Each once, in the sender's order. */
  readonly devices: readonly ClusterDevice[];
}

/** The folders, each once. It replaces every earlier one. */
export interface ClusterConfig {
  readonly folders: readonly ClusterFolder[];
}

const FOLDERS = bytesTag(1);

const FOLDER_ID = bytesTag(1);
const LABEL = bytesTag(2);
const NO_PROGRESS = varintTag(6);
const PAUSED = varintTag(7);
const DEVICES = bytesTag(16);

const DEVICE_ID = bytesTag(1);
const NAME = bytesTag(2);
const ADDRESSES = bytesTag(3);
const COMPRESSION = varintTag(4);
const MAX_SEQUENCE = varintTag(6);
const INDEX_ID = varintTag(8);
const TOKEN = bytesTag(10);

const COMPRESSION_NEVER = 1;
/** Addresses of a device beyond this many are left out. */
const MOST_ADDRESSES = 100;

/** Who sent a ClusterConfig and who got it: every folder in it must name both. */
export interface ClusterEnds {
  readonly sender: DeviceId;
  readonly receiver: DeviceId;
}

/**
 * Decodes and checks a ClusterConfig. Codes: WIRE_MALFORMED, FOLDER_ID_INVALID, WIRE_CONFIG_REFUSED with `data` {folder,
 * reason} (device id not 32 bytes, something twice, an end missing, negative sequence).
 */
export function decodeClusterConfig(bytes: Uint8Array, ends: ClusterEnds): ClusterConfig {
  const folders = decodeMessage(bytes, (from, end) => {
    const found: ClusterFolder[] = [];
    readFields(from, end, (tag) => {
      if (tag !== FOLDERS) return false;
      const folder = readFolder(from, readEnd(from, end));
      checkFolder(folder, ends);
      found.push(folder);
      return true;
    });
    return found;
  });
  const twice = firstTwice(folders.map((folder) => folder.id));
  if (twice !== undefined) throw refused(twice, 'folder twice');
  return { folders };
}

/** Encodes a ClusterConfig. It says that we send nothing packed and want no download progress. */
export function encodeClusterConfig(config: ClusterConfig): Uint8Array {
  return encodeMessage((to) => {
    for (const folder of config.folders) {
      to.uint32(FOLDERS).fork();
      writeFolder(to, folder);
      to.join();
    }
  });
}

function readFolder(from: Reader, end: number): ClusterFolder {
  let id = '';
  let label = '';
  let isPaused = false;
  const devices: ClusterDevice[] = [];
  readFields(from, end, (tag) => {
    if (tag === FOLDER_ID) id = readName(from);
    else if (tag === LABEL) label = readText(from);
    else if (tag === PAUSED) isPaused = from.bool();
    else if (tag === DEVICES) devices.push(readDevice(from, readEnd(from, end)));
    else return false;
    return true;
  });
  return { id: parseFolderId(id), label, isPaused, devices };
}

function readDevice(from: Reader, end: number): ClusterDevice {
  let hash: Uint8Array = new Uint8Array(0);
  let name = '';
  const addresses: string[] = [];
  let sequence = 0;
  let indexId = 0n;
  let isEncrypted = false;
  readFields(from, end, (tag) => {
    if (tag === DEVICE_ID) hash = from.bytes();
    else if (tag === NAME) name = readText(from);
    else if (tag === ADDRESSES && addresses.length < MOST_ADDRESSES) addresses.push(readText(from));
    else if (tag === MAX_SEQUENCE) sequence = readSafeInt(from);
    else if (tag === INDEX_ID) indexId = readUint64(from);
    else if (tag === TOKEN) isEncrypted = from.bytes().length > 0;
    else return false;
    return true;
  });
  if (hash.length !== HASH_BYTES) throw refused('', 'device id length');
  return { id: deviceIdFromHash(hash), name, addresses, indexId, sequence, isEncrypted };
}

function checkFolder(folder: ClusterFolder, { sender, receiver }: ClusterEnds): void {
  const ids = folder.devices.map((device) => device.id);
  if (!ids.includes(sender)) throw refused(folder.id, 'sender missing');
  if (!ids.includes(receiver)) throw refused(folder.id, 'receiver missing');
  if (firstTwice(ids) !== undefined) throw refused(folder.id, 'device twice');
  if (folder.devices.some((device) => device.sequence < 0)) throw refused(folder.id, 'sequence');
}

function writeFolder(to: Writer, folder: ClusterFolder): void {
  to.uint32(FOLDER_ID).string(folder.id);
  if (folder.label !== '') to.uint32(LABEL).string(folder.label);
  to.uint32(NO_PROGRESS).bool(true);
  if (folder.isPaused) to.uint32(PAUSED).bool(true);
  for (const device of folder.devices) {
    to.uint32(DEVICES).fork();
    writeDevice(to, device);
    to.join();
  }
}

function writeDevice(to: Writer, device: ClusterDevice): void {
  to.uint32(DEVICE_ID).bytes(deviceIdBytes(device.id));
  if (device.name !== '') to.uint32(NAME).string(device.name);
  for (const address of device.addresses) to.uint32(ADDRESSES).string(address);
  to.uint32(COMPRESSION).int32(COMPRESSION_NEVER);
  if (device.sequence !== 0) to.uint32(MAX_SEQUENCE).int64(device.sequence);
  if (device.indexId !== 0n) to.uint32(INDEX_ID).uint64(device.indexId);
}

function firstTwice<T>(values: readonly T[]): T | undefined {
  const seen = new Set<T>();
  return values.find((value) => seen.has(value) || !seen.add(value));
}

function refused(folder: string, reason: string): KithError {
  return new KithError('WIRE_CONFIG_REFUSED', { folder, reason });
}
