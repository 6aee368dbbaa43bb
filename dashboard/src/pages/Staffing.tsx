import {
  Alert,
  Button,
  Card,
  Group,
  MultiSelect,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { anew, problemOf } from '../api';
import {
  type ContractorView,
  type Contractors as ContractorsView,
  getContractors,
  getWorkingHours,
  type WorkingLine,
} from '../client';
import {
  getContractorsQueryKey,
  getWorkingHoursQueryKey,
  setContractorsMutation,
  setWorkingHoursMutation,
} from '../client/@tanstack/react-query.gen';
import { useUsers } from '../parts/colleagues';
import { DAYS } from '../parts/days';
import { useKept } from '../parts/kept';
import { Waiting } from '../parts/States';
import { choices } from '../words';

type LinesProps<Line> = {
  title: string;
  explains: string;
  lines: Line[];
  blank: Line;
  fixed: boolean;
  show: (line: Line, put: (line: Line) => void, name: string) => React.ReactNode;
  mark: string;
  save: (lines: Line[], mark: string, saved: () => void) => void;
  change: { isPending: boolean; error: unknown };
};

/** A list of lines that is kept as a whole. */
function Lines<Line>({ title, explains, blank, fixed, show, save, change, ...now }: LinesProps<Line>) {
  const { value: lines, set: setLines, changed, undo, mark, saved } = useKept(now.lines, now.mark);
  return (
    <Card withBorder component="section" aria-label={title} maw={900}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save(lines, mark, saved);
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {explains}
          </Text>
          {lines.map((line, at) => (
            <Group key={at} align="flex-end" role="group" aria-label={`${title}, line ${at + 1}`}>
              {show(
                line,
                (to) => setLines(lines.map((one, nth) => (nth === at ? to : one))),
                `line ${at + 1}`,
              )}
              {!fixed && (
                <Button
                  variant="default"
                  aria-label={`Remove line ${at + 1}`}
                  onClick={() => setLines(lines.filter((_, nth) => nth !== at))}
                >
                  Remove
                </Button>
              )}
            </Group>
          ))}
          {change.error != null && (
            <Alert color="red" variant="outline" title={problemOf(change.error).title}>
              {problemOf(change.error).detail}
            </Alert>
          )}
          {!fixed && (
            <Group>
              <Button type="submit" loading={change.isPending} disabled={!changed}>
                Save
              </Button>
              <Button variant="default" onClick={() => setLines([...lines, blank])}>
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

/** Who works when: viewings and valuations are booked with whoever does. */
export function WorkingHours({ manages }: { manages: boolean }) {
  const hours = useQuery({
    queryKey: [...getWorkingHoursQueryKey(), 'mark'],
    queryFn: async () => {
      const { data, response } = await getWorkingHours({ throwOnError: true });
      return { ...data, mark: response.headers.get('ETag') ?? '' };
    },
  });
  const users = useUsers(...(hours.data?.lines.map(({ user }) => user) ?? []));
  const set = useMutation({ ...setWorkingHoursMutation(), ...anew });
  const blank: WorkingLine = { user: 0, days: DAYS.slice(0, 5), starts: '09:00:00', ends: '18:00:00' };
  return (
    <>
      <Waiting query={hours} />
      {hours.data && (
        <Lines
          mark={hours.data.mark}
          title="Who works when"
          explains="Sarah books viewings and valuations with whoever works then, and puts callers through to them. Whoever has no line works the office’s hours."
          lines={hours.data.lines}
          blank={blank}
          fixed={!manages}
          change={set}
          save={(lines, mark, saved) =>
            set.mutate({ headers: { 'If-Match': mark }, body: { lines } }, { onSuccess: saved })
          }
          show={(line, put) => (
            <>
              <Select
                label="Who"
                data={users}
                value={line.user ? `${line.user}` : null}
                onChange={(user) => put({ ...line, user: Number(user) })}
                required
                searchable
                disabled={!manages}
                w={180}
              />
              <MultiSelect
                label="Days"
                data={choices(DAYS)}
                value={line.days}
                onChange={(days) => put({ ...line, days })}
                disabled={!manages}
                w={260}
              />
              <TextInput
                type="time"
                label="From"
                required
                value={line.starts.slice(0, 5)}
                disabled={!manages}
                onChange={(event) => put({ ...line, starts: event.currentTarget.value })}
              />
              <TextInput
                type="time"
                label="Until"
                required
                value={line.ends.slice(0, 5)}
                disabled={!manages}
                onChange={(event) => put({ ...line, ends: event.currentTarget.value })}
              />
            </>
          )}
        />
      )}
    </>
  );
}

/** Who is called out for a repair, and named to callers in an emergency. */
export function Contractors({ manages }: { manages: boolean }) {
  const list = useQuery({
    queryKey: [...getContractorsQueryKey(), 'mark'],
    queryFn: async (): Promise<ContractorsView & { mark: string }> => {
      const { data, response } = await getContractors({ throwOnError: true });
      return { ...data, mark: response.headers.get('ETag') ?? '' };
    },
  });
  const set = useMutation({ ...setContractorsMutation(), ...anew });
  const blank: ContractorView = { trade: '', name: '', phone: '', hours: '24 hours' };
  return (
    <>
      <Waiting query={list} />
      {list.data && (
        <Lines
          mark={list.data.mark}
          title="Contractors"
          explains="The first of a trade who comes at that hour is named to whoever takes an emergency. Hours: “24 hours”, or such as 07:00-22:00; without any they are not named."
          lines={list.data.contractors}
          blank={blank}
          fixed={!manages}
          change={set}
          save={(contractors, mark, saved) =>
            set.mutate({ headers: { 'If-Match': mark }, body: { contractors } }, { onSuccess: saved })
          }
          show={(line, put) => (
            <>
              <Select
                label="Trade"
                data={choices(list.data.trades)}
                value={line.trade || null}
                onChange={(trade) => put({ ...line, trade: trade ?? '' })}
                required
                disabled={!manages}
                w={160}
              />
              <TextInput
                label="Name"
                required
                value={line.name}
                disabled={!manages}
                onChange={(event) => put({ ...line, name: event.currentTarget.value })}
                w={200}
              />
              <TextInput
                label="Number"
                type="tel"
                required
                value={line.phone}
                disabled={!manages}
                onChange={(event) => put({ ...line, phone: event.currentTarget.value })}
                w={160}
              />
              <TextInput
                label="Hours"
                placeholder="not in emergencies"
                value={line.hours ?? ''}
                disabled={!manages}
                onChange={(event) => put({ ...line, hours: event.currentTarget.value || null })}
                w={140}
              />
            </>
          )}
        />
      )}
    </>
  );
}
