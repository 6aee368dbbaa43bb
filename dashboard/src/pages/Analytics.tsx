import {
  ActionIcon,
  Badge,
  Button,
  Card,
  Group,
  Popover,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { BarChart, LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Download, Info } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Analytics as Numbers, FigureView } from '../client';
import { getAnalyticsOptions } from '../client/@tanstack/react-query.gen';
import { download, type Row } from '../parts/download';
import { Waiting } from '../parts/States';
import type { AnalyticsSearch, CallSearch } from '../router';
import { choices, clock, daysAfter, lasted, spelled, today } from '../words';

const route = getRouteApi('/staff/analytics');
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const EVERY_MS = 60_000;
const RANGES: [string, number][] = [
  ['Today', 1],
  ['7 days', 7],
  ['28 days', 28],
  ['A year', 365],
];

/** What calls come to: each number with its definition, sample and target, and the rows it is made of. */
export function Analytics() {
  const search = route.useSearch();
  const numbers = useQuery({
    ...getAnalyticsOptions({ query: search }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
  return (
    <Stack>
      <Title order={1} size="h2">
        Analytics
      </Title>
      <Filters />
      <Waiting query={numbers} />
      {numbers.data && <Sections of={numbers.data} channel={search.channel} />}
    </Stack>
  );
}

function Filters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (wanted: Partial<AnalyticsSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...wanted }) });
  return (
    <Group align="flex-end" component="search">
      <Group gap={4} role="group" aria-label="How long">
        {RANGES.map(([label, days]) => (
          <Button
            key={label}
            size="xs"
            variant="default"
            onClick={() => change({ from: daysAfter(today(), 1 - days), to: today() })}
          >
            {label}
          </Button>
        ))}
      </Group>
      <TextInput
        type="date"
        label="From"
        value={search.from ?? daysAfter(search.to ?? today(), -27)}
        max={search.to ?? today()}
        onChange={(event) => change({ from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        label="To"
        value={search.to ?? today()}
        onChange={(event) => change({ to: event.currentTarget.value || undefined })}
      />
      <Select
        label="Way"
        data={choices(['voice', 'whatsapp', 'sms'])}
        value={search.channel ?? null}
        onChange={(channel) => change({ channel: channel ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': 'Any way' }}
        w={150}
      />
      <SegmentedControl
        aria-label="Cut by"
        data={choices(['day', 'week', 'month'])}
        value={search.by ?? 'day'}
        onChange={(by) => change({ by: by === 'day' ? undefined : (by as 'week' | 'month') })}
      />
    </Group>
  );
}

function Sections({ of, channel }: { of: Numbers; channel?: string }) {
  const name = `${of.from}-to-${of.to}`;
  const points = of.points.map((point) => ({ ...point, day: point.from }));
  return (
    <Stack>
      <Text role="status" c="dimmed" size="sm">
        {of.from} to {of.to}, {of.people == null ? '' : `${of.people} people, `}as of {clock(of.as_of)}. Times
        and days are London’s.
        {of.is_complete ? '' : ' Older days are being counted still; these numbers will grow.'}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {of.figures.map((figure) => (
          <Figure key={figure.name} figure={figure} of={of} channel={channel} />
        ))}
      </SimpleGrid>
      <Chart
        title="Calls and chats"
        name={`calls-${name}`}
        columns={[
          'from',
          'to',
          'hours',
          'calls',
          'answered',
          'resolved',
          'handed_off',
          'booked',
          'new_leads',
        ]}
        rows={of.points}
        calls={(row) => ({ from: `${row.from}`, to: `${row.to}`, channel })}
      >
        <LineChart
          h={240}
          data={points}
          dataKey="day"
          withLegend
          series={[
            { name: 'calls', label: 'Began', color: 'indigo.6' },
            { name: 'resolved', label: 'Resolved', color: 'teal.6', strokeDasharray: '6 3' },
            { name: 'handed_off', label: 'Handed off', color: 'orange.6', strokeDasharray: '2 3' },
          ]}
        />
      </Chart>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Bars
          title="What they came to"
          name={`outcomes-${name}`}
          items={of.outcomes}
          calls={(row) => ({ outcome: `${row.item}`, from: of.from, to: of.to, channel })}
        />
        <Bars
          title="What they were about"
          name={`intents-${name}`}
          items={of.intents}
          calls={(row) => ({ intent: `${row.item}`, from: of.from, to: of.to, channel })}
        />
      </SimpleGrid>
      <Busiest of={of} channel={channel} name={`busiest-${name}`} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <ResponseTimes of={of} />
        <Bars
          title={`Satisfaction: ${of.surveyed} were asked`}
          name={`satisfaction-${name}`}
          items={of.satisfaction}
        />
      </SimpleGrid>
    </Stack>
  );
}

function written(unit: string, value: number | null | undefined): string {
  if (value == null) return '—';
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'seconds') return lasted(value);
  if (unit === 'milliseconds') return `${Math.round(value)} ms`;
  if (unit === 'money') return value.toFixed(3);
  return unit === 'count' ? value.toLocaleString('en-GB') : value.toFixed(2);
}

function aim(figure: FigureView): string | undefined {
  const [, how, limit] = /^(at least|over|under) (.*)$/.exec(figure.target ?? '') ?? [];
  return limit === undefined ? undefined : `${how} ${written(figure.unit, Number(limit))}`;
}

/** The rows a figure is made of, where they are listed. */
function Rows({ figure, of, channel }: { figure: FigureView; of: Numbers; channel?: string }) {
  if (figure.rows === 'leads') {
    return (
      <Link to="/leads" search={{ from: of.from, to: of.to }} aria-label={`The leads of: ${figure.title}`}>
        The leads
      </Link>
    );
  }
  return (
    <Link to="/calls" search={rowsOf(figure.rows, of, channel)} aria-label={`The calls of: ${figure.title}`}>
      The calls
    </Link>
  );
}

/** "assessed=true" and the days as the list of calls has them. */
function rowsOf(query: string, of: Numbers, channel?: string): CallSearch {
  const named = Object.fromEntries(new URLSearchParams(query));
  const bool = (word?: string) => (word === undefined ? undefined : word === 'true');
  return {
    outcome: named.outcome,
    channel: named.channel ?? channel,
    live: bool(named.live),
    assessed: bool(named.assessed),
    from: of.from,
    to: of.to,
  };
}

function Figure({ figure, of, channel }: { figure: FigureView; of: Numbers; channel?: string }) {
  const target = aim(figure);
  return (
    <Card withBorder component="section" aria-label={figure.title}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" c="dimmed">
          {figure.title}
        </Text>
        <Definition title={figure.title}>{figure.definition}</Definition>
      </Group>
      <Group gap="xs" align="baseline">
        <Text size="xl" fw={700}>
          {written(figure.unit, figure.value)}
        </Text>
        {target && figure.meets != null && (
          <Badge color={figure.meets ? 'teal.9' : 'red.9'} tt="none">
            {figure.meets ? 'on target' : 'off target'}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {[
          target && `target ${target}`,
          figure.unit !== 'count' && `of ${figure.sample.toLocaleString('en-GB')}`,
          figure.low != null &&
            `between ${written('share', figure.low)} and ${written('share', figure.high)}`,
          figure.previous != null && `before: ${written(figure.unit, figure.previous)}`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      <Text size="sm">
        <Rows figure={figure} of={of} channel={channel} />
      </Text>
    </Card>
  );
}

function Definition({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Popover width={280} withArrow trapFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`What "${title}" means`}>
          <Info size={16} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{children}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}

type ChartProps = {
  title: string;
  name: string;
  columns: string[];
  rows: Row[];
  /** Where the calls of a row are listed. */
  calls?: (row: Row) => CallSearch;
  children: ReactNode;
};

const cellOf = (value: unknown) => (typeof value === 'string' ? spelled(value) : String(value ?? '—'));

/** A picture, the same as a table, and the same as CSV. */
function Chart({ title, name, columns, rows, calls, children }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <Card withBorder component="section" aria-label={title}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Group gap={6}>
          <Button size="xs" variant="default" onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
            As a table
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<Download size={14} aria-hidden />}
            onClick={() => download(name, columns, rows)}
            aria-label={`CSV of: ${title}`}
          >
            CSV
          </Button>
        </Group>
      </Group>
      {rows.length === 0 && <Text c="dimmed">Nothing was counted in this time.</Text>}
      {rows.length > 0 && !asTable && (
        <div role="img" aria-label={`${title}, as a picture; the button "As a table" shows the numbers`}>
          {children}
        </div>
      )}
      {rows.length > 0 && asTable && (
        <div
          style={{ overflow: 'auto', maxHeight: 320 }}
          tabIndex={0}
          role="region"
          aria-label={`${title}, numbers`}
        >
          <Table>
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Th key={column}>{spelled(column)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={columns.map((column) => row[column]).join()}>
                  {columns.map((column, nth) => (
                    <Table.Td key={column}>
                      {nth === 0 && calls ? (
                        <Link to="/calls" search={calls(row)}>
                          {cellOf(row[column])}
                        </Link>
                      ) : (
                        cellOf(row[column])
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Card>
  );
}

type BarsProps = Pick<ChartProps, 'title' | 'name' | 'calls'> & { items: { item: string; n: number }[] };

function Bars({ title, name, items, calls }: BarsProps) {
  const navigate = useNavigate();
  const data = items.map(({ item, n }) => ({ item: spelled(item), n }));
  return (
    <Chart title={title} name={name} columns={['item', 'n']} rows={items} calls={calls}>
      <BarChart
        h={Math.max(120, data.length * 34)}
        data={data}
        dataKey="item"
        orientation="vertical"
        yAxisProps={{ width: 150 }}
        series={[{ name: 'n', label: 'Calls and chats', color: 'indigo.6' }]}
        withBarValueLabel
        // By keyboard the same from the table.
        barProps={
          calls && {
            cursor: 'pointer',
            onClick: (_, nth) => items[nth] && void navigate({ to: '/calls', search: calls(items[nth]) }),
          }
        }
      />
    </Chart>
  );
}

/** A week by its hours: how dark a cell is says how many began in it, and its number says it too. */
function Busiest({ of: numbers, channel, name }: { of: Numbers; channel?: string; name: string }) {
  const hours = numbers.busiest;
  const most = Math.max(1, ...hours.map(({ n }) => n));
  const of = (weekday: number, hour: number) =>
    hours.find((one) => one.weekday === weekday && one.hour === hour)?.n ?? 0;
  return (
    <Card withBorder component="section" aria-label="Busiest times">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Busiest times
        </Title>
        <Button
          size="xs"
          variant="default"
          leftSection={<Download size={14} aria-hidden />}
          onClick={() => download(name, ['weekday', 'hour', 'n'], hours)}
          aria-label="CSV of: Busiest times"
        >
          CSV
        </Button>
      </Group>
      <div
        style={{ overflowX: 'auto' }}
        tabIndex={0}
        role="region"
        aria-label="Busiest times, by weekday and hour"
      >
        <table className="heat">
          <thead>
            <tr>
              <td />
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={`${hour}`} scope="col">
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {WEEKDAYS.map((label, at) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {Array.from({ length: 24 }, (_, hour) => {
                  const n = of(at + 1, hour);
                  return (
                    <td key={`${hour}`} style={{ ['--heat' as string]: `${Math.round((n / most) * 45)}%` }}>
                      {n > 0 && (
                        <Link
                          to="/calls"
                          search={{
                            hour: `${at + 1}-${String(hour).padStart(2, '0')}`,
                            from: numbers.from,
                            to: numbers.to,
                            channel,
                          }}
                          aria-label={`${n} on ${label}, ${hour} to ${hour + 1}`}
                        >
                          {n}
                        </Link>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function ResponseTimes({ of }: { of: Numbers }) {
  const times = of.response;
  const rows: [string, number | undefined][] = [
    ['Half of the answers within', times?.p50],
    ['Nine in ten within', times?.p90],
    ['95 in 100 within', times?.p95],
    ['99 in 100 within', times?.p99],
  ];
  return (
    <Card withBorder component="section" aria-label="How fast Sarah answers">
      <Title order={2} size="h4" mb="xs">
        How fast Sarah answers
      </Title>
      <Table variant="vertical">
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th>{name}</Table.Th>
              <Table.Td>{value === undefined ? '—' : `${value} ms`}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
