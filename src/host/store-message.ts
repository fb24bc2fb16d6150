/** What the main thread and the store worker say to each other: one request, one reply, then the next. */

import type { KithError } from '../base/error.ts';
import type { WriteItem } from '../store/encoded-change.ts';
import type { Damage } from './store-file.ts';

/** What a store worker is started with. */
export interface StoreWorkerData {
  readonly file: string;
}

export type StoreRequest =
  | { readonly kind: 'write'; readonly items: readonly WriteItem[] }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'close' };

/** `opened` comes by itself, as the first; `failed` in its place if there is no database. */
export type StoreReply =
  | { readonly kind: 'opened'; readonly damage: Damage | undefined }
  | { readonly kind: 'done'; readonly logPages: number }
  | { readonly kind: 'failed'; readonly code: KithError['code']; readonly data: KithError['data'] };
