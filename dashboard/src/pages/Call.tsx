import { Anchor, Badge, Card, Grid, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { CallView, LineView } from '../client';
import { getCallOptions } from '../client/@tanstack/react-query.gen';
import { Back } from '../frame/Frame';
import { Actions } from '../parts/Actions';
import { Assess } from '../parts/Assess';
import { Failed, Loading } from '../parts/States';
import { Transcript } from '../parts/Transcript';
import { Since, When } from '../parts/When';
import { lasted, spelled } from '../words';

const route = getRouteApi('/staff/calls/$id');

/** One conversation: as it happens, and ever after. */
export function Call() {
  const { id } = route.useParams();
  const { blind } = route.useSearch();
  const call = useQuery(getCallOptions({ path: { id } }));
  if (call.isPending) return <Loading />;
  if (call.error) return <Failed error={call.error} again={() => call.refetch()} />;
  const { call: facts, holder, lines, assessments, has_recording } = call.data;
  const live = facts.ended == null;
  return (
    <Stack>
      <Group>
        <Back to={live ? '/' : '/calls'}>{live ? 'All live calls' : 'All calls'}</Back>
      </Group>
      <Group>
        <Title order={1} size="h2">
          {facts.name ?? facts.phone ?? 'Number withheld'}
        </Title>
        {live && <Badge color="teal.9">going on</Badge>}
        {facts.has_emergency && <Badge color="red.9">Emergency</Badge>}
      </Group>
      {live && facts.channel === 'voice' && <Actions id={id} holder={holder ?? undefined} />}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          {has_recording && <Recording id={id} />}
          <Transcript lines={lines} live={live} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack>
            {blind ? (
              <Text c="dimmed">What Sarah made of the call is hidden until you have said how it was.</Text>
            ) : (
              <Facts call={facts} live={live} />
            )}
            <Latency lines={lines} />
            {!live && <Assess id={id} assessments={assessments} blind={blind} />}
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function Recording({ id }: { id: string }) {
  const sound = `/api/v1/calls/${id}/recording`;
  return (
    <Group component="section" aria-label="Recording" mb="md">
      {/* The transcript below is its text. */}
      <audio
        controls
        preload="none"
        src={sound}
        aria-label="The sound of this call"
        style={{ flexGrow: 1 }}
      />
      <Anchor href={sound} download={`${id}.mp3`}>
        Download
      </Anchor>
    </Group>
  );
}

function Facts({ call, live }: { call: CallView; live: boolean }) {
  const rows: [string, React.ReactNode][] = [
    ['Began', <When key="began" at={call.started} />],
    ['Number', call.phone ?? 'withheld'],
    ['Way', spelled(call.channel)],
    ['About', spelled(call.intent)],
    live ? ['Silent for', <Since key="silent" at={call.updated} />] : ['Outcome', spelled(call.outcome)],
    ...(live
      ? []
      : ([['Length', call.duration_s == null ? '—' : lasted(call.duration_s)]] as [
          string,
          React.ReactNode,
        ][])),
    ...call.facts.map((fact): [string, React.ReactNode] => [spelled(fact.name), fact.value]),
  ];
  return (
    <Card withBorder component="section" aria-label="What is known">
      <Title order={2} size="h4" mb="xs">
        What is known
      </Title>
      {call.summary && <Text mb="xs">{call.summary}</Text>}
      <Table variant="vertical" layout="fixed">
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={110}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

/** What callers feel is the time to our first word; the parts only explain it. */
function Latency({ lines }: { lines: LineView[] }) {
  const turns = lines.filter((line) => line.took_ms != null);
  if (turns.length === 0) return null;
  const of = (ms: number | null | undefined) => (ms == null ? '—' : `${ms} ms`);
  return (
    <Card withBorder component="section" aria-label="How fast each turn was">
      <Title order={2} size="h4" mb="xs">
        How fast each turn was
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {['Turn', 'First word', 'Model', 'Tools'].map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {turns.map((line) => (
            <Table.Tr key={line.id}>
              <Table.Td>{line.turn}</Table.Td>
              <Table.Td>{of(line.first_token_ms ?? line.took_ms)}</Table.Td>
              <Table.Td>{of(line.model_ms)}</Table.Td>
              <Table.Td>{of(line.tools_ms)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
