/**
 * Puts counters into a source file: one at every place where the program may take one way or another. Lines stay where they
 * are. Along the way it collects the file's literals, which make good pieces of inputs.
 */

import ts from 'typescript';

/** The name under which instrumented code finds the function that counts. */
export const COUNTER = '__kithFuzzHit';

/** A file with counters. */
export interface Instrumented {
  readonly text: string;
  /** Strings and numbers that stand in the file, each once. */
  readonly literals: readonly (string | number)[];
}

const LOGICAL = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
]);

/** The source with counters. `file` names it: its counters bear numbers that follow from the name alone. */
export function instrument(source: string, file: string): Instrumented {
  const kind = file.endsWith('.ts') ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true, kind);
  const work = new Instrumenting(source, tree, hashOf(file));
  const text = `const ${COUNTER} = globalThis.${COUNTER}; ${work.emit(tree)}`;
  return { text, literals: [...work.literals] };
}

class Instrumenting {
  readonly literals = new Set<string | number>();
  readonly #source: string;
  readonly #tree: ts.SourceFile;
  #next: number;

  constructor(source: string, tree: ts.SourceFile, first: number) {
    this.#source = source;
    this.#tree = tree;
    this.#next = first;
  }

  /** The text of a node with all that stands before it, counters inside. */
  emit(node: ts.Node): string {
    this.#note(node);
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    children.sort((a, b) => a.pos - b.pos);
    let text = '';
    let at = node.pos;
    for (const child of children) {
      text += this.#source.slice(at, child.pos) + this.#child(node, child);
      at = child.end;
    }
    text += this.#source.slice(at, node.end);
    return ts.isIfStatement(node) && node.elseStatement === undefined
      ? `${text} else {${this.#hit()};}`
      : text;
  }

  #child(parent: ts.Node, child: ts.Node): string {
    const way = wayInto(parent, child);
    if (way === undefined) return this.emit(child);
    const count = this.#hit();
    const start = child.getStart(this.#tree) - child.pos;
    const text = this.emit(child);
    const [before, rest] = [text.slice(0, start), text.slice(start)];
    if (way === 'expression') return `${before}(${count},${rest})`;
    if (way === 'first') return `${before}${count};${rest}`;
    return ts.isBlock(child)
      ? `${before}{${count};${rest.slice(1)}`
      : `${before}{${count};${rest}}`;
  }

  #hit(): string {
    this.#next = (this.#next + 1) & 0xffff;
    return `${COUNTER}(${this.#next})`;
  }

  #note(node: ts.Node): void {
    if (ts.isStringLiteral(node) && !ts.isImportDeclaration(node.parent))
      this.literals.add(node.text);
    if (ts.isNumericLiteral(node)) this.literals.add(Number(node.text));
  }
}

/** How control comes into the child: as a statement of its own, an expression, or the first of several statements. */
function wayInto(
  parent: ts.Node,
  child: ts.Node,
): 'statement' | 'expression' | 'first' | undefined {
  if (ts.isIfStatement(parent)) return child === parent.expression ? undefined : 'statement';
  if (ts.isIterationStatement(parent, false)) {
    return child === parent.statement ? 'statement' : undefined;
  }
  if (ts.isCatchClause(parent)) return child === parent.block ? 'statement' : undefined;
  if (ts.isArrowFunction(parent) && child === parent.body) {
    return ts.isBlock(child) ? 'statement' : 'expression';
  }
  if (ts.isFunctionLike(parent)) return ts.isBlock(child) ? 'statement' : undefined;
  if (ts.isConditionalExpression(parent)) {
    return child === parent.whenTrue || child === parent.whenFalse ? 'expression' : undefined;
  }
  if (ts.isBinaryExpression(parent) && LOGICAL.has(parent.operatorToken.kind)) {
    return child === parent.right ? 'expression' : undefined;
  }
  if (ts.isCaseOrDefaultClause(parent)) return child === parent.statements[0] ? 'first' : undefined;
  return undefined;
}

/** FNV-1a, 16 bits of it. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash ^ (hash >>> 16)) & 0xffff;
}
