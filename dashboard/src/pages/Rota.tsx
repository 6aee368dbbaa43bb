import {
  Alert,
  Button,
  Card,
  Group,
  MultiSelect,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { anew, problemOf } from '../api';
import { getRota, type Rota as RotaView, type ShiftView } from '../client';
import {
  addAbsenceMutation,
  getRotaQueryKey,
  listOptOutsInfiniteOptions,
  removeAbsenceMutation,
  setRotaMutation,
} from '../client/@tanstack/react-query.gen';
import { Ask } from '../parts/Ask';
import { useColleagues } from '../parts/colleagues';
import { DAYS } from '../parts/days';
import { useKept } from '../parts/kept';
import { List } from '../parts/List';
import { itemsOf, More, paged } from '../parts/Pages';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { choices, spelled } from '../words';

/** Who is rung in an emergency, and who is away. */
export function Rota({ manages }: { manages: boolean }) {
  const rota = useQuery({
    queryKey: getRotaQueryKey(),
    queryFn: async () => {
      const { data, response } = await getRota({ throwOnError: true });
      return { ...data, mark: response.headers.get('ETag') ?? '' };
    },
  });
  return (
    <Stack maw={900}>
      <Waiting query={rota} />
      {rota.data && (
        <>
          <Text role="status">
            In an emergency now: {rota.data.now.join(', then ') || 'nobody would be rung'}.
          </Text>
          {rota.data.gaps.length > 0 && (
            <Alert color="red" variant="outline" title="Nobody of the rota is on call">
              {rota.data.gaps.map(({ starts, ends }) => (
                <Text key={starts} size="sm">
                  <When at={starts} /> to <When at={ends} />
                </Text>
              ))}
              <Text size="sm">Then only the emergency contact is rung, if there is one.</Text>
            </Alert>
          )}
          <Lines of={rota.data} mark={rota.data.mark} manages={manages} />
          <Absences of={rota.data} manages={manages} />
        </>
      )}
    </Stack>
  );
}

function Lines({ of, mark, manages }: { of: RotaView; mark: string; manages: boolean }) {
  const { value: lines, set: setLines, changed, undo, ...kept } = useKept(of.shifts, mark);
  const set = useMutation({ ...setRotaMutation(), ...anew });
  const put = (at: number, line: ShiftView) => setLines(lines.map((old, n) => (n === at ? line : old)));
  const up = (at: number) =>
    setLines([
      ...lines.slice(0, at - 1),
      ...lines.slice(at, at + 1),
      ...lines.slice(at - 1, at),
      ...lines.slice(at + 1),
    ]);
  return (
    <Card withBorder component="section" aria-label="The rota">
      <Title order={2} size="h4" mb="xs">
        The rota, in the order in which they are rung
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const shifts = lines.map(({ user, days, starts, ends }) => ({
            user,
            days,
            starts: starts || null,
            ends: ends || null,
          }));
          set.mutate({ headers: { 'If-Match': kept.mark }, body: { shifts } }, { onSuccess: kept.saved });
        }}
      >
        <Stack>
          {lines.map((line, at) => (
            <Line
              key={at}
              line={line}
              name={`Line ${at + 1}`}
              fixed={!manages}
              put={(line) => put(at, line)}
              up={at > 0 ? () => up(at) : undefined}
              remove={() => setLines(lines.filter((_, n) => n !== at))}
            />
          ))}
          {set.error && (
            <Alert color="red" variant="outline" title={problemOf(set.error).title}>
              {problemOf(set.error).detail}
            </Alert>
          )}
          {manages && (
            <Group>
              <Button type="submit" loading={set.isPending} disabled={!changed}>
                Save the rota
              </Button>
              <Button
                variant="default"
                onClick={() => setLines([...lines, { user: 0, days: [], starts: null, ends: null }])}
              >
                Add a line
              </Button>
              {changed && (
                <Button variant="default" onClick={undo}>
                  Undo
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </form>
    </Card>
  );
}

type LineProps = {
  line: ShiftView;
  name: string;
  fixed: boolean;
  put: (line: ShiftView) => void;
  up?: () => void;
  remove: () => void;
};

function Line({ line, name, fixed, put, up, remove }: LineProps) {
  const colleagues = useColleagues();
  return (
    <Group align="flex-end" role="group" aria-label={name}>
      <Select
        label="Who"
        data={colleagues}
        value={line.user ? `${line.user}` : null}
        onChange={(user) => put({ ...line, user: Number(user) })}
        required
        searchable
        disabled={fixed}
        w={180}
      />
      <MultiSelect
        label="Days"
        placeholder={line.days.length === 0 ? 'every day' : undefined}
        data={choices(DAYS)}
        value={line.days}
        onChange={(days) => put({ ...line, days })}
        disabled={fixed}
        w={230}
      />
      <TextInput
        type="time"
        label="From"
        value={line.starts ?? ''}
        disabled={fixed}
        onChange={(event) => put({ ...line, starts: event.currentTarget.value || null })}
      />
      <TextInput
        type="time"
        label="Until"
        value={line.ends ?? ''}
        disabled={fixed}
        onChange={(event) => put({ ...line, ends: event.currentTarget.value || null })}
      />
      {!fixed && (
        <Group gap={6}>
          <Button variant="default" onClick={up} disabled={!up} aria-label={`Earlier: ${name}`}>
            Earlier
          </Button>
          <Button variant="default" onClick={remove} aria-label={`Remove: ${name}`}>
            Remove
          </Button>
        </Group>
      )}
    </Group>
  );
}

function Absences({ of, manages }: { of: RotaView; manages: boolean }) {
  const remove = useMutation({ ...removeAbsenceMutation(), ...anew });
  return (
    <Card withBorder component="section" aria-label="Who is away">
      <Stack>
        <Title order={2} size="h4">
          Who is away
        </Title>
        <Text size="sm" c="dimmed">
          Nobody rings them, and Sarah books nothing with them. What is booked already stays.
        </Text>
        {of.absences.length > 0 && (
          <List columns={['Who', 'From', 'Until', 'Why', ...(manages ? [''] : [])]}>
            {of.absences.map((absence) => (
              <Table.Tr key={absence.id}>
                <Table.Td data-label="Who">{absence.name ?? `User ${absence.user}`}</Table.Td>
                <Table.Td data-label="From">
                  <When at={absence.starts} />
                </Table.Td>
                <Table.Td data-label="Until">
                  <When at={absence.ends} />
                </Table.Td>
                <Table.Td data-label="Why">{absence.reason ?? '—'}</Table.Td>
                {manages && (
                  <Table.Td>
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Not away: ${absence.name}`}
                      onClick={() => remove.mutate({ path: { id: absence.id } })}
                    >
                      Not away
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </List>
        )}
        {manages && <Away />}
      </Stack>
    </Card>
  );
}

function Away() {
  const colleagues = useColleagues();
  const add = useMutation({ ...addAbsenceMutation(), ...anew });
  const [user, setUser] = useState<string | null>(null);
  const [[starts, ends], setTimes] = useState(['', '']);
  const [reason, setReason] = useState('');
  const submit = (close: () => void) => {
    add.mutate({ body: { user: Number(user), starts, ends, reason: reason || null } }, { onSuccess: close });
  };
  return (
    <Ask label="Somebody will be away" does="Save" change={add} submit={submit}>
      <Select label="Who" data={colleagues} value={user} onChange={setUser} required searchable />
      <TextInput
        type="datetime-local"
        label="From, London time"
        required
        value={starts}
        onChange={(event) => setTimes([event.currentTarget.value, ends])}
      />
      <TextInput
        type="datetime-local"
        label="Until, London time"
        required
        value={ends}
        onChange={(event) => setTimes([starts, event.currentTarget.value])}
      />
      <TextInput label="Why" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Ask>
  );
}

/** Who has said stop, and to what. */
export function OptOuts() {
  const list = useInfiniteQuery({ ...listOptOutsInfiniteOptions(), ...paged() });
  const stopped = itemsOf(list);
  return (
    <Stack maw={760}>
      <Waiting query={list} />
      {stopped?.length === 0 && (
        <Empty title="Nobody has said stop">Whoever writes STOP shows here; START takes it back.</Empty>
      )}
      {stopped && stopped.length > 0 && (
        <List columns={['Number or address', 'What', 'By', 'When']}>
          {stopped.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td data-label="Number or address">{one.address}</Table.Td>
              <Table.Td data-label="What">
                {one.purpose === 'all' ? 'Everything' : spelled(one.purpose)}
              </Table.Td>
              <Table.Td data-label="By">{spelled(one.channel)}</Table.Td>
              <Table.Td data-label="When">
                <When at={one.recorded} />
              </Table.Td>
            </Table.Tr>
          ))}
        </List>
      )}
      <More list={list} />
    </Stack>
  );
}
