export type Row = Record<string, unknown>;

/** Hands rows over as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is words. */
export function download(name: string, columns: string[], rows: Row[]) {
  const safe = (value: unknown) => String(value ?? '').replace(/^[=+\-@\t\r]/, "'$&");
  const cell = (value: unknown) =>
    `"${(typeof value === 'number' ? `${value}` : safe(value)).replaceAll('"', '""')}"`;
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  const text = lines.map((line) => line.map(cell).join(',')).join('\r\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
