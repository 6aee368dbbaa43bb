import { Badge, Button, Card, Grid, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { anewOrRefused } from '../api';
import type { MediaView, MessageView, ThreadView } from '../client';
import {
  getThreadOptions,
  giveChatBackMutation,
  listMediaOptions,
  listThreadsInfiniteOptions,
  takeChatMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Composer } from '../parts/Composer';
import { Media } from '../parts/Media';
import { itemsOf, More, paged } from '../parts/Pages';
import { SearchBox } from '../parts/SearchBox';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';

const route = getRouteApi('/staff/inbox');
const nameOf = (thread: ThreadView) => thread.name ?? thread.address.replace('whatsapp:', '');

/** People who write: who waits, who answers them, and what was said. */
export function Inbox() {
  const { thread: id, waits } = route.useSearch();
  const navigate = route.useNavigate();
  const [q, look] = useState<string>();
  const query = { waits, q };
  const list = useInfiniteQuery({ ...listThreadsInfiniteOptions({ query }), ...paged(query) });
  const threads = itemsOf(list);
  return (
    <Stack>
      <Title order={1} size="h2">
        Inbox
      </Title>
      <Group align="flex-end">
        <SearchBox label="Name, number or last words" words={q} change={look} />
        <Switch
          label="Only who waits for an answer"
          checked={waits ?? false}
          onChange={(event) =>
            void navigate({
              search: (now) => ({ ...now, waits: event.currentTarget.checked || undefined }),
              replace: true,
            })
          }
        />
      </Group>
      <Waiting query={list} />
      {threads?.length === 0 &&
        (q || waits ? (
          <Empty title="Nobody matches">
            <Button variant="default" onClick={() => (look(undefined), void navigate({ search: {} }))}>
              Show everybody
            </Button>
          </Empty>
        ) : (
          <Empty title="Nobody has written yet">Texts and WhatsApp messages show here as they come.</Empty>
        ))}
      <Grid>
        <Grid.Col span={{ base: 12, md: 5 }} visibleFrom={id ? 'md' : undefined}>
          <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {threads?.map((thread) => (
              <li key={thread.id}>
                <ThreadCard thread={thread} chosen={thread.id === id} />
              </li>
            ))}
          </Stack>
          <More list={list} />
        </Grid.Col>
        {id && (
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Opened key={id} id={id} />
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
          search={(now) => ({ ...now, thread: thread.id })}
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

function Opened({ id }: { id: string }) {
  const thread = useQuery(getThreadOptions({ path: { id } }));
  return (
    <>
      <Waiting query={thread} rows={3} />
      {thread.data && <Thread thread={thread.data.thread} messages={[...thread.data.messages].reverse()} />}
    </>
  );
}

function Thread({ thread, messages }: { thread: ThreadView; messages: MessageView[] }) {
  const { data: me } = useQuery(whoAmIOptions());
  const { data: files = [] } = useQuery(listMediaOptions({ query: { lead: thread.lead } }));
  const log = useRef<HTMLDivElement>(null);
  const newest = messages.at(-1)?.id;
  // The latest is what matters.
  useEffect(() => {
    log.current?.scrollTo({ top: newest ? log.current.scrollHeight : 0 });
  }, [newest]);
  const take = useMutation({ ...takeChatMutation(), ...anewOrRefused });
  const back = useMutation({ ...giveChatBackMutation(), ...anewOrRefused });
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
      <Stack
        ref={log}
        gap="xs"
        role="log"
        aria-label="Messages"
        tabIndex={0}
        mah="50vh"
        style={{ overflowY: 'auto' }}
      >
        {messages.map((message) => (
          <Message
            key={message.id}
            message={message}
            otherWay={message.channel === thread.channel ? undefined : message.channel}
            files={files.filter((file) => file.message === message.id)}
          />
        ))}
      </Stack>
      {me?.permissions.includes('work') && <Composer thread={thread} />}
    </Stack>
  );
}

type MessageProps = { message: MessageView; otherWay?: string; files: MediaView[] };

function Message({ message, otherWay, files }: MessageProps) {
  const ours = message.direction === 'outbound';
  const who = !ours ? 'They' : message.kind === 'from_staff' ? 'A colleague' : 'Sarah';
  return (
    <Card withBorder p="xs" ml={ours ? 'xl' : 0} mr={ours ? 0 : 'xl'}>
      <Text size="sm" c="dimmed">
        {who}
        {otherWay && ` by ${spelled(otherWay)}`}, <When at={message.created} />
        {ours ? ` · ${spelled(message.status)}` : ''}
        {message.error_code ? ` (Twilio ${message.error_code})` : ''}
      </Text>
      <Text style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>{message.body || '—'}</Text>
      <Media files={files} />
    </Card>
  );
}
