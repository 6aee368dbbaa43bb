// What the server takes for now: this computer's clock may be wrong, and a page stays open for days.
let ahead = 0;

/** The server has told its time. */
export function setClock(at: string) {
  ahead = Date.parse(at) - Date.now();
}

/** Milliseconds since 1970, by the server's clock. */
export const now = () => Date.now() + ahead;
