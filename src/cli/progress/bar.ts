/** A line with a bar, as wide as there is room. Pure. */

/** What a line tells. */
export interface ProgressLine {
  readonly label: string;
  /** 0 to 1; undefined: nobody knows how much there is. */
  readonly part: number | undefined;
  /** The most important first: what finds no room is left out, from the end. */
  readonly texts: readonly string[];
}

/** The characters of a bar: done, not done. */
export type BarStyle = readonly [string, string];

export const BLOCKS: BarStyle = ['█', '░'];
/** For a terminal that may not know others. */
export const PLAIN: BarStyle = ['#', '-'];

const LEAST_BAR = 8;
const MOST_BAR = 30;
const GAP = '  ';
const PERCENT_WIDTH = '100 %'.length;

/** The characters of terminals are known to be all there if the locale says UTF-8, as the first of these variables that is set says. */
export function barStyle(env: Readonly<Record<string, string | undefined>>): BarStyle {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale) ? BLOCKS : PLAIN;
}

/** `width` characters; full for 1 alone. */
export function barText(part: number, width: number, [done, left]: BarStyle): string {
  const bounded = Math.min(1, Math.max(0, part));
  const full = Math.floor(bounded * width);
  return done.repeat(full) + left.repeat(width - full);
}

/** At most `width` characters: label, bar, percent and as many texts as fit. */
export function progressText(
  { label, part, texts }: ProgressLine,
  { width, style }: { readonly width: number; readonly style: BarStyle },
): string {
  const share = part === undefined ? undefined : percent(part).padStart(PERCENT_WIDTH);
  for (let count = texts.length; count >= 0; count--) {
    const rest = [...(share === undefined ? [] : [share]), ...texts.slice(0, count)].join(GAP);
    const room = width - label.length - rest.length - 2 * GAP.length;
    if (part === undefined) {
      if (room + GAP.length >= 0) return [label, rest].join(GAP).trimEnd();
    } else if (room >= LEAST_BAR || (count === 0 && room >= 1)) {
      return [label, barText(part, Math.min(room, MOST_BAR), style), rest].join(GAP);
    }
  }
  return [label, ...(share === undefined ? [] : [share.trim()])].join(GAP).slice(0, width);
}

function percent(part: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, part)) * 100)} %`;
}
