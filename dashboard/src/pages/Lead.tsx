import { Badge, Card, Grid, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { anew } from '../api';
import { type CallView, getLead, type LeadDetail, type LeadView } from '../client';
import {
  bookViewingMutation,
  changeLeadMutation,
  getLeadQueryKey,
  listCallsOptions,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Back } from '../frame/Frame';
import { Ask } from '../parts/Ask';
import { HomeBox } from '../parts/HomeBox';
import { Slots } from '../parts/Slots';
import { Failed, Loading } from '../parts/States';
import { TheirData } from '../parts/TheirData';
import { When } from '../parts/When';
import { choices, dayOf, daysAfter, inLondon, spelled } from '../words';
import { STATUSES, wish } from './Leads';

const route = getRouteApi('/staff/leads/$id');

/** One person: what they want, and everything that was said, sent and booked, in one line of time. */
export function Lead() {
  const { id } = route.useParams();
  const lead = useQuery(markedLead(Number(id)));
  const { data: me } = useQuery(whoAmIOptions());
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
        {me?.permissions.includes('work') && (
          <>
            <Edit lead={known} mark={lead.data.mark} />
            <Book lead={known} today={dayOf(me.now)} />
          </>
        )}
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack>
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
            {me?.permissions.includes('administer') && <TheirData lead={known.id} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Timeline detail={lead.data} calls={calls.data?.items ?? []} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** A lead with the mark that a change of it asks for. */
const markedLead = (id: number) => ({
  queryKey: [...getLeadQueryKey({ path: { id } }), 'mark'],
  queryFn: async () => {
    const { data, response } = await getLead({ path: { id }, throwOnError: true });
    return { ...data, mark: response.headers.get('ETag') ?? '' };
  },
});

/** Only what is touched is changed; the rest is shown as it is by now. */
function Edit({ lead, mark }: { lead: LeadView; mark: string }) {
  const [wish, setWish] = useState<{ name?: string; email?: string; status?: string }>({});
  const change = useMutation({ ...changeLeadMutation(), ...anew });
  const opened = { ...change, reset: () => (change.reset(), setWish({})) };
  const submit = (close: () => void) =>
    change.mutate({ path: { id: lead.id }, headers: { 'If-Match': mark }, body: wish }, { onSuccess: close });
  return (
    <Ask label="Edit" does="Save" change={opened} submit={submit}>
      <TextInput
        label="Name"
        value={wish.name ?? lead.name ?? ''}
        onChange={(event) => setWish({ ...wish, name: event.currentTarget.value })}
      />
      <TextInput
        type="email"
        label="Email"
        value={wish.email ?? lead.email ?? ''}
        onChange={(event) => setWish({ ...wish, email: event.currentTarget.value || undefined })}
      />
      <Select
        label="Stage"
        data={choices(STATUSES)}
        value={wish.status ?? lead.status}
        onChange={(status) => setWish({ ...wish, status: status ?? undefined })}
        allowDeselect={false}
      />
    </Ask>
  );
}

function Book({ lead, today }: { lead: LeadView; today: string }) {
  const [home, setHome] = useState<string | null>(null);
  const [day, setDay] = useState(daysAfter(today, 1));
  const [slot, setSlot] = useState('');
  const book = useMutation({ ...bookViewingMutation(), ...anew });
  const submit = (close: () => void) => {
    const body = { property: Number(home), lead: lead.id, start: slot };
    if (home && slot) book.mutate({ body }, { onSuccess: close });
  };
  return (
    <Ask label="Book a viewing" does="Book it" change={book} submit={submit}>
      <HomeBox home={home} change={(id) => (setHome(id), setSlot(''))} required />
      <Slots
        property={home ? Number(home) : undefined}
        day={day}
        setDay={setDay}
        slot={slot}
        setSlot={setSlot}
      />
      <Text size="sm">The confirmation is sent at once.</Text>
    </Ask>
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
