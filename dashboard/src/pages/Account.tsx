import { Button, Card, Code, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf, anew } from '../api';
import {
  beginTotpMutation,
  confirmTotpMutation,
  endOtherSessionsMutation,
  endSessionMutation,
  endTotpMutation,
  listSessionsOptions,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Failed, Loading } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';

export function Account() {
  const me = useQuery(whoAmIOptions());
  if (me.isPending) return <Loading rows={3} />;
  if (me.error) return <Failed error={me.error} again={() => me.refetch()} />;
  return (
    <Stack maw={720}>
      <Title order={1} size="h2">
        Your account
      </Title>
      <Text>
        {me.data.name}, {me.data.email}, {spelled(me.data.role)}
      </Text>
      <SecondFactor has={me.data.has_second_factor} />
      <Sessions />
    </Stack>
  );
}

function SecondFactor({ has }: { has: boolean }) {
  const [figure, setFigure] = useState('');
  const begin = useMutation(beginTotpMutation());
  const confirm = useMutation({ ...confirmTotpMutation(), ...anew, onSuccess: () => begin.reset() });
  const end = useMutation({ ...endTotpMutation(), ...anew });
  return (
    <Card withBorder component="section" aria-label="Second factor">
      <Title order={2} size="h4">
        Second factor
      </Title>
      {has ? (
        <Group justify="space-between">
          <Text>Signing in asks for a figure of your authenticator.</Text>
          <Button variant="default" loading={end.isPending} onClick={() => end.mutate({})}>
            Ask no more
          </Button>
        </Group>
      ) : begin.data ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            confirm.mutate({ body: { secret: begin.data.secret, figure } });
          }}
        >
          <Stack gap="xs">
            <Text>
              Point your authenticator’s camera at the code, enter the key by hand, or open the link on the
              telephone that has it; then enter the figure it shows.
            </Text>
            <img
              src={`data:image/svg+xml,${encodeURIComponent(begin.data.qr)}`}
              alt="QR code of the key below"
              width={200}
              height={200}
            />
            <Code block>{begin.data.secret}</Code>
            <a href={begin.data.uri}>Open in an authenticator</a>
            <TextInput
              label="Figure"
              inputMode="numeric"
              required
              value={figure}
              onChange={(event) => setFigure(event.currentTarget.value)}
            />
            {confirm.error && <Text role="alert">{problemOf(confirm.error).detail}</Text>}
            <Button type="submit" loading={confirm.isPending}>
              Turn it on
            </Button>
          </Stack>
        </form>
      ) : (
        <Group justify="space-between">
          <Text>
            A password alone can be guessed or told. An authenticator on your telephone makes it safe.
          </Text>
          <Button loading={begin.isPending} onClick={() => begin.mutate({})}>
            Set one up
          </Button>
        </Group>
      )}
    </Card>
  );
}

function Sessions() {
  const sessions = useQuery(listSessionsOptions());
  const end = useMutation({ ...endSessionMutation(), ...anew });
  const others = useMutation({ ...endOtherSessionsMutation(), ...anew });
  if (sessions.isPending) return <Loading rows={2} />;
  if (sessions.error) return <Failed error={sessions.error} again={() => sessions.refetch()} />;
  return (
    <Card withBorder component="section" aria-label="Where you are signed in">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Where you are signed in
        </Title>
        {sessions.data.length > 1 && (
          <Button variant="default" size="xs" onClick={() => others.mutate({})}>
            Sign out everywhere else
          </Button>
        )}
      </Group>
      <Table className="list">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Browser</Table.Th>
            <Table.Th>Last seen</Table.Th>
            <Table.Th>
              <span className="hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sessions.data.map((session) => (
            <Table.Tr key={session.id}>
              <Table.Td data-label="Browser" style={{ overflowWrap: 'anywhere' }}>
                {session.browser ?? 'unknown'}
              </Table.Td>
              <Table.Td data-label="Last seen">
                <When at={session.seen} />
              </Table.Td>
              <Table.Td>
                {session.is_this ? (
                  'this browser'
                ) : (
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => end.mutate({ path: { id: session.id } })}
                  >
                    Sign out
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
