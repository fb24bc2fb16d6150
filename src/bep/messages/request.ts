/** Request: a piece of a file is asked for. Source: BEP v1, Request. */

import { KithError } from '../../base/error.ts';
import { type FolderId, parseFolderId } from '../../model/folder.ts';
import { parseRelPath, type RelPath } from '../../model/path.ts';
import {
  bytesTag,
  decodeMessage,
  encodeMessage,
  type Reader,
  readFields,
  varintTag,
} from '../protobuf.ts';
import { readCopy, readName, readSafeInt } from '../protobuf-values.ts';

/** A piece of a file; the same shape as the exchange's BlockRequest. */
export interface PieceRequest {
  readonly path: RelPath;
  readonly offset: number;
  readonly size: number;
  /** SHA-256 of the wanted bytes; empty if the asker has none. From a device it may have any length. */
  readonly hash: Uint8Array;
}

/** A PieceRequest on the wire; the answer bears its `id`. */
export interface RequestMessage {
  readonly id: number;
  readonly folder: FolderId;
  readonly request: PieceRequest;
}

const ID = varintTag(1);
const FOLDER = bytesTag(2);
const NAME = bytesTag(3);
const OFFSET = varintTag(4);
const SIZE = varintTag(5);
const HASH = bytesTag(6);

/** Most bytes that may be asked for at once; twice the largest block. */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;

/** Decodes and checks. Codes: WIRE_MALFORMED, FOLDER_ID_INVALID, WIRE_REQUEST_INVALID with `data.reason`. */
export function decodeRequest(bytes: Uint8Array): RequestMessage {
  return decodeMessage(bytes, readRequest);
}

/** Encodes a Request. */
export function encodeRequest({ id, folder, request }: RequestMessage): Uint8Array {
  return encodeMessage((to) => {
    if (id !== 0) to.uint32(ID).int32(id);
    to.uint32(FOLDER).string(folder);
    to.uint32(NAME).string(request.path);
    if (request.offset !== 0) to.uint32(OFFSET).int64(request.offset);
    if (request.size !== 0) to.uint32(SIZE).int32(request.size);
    if (request.hash.length > 0) to.uint32(HASH).bytes(request.hash);
  });
}

function readRequest(from: Reader, end: number): RequestMessage {
  let [id, offset, size] = [0, 0, 0];
  let [folder, name] = ['', ''];
  let hash: Uint8Array = new Uint8Array(0);
  readFields(from, end, (tag) => {
    if (tag === ID) id = from.int32();
    else if (tag === FOLDER) folder = readName(from);
    else if (tag === NAME) name = readName(from);
    else if (tag === OFFSET) offset = readSafeInt(from);
    else if (tag === SIZE) size = from.int32();
    else if (tag === HASH) hash = readCopy(from);
    else return false;
    return true;
  });
  if (size < 0 || size > MAX_REQUEST_BYTES) throw invalid('size', size);
  if (offset < 0) throw invalid('offset', offset);
  return { id, folder: parseFolderId(folder), request: { path: pathOf(name), offset, size, hash } };
}

function pathOf(name: string): RelPath {
  try {
    return parseRelPath(name);
  } catch (error) {
    if (!(error instanceof KithError)) throw error;
    throw new KithError('WIRE_REQUEST_INVALID', { ...error.data }, error);
  }
}

function invalid(reason: string, value: number): KithError {
  return new KithError('WIRE_REQUEST_INVALID', { reason, value });
}
