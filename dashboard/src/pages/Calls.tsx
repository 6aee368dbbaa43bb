import {
  Badge,
  Button,
  Group,
  Highlight,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type CallView, listCalls } from '../client';
import { listCallsInfiniteOptions } from '../client/@tanstack/react-query.gen';
import { DAYS } from '../parts/days';
import { Export } from '../parts/Export';
import { List } from '../parts/List';
import { itemsOf, More, paged } from '../parts/Pages';
import { SearchBox } from '../parts/SearchBox';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import type { CallSearch } from '../router';
import { choices, INTENTS, lasted, OUTCOMES, spelled } from '../words';

const route = getRouteApi('/staff/calls');
const COLUMNS = [
  'id',
  'started',
  'ended',
  'duration_s',
  'channel',
  'direction',
  'name',
  'phone',
  'intent',
  'outcome',
  'has_emergency',
  'was_taken',
  'response_ms_mean',
  'summary',
];
const CHANNELS = ['voice', 'whatsapp', 'sms', 'web'];
const STATES = { live: 'going on', over: 'over' };
const SEEN = { assessed: 'assessed', not: 'not assessed' };
/** "Monday, 9 to 10", Monday's first. */
const HOURS = DAYS.flatMap((day, at) =>
  Array.from({ length: 24 }, (_, hour) => ({
    value: `${at + 1}-${String(hour).padStart(2, '0')}`,
    label: `${spelled(day)}, ${hour} to ${hour + 1}`,
  })),
);
/** What is looked for most, at one press. */
const PRESETS: [string, CallSearch][] = [
  ['Everything', {}],
  ['Abandoned', { outcome: 'abandoned' }],
  ['Failed', { outcome: 'failed' }],
  ['Emergencies', { emergency: true }],
  ['To ring back', { outcome: 'callback_promised' }],
  ['Not assessed', { assessed: false, live: false }],
];

export function Calls() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = (change: Partial<CallSearch>, replace = false) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace });
  const calls = useInfiniteQuery({
    ...listCallsInfiniteOptions({ query: search }),
    ...paged(search),
  });
  const rows = itemsOf(calls) ?? [];
  const several = search.outcome?.includes(',');
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <Stack>
      <Title order={1} size="h2">
        Calls
      </Title>
      <Group gap={6} component="nav" aria-label="Looked for most">
        {PRESETS.map(([label, preset]) => (
          <Button
            key={label}
            size="compact-sm"
            variant={JSON.stringify(preset) === JSON.stringify(search) ? 'filled' : 'default'}
            aria-pressed={JSON.stringify(preset) === JSON.stringify(search)}
            onClick={() => void navigate({ search: preset })}
          >
            {label}
          </Button>
        ))}
      </Group>
      <Group align="flex-end" component="search">
        <SearchBox
          label="Words that were said"
          words={search.q}
          change={(q) => filter({ q }, true)}
          shortest={3}
        />
        <Select
          label="Outcome"
          data={choices(several ? [...OUTCOMES, search.outcome ?? ''] : OUTCOMES)}
          value={search.outcome ?? null}
          onChange={(outcome) => filter({ outcome: outcome ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any outcome' }}
          w={180}
        />
        <Select
          label="About"
          data={choices(INTENTS)}
          value={search.intent ?? null}
          onChange={(intent) => filter({ intent: intent ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Whatever it is about' }}
          w={180}
        />
        <Select
          label="Way"
          data={choices(CHANNELS)}
          value={search.channel ?? null}
          onChange={(channel) => filter({ channel: channel ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any way' }}
          w={150}
        />
        <Select
          label="State"
          data={Object.entries(STATES).map(([value, label]) => ({ value, label }))}
          value={search.live == null ? null : search.live ? 'live' : 'over'}
          onChange={(state) => filter({ live: state == null ? undefined : state === 'live' })}
          clearable
          clearButtonProps={{ 'aria-label': 'Going on or over' }}
          w={130}
        />
        <Select
          label="Review"
          data={Object.entries(SEEN).map(([value, label]) => ({ value, label }))}
          value={search.assessed == null ? null : search.assessed ? 'assessed' : 'not'}
          onChange={(seen) => filter({ assessed: seen == null ? undefined : seen === 'assessed' })}
          clearable
          clearButtonProps={{ 'aria-label': 'Assessed or not' }}
          w={150}
        />
        <Select
          label="Hour of the week"
          data={HOURS}
          value={search.hour ?? null}
          onChange={(hour) => filter({ hour: hour ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any hour' }}
          searchable
          w={190}
        />
        <TextInput
          type="date"
          label="From"
          value={search.from ?? ''}
          onChange={(event) => filter({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label="To"
          value={search.to ?? ''}
          onChange={(event) => filter({ to: event.currentTarget.value || undefined })}
        />
        <Switch
          label="Emergencies only"
          checked={search.emergency ?? false}
          onChange={(event) => filter({ emergency: event.currentTarget.checked || undefined })}
        />
        <Export
          name="calls"
          columns={COLUMNS}
          read={async (after) =>
            (await listCalls({ query: { ...search, after, limit: 100 }, throwOnError: true })).data
          }
        />
      </Group>
      <Waiting query={calls} />
      {calls.data &&
        rows.length === 0 &&
        (filtered ? (
          <Empty title="No calls match">
            <Button variant="default" onClick={() => void navigate({ search: {} })}>
              Clear the filters
            </Button>
          </Empty>
        ) : (
          <Empty title="No calls yet">They show here as soon as somebody rings or writes.</Empty>
        ))}
      {rows.length > 0 && <Rows rows={rows} words={search.q} />}
      <More list={calls} />
    </Stack>
  );
}

function Rows({ rows, words }: { rows: CallView[]; words?: string }) {
  return (
    <List columns={['When', 'Caller', 'Way', 'About', 'Outcome', 'Length', 'By']}>
      {rows.map((call) => (
        <Table.Tr key={call.id}>
          <Table.Td data-label="When">
            <When at={call.started} />
          </Table.Td>
          <Table.Td data-label="Caller">
            <Link to="/calls/$id" params={{ id: call.id }} className="record">
              {call.name ?? call.phone ?? 'Number withheld'}
            </Link>
            {call.found && words && (
              <Highlight size="sm" c="dimmed" highlight={words} lineClamp={2}>
                {call.found}
              </Highlight>
            )}
          </Table.Td>
          <Table.Td data-label="Way">{spelled(call.channel)}</Table.Td>
          <Table.Td data-label="About">{spelled(call.intent)}</Table.Td>
          <Table.Td data-label="Outcome">
            <Group gap={4}>
              {call.ended ? (
                <Text size="sm">{spelled(call.outcome)}</Text>
              ) : (
                <Badge color="teal.9">going on</Badge>
              )}
              {call.has_emergency && <Badge color="red.9">Emergency</Badge>}
            </Group>
          </Table.Td>
          <Table.Td data-label="Length">{call.duration_s == null ? '—' : lasted(call.duration_s)}</Table.Td>
          <Table.Td data-label="By">{call.was_taken ? 'Sarah and a colleague' : 'Sarah'}</Table.Td>
        </Table.Tr>
      ))}
    </List>
  );
}
