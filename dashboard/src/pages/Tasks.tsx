import { Badge, Button, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { problemOf, queries } from '../api';
import type { ChangeTask, TaskView } from '../client';
import { changeTaskMutation, listTasksOptions, whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { Empty, Failed, Loading } from '../parts/States';
import { When } from '../parts/When';
import type { Whose } from '../router';
import { spelled } from '../words';

const route = getRouteApi('/staff/tasks');
const UNDO_MS = 8_000;

export function Tasks() {
  const { whose = 'team', status = 'open' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(whoAmIOptions());
  const tasks = useQuery(listTasksOptions({ query: { whose, status } }));
  const change = useMutation({
    ...changeTaskMutation(),
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => (queryKey[0] as { _id: string })._id === 'listTasks',
      }),
    onError: (error) =>
      notifications.show({
        color: 'red',
        autoClose: false,
        closeButtonProps: { 'aria-label': 'Close' },
        message: problemOf(error).title,
      }),
  });
  const set = (task: TaskView, body: ChangeTask) => change.mutate({ path: { id: task.id }, body });
  const finish = (task: TaskView) => {
    set(task, { status: 'done' });
    const id = `done ${task.id}`;
    const undo = () => {
      set(task, { status: 'open' });
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
      {tasks.isPending && <Loading />}
      {tasks.error && <Failed error={tasks.error} again={() => tasks.refetch()} />}
      {tasks.data?.length === 0 &&
        (status === 'done' ? (
          <Empty title="Nothing has been done yet" />
        ) : (
          <Empty title="Nothing is left to do">
            What callers are promised shows here, with the time it was promised for.
          </Empty>
        ))}
      {tasks.data && tasks.data.length > 0 && (
        <Table className="list">
          <Table.Thead>
            <Table.Tr>
              {['Due', 'What', 'For', 'Who', ''].map((column) => (
                <Table.Th key={column}>{column || <span className="hidden">Actions</span>}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tasks.data.map((task) => (
              <Row
                key={task.id}
                task={task}
                user={works ? (me?.user ?? undefined) : undefined}
                works={works}
                set={set}
                finish={finish}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

type RowProps = {
  task: TaskView;
  user?: number;
  works: boolean;
  set: (task: TaskView, body: ChangeTask) => void;
  finish: (task: TaskView) => void;
};

function Row({ task, user, works, set, finish }: RowProps) {
  const overdue = task.status === 'open' && task.due != null && Date.parse(task.due) < Date.now();
  return (
    <Table.Tr
      onKeyDown={(event) => {
        if (event.key === 'e' && works && task.status === 'open') finish(task);
      }}
    >
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
            <Text fw={600}>{task.title}</Text>
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
        {task.lead_name ?? '—'}
        {task.lead_phone && (
          <Text size="sm">
            {task.lead_phone.includes('•') ? (
              task.lead_phone
            ) : (
              <a href={`tel:${task.lead_phone}`}>{task.lead_phone}</a>
            )}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-label="Who">{task.assigned_name ?? 'nobody yet'}</Table.Td>
      <Table.Td>
        {works && (
          <Group gap={6} wrap="nowrap">
            {task.status === 'open' ? (
              <Button size="xs" onClick={() => finish(task)} aria-label={`Done: ${task.title}`}>
                Done
              </Button>
            ) : (
              <Button
                size="xs"
                variant="default"
                onClick={() => set(task, { status: 'open' })}
                aria-label={`Open again: ${task.title}`}
              >
                Open again
              </Button>
            )}
            {user != null && task.status === 'open' && task.assigned_to !== user && (
              <Button
                size="xs"
                variant="default"
                onClick={() => set(task, { assigned_to: user })}
                aria-label={`Take: ${task.title}`}
              >
                Take
              </Button>
            )}
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
