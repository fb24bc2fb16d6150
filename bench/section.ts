/** A document in sections, each written anew by the command that measures what it tells. */

/** The document with this section, from its heading to its end, in the place of the one before, or at its end. */
export function replaceSection(document: string, section: string): string {
  const heading = section.slice(0, section.indexOf('\n'));
  const begin = document.indexOf(heading);
  if (begin < 0) return `${document.trimEnd()}\n\n${section}`;
  const next = document.indexOf('\n## ', begin + heading.length);
  const rest = next < 0 ? '' : document.slice(next);
  return `${document.slice(0, begin)}${section.trimEnd()}\n${rest}`;
}
