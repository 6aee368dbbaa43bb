import { Badge, Card, Grid, Group, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { anew } from '../api';
import {
  type CallView,
  type ChangeLead,
  getLead,
  type LeadDetail,
  type LeadView,
  type NoteView,
} from '../client';
import {
  changeLeadMutation,
  getLeadQueryKey,
  listCallsOptions,
  listMediaOptions,
  whoAmIOptions,
  writeToLeadMutation,
} from '../client/@tanstack/react-query.gen';
import { Back } from '../frame/Frame';
import { useUsers } from '../parts/colleagues';
import { Ask } from '../parts/Ask';
import { BookValuation } from '../parts/BookValuation';
import { BookViewing } from '../parts/BookViewing';
import { Facts } from '../parts/Facts';
import { Media } from '../parts/Media';
import { NewTask } from '../parts/NewTask';
import { RemoveNote, WriteNote } from '../parts/Notes';
import { Phone } from '../parts/Phone';
import { Waiting } from '../parts/States';
import { TheirData } from '../parts/TheirData';
import { When } from '../parts/When';
import { choices, daysAfter, inLondon, spelled, today } from '../words';
import { STATUSES, wish } from './Leads';

const route = getRouteApi('/staff/leads/$id');
type Marked = LeadDetail & { mark: string };

/** One person: what they want, and everything that was said, sent and booked, in one line of time. */
export function Lead() {
  const { id } = route.useParams();
  const lead = useQuery(markedLead(Number(id)));
  const calls = useQuery(listCallsOptions({ query: { lead: Number(id), limit: 100 } }));
  const files = useQuery(listMediaOptions({ query: { lead: Number(id) } }));
  return (
    <Stack>
      <Group>
        <Back to="/leads">All leads</Back>
      </Group>
      <Waiting query={lead} />
      {lead.data && (
        <>
          <Head key={lead.data.lead.id} detail={lead.data} />
          <Grid>
            <Grid.Col span={{ base: 12, md: 4 }}>
              <Known detail={lead.data} />
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 8 }}>
              <Stack>
                <Media files={files.data ?? []} />
                <Timeline detail={lead.data} calls={calls.data?.items ?? []} />
              </Stack>
            </Grid.Col>
          </Grid>
        </>
      )}
    </Stack>
  );
}

/** A lead with the mark that a change of it asks for. */
const markedLead = (id: number) => ({
  queryKey: [...getLeadQueryKey({ path: { id } }), 'mark'],
  queryFn: async (): Promise<Marked> => {
    const { data, response } = await getLead({ path: { id }, throwOnError: true });
    return { ...data, mark: response.headers.get('ETag') ?? '' };
  },
});

function Head({ detail: { lead, stopped, mark } }: { detail: Marked }) {
  const { data: me } = useQuery(whoAmIOptions());
  return (
    <Group>
      <Title order={1} size="h2">
        {lead.name ?? lead.phone ?? 'Number withheld'}
      </Title>
      <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
        {lead.temperature}
      </Badge>
      {stopped.map((purpose) => (
        <Badge key={purpose} color="red.9" tt="none">
          Said stop: {spelled(purpose)}
        </Badge>
      ))}
      {me?.permissions.includes('work') && (
        <>
          <Edit lead={lead} mark={mark} />
          <BookViewing label="Book a viewing" lead={lead.id} day={daysAfter(today(), 1)} />
          <BookValuation lead={lead.id} day={daysAfter(today(), 1)} />
          <Write lead={lead} />
          <NewTask lead={lead.id} />
          <WriteNote of={{ lead: lead.id }} />
        </>
      )}
    </Group>
  );
}

