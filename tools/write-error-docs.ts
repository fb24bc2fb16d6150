// Makes docs/errors.md from the table in src/base/error.ts. Run by `npm run docs`; a house test
// keeps the two equal.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ERRORS, type ErrorKind } from '../src/base/error.ts';

const KINDS: Readonly<Record<ErrorKind, string>> = {
  transient: 'May succeed later. Kith tries again by itself, with growing pauses.',
  permanent: 'This one item cannot succeed until someone changes something. The rest goes on.',
  invalid: 'Input from outside broke its contract. It is refused; a peer is disconnected.',
  corrupt: 'Bytes or records are not what they claim. The folder stops and nothing is touched.',
  bug: 'Kith broke a contract of its own. It stops loudly.',
};

/** The whole text of docs/errors.md: codes by kind, sorted by name. */
export function renderErrorDocs(): string {
  const entries = Object.entries(ERRORS).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [
    '# Errors',
    'Every error that Kith reports bears one of these codes; the kind says what is done about it.',
    'This file is made from `src/base/error.ts` by `npm run docs`.',
  ];
  for (const [kind, meaning] of Object.entries(KINDS)) {
    const rows = entries.filter(([, error]) => error.kind === kind);
    if (rows.length === 0) continue;
    parts.push(`## ${kind}`, meaning);
    const lines = rows.map(
      ([code, { text }]) => `| \`${code}\` | ${text.replaceAll('|', '\\|')} |`,
    );
    parts.push(['| code | meaning |', '| --- | --- |', ...lines].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const target = path.join(path.dirname(import.meta.dirname), 'docs', 'errors.md');
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, renderErrorDocs());
}
