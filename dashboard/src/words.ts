// How values are written: the agency's time zone, British English, words instead of codes.

import { now } from './clock';

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
  const plain = word.replaceAll('_', ' ').replaceAll(',', ' or ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** What callers want, in the API's words. */
export const INTENTS = [
  'property_enquiry_rent',
  'property_enquiry_buy',
  'book_viewing',
  'book_valuation',
  'tenant_maintenance',
  'tenant_general',
  'landlord_enquiry',
  'existing_viewing',
  'speak_to_agent',
  'office_hours',
  'general_enquiry',
];

/** How a conversation can end, in the API's words. */
export const OUTCOMES = [
  'viewing_booked',
  'viewing_changed',
  'valuation_booked',
  'info_sent',
  'info_given',
  'ticket_raised',
  'emergency',
  'transferred',
  'callback_promised',
  'message_taken',
  'abandoned',
  'failed',
];

/** Words of the API to choose from. */
export const choices = (words: string[]) => words.map((word) => ({ value: word, label: spelled(word) }));

/** "£2,800". */
export const money = (pounds: number) => `£${pounds.toLocaleString('en-GB')}`;

const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE });
const hours = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' });
// A plain day has no zone: it is written as it stands.
const whole = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

/** The day in London, "2026-11-23". */
export const dayOf = (instant: string) => calendar.format(new Date(instant));
/** The day it is in London. */
export const today = () => dayOf(new Date(now()).toISOString());
/** "10:30". */
export const hour = (instant: string) => hours.format(new Date(instant));
/** "Monday 23 November 2026". */
export const longDay = (day: string) => whole.format(new Date(`${day}T00:00:00Z`));
/** So many days later, as a calendar counts. */
export function daysAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

const KNOWN: Record<string, string> = {
  voice: 'Telephone',
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  co: 'Carbon monoxide',
  call_back: 'Ring back',
};
