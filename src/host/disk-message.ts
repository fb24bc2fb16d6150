/** What NodeDisk and its workers say to each other, and how errors and buffers cross between threads. */

import { type ErrorCode, KithError } from '../base/error.ts';

/** What a disk worker is started with. */
export interface DiskWorkerData {
  /** Address of the module that exports `programs`. */
  readonly programs: string;
}

export interface DiskRequest {
  readonly id: number;
  readonly program: string;
  readonly args: unknown;
}

export type DiskReply =
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SentError };

/** A KithError as plain data; the cause as text, since causes may be anything. */
export interface SentError {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;
  readonly cause: string | undefined;
}

/** Below this many bytes copying is cheaper, and small constants of a program may be part of many results. */
const WORTH_MOVING = 64 * 1024;
/** A result, its items, their fields. */
const MAX_DEPTH = 3;

/** Any thrown value as data; what is not a KithError is a bug of the program. */
export function sendError(error: unknown): SentError {
  if (!(error instanceof KithError)) {
    return { code: 'BUG', data: { what: 'a program on files broke' }, cause: textOf(error) };
  }
  const cause = error.cause === undefined ? undefined : textOf(error.cause);
  return { code: error.code, data: error.data, cause };
}

/** The KithError again, on the other side. */
export function receiveError({ code, data, cause }: SentError): KithError {
  return new KithError(code, data, cause);
}

/** The larger buffers in a result that nothing else is a view of: they change threads instead of being copied. */
export function movableBuffers(result: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  collect(result, MAX_DEPTH, found);
  return [...found];
}

function collect(value: unknown, depth: number, found: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    const isWhole = value.byteLength === buffer.byteLength;
    if (isWhole && buffer instanceof ArrayBuffer && buffer.byteLength >= WORTH_MOVING) {
      found.add(buffer);
    }
  } else if (depth > 0) {
    for (const part of Array.isArray(value) ? value : Object.values(value)) {
      collect(part, depth - 1, found);
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