/** What Sarah has understood of them, what they may be told, and the homes they spoke of. */
function Known({ detail: { lead, known, homes } }: { detail: Marked }) {
  const { data: me } = useQuery(whoAmIOptions());
  const when = [
    known?.best_time_to_call,
    known?.do_not_call_before && `not before ${known.do_not_call_before.slice(0, 5)}`,
    known?.do_not_call_after && `not after ${known.do_not_call_after.slice(0, 5)}`,
  ];
  const rows: [string, ReactNode][] = [
    ['Number', <Phone key="phone" number={lead.phone} />],
    ['Email', lead.email ?? '—'],
    ['Looks', wish(lead)],
    ['Stage', spelled(lead.status)],
    ['Whose', lead.assigned_name ?? 'nobody’s yet'],
    ['Score', `${lead.score}${lead.score_reasons.length > 0 ? `: ${lead.score_reasons.join(', ')}` : ''}`],
    ['Came by', spelled(lead.source)],
    ['Calls', `${lead.total_calls}`],
  ];
  const more: [string, string | undefined | null][] = [
    ['Moves', known?.move_in_date],
    ['How soon', known?.urgency && spelled(known.urgency)],
    ['Must have', known?.must_haves.join(', ')],
    ['Not', known?.deal_breakers.join(', ')],
    ['Now', known?.current_situation],
    ['Why', known?.reason_for_moving],
    [
      'Mortgage',
      known?.mortgage_approved == null ? undefined : known.mortgage_approved ? 'agreed' : 'not yet',
    ],
    ['Ring', when.filter(Boolean).join(', ')],
    ['Prefers', known && spelled(known.preferred_contact_method)],
  ];
  const said = more.filter((row): row is [string, string] => Boolean(row[1]));
  return (
    <Stack>
      <Facts title="What is known" rows={[...rows, ...said]} />
      {homes.length > 0 && (
        <Card withBorder component="section" aria-label="Homes they spoke of">
          <Title order={2} size="h4" mb="xs">
            Homes they spoke of
          </Title>
          <Stack gap={4}>
            {homes.map((home) => (
              <Text key={home.property} size="sm">
                <Link to="/properties/$id" params={{ id: `${home.property}` }}>
                  {home.address ?? home.reference ?? 'A home that is gone'}
                </Link>
                , interest {home.interest}
                {home.times > 1 && `, ${home.times} times`}
                {home.feedback && `: “${home.feedback}”`}
              </Text>
            ))}
          </Stack>
        </Card>
      )}
      {me?.permissions.includes('administer') && <TheirData lead={lead.id} />}
    </Stack>
  );
}

/** Only what is touched is changed; the rest is shown as it is by now. */
function Edit({ lead, mark }: { lead: LeadView; mark: string }) {
  const [wish, setWish] = useState<ChangeLead>({});
  const users = useUsers(lead.assigned_to);
  const change = useMutation({ ...changeLeadMutation(), ...anew });
  const opened = { ...change, reset: () => (change.reset(), setWish({})) };
  const whose = wish.assigned_to ?? lead.assigned_to ?? 0;
  const submit = (close: () => void) =>
    change.mutate({ path: { id: lead.id }, headers: { 'If-Match': mark }, body: wish }, { onSuccess: close });
  return (
    <Ask label="Edit" does="Save" shortcut="e" change={opened} submit={submit}>
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
      <Textarea
        label="What they look for"
        description="As they would say it; what is not mentioned stays."
        placeholder="to rent, two bedrooms in Maida Vale, up to 2,200 a month"
        autosize
        maxLength={500}
        value={wish.wants ?? ''}
        onChange={(event) => setWish({ ...wish, wants: event.currentTarget.value || undefined })}
      />
      <Select
        label="Stage"
        data={choices(STATUSES)}
        value={wish.status ?? lead.status}
        onChange={(status) => setWish({ ...wish, status: status ?? undefined })}
        allowDeselect={false}
      />
      <Select
        label="Whose"
        data={[{ value: '0', label: 'nobody’s yet' }, ...users]}
        value={`${whose}`}
        onChange={(user) => setWish({ ...wish, assigned_to: Number(user ?? 0) })}
        allowDeselect={false}
        searchable
      />
    </Ask>
  );
}

/** By SMS, whether they have written before or not. */
function Write({ lead }: { lead: LeadView }) {
  const [body, setBody] = useState('');
  const [key, setKey] = useState(() => crypto.randomUUID());
  const write = useMutation({ ...writeToLeadMutation(), ...anew });
  if (!lead.phone) return null;
  const opened = { ...write, reset: () => (write.reset(), setKey(crypto.randomUUID()), setBody('')) };
  const submit = (close: () => void) =>
    write.mutate({ path: { id: lead.id }, body: { body, key } }, { onSuccess: close });
  return (
    <Ask label="Write a text" does="Send" change={opened} submit={submit}>
      <Textarea
        label="Your words"
        required
        autosize
        minRows={2}
        maxLength={1500}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
    </Ask>
  );
}

type Happening = {
  id: string;
  at: string;
  what: string;
  words?: string | null;
  call?: string;
  note?: NoteView;
};

function happenings({ viewings, messages, notes }: LeadDetail, calls: CallView[]): Happening[] {
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
    ...notes.map((note) => ({
      id: note.id,
      at: note.written,
      what: `Note of ${note.by}`,
      words: note.body,
      note,
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
            {one.note && <RemoveNote note={one.note} />}
          </Group>
          {one.words && <Text style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>{one.words}</Text>}
        </Card>
      ))}
    </Stack>
  );
}
