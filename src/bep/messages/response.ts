/** Response: the piece that was asked for, or why not. Source: BEP v1, Response. */

import {
  bytesTag,
  decodeMessage,
  encodeMessage,
  type Reader,
  readFields,
  varintTag,
} from '../protobuf.ts';

/** Why a piece is not given. */
export type Refusal = 'generic' | 'no-such-file' | 'invalid-file';

/** The answer to the request with this `id`. */
export type ResponseMessage =
  | { readonly id: number; readonly kind: 'data'; readonly data: Uint8Array }
  | { readonly id: number; readonly kind: 'refused'; readonly reason: Refusal };

const ID = varintTag(1);
const DATA = bytesTag(2);
const CODE = varintTag(3);

const CODES: Readonly<Record<Refusal, number>> = {
  generic: 1,
  'no-such-file': 2,
  'invalid-file': 3,
};

/** Decodes a Response. `data` is a view of `bytes`. A code that is not known reads as `generic`. WIRE_MALFORMED. */
export function decodeResponse(bytes: Uint8Array): ResponseMessage {
  return decodeMessage(bytes, readResponse);
}

/** Encodes a Response as pieces to be sent one after the other; the data itself is one of them, not copied. */
export function encodeResponse(response: ResponseMessage): Uint8Array[] {
  const head = encodeMessage((to) => {
    if (response.id !== 0) to.uint32(ID).int32(response.id);
    if (response.kind === 'refused') to.uint32(CODE).int32(CODES[response.reason]);
    else if (response.data.length > 0) to.uint32(DATA).uint32(response.data.length);
  });
  return response.kind === 'refused' ? [head] : [head, response.data];
}

function readResponse(from: Reader, end: number): ResponseMessage {
  let id = 0;
  let code = 0;
  let data: Uint8Array = new Uint8Array(0);
  readFields(from, end, (tag) => {
    if (tag === ID) id = from.int32();
    else if (tag === DATA) data = from.bytes();
    else if (tag === CODE) code = from.int32();
    else return false;
    return true;
  });
  return code === 0 ? { id, kind: 'data', data } : { id, kind: 'refused', reason: refusalOf(code) };
}

function refusalOf(code: number): Refusal {
  if (code === CODES['no-such-file']) return 'no-such-file';
  return code === CODES['invalid-file'] ? 'invalid-file' : 'generic';
}
