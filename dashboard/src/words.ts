// How values are written: the agency's time zone, British English, words instead of codes.

const ZONE = 'Europe/London';
const moment = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const time = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** "Mon 23 Nov, 10:30". */
export const inLondon = (instant: string) => moment.format(new Date(instant));
/** "10:30:05". */
export const clock = (instant: string) => time.format(new Date(instant));

/** "3 min 5 s". */
export function lasted(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A word of the API as people write it: "viewing_booked" → "Viewing booked". */
export function spelled(word: string | null | undefined): string {
  if (!word) return '—';
  const known = KNOWN[word];
  if (known) return known;
  const plain = word.replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

const KNOWN: Record<string, string> = {
  voice: 'Telephone',
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  co: 'Carbon monoxide',
  call_back: 'Ring back',
};
