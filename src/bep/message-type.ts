/** The kinds of BEP messages and how large each may be. Source: BEP v1, framing; the limits are Kith's own. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Numbers of the messages on the wire. */
export const MessageType = {
  clusterConfig: 0,
  index: 1,
  indexUpdate: 2,
  request: 3,
  response: 4,
  downloadProgress: 5,
  ping: 6,
  close: 7,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

const SMALL = 64 * KIB;

/** Most bytes of a message of each type, before and after unpacking. */
const LIMITS: Readonly<Record<MessageType, number>> = {
  [MessageType.clusterConfig]: 16 * MIB,
  [MessageType.index]: 64 * MIB,
  [MessageType.indexUpdate]: 64 * MIB,
  [MessageType.request]: SMALL,
  [MessageType.response]: 16 * MIB + SMALL,
  [MessageType.downloadProgress]: 16 * MIB,
  [MessageType.ping]: SMALL,
  [MessageType.close]: SMALL,
};

/** Most bytes of a message of an unknown type, which is passed over. */
const UNKNOWN_LIMIT = 16 * MIB;

/** True if messages of this type are understood; others are passed over. */
export function isMessageType(type: number): type is MessageType {
  return type in LIMITS;
}

/** Most bytes that a message of `type` may have, packed or unpacked. */
export function limitOf(type: number): number {
  return isMessageType(type) ? LIMITS[type] : UNKNOWN_LIMIT;
}
