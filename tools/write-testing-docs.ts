// Makes the table of failures in docs/testing.md from the catalogue in test/house. Run by `npm run
// docs`; a house test keeps the two equal.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Scenario } from '../test/house/scenario.ts';
import { SCENARIO_GROUPS, scenarios } from '../test/house/scenarios.ts';

const HEADING = '## The catalogue of failures';

/** The text with the table in place of the one that stands at its end. */
export function renderTestingDocs(before: string): string {
  const [above = ''] = before.split(HEADING);
  return `${above.trimEnd()}\n\n${renderCatalogue()}\n`;
}

function renderCatalogue(): string {
  const shown = scenarios.filter((scenario) => filesOf(scenario).length > 0);
  const parts = [
    HEADING,
    `Ways in which programs of this kind lost or leaked what people gave them, from public reports and by reasoning; ${shown.length} of ${scenarios.length} are
shown by tests that bear the id in their names (\`node tools/run-tests.mjs --name CON-01\`), the others wait for the part named in italics. This part
is made from \`test/house/scenarios.ts\` by \`npm run docs\`.`,
  ];
  for (const [group, about] of Object.entries(SCENARIO_GROUPS)) {
    const rows = scenarios.filter(({ id }) => id.startsWith(group)).map(rowOf);
    parts.push(`### ${group}: ${about}`);
    parts.push(
      ['| id | what must be right | shown by |', '| --- | --- | --- |', ...rows].join('\n'),
    );
  }
  return parts.join('\n\n');
}

function rowOf(scenario: Scenario): string {
  const { id, right, notYet } = scenario;
  const files = filesOf(scenario).map(
    (file) => `\`${file.replace(/\.ts$/, '').replace(/\.test$/, '')}\``,
  );
  const waits = notYet === undefined ? [] : [`*not yet: ${notYet}*`];
  return `| ${id} | ${right} | ${[...files, ...waits].join(', ')} |`;
}

function filesOf({ tests }: Scenario): readonly string[] {
  return Object.keys(tests);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const target = path.join(path.dirname(import.meta.dirname), 'docs', 'testing.md');
  writeFileSync(target, renderTestingDocs(readFileSync(target, 'utf8')));
}
