import { Badge, Card, Grid, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { CallView, LeadDetail } from '../client';
import { getLeadOptions, listCallsOptions } from '../client/@tanstack/react-query.gen';
import { Back } from '../frame/Frame';
import { Failed, Loading } from '../parts/States';
import { When } from '../parts/When';
import { inLondon, spelled } from '../words';
import { wish } from './Leads';

const route = getRouteApi('/staff/leads/$id');

/** One person: what they want, and everything that was said, sent and booked, in one line of time. */
export function Lead() {
  const { id } = route.useParams();
  const lead = useQuery(getLeadOptions({ path: { id: Number(id) } }));
  const calls = useQuery(listCallsOptions({ query: { lead: Number(id), limit: 100 } }));
  if (lead.isPending) return <Loading />;
  if (lead.error) return <Failed error={lead.error} again={() => lead.refetch()} />;
  const known = lead.data.lead;
  const rows: [string, string][] = [
    ['Number', known.phone ?? 'withheld'],
    ['Email', known.email ?? '—'],
    ['Looks', wish(known)],
    ['Stage', spelled(known.status)],
    ['Score', `${known.score}${known.score_reasons.length > 0 ? `: ${known.score_reasons.join(', ')}` : ''}`],
    ['Came by', spelled(known.source)],
    ['Calls', `${known.total_calls}`],
  ];
  return (
    <Stack>
      <Group>
        <Back to="/leads">All leads</Back>
      </Group>
      <Group>
        <Title order={1} size="h2">
          {known.name ?? known.phone ?? 'Number withheld'}
        </Title>
        <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
          {known.temperature}
        </Badge>
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Card withBorder component="section" aria-label="What is known">
            <Table variant="vertical" layout="fixed">
              <Table.Tbody>
                {rows.map(([name, value]) => (
                  <Table.Tr key={name}>
                    <Table.Th w={90}>{name}</Table.Th>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Card>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Timeline detail={lead.data} calls={calls.data?.items ?? []} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

type Happening = { id: string; at: string; what: string; words?: string | null; call?: string };

function happenings({ viewings, messages }: LeadDetail, calls: CallView[]): Happening[] {
  const all: Happening[] = [
    ...calls.map((call) => ({
      id: call.id,
      at: call.started,
      what: `${spelled(call.channel)}: ${spelled(call.outcome)}`,
      words: call.summary,
      call: call.id,
    })),
    ...messages.map((message) => ({
      id: message.id,
      at: message.created,
      what: `${spelled(message.channel)} ${message.direction === 'inbound' ? 'from them' : 'to them'}, ${spelled(message.status).toLowerCase()}`,
      words: message.body,
    })),
    ...viewings.map((viewing) => ({
      id: `viewing ${viewing.id}`,
      at: viewing.start,
      what: `${spelled(viewing.kind)}, ${viewing.status}`,
      words: `${viewing.address ?? ''} with ${viewing.agent_name ?? 'nobody yet'}`,
    })),
  ];
  return all.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

function Timeline({ detail, calls }: { detail: LeadDetail; calls: CallView[] }) {
  return (
    <Stack component="section" aria-label="Everything that happened" gap="xs">
      <Title order={2} size="h4">
        Everything that happened
      </Title>
      {happenings(detail, calls).map((one) => (
        <Card key={one.id} withBorder p="xs">
          <Group gap="xs">
            {one.call ? (
              <Link to="/calls/$id" params={{ id: one.call }} aria-label={`${one.what}, ${inLondon(one.at)}`}>
                {one.what}
              </Link>
            ) : (
              <Text fw={600}>{one.what}</Text>
            )}
            <Text size="sm" c="dimmed">
              <When at={one.at} />
            </Text>
          </Group>
          {one.words && <Text style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>{one.words}</Text>}
        </Card>
      ))}
    </Stack>
  );
}
