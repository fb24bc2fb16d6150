/** A folder: the unit that is shared. */

import type { Brand } from '../base/brand.ts';
import { KithError } from '../base/error.ts';

/** Name of a folder among all who share it: case-sensitive, the only key on the wire. */
export type FolderId = Brand<string, 'FolderId'>;

/** How this device takes part: `send-only` takes nothing of others, `receive-only` gives them nothing of its own. */
export type FolderKind = (typeof FOLDER_KINDS)[number];

export const FOLDER_KINDS = ['send-receive', 'send-only', 'receive-only'] as const;

const MAX_ID = 200;

/** Parses what a person or a peer named: 1 to 200 characters, none of them a control character. FOLDER_ID_INVALID else. */
export function parseFolderId(text: string): FolderId {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  const fits = text.length > 0 && text.length <= MAX_ID && !/[\u0000-\u001f\u007f]/.test(text);
  if (!fits || !text.isWellFormed())
    throw new KithError('FOLDER_ID_INVALID', { text: text.slice(0, MAX_ID) });
  return text as FolderId;
}
