import { Badge, Button, Group, SegmentedControl, Select, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { anew, queries, refuse } from '../api';
import type { ChangeTask, MarkedTask } from '../client';
import {
  changeTaskMutation,
  listTasksInfiniteOptions,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { now } from '../clock';
import { useUsers } from '../parts/colleagues';
import { Ask } from '../parts/Ask';
import { List } from '../parts/List';
import { NewTask } from '../parts/NewTask';
import { itemsOf, More, paged } from '../parts/Pages';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { Phone } from '../parts/Phone';
import type { Whose } from '../router';
import { spelled } from '../words';

const route = getRouteApi('/staff/tasks');
const UNDO_MS = 8_000;

export function Tasks() {
  const { whose = 'team', status = 'open' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(whoAmIOptions());
  const query = { whose, status };
  const list = useInfiniteQuery({ ...listTasksInfiniteOptions({ query }), ...paged(query) });
  const tasks = itemsOf(list);
  const change = useMutation({
    ...changeTaskMutation(),
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => (queryKey[0] as { _id: string })._id === 'listTasks',
      }),
    onError: refuse,
  });
  const set = (task: MarkedTask, body: ChangeTask) =>
    change.mutateAsync({ path: { id: task.id }, headers: { 'If-Match': task.etag }, body });
  const finish = async (task: MarkedTask) => {
    const done = await set(task, { status: 'done' }).catch(() => undefined);
    if (!done) return;
    const id = `done ${task.id}`;
    const undo = () => {
      set(done, { status: 'open' }).catch(() => undefined);
      notifications.hide(id);
    };
    notifications.show({
      id,
      closeButtonProps: { 'aria-label': 'Close' },
      autoClose: UNDO_MS,
      message: (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">Done: {task.title}</Text>
          <Button size="xs" variant="default" onClick={undo}>
            Undo
          </Button>
        </Group>
      ),
    });
  };
  const works = me?.permissions.includes('work') ?? false;
  return (
    <Stack>
      <Title order={1} size="h2">
        Tasks
      </Title>
      <Group>
        <NewTask />
        <SegmentedControl
          aria-label="Whose tasks"
          data={[
            { value: 'team', label: 'Everybody’s' },
            { value: 'mine', label: 'Mine' },
            { value: 'unassigned', label: 'Nobody’s yet' },
          ]}
          value={whose}
          onChange={(value) => void navigate({ search: (now) => ({ ...now, whose: value as Whose }) })}
        />
        <SegmentedControl
          aria-label="Which tasks"
          data={[
            { value: 'open', label: 'Open' },
            { value: 'done', label: 'Done' },
          ]}
          value={status}
          onChange={(value) =>
            void navigate({ search: (now) => ({ ...now, status: value === 'done' ? 'done' : undefined }) })
          }
        />
      </Group>
      <Waiting query={list} />
      {tasks?.length === 0 &&
        (status === 'done' ? (
          <Empty title="Nothing has been done yet" />
        ) : (
          <Empty title="Nothing is left to do">
            What callers are promised shows here, with the time it was promised for.
          </Empty>
        ))}
      {tasks && tasks.length > 0 && (
        <List columns={['Due', 'What', 'For', 'Who', '']}>
          {tasks.map((task) => (
            <Row
              key={task.id}
              task={task}
              user={works ? (me?.user ?? undefined) : undefined}
              works={works}
              set={set}
              finish={finish}
            />
          ))}
        </List>
      )}
      <More list={list} />
    </Stack>
  );
}

type RowProps = {
  task: MarkedTask;
  user?: number;
  works: boolean;
  set: (task: MarkedTask, body: ChangeTask) => Promise<unknown>;
  finish: (task: MarkedTask) => Promise<void>;
};

function Row({ task, user, works, set, finish }: RowProps) {
  const overdue = task.status === 'open' && task.due != null && Date.parse(task.due) < now();
  return (
    <Table.Tr>
      <Table.Td data-label="Due">
        {task.due ? <When at={task.due} /> : '—'}
        {overdue && <Badge color="red.9">overdue</Badge>}
      </Table.Td>
      <Table.Td data-label="What">
        <Group gap={6}>
          {task.call ? (
            <Link to="/calls/$id" params={{ id: task.call }} className="record">
              {task.title}
            </Link>
          ) : (
            <Text className="record" tabIndex={-1}>
              {task.title}
            </Text>
          )}
          {task.priority === 'urgent' && (
            <Badge variant="outline" color="orange" c="var(--mantine-color-text)">
              urgent
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {spelled(task.kind)}
          {task.notes ? `: ${task.notes}` : ''}
        </Text>
      </Table.Td>
      <Table.Td data-label="For">
        {task.lead == null ? (
          '—'
        ) : (
          <Link to="/leads/$id" params={{ id: `${task.lead}` }}>
            {task.lead_name ?? 'Nobody named'}
          </Link>
        )}
        {task.lead_phone && (
          <Text size="sm">
            <Phone number={task.lead_phone} />
          </Text>
        )}
      </Table.Td>
      <Table.Td data-label="Who">{task.assigned_name ?? 'nobody yet'}</Table.Td>
      <Table.Td>
        {works && (
          <Group gap={6} wrap="nowrap">
            {task.status === 'open' ? (
              <Button
                size="xs"
                data-key="e"
                onClick={() => void finish(task)}
                aria-label={`Done: ${task.title}`}
              >
                Done
              </Button>
            ) : (
              <Button
                size="xs"
                variant="default"
                onClick={() => void set(task, { status: 'open' }).catch(() => undefined)}
                aria-label={`Open again: ${task.title}`}
              >
                Open again
              </Button>
            )}
            {user != null && task.status === 'open' && task.assigned_to !== user && (
              <Button
                size="xs"
                variant="default"
                onClick={() => void set(task, { assigned_to: user }).catch(() => undefined)}
                aria-label={`Take: ${task.title}`}
              >
                Take
              </Button>
            )}
            {task.status === 'open' && <Later task={task} />}
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

const LATER = [
  { value: '1', label: 'for an hour' },
  { value: '3', label: 'for three hours' },
  { value: '24', label: 'until tomorrow, at this time' },
];

/** Gives it to somebody, or puts it off. */
function Later({ task }: { task: MarkedTask }) {
  const change = useMutation({ ...changeTaskMutation(), ...anew });
  const users = useUsers();
  const [user, setUser] = useState<string | null>(null);
  const [hours, setHours] = useState<string | null>(null);
  const submit = (close: () => void) => {
    const due = hours ? new Date(now() + Number(hours) * 3_600_000).toISOString() : undefined;
    const body = { assigned_to: user ? Number(user) : undefined, due };
    change.mutate({ path: { id: task.id }, headers: { 'If-Match': task.etag }, body }, { onSuccess: close });
  };
  return (
    <Ask label="More" about={task.title} does="Save" shortcut="s" change={change} submit={submit}>
      <Select
        label="Give it to"
        placeholder={task.assigned_name ?? 'nobody yet'}
        data={users}
        value={user}
        onChange={setUser}
        searchable
      />
      <Select
        label="Put it off"
        data={LATER}
        value={hours}
        onChange={setHours}
        clearable
        clearButtonProps={{ 'aria-label': 'Not put off' }}
      />
    </Ask>
  );
}
