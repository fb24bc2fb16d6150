/** Device identity: the SHA-256 of a certificate, written with check characters. Source: BEP v1, device IDs. */

import type { Brand } from '../base/brand.ts';
import { KithError } from '../base/error.ts';

/** The 63-character form with check characters and dashes: the only spelling used inside. */
export type DeviceId = Brand<string, 'DeviceId'>;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const GROUP = 13;

/** The device id of a certificate's 32-byte hash. */
export function deviceIdFromHash(hash: Uint8Array): DeviceId {
  const plain = toBase32(hash);
  let checked = '';
  for (let at = 0; at < plain.length; at += GROUP) {
    const group = plain.slice(at, at + GROUP);
    checked += group + checkCharacter(group);
  }
  return (checked.match(/.{7}/g) ?? []).join('-') as DeviceId;
}

/** Parses what a person typed: case, dashes, spaces and 0, 1, 8 for O, I, B do not matter. DEVICE_ID_INVALID else. */
export function parseDeviceId(text: string): DeviceId {
  const plain = normalise(text);
  if (plain.length === 52) return deviceIdFromHash(fromBase32(plain));
  if (plain.length !== 56 || /[^A-Z2-7]/.test(plain)) {
    throw new KithError('DEVICE_ID_INVALID', { text });
  }
  let bare = '';
  for (let at = 0; at < plain.length; at += GROUP + 1) {
    const group = plain.slice(at, at + GROUP);
    if (checkCharacter(group) !== plain[at + GROUP])
      throw new KithError('DEVICE_ID_INVALID', { text });
    bare += group;
  }
  return deviceIdFromHash(fromBase32(bare));
}

/** The 32 bytes that travel. */
export function deviceIdBytes(id: DeviceId): Uint8Array {
  const plain = id.replaceAll('-', '');
  let bare = '';
  for (let at = 0; at < plain.length; at += GROUP + 1) bare += plain.slice(at, at + GROUP);
  return fromBase32(bare);
}

/** The first 8 bytes as a big-endian number: what version vectors and `modifiedBy` carry. */
export function shortId(id: DeviceId): bigint {
  let value = 0n;
  for (const byte of deviceIdBytes(id).subarray(0, 8)) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The seven characters in which a short id is shown, the same as the first seven of the device id. */
export function shortIdText(id: bigint): string {
  const bytes = new Uint8Array(8);
  for (let i = 7, rest = id; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return toBase32(bytes).slice(0, 7);
}

function normalise(text: string): string {
  const bare = text.replace(/[-\s=]/g, '').toUpperCase();
  return bare.replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('8', 'B');
}

/** Walks from the left with factor 1 first: for 13 characters the opposite parity of textbook Luhn, as BEP has it. */
function checkCharacter(group: string): string {
  let sum = 0;
  for (let i = 0; i < group.length; i++) {
    const product = ALPHABET.indexOf(group.charAt(i)) * (1 + (i % 2));
    sum += Math.floor(product / 32) + (product % 32);
  }
  return ALPHABET.charAt((32 - (sum % 32)) % 32);
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((held >> (bits - 5)) & 31);
  }
  return bits > 0 ? text + ALPHABET.charAt((held << (5 - bits)) & 31) : text;
}

function fromBase32(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw new KithError('DEVICE_ID_INVALID', { text });
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bytes;
}
