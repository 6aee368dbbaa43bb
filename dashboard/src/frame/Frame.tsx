import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  Menu,
  NavLink,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import {
  CircleUser,
  FileText,
  KeyRound,
  ListTodo,
  Phone,
  Radio,
  Users,
  Wifi,
  WifiOff,
  CalendarDays,
  ChartColumn,
  ClipboardCheck,
  MessagesSquare,
  PhoneCall,
  Settings as SettingsIcon,
  House,
  Wrench,
} from 'lucide-react';
import { useEffect } from 'react';
import { queries } from '../api';
import {
  listAlertsOptions,
  listCallsOptions,
  listTasksOptions,
  listThreadsOptions,
  signOutMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { listen, useConnection } from '../events';
import { now } from '../clock';
import { clock, inLondon } from '../words';
import { Emergencies, mayNotify } from './Emergencies';
import { Keys } from './Keys';
import { SignInAgain } from './SignInAgain';
import { Views } from './Views';

/** The pages, in the order of the work. */
export const PAGES = [
  { to: '/', label: 'Live', key: 'l', icon: Radio },
  { to: '/tasks', label: 'Tasks', key: 't', icon: ListTodo },
  { to: '/inbox', label: 'Inbox', key: 'i', icon: MessagesSquare },
  { to: '/calls', label: 'Calls', key: 'c', icon: Phone },
  { to: '/viewings', label: 'Viewings', key: 'v', icon: CalendarDays },
  { to: '/leads', label: 'Leads', key: 'e', icon: Users },
  { to: '/maintenance', label: 'Maintenance', key: 'm', icon: Wrench },
  { to: '/properties', label: 'Properties', key: 'p', icon: House },
  { to: '/documents', label: 'Documents', key: 'd', icon: FileText },
  { to: '/analytics', label: 'Analytics', key: 'a', icon: ChartColumn },
  { to: '/review', label: 'Review', key: 'r', icon: ClipboardCheck, needs: 'review' },
  { to: '/settings', label: 'Settings', key: 's', icon: SettingsIcon },
  { to: '/test-phone', label: 'Test phone', key: 'h', icon: PhoneCall, needs: 'work' },
] as const;

/** What this account may see. */
export const pagesOf = (permissions: string[] = []) =>
  PAGES.filter((page) => !('needs' in page) || permissions.includes(page.needs));

/** This computer is set to another time zone. */
const ELSEWHERE = new Intl.DateTimeFormat().resolvedOptions().timeZone !== 'Europe/London';
/** At the bottom of a telephone's screen. */
const NEAREST = PAGES.filter(({ to }) => ['/', '/tasks', '/inbox', '/viewings'].includes(to));

let listens = false;

export function Frame() {
  const [open, { toggle, close }] = useDisclosure();
  const at = useRouterState({ select: (state) => state.location.pathname });
  // The office opens and closes while this is open.
  const { data: me } = useQuery({ ...whoAmIOptions(), refetchInterval: 60_000 });
  useEffect(() => {
    if (!listens) listen();
    listens = true;
  }, []);
  useEffect(close, [at]);
  useTitle(at, me?.agency);
  const live = useQuery(listCallsOptions({ query: { live: true } }));
  const tasks = useQuery(listTasksOptions({ query: { limit: 100 } }));
  const threads = useQuery(listThreadsOptions({ query: { limit: 100 } }));
  const waiting = threads.data?.items.filter((thread) => thread.waits).length;
  const overdue = tasks.data?.items.filter((task) => task.due && Date.parse(task.due) < now()).length;
  const counts: Record<string, number | undefined> = {
    '/': live.data?.items.length,
    '/tasks': overdue,
    '/inbox': waiting,
  };
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !open } }}
      footer={{ height: { base: 56, sm: 0 } }}
      padding="md"
    >
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap" gap="sm" miw={0} style={{ flex: 1 }}>
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Menu"
              aria-expanded={open}
            />
            <Text fw={700} truncate>
              {me?.agency ?? 'Receptionist'}
            </Text>
          </Group>
          <Group wrap="nowrap" gap="xs" style={{ flexShrink: 0 }}>
            {me && (
              <Text size="sm" c="dimmed" visibleFrom="md">
                {me.office_opens ? `Office closed until ${inLondon(me.office_opens)}` : 'Office open'}
              </Text>
            )}
            {ELSEWHERE && (
              <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none" visibleFrom="md">
                Times shown in London
              </Badge>
            )}
            <ConnectionState />
            <Views />
            <User
              name={me?.name ?? ''}
              role={me?.role ?? ''}
              administers={me?.permissions.includes('administer') ?? false}
            />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {pagesOf(me?.permissions).map(({ to, label, key, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={isAt(to, at)}
            aria-current={isAt(to, at) ? 'page' : undefined}
            leftSection={<Icon size={18} aria-hidden />}
            rightSection={
              counts[to] ? (
                <Badge size="sm" circle color={to === '/tasks' ? 'red.9' : 'indigo.9'}>
                  {counts[to]}
                </Badge>
              ) : (
                <Text size="xs" c="dimmed" visibleFrom="sm">
                  g {key}
                </Text>
              )
            }
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Emergencies />
        <Outlet />
      </AppShell.Main>
      <AppShell.Footer hiddenFrom="sm" component="nav" aria-label="Nearest pages">
        <Group h="100%" grow gap={0}>
          {NEAREST.map(({ to, label, icon: Icon }) => (
            <Link key={to} to={to} className="nearest" aria-current={isAt(to, at) ? 'page' : undefined}>
              <Icon size={20} aria-hidden />
              <span>
                {label}
                {counts[to] ? ` ${counts[to]}` : ''}
              </span>
            </Link>
          ))}
        </Group>
      </AppShell.Footer>
      <Keys />
      <SignInAgain />
    </AppShell>
  );
}

const isAt = (to: string, at: string) => (to === '/' ? at === '/' : at.startsWith(to));

/** The tab says where one is, and an emergency before all else. */
function useTitle(at: string, agency = 'Receptionist') {
  const { data: open = [] } = useQuery(listAlertsOptions({ query: { open: true } }));
  const page = PAGES.find(({ to }) => isAt(to, at))?.label;
  useEffect(() => {
    const where = page ? `${page} · ${agency}` : agency;
    document.title = open.length > 0 ? `(!) Emergency · ${where}` : where;
  }, [page, agency, open.length]);
}

/** Whether what is shown is what is. */
function ConnectionState() {
  const { connection, since } = useConnection();
  const offline = connection === 'offline';
  const label = {
    live: 'Live',
    connecting: 'Connecting',
    offline: `Offline since ${clock(new Date(since).toISOString())}`,
  }[connection];
  return (
    <Badge
      role="status"
      style={{ flexShrink: 0 }}
      variant="outline"
      color={offline ? 'red.9' : 'gray'}
      tt="none"
      c="var(--mantine-color-text)"
      leftSection={offline ? <WifiOff size={12} aria-hidden /> : <Wifi size={12} aria-hidden />}
    >
      {label}
    </Badge>
  );
}

function User({ name, role, administers }: { name: string; role: string; administers: boolean }) {
  const navigate = useNavigate();
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const out = useMutation({
    ...signOutMutation(),
    onSettled: async () => {
      await navigate({ to: '/sign-in', search: {} });
      queries.clear();
    },
  });
  const schemes = { auto: 'as this device', light: 'light', dark: 'dark' } as const;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`${name}, ${role}: account`}>
          <CircleUser aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<KeyRound size={16} aria-hidden />}>
          Your account
        </Menu.Item>
        {administers && (
          <Menu.Item component={Link} to="/accounts" leftSection={<Users size={16} aria-hidden />}>
            Colleagues who sign in
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>Colours</Menu.Label>
        {Object.entries(schemes).map(([scheme, label]) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme as keyof typeof schemes)}
            fw={scheme === colorScheme ? 700 : undefined}
          >
            {label}
          </Menu.Item>
        ))}
        {'Notification' in window && !mayNotify() && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => void Notification.requestPermission()}>
              Tell this computer of emergencies
            </Menu.Item>
          </>
        )}
        <Menu.Divider />
        <Menu.Item onClick={() => out.mutate({})}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** A way back from a page of one record. */
export function Back({
  to,
  children,
}: {
  to: '/calls' | '/leads' | '/maintenance' | '/properties' | '/';
  children: string;
}) {
  return (
    <Button component={Link} to={to} variant="default" size="xs">
      {children}
    </Button>
  );
}
