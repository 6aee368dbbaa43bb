// One stream a browser: HTTP/1.1 gives six connections to a host, and the sixth tab would hang. The tab that holds the lock
// listens and tells the others.
import { useSyncExternalStore } from 'react';
import { queries } from './api';

export type Connection = 'connecting' | 'live' | 'offline';
type Change = { subject: string; id?: string | null };
type Told = { change: Change } | { resync: true } | { connection: Connection; since: number } | { ask: true };

const STALE_MS = 35_000;
/** So often a closed stream is opened again, and what is shown is read again while there is none. */
const CHECK_MS = 5_000;
const POLL_MS = 10_000;
const TOGETHER_MS = 100;

/** Which lists and records show a subject. */
const SHOWN_BY: Record<string, string[]> = {
  // Numbers, threads and the queue of reviews are not read again with every turn of every call: too much for what it shows.
  call: ['listCalls', 'getCall', 'listLeads', 'getLead'],
  lead: ['listLeads', 'getLead'],
  viewing: ['listViewings', 'listSlots', 'listProperties', 'getLead'],
  ticket: ['listTickets', 'getTicket', 'listMedia'],
  message: ['getLead', 'listThreads', 'getThread', 'listMedia', 'listViewings'],
  alert: ['listAlerts', 'listCalls', 'getCall', 'listTickets'],
  task: ['listTasks', 'listThreads'],
  property: ['listProperties', 'getProperty', 'listSlots'],
};

let state: { connection: Connection; since: number } = { connection: 'connecting', since: Date.now() };
const watchers = new Set<() => void>();
const channel = new BroadcastChannel('receptionist-events');
const waiting = new Map<string, Change>();
let timer: number | undefined;
let leads = false;

function set(connection: Connection, since = Date.now()) {
  if (connection === state.connection) return;
  state = { connection, since };
  for (const watcher of watchers) watcher();
  if (leads) channel.postMessage({ connection, since } satisfies Told);
}

/** The first change is shown at once; those that follow it closely are read together. */
function heard(change: Change) {
  waiting.set(`${change.subject} ${change.id ?? ''}`, change);
  if (timer === undefined) flush();
}

function flush() {
  timer = undefined;
  if (waiting.size === 0) return;
  const changes = [...waiting.values()];
  waiting.clear();
  timer = window.setTimeout(flush, TOGETHER_MS);
  const isShown = ({ queryKey }: { queryKey: readonly unknown[] }) => {
    const [{ _id, path }] = queryKey as unknown as [{ _id: string; path?: { id?: string } }];
    const shows = ({ subject, id }: Change) =>
      SHOWN_BY[subject]?.includes(_id) &&
      (!path?.id || !id || path.id === id || _id === 'getLead' || _id === 'getThread' || subject === 'alert');
    return changes.some(shows);
  };
  // What is being read for the first time may have been read before the change: it is read once more. (TanStack Query does not
  // start such a read anew, and takes its answer for fresh.)
  for (const query of queries.getQueryCache().findAll({ predicate: isShown, fetchStatus: 'fetching' })) {
    if (query.state.data !== undefined) continue;
    const again = () => queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    query.fetch().then(again, () => {});
  }
  void queries.invalidateQueries({ predicate: isShown });
}

function take(told: Told) {
  if ('change' in told) heard(told.change);
  else if ('resync' in told) void queries.invalidateQueries();
  else if ('connection' in told) set(told.connection, told.since);
  else if (leads) channel.postMessage({ ...state } satisfies Told);
}

function tell(told: Told) {
  channel.postMessage(told);
  take(told);
}

let last = Date.now();

function alive() {
  last = Date.now();
  set('live');
}

/** `again`: what happened in between was not told. */
function open(again: boolean): EventSource {
  const source = new EventSource('/api/v1/events');
  source.onopen = () => {
    alive();
    if (again) tell({ resync: true });
  };
  source.onerror = () => set('offline');
  source.addEventListener('change', (event) => {
    alive();
    tell({ change: JSON.parse(event.data) });
  });
  source.addEventListener('resync', () => {
    alive();
    tell({ resync: true });
  });
  return source;
}

/** Until the promise of the lock ends: this tab listens for all. */
function lead(): Promise<never> {
  leads = true;
  let source = open(false);
  window.setInterval(() => {
    // Heartbeats are comments, which no script sees: an open connection counts as alive.
    if (source.readyState === EventSource.OPEN) last = Date.now();
    // Any answer but a stream (a server that restarts, a session that ended) closes it for good.
    if (source.readyState === EventSource.CLOSED) source = open(true);
    if (Date.now() - last > STALE_MS) set('offline');
  }, CHECK_MS);
  return new Promise(() => {});
}

/** Begins to listen, once a session is there. */
export function listen() {
  channel.onmessage = ({ data }: MessageEvent<Told>) => take(data);
  channel.postMessage({ ask: true } satisfies Told);
  if (navigator.locks) void navigator.locks.request('receptionist-events', lead);
  else void lead();
  window.setInterval(() => {
    if (state.connection === 'offline') void queries.invalidateQueries();
  }, POLL_MS);
}

export function useConnection() {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}
