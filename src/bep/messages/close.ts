/** Close and Ping: the messages that carry nothing or a reason. Source: BEP v1, Ping and Close. */

import { bytesTag, decodeMessage, encodeMessage, readFields } from '../protobuf.ts';
import { readText } from '../protobuf-values.ts';

const REASON = bytesTag(1);
/** Longest reason shown or sent, in UTF-16 units. */
const MOST_REASON = 1000;

/** Why the other end closes, for people: its own words, cut to 1000 characters. WIRE_MALFORMED. */
export function decodeClose(bytes: Uint8Array): string {
  let reason = '';
  decodeMessage(bytes, (from, end) =>
    readFields(from, end, (tag) => {
      if (tag !== REASON) return false;
      reason = readText(from);
      return true;
    }),
  );
  return reason.slice(0, MOST_REASON);
}

/** Encodes the reason, cut to 1000 characters. */
export function encodeClose(reason: string): Uint8Array {
  return encodeMessage((to) => {
    if (reason !== '') to.uint32(REASON).string(reason.slice(0, MOST_REASON).toWellFormed());
  });
}

/** Checks that a message without fields is one. WIRE_MALFORMED. */
export function decodePing(bytes: Uint8Array): void {
  decodeMessage(bytes, (from, end) => readFields(from, end, () => false));
}
