import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { problemOf, queries } from './api';
import { whoAmIOptions } from './client/@tanstack/react-query.gen';
import { Frame } from './frame/Frame';
import { Live } from './pages/Live';

const root = createRootRoute({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  // Only to a page of ours: nobody is sent elsewhere by a link to the sign-in.
  validateSearch: (search: Record<string, unknown>): { to?: string } => ({
    to: typeof search.to === 'string' && /^\/(?!\/)/.test(search.to) ? search.to : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/SignIn'), 'SignIn'),
});

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyRouteComponent(() => import('./pages/Welcome'), 'Welcome'),
});

/** Everything behind the sign-in. */
const staff = createRoute({
  getParentRoute: () => root,
  id: 'staff',
  component: Frame,
  beforeLoad: async ({ location }) => {
    try {
      await queries.ensureQueryData(whoAmIOptions());
    } catch (error) {
      if (problemOf(error).status === 401) throw redirect({ to: '/sign-in', search: { to: location.href } });
    }
  },
});

const live = createRoute({ getParentRoute: () => staff, path: '/', component: Live });

/** The filters of the list of calls: the address says them all. */
export type CallSearch = {
  outcome?: string;
  channel?: string;
  emergency?: boolean;
  assessed?: boolean;
  intent?: string;
  live?: boolean;
  from?: string;
  to?: string;
  q?: string;
  /** "1-09": Mondays from 9 to 10. */
  hour?: string;
};

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const day = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;

const calls = createRoute({
  getParentRoute: () => staff,
  path: '/calls',
  validateSearch: (search: Record<string, unknown>): CallSearch => ({
    outcome: text(search.outcome),
    channel: text(search.channel),
    emergency: search.emergency === true ? true : undefined,
    assessed: typeof search.assessed === 'boolean' ? search.assessed : undefined,
    intent: text(search.intent),
    live: typeof search.live === 'boolean' ? search.live : undefined,
    from: day(search.from),
    to: day(search.to),
    q: text(search.q),
    hour: text(search.hour),
  }),
  component: lazyRouteComponent(() => import('./pages/Calls'), 'Calls'),
});

const call = createRoute({
  getParentRoute: () => staff,
  path: '/calls/$id',
  validateSearch: (search: Record<string, unknown>): { blind?: true; t?: number } => ({
    blind: search.blind === true ? true : undefined,
    // Seconds into the recording.
    t: typeof search.t === 'number' && search.t >= 0 ? search.t : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/Call'), 'Call'),
});

export type Whose = 'mine' | 'unassigned' | 'team';

const tasks = createRoute({
  getParentRoute: () => staff,
  path: '/tasks',
  validateSearch: (search: Record<string, unknown>): { whose?: Whose; status?: 'done' } => ({
    whose: search.whose === 'mine' || search.whose === 'unassigned' ? search.whose : undefined,
    status: search.status === 'done' ? 'done' : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/Tasks'), 'Tasks'),
});

const inbox = createRoute({
  getParentRoute: () => staff,
  path: '/inbox',
  validateSearch: (search: Record<string, unknown>): { thread?: string; waits?: true } => ({
    thread: text(search.thread),
    waits: search.waits === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/Inbox'), 'Inbox'),
});

const review = createRoute({
  getParentRoute: () => staff,
  path: '/review',
  validateSearch: (search: Record<string, unknown>): { blind?: true } => ({
    blind: search.blind === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/Review'), 'Review'),
});

/** The time the numbers are of; the last four weeks where none is named. */
export type AnalyticsSearch = { from?: string; to?: string; channel?: string; by?: 'week' | 'month' };

const analytics = createRoute({
  getParentRoute: () => staff,
  path: '/analytics',
  validateSearch: (search: Record<string, unknown>): AnalyticsSearch => ({
    from: day(search.from),
    to: day(search.to),
    channel: text(search.channel),
    by: search.by === 'week' || search.by === 'month' ? search.by : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/Analytics'), 'Analytics'),
});

const settings = createRoute({
  getParentRoute: () => staff,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { section?: string } => ({
    section: text(search.section),
  }),
  component: lazyRouteComponent(() => import('./pages/Settings'), 'Settings'),
});

const testPhone = createRoute({
  getParentRoute: () => staff,
  path: '/test-phone',
  validateSearch: (search: Record<string, unknown>): { about?: string; replay?: string } => ({
    // A home, by its address; a call, by its id.
    about: text(search.about),
    replay: text(search.replay),
  }),
  component: lazyRouteComponent(() => import('./pages/TestPhone'), 'TestPhone'),
});

/** The filters of the list of leads: the days are of the first time they were in touch. */
export type LeadSearch = { status?: string; temperature?: string; from?: string; to?: string };

const leads = createRoute({
  getParentRoute: () => staff,
  path: '/leads',
  // Names and numbers that are looked for stay out of the address, which browsers and proxies keep.
  validateSearch: (search: Record<string, unknown>): LeadSearch => ({
    status: text(search.status),
    temperature: text(search.temperature),
    from: day(search.from),
    to: day(search.to),
  }),
  component: lazyRouteComponent(() => import('./pages/Leads'), 'Leads'),
});

const lead = createRoute({
  getParentRoute: () => staff,
  path: '/leads/$id',
  component: lazyRouteComponent(() => import('./pages/Lead'), 'Lead'),
});

const viewings = createRoute({
  getParentRoute: () => staff,
  path: '/viewings',
  validateSearch: (search: Record<string, unknown>): { day?: string; by?: 'negotiator'; view?: 'week' } => ({
    day: day(search.day),
    view: search.view === 'week' ? search.view : undefined,
    by: search.by === 'negotiator' ? search.by : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/Viewings'), 'Viewings'),
});

const maintenance = createRoute({
  getParentRoute: () => staff,
  path: '/maintenance',
  validateSearch: (search: Record<string, unknown>): { urgency?: string; status?: 'done' } => ({
    urgency: text(search.urgency),
    status: search.status === 'done' ? 'done' : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/Maintenance'), 'Maintenance'),
});

const ticket = createRoute({
  getParentRoute: () => staff,
  path: '/maintenance/$id',
  component: lazyRouteComponent(() => import('./pages/Ticket'), 'Ticket'),
});

const properties = createRoute({
  getParentRoute: () => staff,
  path: '/properties',
  validateSearch: (search: Record<string, unknown>): { q?: string; status?: string } => ({
    q: text(search.q),
    status: text(search.status),
  }),
  component: lazyRouteComponent(() => import('./pages/Properties'), 'Properties'),
});

const property = createRoute({
  getParentRoute: () => staff,
  path: '/properties/$id',
  component: lazyRouteComponent(() => import('./pages/Property'), 'Property'),
});

const documents = createRoute({
  getParentRoute: () => staff,
  path: '/documents',
  component: lazyRouteComponent(() => import('./pages/Documents'), 'Documents'),
});

const account = createRoute({
  getParentRoute: () => staff,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/Account'), 'Account'),
});

const staffAccounts = createRoute({
  getParentRoute: () => staff,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./pages/Accounts'), 'Accounts'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    welcome,
    staff.addChildren([
      live,
      calls,
      call,
      tasks,
      inbox,
      review,
      analytics,
      settings,
      testPhone,
      viewings,
      leads,
      lead,
      maintenance,
      ticket,
      properties,
      property,
      documents,
      account,
      staffAccounts,
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultNotFoundComponent: () => <p>There is no such page. The menu on the left shows them all.</p>,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
