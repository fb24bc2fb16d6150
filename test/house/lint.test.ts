// Biome holds the rules of one file: planted breaches must be found, by their rule.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PlantedHouse } from './planted-house.ts';

const BREACHES: Readonly<Record<string, { readonly file: string; readonly text: string }>> = {
  noRestrictedGlobals: { file: 'src/engine/a.ts', text: 'export const now = Date.now();\n' },
  noExplicitAny: { file: 'src/model/a.ts', text: 'export const x: any = 1;\n' },
  noEmptyBlockStatements: {
    file: 'src/host/a.ts',
    text: 'export function f(g: () => void): void {\n  try {\n    g();\n  } catch {}\n}\n',
  },
  noDefaultExport: { file: 'src/model/a.ts', text: 'const a = 1;\nexport default a;\n' },
  noReExportAll: { file: 'src/model/a.ts', text: "export * from './b.ts';\n" },
  noFloatingPromises: {
    file: 'src/host/a.ts',
    text: 'async function f(): Promise<void> {\n  await 0;\n}\nexport function g(): void {\n  f();\n}\n',
  },
  useImportType: {
    file: 'src/model/a.ts',
    text: "import { B } from './b.ts';\n\nexport type A = B;\n",
  },
  noExcessiveLinesPerFunction: {
    file: 'src/host/a.ts',
    text: `export function f(): void {\n${'  process.uptime();\n'.repeat(61)}}\n`,
  },
  useFilenamingConvention: { file: 'src/model/badName.ts', text: 'export const a = 1;\n' },
  noImportCycles: { file: 'src/model/a.ts', text: "import './b.ts';\n" },
};

function lint(house: PlantedHouse): { readonly status: number; readonly text: string } {
  const { status, stdout, stderr } = house.runNode('node_modules/@biomejs/biome/bin/biome', [
    'lint',
    '--max-diagnostics=none',
    'src',
  ]);
  return { status, text: stdout + stderr };
}

describe('the linter', () => {
  for (const [rule, { file, text }] of Object.entries(BREACHES)) {
    test(`a breach of ${rule} is an error`, () => {
      using house = new PlantedHouse();
      const b = "import './a.ts';\n\nexport type B = number;\n";
      house.plant({ 'src/model/b.ts': b, [file]: text });
      const said = lint(house);
      assert.match(said.text, new RegExp(`/${rule} `));
      assert.notEqual(said.status, 0);
    });
  }

  test('the ambient globals are free in host and in tests', () => {
    using house = new PlantedHouse();
    house.plant({
      'src/host/a.ts': 'export const now = (): number => Date.now();\n',
      'src/model/a.test.ts': 'process.stdout.write(String(Date.now()));\n',
    });
    const said = lint(house);
    assert.equal(said.status, 0, said.text);
  });
});
