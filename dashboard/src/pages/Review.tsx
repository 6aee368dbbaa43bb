import { Badge, Group, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ToAssess } from '../client';
import { getAgreementOptions, listToAssessOptions } from '../client/@tanstack/react-query.gen';
import { List } from '../parts/List';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { lasted, spelled } from '../words';

const route = getRouteApi('/staff/review');
const REASONS: [keyof ToAssess, string][] = [
  ['had_emergency', 'an emergency'],
  ['was_unhappy', 'unhappy in the survey'],
  ['was_refused', 'something nothing backed was held back'],
  ['went_nowhere', 'abandoned or failed'],
  ['needed_person', 'needed a person'],
  ['was_slow', 'over 5 s for an answer'],
  ['was_unsure', 'hard to hear'],
];

/** Why a call should be looked at. */
function reasons(call: ToAssess): string[] {
  const found = REASONS.filter(([key]) => call[key] === true).map(([, words]) => words);
  return found.length > 0 ? found : ['one in twenty, by chance'];
}

/** Calls to assess, those most likely to have gone wrong first. */
export function Review() {
  const { blind } = route.useSearch();
  const navigate = route.useNavigate();
  const queue = useQuery(listToAssessOptions());
  const { data: agreed } = useQuery(getAgreementOptions());
  return (
    <Stack>
      <Title order={1} size="h2">
        Review
      </Title>
      <Text c="dimmed">
        Calls of the last 30 days that you have not assessed. Intent accuracy and relevance are made of what
        you say.
      </Text>
      {agreed && (
        <Text size="sm">
          {agreed.pairs === 0
            ? 'No call has been assessed by two colleagues yet.'
            : `Of ${agreed.pairs} pairs of colleagues who assessed the same call, ${agreed.close} scored it within one point of each other; of ${agreed.named}, ${agreed.same_intent} named the same intent.`}
        </Text>
      )}
      <Switch
        label="Blind: hide what Sarah made of a call, and what others think"
        checked={blind ?? false}
        onChange={(event) =>
          void navigate({ search: { blind: event.currentTarget.checked || undefined }, replace: true })
        }
      />
      <Waiting query={queue} />
      {queue.data?.length === 0 && (
        <Empty title="Nothing is left to assess">Every call can be assessed on its own page.</Empty>
      )}
      {queue.data && queue.data.length > 0 && (
        <List columns={['When', 'Caller', 'Way', 'Why', 'Length', 'Assessed by']}>
          {queue.data.map((call) => (
            <Table.Tr key={call.id}>
              <Table.Td data-label="When">
                <When at={call.started} />
              </Table.Td>
              <Table.Td data-label="Caller">
                <Link to="/calls/$id" params={{ id: call.id }} search={{ blind }} className="record">
                  {call.name ?? 'Nobody named'}
                </Link>
              </Table.Td>
              <Table.Td data-label="Way">{spelled(call.channel)}</Table.Td>
              <Table.Td data-label="Why">
                <Group gap={4}>
                  {reasons(call).map((reason) => (
                    <Badge key={reason} variant="default" tt="none">
                      {reason}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td data-label="Length">
                {call.duration_s == null ? '—' : lasted(call.duration_s)}
              </Table.Td>
              <Table.Td data-label="Assessed by">{call.assessments} so far</Table.Td>
            </Table.Tr>
          ))}
        </List>
      )}
    </Stack>
  );
}
