/** One message changed in one way: with our own codec where a field is meant, in its bare bytes else. */

import { concatBytes } from '../../../src/base/bytes.ts';
import { encodeFrame, type Frame } from '../../../src/bep/frame.ts';
import { MessageType } from '../../../src/bep/message-type.ts';
import {
  type ClusterFolder,
  decodeClusterConfig,
  encodeClusterConfig,
} from '../../../src/bep/messages/cluster-config.ts';
import { decodeIndex, encodeIndex } from '../../../src/bep/messages/index-message.ts';
import {
  decodeRequest,
  encodeRequest,
  type RequestMessage,
} from '../../../src/bep/messages/request.ts';
import {
  decodeResponse,
  encodeResponse,
  type ResponseMessage,
} from '../../../src/bep/messages/response.ts';
import { type DeviceId, shortId } from '../../../src/model/device-id.ts';
import type { FolderId } from '../../../src/model/folder.ts';
import type { RelPath } from '../../../src/model/path.ts';
import type { SimRandom } from '../random.ts';
import { lieAbout } from './entry-lies.ts';
import type { CutMessage } from './message-cutter.ts';
import type { How } from './mutation-plan.ts';

/** Who writes to whom. */
export interface Ends {
  readonly self: DeviceId;
  readonly peer: DeviceId;
}

export interface Changing {
  readonly how: How;
  readonly random: SimRandom;
  readonly ends: Ends;
}

const FLOOD = 1000;
const OTHER_FOLDER = 'another' as FolderId;

/** The bytes in place of the message. */
export function changedMessage({ bytes, frame }: CutMessage, change: Changing): Uint8Array {
  const { how, random } = change;
  if (how === 'truncate' || how === 'cut-off') return bytes.slice(0, random.below(bytes.length));
  if (how === 'flip') return flipped(bytes, { from: headOf(bytes, frame), random });
  if (how === 'garbage') {
    const head = headOf(bytes, frame);
    return concatBytes([bytes.subarray(0, head), random.bytes(bytes.length - head)]);
  }
  if (frame === undefined) throw new Error(`no Hello can be mutated by ${how}`);
  return changedFrame(frame, change);
}

/** Bytes in front of the body. */
function headOf(bytes: Uint8Array, frame: Frame | undefined): number {
  return frame === undefined ? 0 : bytes.length - frame.body.length;
}

function flipped(bytes: Uint8Array, at: { from: number; random: SimRandom }): Uint8Array {
  const changed = bytes.slice();
  const room = bytes.length - at.from;
  for (let i = at.random.between(1, 8); i > 0 && room > 0; i--) {
    const index = at.from + at.random.below(room);
    changed[index] = (changed[index] ?? 0) ^ (1 << at.random.below(8));
  }
  return changed;
}

function changedFrame({ type, body }: Frame, change: Changing): Uint8Array {
  switch (type) {
    case MessageType.clusterConfig:
      return concatBytes(encodeFrame(type, [changedConfig(body, change)]));
    case MessageType.index:
    case MessageType.indexUpdate:
      return concatBytes(encodeFrame(type, [changedIndex(body, change)]));
    case MessageType.request:
      return changedRequest(decodeRequest(body), change);
    case MessageType.response:
      return changedResponse(decodeResponse(body), change);
    default:
      throw new Error(`no message of type ${type} can be mutated by ${change.how}`);
  }
}

function changedConfig(body: Uint8Array, { how, random, ends }: Changing): Uint8Array {
  const { folders } = decodeClusterConfig(body, { sender: ends.self, receiver: ends.peer });
  if (folders.length === 0) return body;
  const at = random.below(folders.length);
  const lie = (folder: ClusterFolder): ClusterFolder => {
    const about = (id: DeviceId, facts: object): ClusterFolder => ({
      ...folder,
      devices: folder.devices.map((each) => (each.id === id ? { ...each, ...facts } : each)),
    });
    const sequence = random.pick([0, 1, 1e9, Number.MAX_SAFE_INTEGER]);
    if (how === 'folder') return { ...folder, id: OTHER_FOLDER };
    if (how === 'paused') return { ...folder, isPaused: !folder.isPaused };
    if (how === 'index-id') return about(ends.self, { indexId: BigInt(random.u32()) });
    return about(how === 'heard' ? ends.peer : ends.self, { sequence });
  };
  return encodeClusterConfig({
    folders: folders.map((folder, index) => (index === at ? lie(folder) : folder)),
  });
}

function changedIndex(body: Uint8Array, { how, random, ends }: Changing): Uint8Array {
  const { prevSequence, folder, entries } = decodeIndex(body);
  if (how === 'folder') return encodeIndex({ folder: OTHER_FOLDER, entries }, prevSequence);
  if (how === 'prev-sequence') {
    return encodeIndex({ folder, entries }, random.pick([0, 1, prevSequence + 1, 1e9]));
  }
  const lies = lieAbout(entries, how, { random, self: shortId(ends.self) });
  return encodeIndex({ folder, entries: lies }, prevSequence);
}

function changedRequest(message: RequestMessage, { how, random }: Changing): Uint8Array {
  const frameOf = (one: RequestMessage): Uint8Array[] =>
    encodeFrame(MessageType.request, [encodeRequest(one)]);
  const { request } = message;
  if (how === 'flood') {
    const all = Array.from({ length: FLOOD }, (_, id) => frameOf({ ...message, id: 1e6 + id }));
    return concatBytes([...frameOf(message), ...all.flat()]);
  }
  if (how === 'id') return concatBytes(frameOf({ ...message, id: random.u32() >>> 1 }));
  if (how === 'folder') return concatBytes(frameOf({ ...message, folder: OTHER_FOLDER }));
  const changed = {
    name: { path: random.pick(['../x', 'x', '.kith/marker', `${request.path}~`]) as RelPath },
    offset: { offset: random.pick([-1, 1, request.offset + request.size, 1e12]) },
    size: { size: random.pick([-1, 0, 1, request.size + 1, 2 ** 24, 2 ** 31 - 1]) },
    hash: { hash: random.pick([random.bytes(32), random.bytes(7), new Uint8Array(0)]) },
  }[how as 'name' | 'offset' | 'size' | 'hash'];
  return concatBytes(frameOf({ ...message, request: { ...request, ...changed } }));
}

function changedResponse(response: ResponseMessage, { how, random }: Changing): Uint8Array {
  const frameOf = (one: ResponseMessage): Uint8Array =>
    concatBytes(encodeFrame(MessageType.response, encodeResponse(one)));
  const { id } = response;
  if (how === 'id') return frameOf({ ...response, id: random.pick([id + 1, random.u32() >>> 1]) });
  if (how === 'refuse') return frameOf({ id, kind: 'refused', reason: 'generic' });
  const data = response.kind === 'data' ? response.data : new Uint8Array(0);
  if (how === 'empty') return frameOf({ id, kind: 'data', data: new Uint8Array(0) });
  if (how === 'data')
    return frameOf({ id, kind: 'data', data: flipped(data, { from: 0, random }) });
  const length = random.pick([0, 1, data.length - 1, data.length + 1]);
  const resized = new Uint8Array(Math.max(0, length));
  resized.set(data.subarray(0, resized.length));
  return frameOf({ id, kind: 'data', data: resized });
}
