/** What the marker in a folder's root says: whose root it is, and of which start. Plain ASCII, read the same everywhere. */

/** `folder` is escaped; compare with `isMarkerOf`. */
export interface Marker {
  readonly folder: string;
  readonly token: string;
}

/** The text of a marker. */
export function markerText(folder: string, token: string): string {
  return JSON.stringify({ folder: escapeText(folder), token });
}

/** undefined for what is no marker of ours. */
export function parseMarker(text: string): Marker | undefined {
  const match = /^\{"folder":"(.*)","token":"([0-9a-f]{32})"\}$/.exec(text);
  const [, folder, token] = match ?? [];
  return folder === undefined || token === undefined ? undefined : { folder, token };
}

/** True if the marker is that of the folder with this id. */
export function isMarkerOf(marker: Marker, folder: string): boolean {
  return marker.folder === escapeText(folder);
}

function escapeText(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const plain =
      code >= 0x20 && code < 0x7f && character !== '"' && character !== '\\' && character !== '%';
    escaped += plain ? character : `%${code.toString(16)};`;
  }
  return escaped;
}
