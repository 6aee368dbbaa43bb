import { Alert, Badge, Button, Card, Grid, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { anew, anewOrRefused, problemOf } from '../api';
import type { MessageView, ThreadView } from '../client';
import {
  getLeadOptions,
  giveChatBackMutation,
  listThreadsInfiniteOptions,
  takeChatMutation,
  whoAmIOptions,
  writeMessageMutation,
} from '../client/@tanstack/react-query.gen';
import { itemsOf, More, paged } from '../parts/Pages';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { inLondon, spelled } from '../words';

const route = getRouteApi('/staff/inbox');
/** WhatsApp takes free text for so long after somebody last wrote. */
const WINDOW_MS = 24 * 3600 * 1000;
const nameOf = (thread: ThreadView) => thread.name ?? thread.address.replace('whatsapp:', '');

/** People who write: who waits, who answers them, and what was said. */
export function Inbox() {
  const { thread: id } = route.useSearch();
  const list = useInfiniteQuery({ ...listThreadsInfiniteOptions(), ...paged() });
  const threads = itemsOf(list);
  const chosen = threads?.find((thread) => thread.id === id);
  return (
    <Stack>
      <Title order={1} size="h2">
        Inbox
      </Title>
      <Waiting query={list} />
      {threads?.length === 0 && (
        <Empty title="Nobody has written yet">Texts and WhatsApp messages show here as they come.</Empty>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, md: 5 }} visibleFrom={chosen ? 'md' : undefined}>
          <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {threads?.map((thread) => (
              <li key={thread.id}>
                <ThreadCard thread={thread} chosen={thread.id === id} />
              </li>
            ))}
          </Stack>
          <More list={list} />
        </Grid.Col>
        {chosen && (
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Thread key={chosen.id} thread={chosen} />
          </Grid.Col>
        )}
      </Grid>
    </Stack>
  );
}

function ThreadCard({ thread, chosen }: { thread: ThreadView; chosen: boolean }) {
  return (
    <Card withBorder p="sm" bg={chosen ? 'var(--mantine-color-default-hover)' : undefined}>
      <Group justify="space-between" wrap="nowrap">
        <Link
          to="/inbox"
          search={{ thread: thread.id }}
          className="record"
          aria-current={chosen || undefined}
        >
          {nameOf(thread)}
        </Link>
        <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
          {spelled(thread.channel)}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed" lineClamp={2}>
        {thread.last_direction === 'outbound' ? 'To them: ' : ''}
        {thread.last_words ?? '—'}
      </Text>
      <Text size="sm" c="dimmed">
        {thread.last && <When at={thread.last} />} ·{' '}
        {thread.held_by ? `${thread.held_by} answers` : 'Sarah answers'}
        {thread.waits ? ' · waits for an answer' : ''}
      </Text>
    </Card>
  );
}

function Thread({ thread }: { thread: ThreadView }) {
  const { data: me } = useQuery(whoAmIOptions());
  const lead = useQuery(getLeadOptions({ path: { id: thread.lead } }));
  const take = useMutation({ ...takeChatMutation(), ...anewOrRefused });
  const back = useMutation({ ...giveChatBackMutation(), ...anewOrRefused });
  const messages = (lead.data?.messages ?? [])
    .filter((message) => message.channel === thread.channel)
    .reverse();
  const path = { id: thread.id };
  return (
    <Stack component="section" aria-label={`Messages with ${nameOf(thread)}`}>
      <Group justify="space-between">
        <Group gap="xs">
          <Button component={Link} to="/inbox" variant="default" size="xs" hiddenFrom="md">
            All threads
          </Button>
          <Title order={2} size="h4">
            <Link to="/leads/$id" params={{ id: `${thread.lead}` }}>
              {nameOf(thread)}
            </Link>
          </Title>
        </Group>
        {me?.permissions.includes('work') &&
          (thread.held_by ? (
            <Button
              size="xs"
              variant="default"
              loading={back.isPending}
              onClick={() => back.mutate({ path })}
            >
              Give back to Sarah
            </Button>
          ) : (
            <Button size="xs" loading={take.isPending} onClick={() => take.mutate({ path })}>
              I answer
            </Button>
          ))}
      </Group>
      <Text role="status" size="sm" c="dimmed">
        {thread.held_by
          ? `${thread.held_by} answers; Sarah is quiet, but for dangers.`
          : 'Sarah answers. Whoever takes this chat answers it instead of her.'}
      </Text>
      <Waiting query={lead} rows={3} />
      <Stack gap="xs" role="log" aria-label="Messages" tabIndex={0} mah="50vh" style={{ overflowY: 'auto' }}>
        {messages.map((message) => (
          <Message key={message.id} message={message} />
        ))}
      </Stack>
      {me?.permissions.includes('work') && <Composer thread={thread} />}
    </Stack>
  );
}

function Message({ message }: { message: MessageView }) {
  const ours = message.direction === 'outbound';
  const who = !ours ? 'They' : message.kind === 'from_staff' ? 'A colleague' : 'Sarah';
  return (
    <Card withBorder p="xs" ml={ours ? 'xl' : 0} mr={ours ? 0 : 'xl'}>
      <Text size="sm" c="dimmed">
        {who}, <When at={message.created} />
        {ours ? ` · ${spelled(message.status)}` : ''}
        {message.error_code ? ` (Twilio ${message.error_code})` : ''}
      </Text>
      <Text style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>{message.body || '—'}</Text>
    </Card>
  );
}

function Composer({ thread }: { thread: ThreadView }) {
  const [body, setBody] = useState('');
  const [key, setKey] = useState(() => crypto.randomUUID());
  const { data: me } = useQuery(whoAmIOptions());
  const write = useMutation({
    ...writeMessageMutation(),
    ...anew,
    onSuccess: () => {
      setBody('');
      setKey(crypto.randomUUID());
    },
  });
  const now = Date.parse(me?.now ?? new Date().toISOString());
  const until = thread.last_inbound ? Date.parse(thread.last_inbound) + WINDOW_MS : 0;
  if (thread.channel === 'whatsapp' && until < now) {
    return (
      <Alert color="gray" variant="outline" title="WhatsApp takes no free text now">
        They last wrote more than 24 hours ago. Ring them, or write when they have written.
      </Alert>
    );
  }
  const send = () => write.mutate({ path: { id: thread.id }, body: { body, key } });
  const parts = Math.ceil(body.length / 153);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap="xs">
        <Textarea
          label="Your words"
          description={
            thread.channel === 'sms'
              ? `${body.length} characters${body.length > 160 ? `, sent in ${parts} parts` : ''}`
              : `free text until ${inLondon(new Date(until).toISOString())}`
          }
          autosize
          minRows={2}
          maxLength={1500}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && body.trim()) send();
          }}
        />
        {write.error && (
          <Alert color="red" variant="outline" title={problemOf(write.error).title}>
            {problemOf(write.error).detail}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={write.isPending} disabled={!body.trim()}>
            Send
          </Button>
          <Text size="sm" c="dimmed">
            Ctrl Enter sends
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
