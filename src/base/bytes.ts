/** Small operations on byte arrays that the platform lacks. */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** The digits as UTF-16 units. */
const DIGITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Written as one text at once: a text put together bit by bit leaves a tree of its parts behind. */
const SHORT_BYTES = 64;

/** True if both hold the same bytes. Not for secrets: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length <= SHORT_BYTES) return shortToHex(bytes);
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

function shortToHex(bytes: Uint8Array): string {
  const units = new Array<number>(2 * bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    units[2 * at] = DIGITS[byte >> 4] ?? 0;
    units[2 * at + 1] = DIGITS[byte & 15] ?? 0;
  }
  return String.fromCharCode(...units);
}

/**
 * Gives the memory of a buffer back at once. For large ones that only the caller still knows: left to the garbage collector
 * they would make it run all the time, for it counts their bytes. Views of the buffer are empty from then on.
 */
export function freeBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** A new array with all parts in order. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
