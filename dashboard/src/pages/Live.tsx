import { Badge, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Taken } from '../parts/Taken';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Siren } from 'lucide-react';
import type { CallView } from '../client';
import {
  listAlertsOptions,
  listCallsOptions,
  listTasksOptions,
  listThreadsOptions,
} from '../client/@tanstack/react-query.gen';
import { now } from '../clock';
import { Empty, Waiting } from '../parts/States';
import { Since, When } from '../parts/When';
import { spelled } from '../words';

/** Emergencies first, then who wants a person, then whoever is silent longest. */
function byNeed(a: CallView, b: CallView): number {
  const wantsPerson = (call: CallView) => Number(call.intent === 'speak_to_agent');
  return (
    Number(b.has_emergency) - Number(a.has_emergency) ||
    wantsPerson(b) - wantsPerson(a) ||
    Date.parse(a.updated) - Date.parse(b.updated)
  );
}

export function Live() {
  const live = useQuery(listCallsOptions({ query: { live: true } }));
  const calls = [...(live.data?.items ?? [])].sort(byNeed);
  return (
    <Stack>
      <Title order={1} size="h2">
        Live
      </Title>
      <Text role="status" c="dimmed">
        {live.data
          ? `${calls.length} ${calls.length === 1 ? 'conversation' : 'conversations'} going on`
          : ' '}
      </Text>
      <Strip />
      <Waiting query={live} rows={3} />
      {live.data && calls.length === 0 && <Nobody />}
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
        {calls.map((call) => (
          <CallCard key={call.id} call={call} />
        ))}
      </SimpleGrid>
      <Taken />
    </Stack>
  );
}

/** What waits for a person, wherever it waits. */
function Strip() {
  const alerts = useQuery(listAlertsOptions({ query: { open: true } }));
  const threads = useQuery(listThreadsOptions({ query: { limit: 100 } }));
  const tasks = useQuery(listTasksOptions({ query: { limit: 100 } }));
  const waits = threads.data?.items.filter((thread) => thread.waits && thread.held_by).length;
  const due = tasks.data?.items.filter((task) => task.due && Date.parse(task.due) < now()).length;
  const count = (of: number | undefined) => (of == null ? '…' : of >= 100 ? '100 or more' : `${of}`);
  return (
    <Group gap="lg" component="section" aria-label="What waits">
      <Text size="sm">
        <b>{count(alerts.data?.length)}</b> {alerts.data?.length === 1 ? 'emergency' : 'emergencies'} nobody
        has taken
      </Text>
      <Link to="/inbox" search={{ waits: true }}>
        {count(waits)} {waits === 1 ? 'chat waits' : 'chats wait'} for a colleague
      </Link>
      <Link to="/tasks">
        {count(due)} {due === 1 ? 'task is' : 'tasks are'} overdue
      </Link>
    </Group>
  );
}

function CallCard({ call }: { call: CallView }) {
  return (
    <Card withBorder component="article" aria-label={call.name ?? call.phone ?? 'Number withheld'}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Link to="/calls/$id" params={{ id: call.id }} className="record">
          {call.name ?? call.phone ?? 'Number withheld'}
        </Link>
        {call.has_emergency ? (
          <Badge color="red.9" leftSection={<Siren size={12} aria-hidden />}>
            Emergency
          </Badge>
        ) : (
          <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
            {spelled(call.channel)}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {spelled(call.intent)}
        {call.step && `, ${spelled(call.step).toLowerCase()}`} · <Since at={call.started} /> · silent for{' '}
        <Since at={call.updated} />
      </Text>
      {call.heard && (
        <Text size="sm" mt="xs" lineClamp={2}>
          <b>Caller:</b> {call.heard}
        </Text>
      )}
      {call.said && (
        <Text size="sm" lineClamp={2}>
          <b>Sarah:</b> {call.said}
        </Text>
      )}
      <Group gap={4} mt="xs">
        {call.facts.map((fact) => (
          <Badge key={fact.name} variant="default" tt="none" maw="100%">
            {fact.value}
          </Badge>
        ))}
      </Group>
    </Card>
  );
}

function Nobody() {
  const last = useQuery(listCallsOptions({ query: { limit: 3 } }));
  return (
    <Empty title="Nobody is on the line">
      {last.data && last.data.items.length > 0 ? (
        <Stack gap={4}>
          <Text>The last calls:</Text>
          {last.data.items.map((call) => (
            <Link key={call.id} to="/calls/$id" params={{ id: call.id }}>
              <When at={call.started} /> {call.name ?? call.phone ?? 'Number withheld'}
            </Link>
          ))}
        </Stack>
      ) : (
        'Ring the agency’s number: the call shows here as it happens.'
      )}
    </Empty>
  );
}
