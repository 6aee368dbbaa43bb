import {
  Badge,
  Button,
  Card,
  Group,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { anew, anewOrRefused } from '../api';
import type { AbsenceView, ViewingView } from '../client';
import {
  cancelViewingMutation,
  getRotaOptions,
  listSlotsOptions,
  listViewingsOptions,
  moveViewingMutation,
  viewingOutcomeMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { now } from '../clock';
import { Ask } from '../parts/Ask';
import { BookValuation } from '../parts/BookValuation';
import { BookViewing } from '../parts/BookViewing';
import { HomeBox } from '../parts/HomeBox';
import { List } from '../parts/List';
import { Slots } from '../parts/Slots';
import { Empty, Failed, Waiting } from '../parts/States';
import { dayOf, daysAfter, hour, longDay, spelled, today } from '../words';

const route = getRouteApi('/staff/viewings');

export function Viewings() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(whoAmIOptions());
  const day = search.day ?? today();
  const first = search.view === 'week' ? mondayOf(day) : day;
  const last = search.view === 'week' ? daysAfter(first, 6) : day;
  const by = search.view === 'week' ? 7 : 1;
  const works = me?.permissions.includes('work') ?? false;
  const viewings = useQuery(listViewingsOptions({ query: { from: first, to: last } }));
  const go = (to?: string) => void navigate({ search: (now) => ({ ...now, day: to }) });
  return (
    <Stack>
      <Title order={1} size="h2">
        Viewings
      </Title>
      <Group align="flex-end">
        <TextInput
          type="date"
          label="Day"
          value={day}
          onChange={(event) => go(event.currentTarget.value || undefined)}
        />
        <Button variant="default" onClick={() => go(daysAfter(day, -by))}>
          {by === 7 ? 'Week before' : 'Day before'}
        </Button>
        <Button variant="default" onClick={() => go()} data-key="t">
          Today
        </Button>
        <Button variant="default" onClick={() => go(daysAfter(day, by))}>
          {by === 7 ? 'Week after' : 'Day after'}
        </Button>
        <Button.Group aria-label="How much is shown">
          {([undefined, 'week'] as const).map((view) => (
            <Button
              key={view ?? 'day'}
              variant={view === search.view ? 'filled' : 'default'}
              aria-pressed={view === search.view}
              data-key={view ? 'w' : 'd'}
              onClick={() => void navigate({ search: (now) => ({ ...now, view }) })}
            >
              {view ? 'Week' : 'Day'}
            </Button>
          ))}
        </Button.Group>
        <SegmentedControl
          aria-label="How the day is shown"
          data={[
            { value: 'day', label: 'By time' },
            { value: 'negotiator', label: 'By negotiator' },
          ]}
          value={search.by ?? 'day'}
          onChange={(by) =>
            void navigate({
              search: (now) => ({ ...now, by: by === 'negotiator' ? by : undefined }),
              replace: true,
            })
          }
        />
        {works && (
          <>
            <BookViewing key={day} label="Book a viewing" shortcut="c" day={day < today() ? today() : day} />
            <BookValuation key={`valuation ${day}`} day={day < today() ? today() : day} />
          </>
        )}
      </Group>
      <Waiting query={viewings} />
      {viewings.data?.length === 0 && (
        <Empty title={`Nothing is in the diary that ${search.view ?? 'day'}`}>
          What Sarah books shows here at once.
        </Empty>
      )}
      {viewings.data &&
        Array.from({ length: by }, (_, nth) => daysAfter(first, nth)).map((one) => (
          <OneDay
            key={one}
            day={one}
            viewings={viewings.data.filter(({ start }) => dayOf(start) === one)}
            by={search.by}
            works={works}
          />
        ))}
      <WhyNot day={day} />
    </Stack>
  );
}

type DiaryProps = { viewings: ViewingView[]; by?: 'negotiator'; works: boolean };

/** The Monday of a day's week. */
function mondayOf(day: string): string {
  return daysAfter(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** "Ben Osei until 17:00": who is not there on some of that day. */
function away(day: string, absences: AbsenceView[]): string {
  return absences
    .filter(({ starts, ends }) => dayOf(starts) <= day && dayOf(ends) >= day)
    .map(({ name, starts, ends }) => {
      const from = dayOf(starts) === day ? ` from ${hour(starts)}` : '';
      const to = dayOf(ends) === day ? ` until ${hour(ends)}` : '';
      return `${name ?? 'A colleague'}${from}${to}`;
    })
    .join(', ');
}

function OneDay({ day, ...diary }: DiaryProps & { day: string }) {
  const rota = useQuery(getRotaOptions());
  const absent = away(day, rota.data?.absences ?? []);
  return (
    <Stack component="section" aria-label={longDay(day)} gap="xs">
      <Title order={2} size="h4">
        {longDay(day)}
        {day === today() && ', today'}
      </Title>
      {absent && <Text size="sm">Away: {absent}</Text>}
      {diary.viewings.length > 0 ? (
        <Diary {...diary} />
      ) : (
        <Text size="sm" c="dimmed">
          Nothing
        </Text>
      )}
    </Stack>
  );
}

/** In the order of the day, or a list for each negotiator. */
function Diary({ viewings, by, works }: DiaryProps) {
  if (!by) return <Rows viewings={viewings} works={works} />;
  const names = [...new Set(viewings.map((viewing) => viewing.agent_name ?? 'Nobody yet'))].sort();
  return names.map((name) => (
    <Stack key={name} component="section" aria-label={name} gap="xs">
      <Title order={3} size="h5">
        {name}
      </Title>
      <Rows
        viewings={viewings.filter((viewing) => (viewing.agent_name ?? 'Nobody yet') === name)}
        works={works}
      />
    </Stack>
  ));
}

function Rows({ viewings, works }: Omit<DiaryProps, 'by'>) {
  return (
    <List columns={['Time', 'What', 'Home', 'For', 'With', 'State', '']}>
      {viewings.map((viewing) => (
        <Table.Tr key={viewing.id}>
          <Table.Td data-label="Time">
            <time dateTime={viewing.start}>{hour(viewing.start)}</time>, {viewing.minutes} min
          </Table.Td>
          <Table.Td data-label="What">{spelled(viewing.kind)}</Table.Td>
          <Table.Td data-label="Home">
            {viewing.property == null ? (
              (viewing.address ?? '—')
            ) : (
              <Link to="/properties/$id" params={{ id: `${viewing.property}` }}>
                {viewing.address ?? viewing.reference}
              </Link>
            )}
            {viewing.reference && (
              <Text size="sm" c="dimmed">
                {viewing.reference}
              </Text>
            )}
          </Table.Td>
          <Table.Td data-label="For">
            {viewing.lead == null ? (
              (viewing.viewer_name ?? '—')
            ) : (
              <Link to="/leads/$id" params={{ id: `${viewing.lead}` }} className="record">
                {viewing.viewer_name ?? 'An applicant'}
              </Link>
            )}
          </Table.Td>
          <Table.Td data-label="With">{viewing.agent_name ?? 'nobody yet'}</Table.Td>
          <Table.Td data-label="State">
            <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
              {spelled(viewing.status)}
            </Badge>
            {viewing.told && (
              <Text size="sm" c="dimmed">
                {spelled(viewing.told)}: {spelled(viewing.told_status).toLowerCase()}
              </Text>
            )}
          </Table.Td>
          <Table.Td>
            {works && viewing.status === 'booked' && (
              <Group gap={6}>
                {Date.parse(viewing.start) <= now() ? (
                  <Outcome viewing={viewing} />
                ) : (
                  <>
                    <Move viewing={viewing} />
                    <Cancel viewing={viewing} />
                  </>
                )}
              </Group>
            )}
          </Table.Td>
        </Table.Tr>
      ))}
    </List>
  );
}

const nameOf = (viewing: ViewingView) => `${viewing.viewer_name ?? 'an applicant'} at ${hour(viewing.start)}`;

function Move({ viewing }: { viewing: ViewingView }) {
  const [day, setDay] = useState(dayOf(viewing.start));
  const [slot, setSlot] = useState('');
  const move = useMutation({ ...moveViewingMutation(), ...anew });
  const submit = (close: () => void) => {
    const body = { from: viewing.start, to: slot };
    if (slot) move.mutate({ path: { id: `${viewing.id}` }, body }, { onSuccess: close });
  };
  return (
    <Ask label="Move" about={nameOf(viewing)} does="Move it" change={move} submit={submit}>
      <Text size="sm">{viewing.viewer_name ?? 'The applicant'} is told of the new time.</Text>
      <Slots
        property={viewing.property ?? undefined}
        valuation={viewing.kind === 'valuation' || undefined}
        day={day}
        setDay={setDay}
        slot={slot}
        setSlot={setSlot}
      />
    </Ask>
  );
}

function Cancel({ viewing }: { viewing: ViewingView }) {
  const cancel = useMutation({ ...cancelViewingMutation(), ...anew });
  const submit = (close: () => void) =>
    cancel.mutate({ path: { id: `${viewing.id}` }, body: { from: viewing.start } }, { onSuccess: close });
  return (
    <Ask label="Cancel" about={nameOf(viewing)} does="Call it off" danger change={cancel} submit={submit}>
      <Text size="sm">
        {viewing.viewer_name ?? 'The applicant'} is told, and the time is free again. This cannot be undone.
      </Text>
    </Ask>
  );
}

function Outcome({ viewing }: { viewing: ViewingView }) {
  const outcome = useMutation({ ...viewingOutcomeMutation(), ...anewOrRefused });
  const say = (status: string) => outcome.mutate({ path: { id: `${viewing.id}` }, body: { status } });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={() => say('completed')}
        aria-label={`Came: ${nameOf(viewing)}`}
      >
        Came
      </Button>
      <Button
        size="xs"
        variant="default"
        onClick={() => say('no_show')}
        aria-label={`No show: ${nameOf(viewing)}`}
      >
        No show
      </Button>
    </>
  );
}

/** The same judgement as Sarah's: which times she offers for a home that day, and why not the others. */
function WhyNot({ day }: { day: string }) {
  const [home, setHome] = useState<string | null>(null);
  const slots = useQuery({
    ...listSlotsOptions({ query: { property: Number(home), day } }),
    enabled: home != null,
  });
  return (
    <Card withBorder component="section" aria-label="What Sarah offers">
      <Stack>
        <Title order={2} size="h4">
          What Sarah offers that day, and why not the rest
        </Title>
        <HomeBox home={home} change={setHome} />
        {slots.error && <Failed error={slots.error} again={() => slots.refetch()} />}
        {slots.data && (
          <Table className="list" maw={640}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Time</Table.Th>
                <Table.Th>Offered</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {slots.data.map((slot) => (
                <Table.Tr key={slot.start}>
                  <Table.Td data-label="Time">{hour(slot.start)}</Table.Td>
                  <Table.Td data-label="Offered">
                    {slot.negotiator ? `yes, with ${slot.negotiator}` : `no: ${slot.refusal}`}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </Card>
  );
}
